"""A live widget about a text and a word: a row of fields for both; the name of a file may be asked for instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from tutor.widgets.base import LiveWidget
from tutor.widgets.own_text import OwnText


class TextAndWord(LiveWidget):
    """The settings have a `text` and a `word`; while the class -file is set, the file's name stands for the text."""

    text_placeholder: ClassVar[str] = "your own text"
    DEFAULT_CSS = """
    TextAndWord {
        & > .fields { height: 1; }
        & > .fields Static { width: auto; }
        & > .fields OwnText { width: 1fr; }
        & > .fields #word { width: 18; }
        & > .fields .file { display: none; }
        &.-file > .fields .text { display: none; }
        &.-file > .fields .file { display: block; }
    }
    """

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        chosen: Any = self.settings
        self._text = OwnText(chosen.text, placeholder=self.text_placeholder, id="text")
        self._word = OwnText(chosen.word, placeholder="a word", whole=True, id="word")
        self._file = OwnText(placeholder="a text file, such as notes.txt; Enter reads it", id="file")
        self._text.add_class("text")
        self._file.add_class("file")

    def controls(self) -> Iterable[Widget]:
        names = Static("text ", classes="text"), Static("file ", classes="file"), Static("  word ")
        yield Horizontal(names[0], self._text, names[1], self._file, names[2], self._word, classes="fields")

    def action_edit(self) -> None:
        self.remove_class("-file")
        self._text.focus()

    def action_clear(self) -> None:
        """Begin a text anew."""
        self.action_edit()
        self._text.put("")

    def action_word(self) -> None:
        self._word.focus()

    def action_file(self) -> None:
        """Ask for the name of a file in the place of the text."""
        self.add_class("-file")
        self._file.focus()
