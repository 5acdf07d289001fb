"""Temperature lab: steer the distribution of the next token, draw from it, let the model write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from tutor.engine import Event, Failed, Update
from tutor.experiments import temperature, temperature_picture
from tutor.experiments.cells import fit
from tutor.experiments.temperature import Result, Settings
from tutor.widgets.base import Canvas, LiveWidget
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.own_text import OwnText
from tutor.widgets.slider import Slider

HINT = "s draws a token, g lets the model write, x starts over"
ENDED = "The text has ended; x starts over."


class TemperaturePicture(Canvas, CellLines):
    """What was drawn, above the bars."""


class TemperatureLab(LiveWidget):
    """The sliders and the text steer the bars; what is drawn from them is put after the text."""

    experiment = "temperature-lab"
    pace = 0.2  # seconds a token, so that text and bars can be read while it is written
    most = 100  # tokens written at once
    settings: Settings
    DEFAULT_CSS = "TemperatureLab > .cuts { height: 1; }"
    BINDINGS = [
        Binding("e", "edit", "own text"),
        Binding("s", "sample", "draw one"),
        Binding("g", "write", "write/stop"),
        Binding("x", "restart", "start over"),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self._timer: Timer | None = None  # while the model writes
        self._left = 0  # tokens it has still to write
        self._waiting = False  # for the engine
        self._field = OwnText(self.settings.text, placeholder="your own text")

    def controls(self) -> Iterable[Widget]:
        s = self.settings
        yield Slider("temperature", s.temperature, least=0, most=2, step=0.05, digits=2, id="temperature")
        yield Horizontal(
            Slider("top-k", s.top_k, least=0, most=100, step=1, off=0, id="top_k"),
            Slider("top-p", s.top_p, least=0, most=1, step=0.05, digits=2, off=1, id="top_p"),
            Slider("min-p", s.min_p, least=0, most=1, step=0.01, digits=2, off=0, id="min_p"),
            Slider("seed", s.seed, least=0, most=99, step=1, id="seed"),
            classes="cuts",
        )
        yield self._field

    def picture(self) -> Iterable[Widget]:
        yield TemperaturePicture()

    # ── asking and showing ───────────────────────────────────────────────────────────────────────────

    def compute(self) -> None:
        """Draw what is to be drawn; nothing is kept, since each text is asked for once."""
        settings, library = self.settings, self.tutor.engine.library
        self._waiting = True
        self.ask(lambda: temperature.stream(settings, library))

    def heard(self, event: Event) -> None:
        if isinstance(event, Update) and isinstance(event.value, Result):
            self.settings = event.value.settings
        else:
            self._waiting = False
        if isinstance(event, Failed):
            self._stop()
        super().heard(event)

    def show(self, result: Any) -> None:
        canvas = self.query_one(TemperaturePicture)
        if not canvas.size:
            return  # not laid out yet; the resize that follows shows it
        view = self.view(*canvas.size)
        text = replace(view, height=max(2, view.height // 4))
        if result.drawn:
            above = temperature_picture.drawn(result, text)
        else:
            above = [[Segment(fit(HINT, view.width, "."), Style(dim=True))]]
        above += [[] for _ in range(text.height - len(above))]
        bars = temperature_picture.bars(result, replace(view, height=view.height - text.height))
        canvas.put([*above, *bars])

    # ── steering ─────────────────────────────────────────────────────────────────────────────────────

    def on_slider_changed(self, message: Slider.Changed) -> None:
        message.stop()
        name = str(message.slider.id)
        value = message.value if message.slider.digits else int(message.value)
        again = {"drawn": (), "tokens": 0} if name == "seed" else {}  # a seed holds from the first token on
        self.steer(**{name: value}, **again)
        message.slider.value = getattr(self.settings, name)

    def on_own_text_changed(self, message: OwnText.Changed) -> None:
        message.stop()
        self._stop()
        self.steer(text=message.field.value, drawn=(), tokens=0)

    def written(self, left: OwnText.Left) -> None:
        self.query_one("#temperature").focus()

    def action_edit(self) -> None:
        self._field.focus()

    # ── drawing tokens ───────────────────────────────────────────────────────────────────────────────

    def action_sample(self) -> None:
        """Draw one token."""
        self._stop()
        self._draw()

    def action_write(self) -> None:
        """Draw one after the other, or stop doing so."""
        if self._timer is not None:
            self._stop()
            return
        self._left = self.most
        self._timer = self.set_interval(self.pace, self._write)
        self._write()

    def action_restart(self) -> None:
        """Take back all that was drawn."""
        self._stop()
        self.steer(drawn=(), tokens=0)

    def action_twin(self) -> None:
        self._stop()
        super().action_twin()

    def _write(self) -> None:
        if self._timer is None or self._waiting:
            return  # a beat that came after the stop; or the engine is busy: at the next beat, then
        if not self._left or not self._draw():
            self._stop()
        else:
            self._left -= 1

    def _draw(self) -> bool:
        """Have one token more drawn; False when the text has ended."""
        if isinstance(self.result, Result) and self.result.ended and self.result.drawn == self.settings.drawn:
            self.complain(ENDED)
            return False
        self.steer(tokens=self.settings.tokens + 1)
        return True

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
