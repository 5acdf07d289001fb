"""Attention heatmap: how much every token of a text looks at each token before it, in every layer and head.

Layers and heads are numbered from 1, as people count them; positions from 0, which is where the start
token stands, so that the first token of the text is number 1. Arrays, here and in `data`, index from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import base, heads
from tutor.experiments.base import ExperimentError, Reading, Table
from tutor.experiments.cells import View, visible_bytes

if TYPE_CHECKING:
    from tutor.models.decoder import Trace
    from tutor.models.library import Library, Model

START = "<start>"  # what the start token is called where a token's text is asked for
TEXT = "Lily had a dog. The dog was happy. Lily gave it a ball"

READINGS = {
    "layer": "the layer shown, from 1",
    "head": "the head shown, from 1",
    "query": "position of the token that looks; 0 is the start token",
    "key": "position of the token looked at",
    "query_text": "the token that looks, with its leading space",
    "key_text": "the token looked at, with its leading space",
    "weight": "attention of the query to the key, 0 to 1",
    "top_key": "position of the token the query looks at most",
    "top_key_text": "the token the query looks at most, with its leading space",
    "top_weight": "attention of the query to that token, 0 to 1",
    "row_entropy": "how spread the query's attention is, in bits: 0 is all on one token",
    "previous": "mean attention of this head to the token before, 0 to 1",
    "first": "mean attention of this head to the first token, 0 to 1",
    "same": "mean attention of this head to earlier copies of the same token, 0 to 1",
    "induction": "mean attention of this head to what came after earlier copies of the same token, 0 to 1",
    "tokens": "number of tokens the model read, the start token included",
}

Layer = Annotated[int, msgspec.Meta(ge=1, description="the layer")]
Head = Annotated[int, msgspec.Meta(ge=1, description="the head in its layer")]
Query = Annotated[int, msgspec.Meta(ge=0, description="the token that looks; 0 is the start token")]
Key = Annotated[int, msgspec.Meta(ge=0, description="the token looked at")]


class Settings(base.Settings, frozen=True):
    """What to look at. Without a `query` the last token, without a `key` the one the query looks at most."""

    text: str = TEXT
    layer: Layer = 1
    head: Head = 1
    query: Query | None = None
    key: Key | None = None


@dataclass(frozen=True, eq=False)
class Result:
    """All attention of one text, and the cell of it that is looked at. L layers, H heads, T tokens."""

    model: str
    text: str
    n_ctx: int
    bos: int
    ids: tuple[int, ...]  # the T tokens the model read
    pieces: tuple[bytes, ...]  # their bytes
    skipped: int  # tokens of the text before those, out of the model's sight
    attention: NDArray[np.float32]  # (L, H, T, T): [layer, head, query, key]
    layer: int = 1
    head: int = 1
    query: int = 0
    key: int = 0

    @property
    def n_layer(self) -> int:
        return len(self.attention)

    @property
    def n_head(self) -> int:
        return int(self.attention.shape[1])

    @property
    def t(self) -> int:
        """T, the number of tokens read."""
        return len(self.ids)

    def at(self, settings: Settings) -> Result:
        """The same trace, looked at as `settings` say; raises ExperimentError for a place it does not have."""
        for name, number, last in (
            ("layer", settings.layer, self.n_layer),
            ("head", settings.head, self.n_head),
            ("query", settings.query or 0, self.t - 1),
            ("key", settings.key or 0, self.t - 1),
        ):
            if number > last:
                raise ExperimentError(f"there is no {name} {number} here; the last one is {last}")
        query = self.t - 1 if settings.query is None else settings.query
        row = self.attention[settings.layer - 1, settings.head - 1, query]
        key = int(row.argmax()) if settings.key is None else settings.key
        return replace(self, layer=settings.layer, head=settings.head, query=query, key=key)

    @property
    def matrix(self) -> NDArray[np.float32]:
        """The chosen head's attention (T, T), queries in rows."""
        return self.attention[self.layer - 1, self.head - 1]  # type: ignore[no-any-return]

    @property
    def row(self) -> NDArray[np.float32]:
        """The query's attention to every key, (T,); sums to 1."""
        return self.matrix[self.query]  # type: ignore[no-any-return]

    @property
    def weight(self) -> float:
        """What the cursor's cell holds."""
        return float(self.row[self.key])

    @property
    def masked(self) -> bool:
        """The key comes after the query, which therefore cannot see it."""
        return self.key > self.query

    @cached_property
    def scores(self) -> heads.Scores:
        return heads.scores(self.matrix, self.ids)

    def token(self, position: int) -> str:
        """A token as text, `START` for the start token; broken UTF-8 becomes U+FFFD."""
        return START if self.ids[position] == self.bos else self.pieces[position].decode("utf-8", "replace")

    def label(self, position: int, ascii: bool = False) -> str:
        """A token as it stands beside the picture: safe to show, a space visible."""
        return START if self.ids[position] == self.bos else _shown(self.pieces[position], "␣", ascii)

    def name(self, position: int, ascii: bool = False) -> str:
        """A token as a sentence names it: quoted, with its position where the text has it more than once."""
        if self.ids[position] == self.bos:
            return "the start token"
        quoted = f"'{_shown(self.pieces[position], ' ', ascii)}'"
        return f"{quoted} ({position})" if self.ids.count(self.ids[position]) > 1 else quoted

    def strongest(self) -> list[int]:
        """Positions of the keys that the query can see, the most looked at first."""
        return sorted(range(self.query + 1), key=lambda key: (-self.row[key], key))

    def row_sentence(self, n: int, ascii: bool = False) -> str:
        """Where the query looks: the `n` strongest keys."""
        parts = [f"{percent(self.row[key])} at {self.name(key, ascii)}" for key in self.strongest()[:n]]
        listed = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
        return f"{self.name(self.query, ascii)} looks {listed}"

    def cell_sentence(self) -> str:
        """What the cursor's cell says."""
        if self.masked:
            return f"{self.name(self.key)} comes after {self.name(self.query)}, which cannot see it: masked"
        return f"{self.name(self.query)} looks {percent(self.weight)} at {self.name(self.key)}"

    def cut_sentence(self) -> str:
        """What of the text the model did not see; empty when it saw all."""
        if not self.skipped:
            return ""
        n, context = self.t + self.skipped, self.n_ctx
        return f"The model reads the last {self.t} of {n} tokens: past {context} it drops {context // 2} at once."

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        row = self.row[: self.query + 1].astype(np.float64)
        seen = row[row > 0]
        top = int(row.argmax())
        return {
            "layer": self.layer,
            "head": self.head,
            "query": self.query,
            "key": self.key,
            "query_text": self.token(self.query),
            "key_text": self.token(self.key),
            "weight": self.weight,
            "top_key": top,
            "top_key_text": self.token(top),
            "top_weight": float(row[top]),
            "row_entropy": max(0.0, float(-(seen * np.log2(seen)).sum())),
            **vars(self.scores),
            "tokens": self.t,
        }

    def sentence(self) -> str:
        where = f"Layer {self.layer}, head {self.head}"
        top = self.strongest()[0]
        cell = "" if self.key == top else f" The cell under the cursor: {self.cell_sentence()}."
        return f"{where}: {self.row_sentence(3)}.{cell} {self.cut_sentence()}".rstrip()

    def table(self) -> Table:
        """The query's row, the most looked at token first; then the tokens it cannot see."""
        seen = [(str(key), self.label(key), percent(self.row[key])) for key in self.strongest()]
        hidden = [(str(key), self.label(key), "masked") for key in range(self.query + 1, self.t)]
        return Table(("position", "token", f"attention of {self.name(self.query)}"), (*seen, *hidden))

    def data(self) -> dict[str, Any]:
        """`weights[layer][head][query][key]`, indexed from 0; `tokens` as the model saw them."""
        tokens = [piece.decode("utf-8", "replace") for piece in self.pieces]
        return {"model": self.model, "tokens": tokens, "weights": self.attention.tolist()}


@lru_cache(maxsize=4096)
def _shown(piece: bytes, space: str, ascii: bool) -> str:
    return visible_bytes(piece, space, ascii)


def percent(weight: float) -> str:
    """A weight for people, with no more digits than they can use: "61 %", "6.1 %", "<0.1 %"."""
    if 0 < weight < 0.0005:
        return "<0.1 %"
    return f"{100 * weight:.0f} %" if weight >= 0.0995 or weight == 0 else f"{100 * weight:.1f} %"


def trace(text: str, library: Library) -> Result:
    """Let the model read `text`; what is past its context is cut from the front."""
    loaded = library.model()
    return seen_in(loaded.trace(loaded.start(text)), text, loaded)


def seen_in(seen: Trace, text: str, loaded: Model) -> Result:
    """The attention of a trace that `loaded` made of `text`."""
    return Result(
        model=loaded.name,
        text=text,
        n_ctx=loaded.config.n_ctx,
        bos=loaded.tokenizer.bos,
        ids=tuple(seen.ids),
        pieces=tuple(loaded.tokenizer.token(i) for i in seen.ids),
        skipped=seen.start,
        attention=seen.attention,
    )


def compute(settings: Settings, library: Library) -> Result:
    """Trace the text once and look at it as the settings say; `Result.at` looks elsewhere in the same trace."""
    return trace(settings.text, library).at(settings)


def draw(result: Result, view: View, gallery: bool = False) -> RenderableType:
    """The matrix of the chosen head, or with `gallery` all heads of its layer."""
    from tutor.experiments.attention_picture import picture

    return SegmentLines(picture(result, view, gallery=gallery).lines(), new_lines=True)
