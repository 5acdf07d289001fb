"""What a screen shows as plain text, for the clipboard of the learner's terminal or for a file.

A terminal takes text for its clipboard by a code (OSC 52, of xterm's control sequences) and never says whether it
did: many do, some ask first, some are set not to. So nothing here claims it, and a file can be had as well.
"""

from __future__ import annotations

import os
import tempfile
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from tutor.course.text import plain
from tutor.experiments.base import Result
from tutor.experiments.cells import visible
from tutor.screens.base import TutorScreen
from tutor.terminal import is_console, multiplexer
from tutor.widgets.base import LiveWidget
from tutor.widgets.card import Page, Prose

MOST = 74_994  # bytes; terminals that set a limit take so many
UNFOLDED = 1_000_000  # columns: a paragraph is one line

R = TypeVar("R")


class Copy(NamedTuple):
    """What can be copied, and the name of a file for it."""

    name: str
    text: str


class Copying(TutorScreen[R]):
    """A screen with a text to take away."""

    BINDINGS = [
        Binding("y", "copy", "copy as text", show=False),
        Binding("Y", "save", "write that text to a file", show=False),
    ]

    @abstractmethod
    def copied(self) -> Copy:
        """What the pane with the focus shows."""

    def action_copy(self) -> None:
        """Send it to the terminal, and say what is known of that."""
        text = self.copied().text
        size = len(text.encode("utf-8", "replace"))
        if not text:
            _tell(self, "There is nothing to copy yet.")
            return
        if why := no_clipboard(os.environ) or too_many(size):
            _tell(self, f"{why} Y writes the text to a file.")
            return
        self.app.copy_to_clipboard(text)
        sent = f"{len(text):,} characters sent for your terminal's clipboard."
        _tell(self, f"{sent} Whether it took them it does not say; Y writes them to a file.")

    def action_save(self) -> None:
        """Write it to a file of its own."""
        kept = self.tutor.store.path
        folder = (kept.parent if kept else Path(tempfile.gettempdir())) / "saved"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = saved(folder, self.copied())
        except OSError as error:
            _tell(self, f"It cannot be written: {error}")
        else:
            _tell(self, f"Written to {path}")


def no_clipboard(environ: Mapping[str, str]) -> str | None:
    """Why no code for the clipboard would arrive, where that is known."""
    if is_console(environ):
        term = environ["TERM"]
        where = "This console" if term.startswith("linux") else f"A terminal with TERM={term}"
        return f"{where} has no clipboard."
    return "GNU screen passes no copies on." if multiplexer(environ) == "screen" else None


def too_many(size: int) -> str | None:
    return f"{size:,} bytes are too many for a clipboard." if size > MOST else None


def _tell(screen: Screen[Any], said: str) -> None:
    screen.notify(visible(said), timeout=10, markup=False)


def of_widget(screen: Screen[Any]) -> Copy | None:
    """What the live widget says in which the focus is, in a sentence and a table with tabs between its columns."""
    around = screen.focused.ancestors_with_self if screen.focused is not None else []
    live = next((node for node in around if isinstance(node, LiveWidget)), None)
    if live is None or live.result is None:
        return None
    return Copy(f"{live.experiment}.txt", in_words(live.result))


def in_words(result: Result) -> str:
    """The sentence of a result, an empty line, and its table."""
    table = result.table()
    rows = [table.columns, *table.rows]
    return "\n".join([visible(result.sentence()), "", *("\t".join(map(visible, row)) for row in rows), ""])


def of_page(page: Page) -> str:
    """The texts of a page, a paragraph a line."""
    parts = []
    for part in page.query(Static):
        if isinstance(part, Prose):
            parts.append("\n".join(plain(part.markdown, part.facts, UNFOLDED)))
        else:
            parts.append(str(part.content))
    return "\n\n".join(parts) + "\n"


def saved(folder: Path, copied: Copy) -> Path:
    """A file in `folder` with this text: name.txt, or name-2.txt and so on where that holds another. Raises OSError."""
    path, number = folder / copied.name, 1
    data = copied.text.encode("utf-8", "replace")
    while path.exists():
        if path.read_bytes() == data:
            return path
        number += 1
        path = folder / f"{Path(copied.name).stem}-{number}{Path(copied.name).suffix}"
    path.write_bytes(data)
    return path
