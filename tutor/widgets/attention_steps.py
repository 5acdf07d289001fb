"""Attention in steps: one key a step, forward and back; the arrows choose who looks and at whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding
from textual.widget import Widget

from tutor.experiments import attention_steps, attention_steps_picture
from tutor.experiments.attention_steps import OUTPUT, PRODUCTS, Result, Settings
from tutor.experiments.base import ExperimentError
from tutor.widgets.base import Canvas, LiveWidget
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.own_text import OwnText


class StepsPicture(Canvas, CellLines):
    """The stage in numbers."""


class AttentionSteps(LiveWidget, can_focus=True):
    """The text is traced once; stage, switches and place only look elsewhere in the same trace."""

    experiment = "attention-steps"
    settings: Settings
    BINDINGS = [
        Binding("s,space", "stage(1)", "step on, back", key_display="s a"),
        Binding("a", "stage(-1)", show=False),
        Binding("left,h", "move('query', -1)", "query", key_display="←→"),
        Binding("right,l", "move('query', 1)", show=False),
        Binding("up,k", "move('key', -1)", "key", key_display="↑↓"),
        Binding("down,j", "move('key', 1)", show=False),
        Binding("r", "switch('scale')", "root"),
        Binding("m", "switch('mask')", "mask"),
        Binding("comma,left_square_bracket", "layer(-1)", "layer", key_display=",."),
        Binding("full_stop,right_square_bracket", "layer(1)", show=False),
        *(Binding(str(n), f"head({n})", "head", show=n == 1, key_display="1-6") for n in range(1, 10)),
        Binding("enter,e", "edit", "own text", key_display="e"),
        Binding("c", "clear", "clear"),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self._origin = 0
        self._field = OwnText(self.settings.text, placeholder="your own text")

    def controls(self) -> Iterable[Widget]:
        yield self._field

    def picture(self) -> Iterable[Widget]:
        yield StepsPicture()

    def compute(self) -> None:
        """Trace the text, if it is not the one traced; then look where the settings say."""
        if result := self.traced:
            self.accept(result)
            return
        text, library = self.settings.text, self.tutor.engine.library
        self.ask(lambda: attention_steps.trace(text, library))

    def accept(self, result: Any) -> None:
        try:
            super().accept(result.at(self.settings))
        except ExperimentError as error:
            self.complain(str(error))

    def show(self, result: Any) -> None:
        canvas = self.query_one(StepsPicture)
        if not canvas.size:
            return  # not laid out yet; the resize that follows shows it
        drawn = attention_steps_picture.picture(result, self.view(*canvas.size), self._origin)
        self._origin = drawn.origin
        canvas.put(drawn.lines)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def traced(self) -> Result | None:
        """The result, if it is of the present text."""
        result = self.result
        return result if isinstance(result, Result) and result.seen.text == self.settings.text else None

    def action_stage(self, by: int) -> None:
        """One step on, or back."""
        if PRODUCTS <= self.settings.stage + by <= OUTPUT:
            self.steer(stage=self.settings.stage + by)

    def action_move(self, what: str, by: int) -> None:
        """Choose another query or key."""
        if result := self.traced:
            place = getattr(result.seen, what) + by
            if 0 <= place < result.t:
                self.steer(**{what: place})

    def action_switch(self, what: str) -> None:
        """Switch root or mask off or on."""
        self.steer(**{what: not getattr(self.settings, what)})

    def action_layer(self, by: int) -> None:
        self._choose(self.settings.layer + by, self.settings.head)

    def action_head(self, number: int) -> None:
        self._choose(self.settings.layer, number)

    def _choose(self, layer: int, head: int) -> None:
        result = self.traced
        if result and 1 <= layer <= result.seen.n_layer and 1 <= head <= result.seen.n_head:
            self.steer(layer=layer, head=head)

    def action_edit(self) -> None:
        self._field.focus()

    def action_clear(self) -> None:
        """Begin a text anew."""
        self._field.put("")
        self._field.focus()

    def on_descendant_blur(self) -> None:
        if self._field.value != self.settings.text:
            self._origin = 0
            self.steer(text=self._field.value, query=None, key=None)
