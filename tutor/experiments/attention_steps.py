"""Attention in steps: one query of one head, from the products of its numbers to what the head hands on.

Scaled dot-product attention, softmax(q k / sqrt(K)) v, of Vaswani et al. 2017
(https://arxiv.org/abs/1706.03762), on the queries, keys and values of the model's own trace. The root and
the mask can be switched off for this one head; what it reads was computed with both.

Layers and heads are numbered from 1, positions from 0, which is where the start token stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import attention, base
from tutor.experiments.attention import Head, Key, Layer, Query, percent
from tutor.experiments.base import Reading, Table
from tutor.experiments.cells import View
from tutor.models.decoder import softmax

if TYPE_CHECKING:
    from tutor.models.library import Library

Vector = NDArray[np.float32]
PRODUCTS, SCORES, SCALED, MASKED, SOFTMAX, OUTPUT = range(6)  # the stages
TOLD = 4  # numbers of a value that are told in words and rows; `data` has all of them

READINGS = {
    "stage": "the step shown: 0 products, 1 scores, 2 divided, 3 masked, 4 softmax, 5 times V",
    "layer": "the layer shown, from 1",
    "head": "the head shown, from 1",
    "query": "position of the token that looks; 0 is the start token",
    "query_text": "the token that looks, with its leading space",
    "key": "position of the token looked at",
    "key_text": "the token looked at, with its leading space",
    "tokens": "number of tokens the model read, the start token included",
    "d_head": "how many numbers a query, a key or a value has",
    "score": "the dot product of the query and the key",
    "weight": "attention of the query to the key, 0 to 1",
    "scale_factor": "what the scores are divided by: the root of d_head, or 1 with the root off",
    "score_top": "the highest score that enters the softmax",
    "weight_top": "the largest attention weight, 0 to 1",
    "top_key": "the token with the largest weight, with its leading space",
    "entropy": "how spread the weights are, in bits: 0 is all on one token",
    "entropy_with_root": "the same with the root on",
    "hidden": "number of tokens after the query",
    "future": "attention to the tokens after the query, 0 to 1; 0 with the mask on",
    "scale": "1 with the root on, 0 with it off",
    "mask": "1 with the mask on, 0 with it off",
}


class Settings(base.Settings, frozen=True):
    """What to look at. Without a `query` the last token, without a `key` the one it looks at most."""

    text: str = attention.TEXT
    layer: Layer = 1
    head: Head = 1
    query: Query | None = None
    key: Key | None = None
    stage: Annotated[int, msgspec.Meta(ge=PRODUCTS, le=OUTPUT, description=READINGS["stage"])] = PRODUCTS
    scale: Annotated[bool, msgspec.Meta(description="divide by the root")] = True
    mask: Annotated[bool, msgspec.Meta(description="hide later tokens")] = True


@dataclass(frozen=True, eq=False)
class Result:
    """All queries, keys and values of one text, and the place that is looked at. L layers, H heads, T tokens."""

    seen: attention.Result  # the text, its attention, and the place
    queries: Vector  # (L, H, T, K), as all three with the positions in them
    keys: Vector  # (L, H/G, T, K): G heads share a key and a value
    values: Vector  # (L, H/G, T, K)
    stage: int = PRODUCTS
    scale: bool = True
    mask: bool = True

    def at(self, settings: Settings) -> Result:
        """The same trace, looked at as `settings` say; raises ExperimentError for a place it does not have."""
        place = {name: getattr(settings, name) for name in ("layer", "head", "query", "key")}
        seen = self.seen.at(attention.Settings(**place))
        return replace(self, seen=seen, stage=settings.stage, scale=settings.scale, mask=settings.mask)

    # ── the steps ────────────────────────────────────────────────────────────────────────────────────

    @property
    def t(self) -> int:
        """T, the number of tokens read."""
        return self.seen.t

    @property
    def d_head(self) -> int:
        """K, how many numbers a query has."""
        return int(self.queries.shape[-1])

    @property
    def q(self) -> Vector:
        """The query, (K,)."""
        return self.queries[self.seen.layer - 1, self.seen.head - 1, self.seen.query]  # type: ignore[no-any-return]

    @property
    def k(self) -> Vector:
        """The head's keys, (T, K)."""
        return self._shared(self.keys)

    @property
    def v(self) -> Vector:
        """The head's values, (T, K)."""
        return self._shared(self.values)

    def _shared(self, of: Vector) -> Vector:
        group = self.queries.shape[1] // of.shape[1]
        return of[self.seen.layer - 1, (self.seen.head - 1) // group]  # type: ignore[no-any-return]

    @property
    def products(self) -> Vector:
        """The query times the chosen key, number by number, (K,)."""
        return self.q * self.k[self.seen.key]  # type: ignore[no-any-return]

    @cached_property
    def scores(self) -> Vector:
        """The query's dot product with every key, (T,)."""
        return self.k @ self.q

    @property
    def divisor(self) -> float:
        """What the scores are divided by."""
        return float(self.d_head**0.5) if self.scale else 1.0

    @cached_property
    def scaled(self) -> Vector:
        """The scores, divided; (T,)."""
        return self.scores / np.float32(self.divisor)

    @cached_property
    def masked(self) -> Vector:
        """The divided scores, with -inf for tokens after the query where the mask is on; (T,)."""
        return np.where(self.later & self.mask, np.float32(-np.inf), self.scaled)

    @cached_property
    def weights(self) -> Vector:
        """Attention of the query to every key, (T,); sums to 1."""
        return softmax(self.masked.copy())

    @cached_property
    def output(self) -> Vector:
        """The weighted sum of the values, (K,): what the head hands on for this query."""
        return self.weights @ self.v

    @property
    def later(self) -> NDArray[np.bool_]:
        """Which tokens come after the query, (T,)."""
        return np.arange(self.t) > self.seen.query

    @property
    def hidden(self) -> int:
        """How many tokens come after the query."""
        return self.t - 1 - self.seen.query

    @property
    def future(self) -> float:
        """Attention to tokens after the query."""
        return float(self.weights[self.later].sum())

    @property
    def top(self) -> int:
        """Position of the key with the largest weight."""
        return int(self.weights.argmax())

    @property
    def entropy(self) -> float:
        return entropy(self.weights)

    @property
    def entropy_with_root(self) -> float:
        return entropy(self.weights if self.scale else replace(self, scale=True).weights)

    def steps(self) -> list[Vector]:
        """The columns of the scores, from the first to the one of the stage: scores, divided, masked, weights."""
        columns = [self.scores, self.scaled, self.masked, self.weights]
        return columns[: max(1, self.stage)]

    # ── in words ─────────────────────────────────────────────────────────────────────────────────────

    def names(self) -> list[str]:
        """What the columns of `steps` are called."""
        root = f"/ √{self.d_head}" if self.scale else "root off"
        return ["q·k", root, "masked" if self.mask else "mask off", "weight"][: max(1, self.stage)]

    def said(self) -> str:
        """What the stage does, with its numbers."""
        seen, later = self.seen, f"{self.hidden} later token{'s' * (self.hidden != 1)}"
        query, key, top = seen.name(seen.query), seen.name(seen.key), seen.name(self.top)
        if self.stage == PRODUCTS:
            return (
                f"The query of {query} and the key of {key} have {self.d_head} numbers each; "
                f"their products add up to {self.scores[seen.key]:.2f}"
            )
        if self.stage == SCORES:
            best = int(self.scores.argmax())
            return f"The query of {query} scores highest with the key of {seen.name(best)}: {self.scores[best]:.2f}"
        if self.stage == SCALED and self.scale:
            return f"Divided by √{self.d_head} = {self.divisor:.2f} the highest score is {self.scaled.max():.2f}"
        if self.stage == SCALED:
            return f"The root is off: nothing is divided, the highest score stays {self.scaled.max():.2f}"
        if self.stage == MASKED and not self.hidden:
            return f"Nothing comes after {query}, so the mask has nothing to hide"
        if self.stage == MASKED and self.mask:
            score = "its score becomes" if self.hidden == 1 else "their scores become"
            return f"The mask hides {later} from {query}: {score} -∞"
        if self.stage == MASKED:
            return f"The mask is off: {query} also sees {later}"
        if self.stage == SOFTMAX:
            most = f"the largest {percent(self.weights[self.top])} for {top}"
            return f"Softmax makes shares of the scores, {most}; the entropy is {self.entropy:.2f} bits"
        return (
            f"Each value times its weight, added up: {listed(self.output[:TOLD])} and {self.d_head - TOLD} more numbers"
        )

    def broken(self) -> str:
        """What the switches broke, from the softmax on; empty when nothing."""
        if self.stage < SOFTMAX:
            return ""
        out = []
        if not self.scale:
            here = "" if self.stage == SOFTMAX else f"Without the root the entropy is {self.entropy:.2f} bits. "
            out.append(f"{here}With the root it would be {self.entropy_with_root:.2f}.")
        if not self.mask and self.hidden:
            out.append(f"Without the mask {percent(self.future)} goes to tokens that come later.")
        return " ".join(out)

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        seen = self.seen
        return {
            "stage": self.stage,
            "layer": seen.layer,
            "head": seen.head,
            "query": seen.query,
            "query_text": seen.token(seen.query),
            "key": seen.key,
            "key_text": seen.token(seen.key),
            "tokens": self.t,
            "d_head": self.d_head,
            "score": float(self.scores[seen.key]),
            "weight": float(self.weights[seen.key]),
            "scale_factor": self.divisor,
            "score_top": float(self.masked.max()),
            "weight_top": float(self.weights[self.top]),
            "top_key": seen.token(self.top),
            "entropy": self.entropy,
            "entropy_with_root": self.entropy_with_root,
            "hidden": self.hidden,
            "future": self.future,
            "scale": int(self.scale),
            "mask": int(self.mask),
        }

    def sentence(self) -> str:
        where = f"Layer {self.seen.layer}, head {self.seen.head}"
        return f"{where}: {self.said()}. {self.broken()} {self.seen.cut_sentence()}".replace("  ", " ").rstrip()

    def table(self) -> Table:
        """Stage 0: number by number; stages 1 to 4: key by key; stage 5: the values and their sum."""
        seen = self.seen
        if self.stage == PRODUCTS:
            columns = ("number", f"query of {seen.name(seen.query)}", f"key of {seen.name(seen.key)}", "product")
            rows = [
                (str(i + 1), *(f"{x:.3f}" for x in three))
                for i, three in enumerate(zip(self.q, self.k[seen.key], self.products, strict=True))
            ]
            return Table(columns, (*rows, ("sum", "", "", f"{self.scores[seen.key]:.3f}")))
        label = [(str(i), seen.label(i)) for i in range(self.t)]
        if self.stage < OUTPUT:
            told = [tuple(cell(column[i], j) for j, column in enumerate(self.steps())) for i in range(self.t)]
            return Table(("position", "token", *self.names()), [(*a, *b) for a, b in zip(label, told, strict=True)])
        numbers = [tuple(f"{x:.3f}" for x in row[:TOLD]) for row in (*self.v, self.output)]
        shares = [*map(percent, self.weights), "100 %"]
        rows_v = [(*a, b, *c) for a, b, c in zip([*label, ("", "sum")], shares, numbers, strict=True)]
        return Table(("position", "token", "weight", *(f"v{i + 1}" for i in range(TOLD))), rows_v)

    def data(self) -> dict[str, Any]:
        """Every step of the query, key by key; `masked` is null where the mask hides a token."""
        tokens = [self.seen.token(i) for i in range(self.t)]
        masked = [float(x) if np.isfinite(x) else None for x in self.masked]
        names = ("q", "k", "v", "scores", "scaled", "weights", "output")
        return {
            "model": self.seen.model,
            "tokens": tokens,
            "readings": self.readings(),
            **{name: getattr(self, name).tolist() for name in names},
            "masked": masked,
        }


def entropy(weights: Vector) -> float:
    """Of weights that sum to 1, in bits."""
    some = weights[weights > 0].astype(np.float64)
    return max(0.0, float(-(some * np.log2(some)).sum()))


def cell(value: float, column: int, ascii: bool = False) -> str:
    """A number in column `column` of `steps`."""
    if not np.isfinite(value):
        return "-inf" if ascii else "-∞"
    return percent(value) if column == SOFTMAX - 1 else f"{value:.2f}"


def listed(numbers: Vector) -> str:
    return ", ".join(f"{x:.2f}" for x in numbers)


def trace(text: str, library: Library) -> Result:
    """Let the model read `text`; what is past its context is cut from the front."""
    loaded = library.model()
    seen = loaded.trace(loaded.start(text))
    return Result(attention.seen_in(seen, text, loaded), seen.query, seen.key, seen.value)


def compute(settings: Settings, library: Library) -> Result:
    """Trace the text once and look at it as the settings say; `Result.at` looks elsewhere in the same trace."""
    return trace(settings.text, library).at(settings)


def draw(result: Result, view: View) -> RenderableType:
    """The stage in numbers."""
    from tutor.experiments.attention_steps_picture import picture

    return SegmentLines(picture(result, view).lines, new_lines=True)
