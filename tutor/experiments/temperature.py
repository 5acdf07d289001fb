"""Temperature lab: the distribution of the next token under temperature and cuts, and texts drawn from it.

Draw number n takes the n-th number of the seed's generator, so the same text, settings and seed give the
same tokens, whether they are drawn one by one or at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import base
from tutor.experiments.base import Reading, Table
from tutor.experiments.cells import View, visible_bytes
from tutor.models.decoder import window_start
from tutor.models.sampling import CUTS, Distribution, Sampling, distribution
from tutor.models.sampling import draw as draw_token

if TYPE_CHECKING:
    from tutor.models.library import Library, Model

END = "<end>"  # what the token that ends a text is called in pictures
STEPS = {"temperature": "temperature 0", "top_k": "top-k", "top_p": "top-p", "min_p": "min-p"}  # in words

READINGS = {
    "top_probability": "probability of the likeliest next token, 0 to 1",
    "top_text": "the likeliest next token, with its leading space",
    "entropy": "how spread the distribution is, in bits: 0 is certain",
    "kept": "number of tokens that can still be drawn",
    "vocabulary": "number of tokens there are",
    "cut_temperature": "number of tokens that temperature 0 cut",
    "cut_top_k": "number of tokens that top-k cut",
    "cut_top_p": "number of tokens that top-p cut",
    "cut_min_p": "number of tokens that min-p cut",
    "temperature": "the temperature",
    "tokens": "number of tokens the model read, the start token included",
    "drawn": "number of tokens drawn after the text",
    "drawn_text": "the text drawn after the text",
}

Count = Annotated[int, msgspec.Meta(ge=0)]


class Settings(base.Settings, frozen=True):
    """What the next token is drawn from, as `Sampling` takes it, and what was and is to be drawn."""

    text: str = "One day, Lily found a"
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    seed: Count = 1
    drawn: tuple[Count, ...] = ()  # ids drawn earlier, which stand after the text
    tokens: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0  # how many to draw now, at most

    def __post_init__(self) -> None:
        _ = self.sampling

    @property
    def sampling(self) -> Sampling:
        return Sampling(self.temperature, self.top_k, self.top_p, self.min_p)


@dataclass(frozen=True, eq=False)
class Result:
    """The distribution of the token that follows the text and what was drawn. V tokens in the vocabulary."""

    settings: Settings  # with what has been drawn by now, and how many tokens are still to be drawn
    model: Model
    skipped: int  # tokens of the text before those the model read, out of its sight
    read: int  # tokens it read
    distribution: Distribution

    @property
    def drawn(self) -> tuple[int, ...]:
        """The ids drawn after the text; the last may be the end token."""
        return self.settings.drawn

    @property
    def ended(self) -> bool:
        """The end token was drawn: nothing can follow."""
        return self.drawn[-1:] == (self.model.config.eos,)

    @property
    def drawn_text(self) -> str:
        """What was drawn, as text; bytes that are not whole characters become U+FFFD."""
        return self.model.tokenizer.decode(self.drawn[:-1] if self.ended else self.drawn)

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The ids (V,), the largest logit first."""
        return np.argsort(-self.distribution.logits, kind="stable")

    @cached_property
    def uncut(self) -> NDArray[np.float64]:
        """The probabilities (V,) before anything was cut, but for temperature 0."""
        return distribution(self.distribution.logits, Sampling(self.settings.temperature)).probability

    @property
    def entropy(self) -> float:
        """Of the distribution, in bits."""
        p = self.distribution.probability[self.distribution.kept]
        return max(0.0, float(-(p * np.log2(p, where=p > 0, out=np.zeros_like(p))).sum()))

    @cached_property
    def cuts(self) -> dict[str, int]:
        """How many tokens each step cut, in the order of the steps."""
        numbers = np.bincount(self.distribution.cut_by, minlength=len(CUTS))
        return {step: int(n) for step, n in zip(CUTS, numbers, strict=True) if step}

    @property
    def kept(self) -> int:
        """How many tokens can be drawn."""
        return int(self.distribution.kept.sum())

    def token(self, id: int) -> str:
        """A token as text; broken UTF-8 becomes U+FFFD."""
        return self.model.tokenizer.token(id).decode("utf-8", "replace")

    def label(self, id: int, ascii: bool = False) -> str:
        """A token as it stands beside its bar: safe to show, a space visible."""
        if id == self.model.config.eos:
            return END
        return visible_bytes(self.model.tokenizer.token(id), "_" if ascii else "␣", ascii)

    def cut_sentence(self) -> str:
        """What of the text the model did not see; empty when it saw all."""
        if not self.skipped:
            return ""
        n, context = self.skipped + self.read, self.model.config.n_ctx
        return f"The model reads the last {self.read} of {n} tokens: past {context} it drops {context // 2} at once."

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        top = int(self.order[0])
        return {
            "top_probability": float(self.distribution.probability[top]),
            "top_text": self.token(top),
            "entropy": self.entropy,
            "kept": self.kept,
            "vocabulary": len(self.order),
            **{f"cut_{step}": n for step, n in self.cuts.items()},
            "temperature": self.settings.temperature,
            "tokens": self.read,
            "drawn": len(self.drawn),
            "drawn_text": self.drawn_text,
        }

    def sentence(self) -> str:
        top = int(self.order[0])
        name = "the end of the text" if top == self.model.config.eos else f"'{self.token(top)}'"
        likeliest = f"the likeliest next token is {name} with {percent(self.distribution.probability[top])}"
        cut = ", ".join(f"{STEPS[step]} cut {n:,}" for step, n in self.cuts.items() if n)
        left = f"{self.kept:,} of {len(self.order):,} tokens can be drawn" + (f" ({cut})" if cut else "")
        said = f"At temperature {self.settings.temperature:g} {likeliest}; {left}"
        return f"{said}, with an entropy of {self.entropy:.2f} bits. {self.cut_sentence()}".rstrip()

    def table(self) -> Table:
        """Every token, the largest logit first."""
        d = self.distribution
        rows = (
            (self.label(i), str(i), f"{d.logits[i]:.2f}", percent(d.probability[i]), STEPS.get(d.reason(i), ""))
            for i in self.order.tolist()
        )
        return Table(("token", "id", "logit", "probability", "cut by"), tuple(rows))

    def data(self) -> dict[str, Any]:
        """`candidates`: every token, the largest logit first."""
        d = self.distribution
        candidates = [
            {
                "id": i,
                "text": self.token(i),
                "logit": float(d.logits[i]),
                "probability": float(d.probability[i]),
                "kept": not d.reason(i),
                "cut_by": d.reason(i) or None,
            }
            for i in self.order.tolist()
        ]
        return {"model": self.model.name, "temperature": self.settings.temperature, "candidates": candidates}


def percent(p: float) -> str:
    """A probability for people: "42.1 %", "<0.1 %"."""
    return "<0.1 %" if 0 < p < 0.0005 else f"{100 * p:.1f} %"


def stream(settings: Settings, library: Library) -> Iterator[Result]:
    """What there is after each token drawn: `settings.tokens` of them, or to the end; with none, what there is now."""
    model = library.model()
    start = model.start(settings.text)
    rng = np.random.default_rng(settings.seed)
    rng.random(len(settings.drawn))  # these have been used
    result = _look(settings, model, start)
    if result.ended or not settings.tokens:
        yield result
    while settings.tokens and not result.ended:
        drawn = (*settings.drawn, draw_token(result.distribution, rng))
        settings = msgspec.structs.replace(settings, drawn=drawn, tokens=settings.tokens - 1)
        result = _look(settings, model, start)
        yield result


def _look(settings: Settings, model: Model, start: list[int]) -> Result:
    ids = [*start, *settings.drawn]
    skipped = window_start(len(ids), model.config.n_ctx)
    next_token = distribution(model.next_logits(ids), settings.sampling)
    return Result(settings, model, skipped, len(ids) - skipped, next_token)


def compute(settings: Settings, library: Library) -> Result:
    """Draw what is to be drawn; the result is what there is then."""
    *_, last = stream(settings, library)
    return last


def draw(result: Result, view: View) -> RenderableType:
    """What was drawn, the likeliest tokens as bars, and what was cut of them."""
    from tutor.experiments.temperature_picture import picture

    return SegmentLines(picture(result, view), new_lines=True)
