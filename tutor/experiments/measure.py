"""What a card says of a model, measured on the model itself: loss, copying, heads, loss at each position."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.experiments import heads
from tutor.models.decoder import Array, Trace
from tutor.models.library import Model

PASSAGE = 60  # random tokens, read twice
SEEDS = range(20)  # of the passages

Grid = NDArray[np.float64]  # one number a head, (L, H)


def surprise(logits: Array, ids: Sequence[int]) -> NDArray[np.float64]:
    """Nats that each token of `ids` costs after the ones before it: (T - 1,); `logits`: (T, V), or one row fewer."""
    wide = logits[: len(ids) - 1].astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    picked = wide[np.arange(len(wide)), list(ids[1:])]
    nats: NDArray[np.float64] = np.log(np.exp(wide).sum(axis=1)) - picked
    return nats


@dataclass(frozen=True)
class Loss:
    """What a text costs a model."""

    nats: float  # in all
    tokens: int
    n_bytes: int

    @property
    def nats_per_token(self) -> float:
        return self.nats / self.tokens

    @property
    def bits_per_byte(self) -> float:
        return self.nats / math.log(2) / self.n_bytes


def loss(model: Model, stories: Sequence[str], n_ctx: int | None = None) -> Loss:
    """The loss on `stories`, each after the start token, which itself is not predicted.

    A story longer than the context (`n_ctx`, the model's own if None) is read in windows that overlap by half, so that
    every later token sees at least half a context.
    """
    half = (n_ctx or model.config.n_ctx) // 2
    nats, tokens, n_bytes = 0.0, 0, 0
    for story in stories:
        ids = model.start(story)
        for begin in range(0, max(1, len(ids) - 1 - half), half):
            window = ids[begin : begin + 2 * half + 1]
            known = half if begin else 0  # predictions that an earlier window has made
            costs = surprise(model.run.forward(window[:-1]), window)[known:] if len(window) > 1 else np.zeros(0)
            nats += float(costs.sum())
            tokens += len(costs)
        n_bytes += len(story.encode())
    return Loss(nats, tokens, n_bytes)


def loss_by_position(model: Model, stories: Sequence[str], n: int) -> list[float]:
    """Mean nats of the token at each position, 1 to `n` - 1, over the stories joined and cut at every `n` tokens."""
    ids = [token for story in stories for token in model.start(story)]
    rows = [ids[begin : begin + n] for begin in range(0, len(ids) - n + 1, n)]
    mean: NDArray[np.float64] = np.mean([surprise(model.run.forward(row[:-1]), row) for row in rows], axis=0)
    return [float(nats) for nats in mean]


def repeated(model: Model, seed: int, n_ctx: int | None = None) -> list[int]:
    """The start token, `PASSAGE` random tokens or as many as fit twice, and the same again."""
    n = min(PASSAGE, ((n_ctx or model.config.n_ctx) - 1) // 2)
    passage = np.random.default_rng(seed).integers(0, model.tokenizer.bos, n).tolist()
    return [model.tokenizer.bos, *passage, *passage]


@dataclass(frozen=True)
class Copying:
    """How a model takes random tokens that come twice (https://arxiv.org/abs/2209.11895)."""

    first: float  # nats a token in the first copy
    second: float  # nats a token in the second; less by how well it copies


def copying(model: Model, n_ctx: int | None = None) -> Copying:
    """The mean over the passages of `SEEDS`; the first token of either copy, which nothing announces, left out."""
    both = []
    for seed in SEEDS:
        ids = repeated(model, seed, n_ctx)
        n = len(ids) // 2
        costs = surprise(model.run.forward(ids[:-1]), ids)
        both.append((costs[1:n].mean(), costs[n + 1 :].mean()))
    first, second = np.mean(both, axis=0)
    return Copying(float(first), float(second))


def head_scores(model: Model, texts: Sequence[Sequence[int]]) -> dict[str, Grid]:
    """Every head's mean scores over `texts` (token ids), by kind: those of `heads.Scores`, and entropy in bits.

    A text in which a kind is possible for no token does not count for that kind.
    """
    sums: dict[str, Grid] = {}
    counts: dict[str, int] = {}
    for ids in texts:
        trace = model.trace(ids)
        for kind, grid in _scores(trace).items():
            if grid.any():
                sums[kind] = sums.get(kind, np.zeros_like(grid)) + grid
                counts[kind] = counts.get(kind, 0) + 1
            else:
                sums.setdefault(kind, np.zeros_like(grid))
    return {kind: total / max(1, counts.get(kind, 0)) for kind, total in sums.items()}


def _scores(trace: Trace) -> dict[str, Grid]:
    n_layer, n_head = trace.attention.shape[:2]
    measured = [[heads.scores(a, trace.ids) for a in layer] for layer in trace.attention]
    grids = {kind: np.array([[getattr(head, kind) for head in layer] for layer in measured]) for kind in heads.KINDS}
    grids["entropy"] = np.array([[heads.entropy(a) for a in layer] for layer in trace.attention])
    assert all(grid.shape == (n_layer, n_head) for grid in grids.values())
    return grids


def acceptance(model: Model, draft: Model, texts: Sequence[Sequence[int]]) -> float:
    """How often speculative decoding keeps a token of `draft`: the mean over positions of sum(min(p, q)).

    p and q are the two models' distributions at temperature 1 (https://arxiv.org/abs/2211.17192, theorem 3.5).
    """
    overlaps = []
    for ids in texts:
        p, q = (softmax(m.run.forward(ids)) for m in (model, draft))
        overlaps.append(np.minimum(p, q).sum(axis=1))
    return float(np.concatenate(overlaps).mean())


def softmax(logits: Array) -> NDArray[np.float64]:
    e: NDArray[np.float64] = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    e /= e.sum(axis=1, keepdims=True)
    return e
