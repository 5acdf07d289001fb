"""BPE stepper: go through the learning of merges forwards and back, and through the encoding of a word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding
from textual.widget import Widget

from tutor.engine import Done, Event
from tutor.experiments import bpe_steps, bpe_steps_picture
from tutor.experiments.bpe_steps import Result, Settings
from tutor.experiments.own_file import read_text
from tutor.models.merge_history import History
from tutor.widgets.base import Canvas
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.own_text import OwnText
from tutor.widgets.text_and_word import TextAndWord

LONG = 100_000  # characters that take long enough to say so
JUMP = 10  # merges


class StepsPicture(Canvas, CellLines):
    """Pairs, text, vocabulary and word."""


class BpeStepper(TextAndWord, can_focus=True):
    """The merges of a text are learned once; the keys look at another moment of the same learning."""

    experiment = "bpe-stepper"
    settings: Settings
    BINDINGS = [
        Binding("right,l", "merge(1)", "merge", key_display="←→"),
        Binding("left,h", "merge(-1)", show=False),
        Binding("down,j", "step(1)", "word's step", key_display="↑↓"),
        Binding("up,k", "step(-1)", show=False),
        Binding("enter,e", "edit", "own text", key_display="e"),
        Binding("w", "word", "word"),
        Binding("f", "file", "file"),
        Binding("full_stop", f"merge({JUMP})", f"{JUMP} merges", key_display=",."),
        Binding("pagedown", f"merge({JUMP})", f"{JUMP} merges on", show=False),
        Binding("comma,pageup", f"merge({-JUMP})", f"{JUMP} merges back", show=False),
        Binding("G,end", "end(1)", "all", key_display="G"),
        Binding("g,home", "end(0)", "none", key_display="g"),
        Binding("c", "clear", "clear", show=False),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self._history: History | None = None  # for the engine's thread alone; here only its text is read

    def picture(self) -> Iterable[Widget]:
        yield StepsPicture()

    # ── asking and showing ───────────────────────────────────────────────────────────────────────────

    def compute(self) -> None:
        """Look at a moment of the learning; another text is learned anew."""
        settings, history = self.settings, self._history
        if history is None or history.text != settings.text:
            history = self._history = History(settings.text)
            if len(settings.text) > LONG:
                self.complain(f"counting the pairs of {len(settings.text):,} characters…")
        self.ask(lambda: bpe_steps.steps(settings, history))

    def heard(self, event: Event) -> None:
        if isinstance(event, Done) and isinstance(event.value, str):
            self._text.put(event.value)
            self.action_close()
        else:
            super().heard(event)

    def show(self, result: Any) -> None:
        canvas = self.query_one(StepsPicture)
        if canvas.size:  # else not laid out yet; the resize that follows shows it
            canvas.put(bpe_steps_picture.picture(result, self.view(*canvas.size)))

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_merge(self, by: int) -> None:
        """So many merges on, or back."""
        if isinstance(self.result, Result):
            most = self.result.learned
            now = min(self.settings.merges, most)
            self._to(min(max(0, now + by), most))

    def action_end(self, end: int) -> None:
        """Before the first merge, or to the last one learned."""
        if isinstance(self.result, Result):
            self._to(self.result.learned if end else 0)

    def _to(self, merges: int) -> None:
        if merges != self.settings.merges:
            self.steer(merges=merges, step=-1)

    def action_step(self, by: int) -> None:
        """To another state of the word."""
        if isinstance(self.result, Result):
            step = min(max(0, self.result.step + by), len(self.result.states) - 1)
            if step != self.result.step:
                self.steer(step=step)

    def action_close(self) -> None:
        """Show the text again in place of the file's name."""
        self.remove_class("-file")
        self.focus()

    def on_own_text_changed(self, message: OwnText.Changed) -> None:
        message.stop()
        if message.field is self._text:
            self.steer(text=message.field.value, merges=0, step=-1)
        elif message.field is self._word:
            self.steer(word=message.field.value, step=-1)

    def written(self, left: OwnText.Left) -> None:
        name = self._file.value
        if self._file.has_focus and left.entered and name.strip():
            self.ask(lambda: read_text(name))
        else:
            self.action_close()
