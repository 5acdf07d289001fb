"""A live widget about the attention of one text, traced once: what else is set looks elsewhere in the trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding
from textual.widget import Widget

from tutor.experiments.base import ExperimentError
from tutor.widgets.base import LiveWidget
from tutor.widgets.own_text import OwnText


class TracedText(LiveWidget):
    """One's own text above the picture; layer and head by key. The settings have `text`, `layer` and `head`.

    The experiment has `trace(text, library)`; what that gives has `at(settings)`, and `seen` where it is no
    `attention.Result` itself.
    """

    HEADS = (
        Binding("comma,left_square_bracket", "layer(-1)", "layer", key_display=",."),
        Binding("full_stop,right_square_bracket", "layer(1)", show=False),
        *(Binding(str(n), f"head({n})", "head", show=n == 1, key_display="1-6") for n in range(1, 7)),
    )
    settings: Any

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self._field = OwnText(self.settings.text, placeholder="your own text")

    def controls(self) -> Iterable[Widget]:
        yield self._field

    @property
    def traced(self) -> Any:
        """The result, if it is of the present text; else None."""
        seen: Any = getattr(self.result, "seen", self.result)
        return self.result if seen is not None and seen.text == self.settings.text else None

    def compute(self) -> None:
        """Trace the text, if it is not the one traced; then look where the settings say."""
        if result := self.traced:
            self.accept(result)
            return
        text, library = self.settings.text, self.tutor.engine.library
        self.ask(lambda: self.module.trace(text, library))

    def accept(self, result: Any) -> None:
        try:
            super().accept(result.at(self.settings))
        except ExperimentError as error:
            self.complain(str(error))

    def begin(self, text: str) -> None:
        """Look at another text."""
        self.steer(text=text, query=None, key=None)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_layer(self, by: int) -> None:
        self.choose(self.settings.layer + by, self.settings.head)

    def action_head(self, number: int) -> None:
        self.choose(self.settings.layer, number)

    def choose(self, layer: int, head: int) -> None:
        """Look at another head, if there is one of this number."""
        if result := self.traced:
            seen = getattr(result, "seen", result)
            if 1 <= layer <= seen.n_layer and 1 <= head <= seen.n_head:
                self.steer(layer=layer, head=head)

    def action_edit(self) -> None:
        self._field.focus()

    def action_clear(self) -> None:
        """Begin a text anew."""
        self._field.put("")
        self._field.focus()

    def on_descendant_blur(self) -> None:
        if self._field.value != self.settings.text:
            self.begin(self._field.value)
