"""What is wrong in a lesson file, and where."""

from __future__ import annotations

import msgspec

Path = tuple[str | int, ...]  # to a value in a TOML document: ("cards", 2, "widget", "name")


class Problem(msgspec.Struct, frozen=True, order=True):
    """One thing to mend; its text is `file:line: message`."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class Finding(msgspec.Struct, frozen=True):
    """A problem by its place in the document; `near` is the piece of that value's text that is meant."""

    path: Path
    message: str
    near: str = ""


class LessonError(Exception):
    """A lesson file that cannot be shown; `problems` says why, and the message is the first of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(str(problems[0]))
        self.problems = problems
