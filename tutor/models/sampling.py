"""From logits to the next token: temperature, top-k, top-p and min-p, then a draw.

The steps and their order are those of Hugging Face's `generate`: temperature, top-k, top-p, min-p, each on
what the former left, always over the full vocabulary. Probabilities are float64.

- temperature: logits over T. Below 1 the likely become likelier; at 0 only the largest logit is left (greedy).
- top-k (https://arxiv.org/abs/1805.04833): the k largest logits stay, and all that equal the k-th.
- top-p (https://arxiv.org/abs/1904.09751): from the likeliest down, tokens stay until their sum reaches p.
- min-p (https://arxiv.org/abs/2407.01082): tokens stay that have at least p times the largest probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_TEMPERATURE = 100.0
CUTS = ("", "temperature", "top_k", "top_p", "min_p")  # by number: what cut a token, "" for nothing


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen; the defaults change nothing. Raises ValueError for values out of range."""

    temperature: float = 1.0  # 0 to MAX_TEMPERATURE; 0 is greedy
    top_k: int = 0  # 0 is off
    top_p: float = 1.0  # 0 to 1; 1 is off
    min_p: float = 0.0  # 0 to 1; 0 is off

    def __post_init__(self) -> None:
        _check("temperature", self.temperature, MAX_TEMPERATURE)
        if not isinstance(self.top_k, int) or isinstance(self.top_k, bool) or self.top_k < 0:
            raise ValueError(f"top_k must be a whole number from 0 (off), not {self.top_k!r}")
        _check("top_p", self.top_p, 1)
        _check("min_p", self.min_p, 1)


def _check(name: str, value: float, most: float) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
    if not number or not 0 <= value <= most:
        raise ValueError(f"{name} must be a number from 0 to {most:g}, not {value!r}")


@dataclass(frozen=True)
class Distribution:
    """The next token's distribution, every token of the vocabulary in it."""

    logits: NDArray[np.float64]  # (V,), as the model gave them
    probability: NDArray[np.float64]  # (V,), after all steps; 0 where cut
    cut_by: NDArray[np.int8]  # (V,), numbers of CUTS

    def reason(self, id: int) -> str:
        """Which step cut the token: a name in CUTS, "" if it is still in."""
        return CUTS[self.cut_by[id]]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """(V,): which tokens are still in."""
        kept: NDArray[np.bool_] = self.cut_by == 0
        return kept


def distribution(logits: ArrayLike, sampling: Sampling) -> Distribution:
    """Apply the steps to the logits (V,); at least one token is left. Raises ValueError for NaN or infinity."""
    x = np.asarray(logits, np.float64)
    if x.ndim != 1 or not x.size or not isfinite(x.max()):
        raise ValueError("the logits must be a row of numbers, the largest of them finite")
    cut_by = np.zeros(len(x), np.int8)

    def cut(step: str, where: NDArray[np.bool_]) -> None:
        cut_by[where & (cut_by == 0)] = CUTS.index(step)
        scaled[where] = -np.inf

    scaled = x - x.max()
    if sampling.temperature == 0:
        cut("temperature", np.arange(len(x)) != x.argmax())
    else:
        with np.errstate(over="ignore"):  # a tiny temperature takes all but the largest to -infinity
            scaled /= sampling.temperature
    if 0 < sampling.top_k < len(x):
        cut("top_k", x < np.partition(x, -sampling.top_k)[-sampling.top_k])
    if sampling.top_p < 1:
        order = np.argsort(-x, kind="stable")  # from the likeliest down; equal ones by id
        before = np.cumsum(softmax(scaled)[order])  # the sum of those that are likelier than order[1:]
        where = np.zeros(len(x), np.bool_)
        where[order[1:]] = before[:-1] >= sampling.top_p
        cut("top_p", where)
    if sampling.min_p > 0:
        p = softmax(scaled)
        cut("min_p", p < sampling.min_p * p.max())
    return Distribution(x, softmax(scaled), cut_by)


def softmax(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """exp(x) over its sum; x: (V,), some may be -infinity."""
    e: NDArray[np.float64] = np.exp(x - x.max())
    e /= e.sum()
    return e


def draw(distribution: Distribution, rng: np.random.Generator) -> int:
    """A token's id, each as likely as its probability: one number of `rng`, looked up in the running sum."""
    total = np.cumsum(distribution.probability)
    i = int(np.searchsorted(total, rng.random() * total[-1], side="right"))
    return min(i, int(np.flatnonzero(distribution.probability)[-1]))  # rounding may point past the end
