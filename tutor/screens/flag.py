"""A note on a question that is wrong, unclear or unfair."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tutor.widgets.base import TextField
from tutor.widgets.lines import KeyLine


class FlagScreen(ModalScreen[str | None]):
    """Dismisses with the note, which may be empty, or None."""

    CSS_PATH = "flag.tcss"
    BINDINGS = [
        Binding("enter", "keep", "keep the note"),
        Binding("escape", "dismiss", "back, without a note"),
    ]

    def compose(self) -> ComposeResult:
        yield Static("What is wrong with this question? Enter keeps the note.", markup=False)
        yield TextField(placeholder="unclear, wrong, unfair; you may leave this empty", id="note")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(TextField).focus()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.dismiss(message.value.strip())

    def action_keep(self) -> None:
        self.dismiss(self.query_one(TextField).value.strip())
