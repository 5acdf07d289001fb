"""A talk line by line, for screen readers, plain terminals and pipes: lines go out, lines come in.

A line that begins with a colon is a command, by its whole name or the beginning of it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper
from typing import NamedTuple

from tutor.commands.folding import folded
from tutor.commands.output import in_ascii, show
from tutor.course.schema import Fact
from tutor.course.text import WIDTH, plain

HELP, QUIT = "help", "quit"


class LeftError(Exception):
    """The learner has left, or there are no more lines to read."""


class Said(NamedTuple):
    """A line that came in: a command with what stands after it, or any other line as it is."""

    command: str  # empty for a line that is none
    text: str


class Dialogue:
    """Prints on stdout, reads stdin. What is read from a file is printed too, so that a transcript is whole."""

    def __init__(self) -> None:
        self._out, self._in = sys.stdout, sys.stdin
        if isinstance(self._in, TextIOWrapper):
            self._in.reconfigure(errors="replace")
        self.typed = self._in is not None and self._in.isatty()
        self._edits = self.typed and self._out.isatty()
        if self._edits:
            with suppress(ImportError):
                import readline  # noqa: F401  # gives input() arrow keys and a history
        self._kept: str | None = None

    # ── lines out ────────────────────────────────────────────────────────────────────────────────────

    def say(self, text: str = "", facts: Mapping[str, Fact] | None = None) -> None:
        """Lesson Markdown as plain lines, none wider than the terminal."""
        for line in plain(text, facts, self._width(), ascii=in_ascii(self._out)) or [""]:
            print(line.rstrip())

    def line(self, text: str = "", hang: int = 0) -> None:
        """Text as it is, but for what a terminal would obey; folded as `say` does it, see `folded`."""
        for line in folded(show(text), self._width(), hang):
            print(line)

    def code(self, text: str) -> None:
        """A line of a program: never folded."""
        print(show(text))

    def _width(self) -> int:
        return max(20, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns - 1))

    # ── lines in ─────────────────────────────────────────────────────────────────────────────────────

    def ask(self, prompt: str, commands: Mapping[str, str]) -> Said:
        """The next line that is for the caller; `commands`: name -> what it does. Raises LeftError."""
        known = {**commands, HELP: "list these commands", QUIT: "leave; all is kept"}
        while True:
            line = self._next(prompt)
            if not line.startswith(":"):
                return Said("", line)
            word, _, rest = line[1:].partition(" ")
            fitting = [name for name in known if name == word] or [name for name in known if name.startswith(word)]
            if fitting == [QUIT]:
                raise LeftError
            if fitting == [HELP] or not word:
                for name, what in known.items():
                    self.line(f":{name}  {what}", hang=2)
            elif len(fitting) == 1:
                return Said(fitting[0], rest)
            elif fitting:
                self.line(f":{word} may be " + " or ".join(f":{name}" for name in fitting) + ".")
            else:
                self.line(f"There is no :{word} here; :help lists what there is.")

    def give_back(self, line: str) -> None:
        """Have the next `ask` read this line again."""
        self._kept = line

    def _next(self, prompt: str) -> str:
        if self._kept is not None:
            line, self._kept = self._kept, None
            self.line(f"{prompt} {line}")
            return line
        if self._in is None:
            raise LeftError
        try:
            *above, last = folded(show(prompt), self._width())
            for part in above:
                print(part)
            if self._edits:
                return input(f"{last} ")
            print(f"{last} ", end="", flush=True)
            line = self._in.readline()
        except EOFError:
            line = ""
        if not line:
            print()
            raise LeftError
        line = line.rstrip("\r\n")
        if not self.typed:
            self.code(line)
        return line
