"""Attention heatmap: walk over the matrix of any head, or look at all heads of a layer at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget

from tutor.experiments import attention_picture
from tutor.experiments.attention import Settings
from tutor.experiments.attention_picture import Origin, Picture
from tutor.widgets.base import Canvas
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.traced_text import TracedText


class AttentionPicture(Canvas, Vertical):
    """The parts of a `Picture`, each sending only what changed in it."""

    DEFAULT_CSS = "AttentionPicture { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield CellLines(classes="top")
        yield CellLines(classes="body")

    def put(self, drawn: Picture) -> None:
        """Show a picture."""
        top = self.query_one(".top", CellLines)
        top.styles.height = len(drawn.top)
        top.put(drawn.top)
        self.query_one(".body", CellLines).put(drawn.body)


class AttentionHeatmap(TracedText, can_focus=True):
    """The text is traced once; layer, head and cursor only look elsewhere in the same trace."""

    experiment = "attention-heatmap"
    settings: Settings
    BINDINGS = [
        Binding("enter,e", "edit", "own text", key_display="e"),
        Binding("left,h", "move(0, -1)", "key", key_display="←→"),
        Binding("right,l", "move(0, 1)", show=False),
        Binding("up,k", "move(-1, 0)", "query", key_display="↑↓"),
        Binding("down,j", "move(1, 0)", show=False),
        Binding("left,h", "other(0, -1)", "head", key_display="←→"),
        Binding("right,l", "other(0, 1)", show=False),
        Binding("up,k", "other(-1, 0)", "layer", key_display="↑↓"),
        Binding("down,j", "other(1, 0)", show=False),
        Binding("g,enter,e", "one", "one head", key_display="g"),
        *TracedText.HEADS,
        Binding("g", "gallery", "all heads"),
        Binding("m", "strongest", "strongest key"),
        Binding("c", "clear", "clear"),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self.gallery = False
        self._origin: Origin = (0, 0)

    def picture(self) -> Iterable[Widget]:
        yield AttentionPicture()

    def show(self, result: Any) -> None:
        canvas = self.query_one(AttentionPicture)
        if not canvas.size:
            return  # not laid out yet; the resize that follows shows it
        drawn = attention_picture.picture(result, self.view(*canvas.size), gallery=self.gallery, origin=self._origin)
        self._origin = drawn.origin
        canvas.put(drawn)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, queries: int, keys: int) -> None:
        """Move the cursor."""
        if result := self.traced:
            query, key = result.query + queries, result.key + keys
            if 0 <= query < result.t and 0 <= key < result.t:
                self.steer(query=query, key=key)

    def action_other(self, layers: int, heads: int) -> None:
        """To another head, where all of a layer are seen."""
        self.choose(self.settings.layer + layers, self.settings.head + heads)

    def action_strongest(self) -> None:
        """Put the cursor on the key that the query looks at most, and keep it there as the head changes."""
        self.steer(key=None)

    def action_gallery(self) -> None:
        """Show all heads of the layer."""
        self._show_gallery(True)

    def action_one(self) -> None:
        """Back to the one head that is chosen."""
        self._show_gallery(False)

    def _show_gallery(self, on: bool) -> None:
        self.gallery = on
        self.refresh_bindings()
        self.show_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """With all heads before one, arrows go from head to head, and there is no cursor."""
        if action in ("move", "gallery", "strongest", "edit"):
            return not self.gallery
        return self.gallery if action in ("other", "one") else True

    def begin(self, text: str) -> None:
        self._origin = (0, 0)
        super().begin(text)
