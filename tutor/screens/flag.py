"""A note on a question that is wrong, unclear or unfair; one that the end of the session cut short is gone on with."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tutor.screens.base import Steady
from tutor.study import drafts
from tutor.study.store import Store
from tutor.widgets.base import TextField
from tutor.widgets.lines import KeyLine
from tutor.widgets.one_line import fitting


class NoteField(TextField):
    """A line for the note."""

    BINDINGS = [Binding("enter", "submit", "keep the note")]


class FlagScreen(ModalScreen[str | None], Steady[str | None]):
    """Dismisses with the note, which may be empty, or None."""

    CSS_PATH = "flag.tcss"
    BINDINGS = [Binding("tab,escape", "dismiss", "back, without a note")]

    def __init__(self, store: Store, question_id: str) -> None:
        super().__init__()
        self._store = store
        self._question = question_id
        begun = fitting(drafts.note(store, question_id))
        self._field = NoteField(begun, placeholder="unclear, wrong, unfair; you may leave this empty", id="note")
        self._ended = False  # by the learner

    def compose(self) -> ComposeResult:
        yield Static("What is wrong with this question? Enter keeps the note.", markup=False)
        yield self._field
        yield KeyLine()

    def on_mount(self) -> None:
        self._field.focus()

    def on_unmount(self) -> None:
        drafts.keep_note(self._store, self._question, "" if self._ended else self._field.value)

    def dismiss(self, result: str | None = None) -> AwaitComplete:
        self._ended = True
        return super().dismiss(result)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.dismiss(message.value.strip())
