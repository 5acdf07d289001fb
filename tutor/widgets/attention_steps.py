"""Attention in steps: one key a step, forward and back; the arrows choose who looks and at whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding
from textual.widget import Widget

from tutor.experiments import attention_steps_picture
from tutor.experiments.attention_steps import OUTPUT, PRODUCTS, Settings
from tutor.widgets.base import Canvas
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.traced_text import TracedText


class StepsPicture(Canvas, CellLines):
    """The stage in numbers."""


class AttentionSteps(TracedText, can_focus=True):
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
        *TracedText.HEADS,
        Binding("enter,e", "edit", "own text", key_display="e"),
        Binding("c", "clear", "clear"),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self._origin = 0

    def picture(self) -> Iterable[Widget]:
        yield StepsPicture()

    def show(self, result: Any) -> None:
        canvas = self.query_one(StepsPicture)
        if not canvas.size:
            return  # not laid out yet; the resize that follows shows it
        drawn = attention_steps_picture.picture(result, self.view(*canvas.size), self._origin)
        self._origin = drawn.origin
        canvas.put(drawn.lines)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

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

    def begin(self, text: str) -> None:
        self._origin = 0
        super().begin(text)
