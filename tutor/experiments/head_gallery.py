"""Head gallery: every head of the model on one text, what it looks at, and what is lost when it is switched off.

A head that is off adds nothing to the residual stream (zero ablation, as in Michel et al. 2019,
https://arxiv.org/abs/1905.10650). The loss is the mean of -ln p over the tokens of the text, in nats a token.
Heads are named layer.head, both from 1; in `alone` and `off` they are pairs from 0.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import attention, base, heads
from tutor.experiments.attention import Layer, percent
from tutor.experiments.base import ExperimentError, Reading, Table
from tutor.experiments.cells import View
from tutor.experiments.heads import KINDS
from tutor.experiments.raster import Line

if TYPE_CHECKING:
    from tutor.models.decoder import Trace
    from tutor.models.library import Library

Head = tuple[int, int]  # layer and head, from 0
Losses = NDArray[np.float64]  # (T - 1,): nats of every token but the first
Off = Annotated[
    str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,2}\.[1-9][0-9]{0,2}$", description="a head as layer.head, such as 4.5")
]
Sort = Literal["place", "previous", "first", "same", "induction", "loss"]
SORTS: tuple[Sort, ...] = get_args(Sort)
# Said twice, so that heads that look for repetition find some; and odd, so that little else tells what comes next.
SAID = "Mira lost nine socks by the lake."
TEXT = f"{SAID} {SAID}"

READINGS = {
    "heads": "number of heads in the model",
    "layer": "layer of the chosen head, from 1",
    "head": "number of the chosen head in its layer, from 1",
    **{kind: f"the chosen head's score: mean attention {to}, 0 to 1" for kind, to in KINDS.items()},
    **{f"best_{kind}": f"the highest `{kind}` score of any head, 0 to 1" for kind in KINDS},
    **{f"best_{kind}_head": f"the head with that `{kind}` score, as layer.head" for kind in KINDS},
    "loss": "loss on the text, in nats a token",
    "loss_on": "the same with all heads on",
    "loss_change": "how much higher it is than with all heads on, in nats a token",
    "loss_alone": "how much it rises when the chosen head alone is off, in nats a token",
    "most_needed": "the head without which alone the loss rises most, as layer.head",
    "most_needed_change": "how much it rises without that head, in nats a token",
    "heads_off": "number of heads switched off",
    "worst_token": "the token that got worst by what is off, with its leading space; empty with none",
    "worst_change": "how much the loss of that token rose, in nats",
    "tokens": "number of tokens the model read, the start token included",
}


class Settings(base.Settings, frozen=True):
    """What to look at. Without `layer` and `head` the first of the order; `off` names heads as layer.head."""

    text: str = TEXT
    sort: Sort = "place"
    off: tuple[Off, ...] = ()
    layer: Layer | None = None
    head: attention.Head | None = None

    @property
    def heads_off(self) -> frozenset[Head]:
        return frozenset(place(name) for name in self.off)


@dataclass(frozen=True, eq=False)
class Result:
    """All heads on one text. T tokens, L layers, H heads."""

    seen: attention.Result  # the text and its attention with the heads in `off` off, placed at the chosen head
    scores: Mapping[Head, heads.Scores]  # of that attention
    on: Losses  # with all heads on
    losses: Losses  # with the heads in `off` off
    off: frozenset[Head] = frozenset()
    alone: Mapping[Head, float] = field(default_factory=dict)  # how much the loss rises without this head alone
    sort: Sort = "place"
    small: dict[Hashable, list[Line]] = field(default_factory=dict)  # the pictures of heads that have been drawn

    def at(self, settings: Settings) -> Result:
        """The same heads in another order, with another one chosen; raises ExperimentError where there is none."""
        sorted_ = replace(self, sort=settings.sort)
        layer, head = sorted_.order[0]
        chosen = attention.Settings(layer=settings.layer or layer + 1, head=settings.head or head + 1)
        return replace(sorted_, seen=self.seen.at(chosen))

    @property
    def chosen(self) -> Head:
        return self.seen.layer - 1, self.seen.head - 1

    @cached_property
    def order(self) -> list[Head]:
        """All heads, as they are sorted: the highest score first, equal ones by place."""
        return sorted(self.scores, key=lambda head: (-self.value(head), head))

    def value(self, head: Head) -> float:
        """What the head is sorted by; heads whose loss is not known yet come last."""
        if self.sort == "place":
            return 0.0
        if self.sort == "loss":
            return self.alone.get(head, -np.inf)
        return float(getattr(self.scores[head], self.sort))

    @property
    def loss(self) -> float:
        return mean(self.losses)

    @property
    def change(self) -> float:
        """How much higher the loss is than with all heads on."""
        return self.loss - mean(self.on)

    @cached_property
    def worse(self) -> list[tuple[int, float]]:
        """Positions of the tokens whose loss rose, and how much, the worst first."""
        rise = self.losses - self.on
        return [(int(i) + 1, float(rise[i])) for i in np.argsort(-rise, kind="stable") if rise[i] > 0.005]

    @property
    def most_needed(self) -> Head | None:
        """The head without which alone the loss is highest; None until that is known of all."""
        return max(self.alone, key=lambda head: self.alone[head]) if len(self.alone) == len(self.scores) else None

    def best(self, kind: str) -> Head:
        """The head with the highest score of a kind."""
        return max(self.scores, key=lambda head: getattr(self.scores[head], kind))

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        best = {kind: self.best(kind) for kind in KINDS}
        needed, worst = self.most_needed, self.worse[0] if self.worse else None
        return {
            "heads": len(self.scores),
            "layer": self.seen.layer,
            "head": self.seen.head,
            **vars(self.scores[self.chosen]),
            **{f"best_{kind}": float(getattr(self.scores[head], kind)) for kind, head in best.items()},
            **{f"best_{kind}_head": name(head) for kind, head in best.items()},
            "loss": self.loss,
            "loss_on": mean(self.on),
            "loss_change": self.change,
            "loss_alone": self.alone.get(self.chosen, 0.0),
            "most_needed": name(needed) if needed else "",
            "most_needed_change": self.alone[needed] if needed else 0.0,
            "heads_off": len(self.off),
            "worst_token": self.seen.token(worst[0]) if worst else "",
            "worst_change": worst[1] if worst else 0.0,
            "tokens": self.seen.t,
        }

    def sentence(self) -> str:
        if self.off:
            off = ", ".join(name(head) for head in sorted(self.off))
            change = f"{abs(self.change):.3f} {'less' if self.change < 0 else 'more'} than with all heads on"
            told = f"With {off} off the loss is {self.loss:.3f} nats a token, {change}."
            if self.worse:
                worst = ", ".join(f"{self.seen.name(i)} {rise:+.2f}" for i, rise in self.worse[:3])
                told += f" Tokens hit hardest: {worst}."
            if self.chosen not in self.off:  # one that is off hands nothing on, wherever it looks
                listed = [f"{kind} {percent(score)}" for kind, score in vars(self.scores[self.chosen]).items()]
                told += f" Habits of head {name(self.chosen)}: {', '.join(listed)}."
        else:
            best = [(kind, self.best(kind)) for kind in KINDS]
            listed = [f"{kind} {name(head)} ({percent(getattr(self.scores[head], kind))})" for kind, head in best]
            told = f"The highest scores: {', '.join(listed)}. "
            told += f"With all heads on the loss is {self.loss:.3f} nats a token."
            if self.most_needed:
                told += f" It rises most without {name(self.most_needed)}: by {self.alone[self.most_needed]:.3f}."
        return f"{told} {self.seen.cut_sentence()}".rstrip()

    def table(self) -> Table:
        """Every head in its order, with its scores and the loss without it alone; then the tokens that got worse."""
        rows = [
            (
                name(head),
                *(percent(score) for score in vars(self.scores[head]).values()),
                f"{self.alone[head]:+.3f}" if head in self.alone else "",
                "off" if head in self.off else "on",
            )
            for head in self.order
        ]
        rows += [(f"{i} {self.seen.label(i)}", *[""] * len(KINDS), f"{rise:+.3f}", "worse") for i, rise in self.worse]
        return Table(("head or token", *KINDS, "loss alone off", "now"), rows)

    def data(self) -> dict[str, Any]:
        """`heads` in their order; `tokens` with their losses in nats, null for the first, which nothing predicts."""
        listed = [
            {"head": name(head), **vars(self.scores[head]), "loss_alone": self.alone.get(head), "off": head in self.off}
            for head in self.order
        ]
        tokens = [
            {"text": self.seen.token(i), "loss_on": on, "loss": now}
            for i, (on, now) in enumerate(zip([None, *self.on], [None, *self.losses], strict=True))
        ]
        return {"model": self.seen.model, "readings": self.readings(), "heads": listed, "tokens": tokens}


def name(head: Head) -> str:
    """As people count it."""
    return f"{head[0] + 1}.{head[1] + 1}"


def place(name: str) -> Head:
    """The other way."""
    layer, head = name.split(".")
    return int(layer) - 1, int(head) - 1


def mean(losses: Losses) -> float:
    """Nats a token; 0 for a text without tokens to predict."""
    return float(losses.mean()) if losses.size else 0.0


def losses(seen: Trace) -> Losses:
    """-ln p of every token that was read but the first, (T - 1,)."""
    logits = seen.logits[:-1].astype(np.float64)
    logits -= logits.max(-1, keepdims=True)
    right = logits[np.arange(len(logits)), list(seen.ids[1:])]
    return np.log(np.exp(logits).sum(-1)) - right  # type: ignore[no-any-return]


Steps = Generator[Result | None, None, Result]


def compute(settings: Settings, library: Library, known: Result | None = None) -> Steps:
    """All heads at once, then head by head what is lost without it; `known` of the same text spares what it knows."""
    loaded = library.model()
    ids, off = loaded.start(settings.text), settings.heads_off
    n_layer, n_head = loaded.config.n_layer, loaded.config.n_head
    if wrong := [head for head in sorted(off) if head[0] >= n_layer or head[1] >= n_head]:
        last = name((n_layer - 1, n_head - 1))
        raise ExperimentError(f"there is no head {name(wrong[0])} here; the last one is {last}")
    if known is not None and known.seen.text != settings.text:
        known = None
    seen = loaded.trace(ids, off)
    yield None
    now = losses(seen)
    on = known.on if known else losses(loaded.trace(ids)) if off else now
    yield None
    looks = attention.seen_in(seen, settings.text, loaded)
    scores: dict[Head, heads.Scores] = {}
    for layer in range(n_layer):
        scores |= {(layer, head): heads.scores(looks.attention[layer, head], looks.ids) for head in range(n_head)}
        yield None
    alone = dict(known.alone) if known else {}
    result = Result(looks, scores, on, now, off, dict(alone)).at(settings)
    yield result
    for layer in range(n_layer):
        for head in range(n_head):
            if (layer, head) not in alone:
                alone[layer, head] = mean(losses(loaded.trace(ids, frozenset({(layer, head)})))) - mean(on)
                yield None
        if len(alone) > len(result.alone):
            result = replace(result, alone=dict(alone)).at(settings)
            yield result
    return result


def draw(result: Result, view: View) -> RenderableType:
    """All heads as small pictures."""
    from tutor.experiments.head_gallery_picture import picture

    return SegmentLines(picture(result, view).lines(), new_lines=True)
