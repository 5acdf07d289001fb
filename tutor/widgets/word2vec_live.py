"""Word vectors, learned live: let the training run, stop it, go step by step, and change the learning rate on the way.

A beat of the timer asks for a few steps more, and the next one waits until those have been shown: so the engine
is free in between, and nothing is computed or sent while the training is paused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget

from tutor.engine import Done, Event, Failed, Priority
from tutor.experiments import word2vec_picture
from tutor.experiments.own_file import read_text
from tutor.experiments.word2vec import MOST_STEPS, Result, Session, Settings
from tutor.experiments.word2vec_picture import Picture
from tutor.widgets.base import Canvas
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.text_and_word import TextAndWord

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
FEWEST, MOST = 12, 300  # steps a beat
RUNNING, AT_WORK, PAUSED = "training; g stops it", "training", "g trains on, s one step"


class TrainingPicture(Canvas, Vertical):
    """The parts of a `Picture`, each sending only what changed in it."""

    DEFAULT_CSS = """
    TrainingPicture {
        height: 1fr;
        & > .top { height: 1; }
        & > Horizontal { height: 1fr; }
    }
    """

    def compose(self) -> ComposeResult:
        yield CellLines(classes="top")
        with Horizontal():
            yield CellLines(classes="left")
            yield CellLines(classes="right")

    def put(self, drawn: Picture) -> None:
        """Show a picture."""
        top, left, right = self.query(CellLines)
        left.styles.width = drawn.width
        for part, lines in zip((top, left, right), (drawn.top, drawn.left, drawn.right), strict=True):
            part.put(lines)


class Word2VecLive(TextAndWord, can_focus=True):
    """One training goes on from beat to beat; another text begins another."""

    experiment = "word2vec-live"
    pace = 0.5  # seconds between two beats, each of which changes most of the numbers on the screen
    settings: Settings
    text_placeholder = "the course's own prose; e for your own text"
    BINDINGS = [
        Binding("g", "run", "train/stop"),
        Binding("s", "step", "one step"),
        Binding("x", "restart", "start over"),
        Binding("left,h", "rate(-1)", "rate", key_display="←→"),
        Binding("right,l", "rate(1)", show=False),
        Binding("up,k", "other_word(-1)", "word", key_display="↑↓"),
        Binding("down,j", "other_word(1)", show=False),
        Binding("w", "word", "own word"),
        Binding("enter,e", "edit", "own text", key_display="e"),
        Binding("f", "file", "file"),
        Binding("c", "clear", "clear"),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self._session = Session()  # for the engine's thread alone
        self._timer: Timer | None = None  # while it trains
        self._waiting = False  # for the engine

    def picture(self) -> Iterable[Widget]:
        yield TrainingPicture()

    # ── asking and showing ───────────────────────────────────────────────────────────────────────────

    def compute(self) -> None:
        """Train on to the step that the settings name; nothing is kept, since the training goes on."""
        settings, session = self.settings, self._session
        self._ask(lambda: session.at(settings, frames=True))

    def _ask(self, job: Any) -> None:
        self._waiting = True
        self._request = self.tutor.engine.submit(self, job, self._listen, priority=Priority.BACKGROUND)

    def heard(self, event: Event) -> None:
        if isinstance(event, Done | Failed):
            self._waiting = False
        if isinstance(event, Failed):
            self._stop()
        if isinstance(event, Done) and isinstance(event.value, str):
            self._text.put(event.value)
            self._begin(event.value)
            return
        if isinstance(event, Done) and isinstance(event.value, Result):
            self.settings = event.value.settings
            if event.value.diverged or event.value.steps >= MOST_STEPS:
                self._stop()
        super().heard(event)

    def show(self, result: Any) -> None:
        canvas = self.query_one(TrainingPicture)
        if canvas.size:  # else not laid out yet; the resize that follows shows it
            state = RUNNING if self._timer is not None else AT_WORK if self._waiting else PAUSED
            canvas.put(word2vec_picture.picture(result, self.view(*canvas.size), state))

    # ── training ─────────────────────────────────────────────────────────────────────────────────────

    def action_run(self) -> None:
        """Train until told to stop; or stop."""
        if self._timer is not None:
            self._stop()
        elif not self._ended:
            self._timer = self.set_interval(self.pace, self._beat)
            self._beat()
        self.show_again()

    def action_step(self) -> None:
        """Train one step."""
        self._stop()
        if not self._ended:
            self.steer(steps=self.settings.steps + 1)

    def action_restart(self) -> None:
        """Go back to before the first step."""
        self._stop()
        self.steer(steps=0)

    def action_twin(self) -> None:
        self._stop()
        super().action_twin()

    def action_rate(self, by: int) -> None:
        """To a higher learning rate, or a lower one; the training goes on with it."""
        now = self.settings.learning_rate
        rates = [rate for rate in RATES if (rate > now if by > 0 else rate < now)]
        if rates:
            self.steer(learning_rate=min(rates) if by > 0 else max(rates))

    @property
    def _ended(self) -> bool:
        """There is nothing to train on, or no going on."""
        result = self.result
        return not isinstance(result, Result) or result.diverged or self.settings.steps >= MOST_STEPS

    def _beat(self) -> None:
        if self._timer is None or self._waiting:
            return  # a beat that came after the stop; or the engine is busy: at the next beat, then
        steps = self.settings.steps  # the more there have been, the less each one changes
        self.steer(steps=min(MOST_STEPS, steps + min(MOST, max(FEWEST, steps // 6))))

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    # ── the word and the text ────────────────────────────────────────────────────────────────────────

    def action_other_word(self, by: int) -> None:
        """To a more frequent word, or a rarer one."""
        if isinstance(self.result, Result):
            words, index = self.result.corpus.words, self.result.corpus.index
            here = index.get(self.settings.word.strip().lower(), -1)
            self._word.put(words[min(max(0, here + by), len(words) - 1)])
            self.steer(word=self._word.value)

    def action_file(self) -> None:
        self._stop()
        super().action_file()

    def on_descendant_blur(self) -> None:
        """Take what was written."""
        if self._word.value != self.settings.word:
            self.steer(word=self._word.value)
        if self.has_class("-file"):
            self.remove_class("-file")
            if name := self._file.value.strip():
                self._ask(lambda: read_text(name))
        elif self._text.value != self.settings.text:
            self._begin(self._text.value)

    def _begin(self, text: str) -> None:
        """Train on another text, from the beginning."""
        self._stop()
        self.steer(text=text, steps=0)
