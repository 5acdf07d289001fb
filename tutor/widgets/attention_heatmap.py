"""Attention heatmap: walk over the matrix of any head, or look at all heads of a layer at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget

from tutor.experiments import attention, attention_picture
from tutor.experiments.attention import Result, Settings
from tutor.experiments.attention_picture import Origin, Picture
from tutor.experiments.base import ExperimentError
from tutor.widgets.base import Canvas, LiveWidget
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.own_text import OwnText


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


class AttentionHeatmap(LiveWidget, can_focus=True):
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
        Binding("comma,left_square_bracket", "layer(-1)", "layer", key_display=",."),
        Binding("full_stop,right_square_bracket", "layer(1)", show=False),
        *(Binding(str(n), f"head({n})", "head", show=n == 1, key_display="1-6") for n in range(1, 7)),
        Binding("g", "gallery", "all heads"),
        Binding("m", "strongest", "strongest key"),
        Binding("c", "clear", "clear"),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self.gallery = False
        self._origin: Origin = (0, 0)
        self._field = OwnText(self.settings.text, placeholder="your own text")

    def controls(self) -> Iterable[Widget]:
        yield self._field

    def picture(self) -> Iterable[Widget]:
        yield AttentionPicture()

    def compute(self) -> None:
        """Trace the text, if it is not the one traced; then look where the settings say."""
        if isinstance(self.result, Result) and self.result.text == self.settings.text:
            self.accept(self.result)
            return
        text, library = self.settings.text, self.tutor.engine.library
        self.ask(lambda: attention.trace(text, library))

    def accept(self, result: Any) -> None:
        try:
            super().accept(result.at(self.settings))
        except ExperimentError as error:
            self.complain(str(error))

    def show(self, result: Any) -> None:
        canvas = self.query_one(AttentionPicture)
        if not canvas.size:
            return  # not laid out yet; the resize that follows shows it
        drawn = attention_picture.picture(result, self.view(*canvas.size), gallery=self.gallery, origin=self._origin)
        self._origin = drawn.origin
        canvas.put(drawn)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def traced(self) -> Result | None:
        """The result, if it is of the present text."""
        result = self.result
        return result if isinstance(result, Result) and result.text == self.settings.text else None

    def action_move(self, queries: int, keys: int) -> None:
        """Move the cursor."""
        if result := self.traced:
            query, key = result.query + queries, result.key + keys
            if 0 <= query < result.t and 0 <= key < result.t:
                self.steer(query=query, key=key)

    def action_other(self, layers: int, heads: int) -> None:
        """To another head, where all of a layer are seen."""
        self._choose(layer=self.settings.layer + layers, head=self.settings.head + heads)

    def action_layer(self, by: int) -> None:
        self._choose(layer=self.settings.layer + by)

    def action_head(self, number: int) -> None:
        self._choose(head=number)

    def _choose(self, **place: int) -> None:
        result = self.traced
        layer, head = place.get("layer", self.settings.layer), place.get("head", self.settings.head)
        if result and 1 <= layer <= result.n_layer and 1 <= head <= result.n_head:
            self.steer(layer=layer, head=head)

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

    def action_edit(self) -> None:
        self._field.focus()

    def action_clear(self) -> None:
        """Begin a text anew."""
        self._field.put("")
        self._field.focus()

    def on_descendant_blur(self) -> None:
        if self._field.value != self.settings.text:
            self._origin = (0, 0)
            self.steer(text=self._field.value, query=None, key=None)
