"""A lesson file under check: what it says as far as it can be read, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from tutor.course.lines import Lines
from tutor.course.parse import document, shown
from tutor.course.problems import Finding, LessonError, Problem
from tutor.course.shape import Mended

T = TypeVar("T", bound=msgspec.Struct)


class Sheet(Generic[T]):
    """`value` is always there; where the file did not fit the schema it holds something neutral, about
    which `report` stays silent. `whole` is false for a file that is no TOML at all."""

    value: T

    def __init__(self, path: Path, type: type[T]) -> None:
        self.path = path
        self.whole = False
        self.problems: list[Problem] = []
        try:
            source, data = document(path)
            self._lines, self._mended = Lines(source), Mended(data, type)
            self.whole = True
            self._keep(self._mended.findings)
        except LessonError as error:
            self.problems += error.problems
        except RecursionError:
            self.problems.append(Problem(shown(path), 1, "is nested too deeply"))
        if not self.whole:
            self._lines, self._mended = Lines(""), Mended({}, type)
        self.value = msgspec.convert(self._mended.value, type)

    def report(self, findings: Iterable[Finding]) -> None:
        """Keep the findings that an author can act on."""
        self._keep(finding for finding in findings if self.whole and not self._mended.about_replaced(finding))

    def line(self, path: tuple[str | int, ...]) -> int:
        """The line of a value of this file."""
        return self._lines.of(path)

    def _keep(self, findings: Iterable[Finding]) -> None:
        place = shown(self.path)
        self.problems += [Problem(place, self._lines.of(f.path, f.near), f.message) for f in findings]
