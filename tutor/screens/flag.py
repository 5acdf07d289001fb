"""A note on a question that is wrong, unclear or unfair."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tutor.screens.base import Steady
from tutor.widgets.base import TextField
from tutor.widgets.lines import KeyLine


class NoteField(TextField):
    """A line for the note."""

    BINDINGS = [Binding("enter", "submit", "keep the note")]


class FlagScreen(ModalScreen[str | None], Steady[str | None]):
    """Dismisses with the note, which may be empty, or None."""

    CSS_PATH = "flag.tcss"
    BINDINGS = [Binding("tab,escape", "dismiss", "back, without a note")]

    def compose(self) -> ComposeResult:
        yield Static("What is wrong with this question? Enter keeps the note.", markup=False)
        yield NoteField(placeholder="unclear, wrong, unfair; you may leave this empty", id="note")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(TextField).focus()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.dismiss(message.value.strip())
