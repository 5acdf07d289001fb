"""A program of which one line is wrong: the lines that may be chosen are numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import chop_cells

from tutor.course.schema import Fact
from tutor.widgets.choices import Choices, Row


class CodeLines(Choices):
    """`code` is every line with the number of the choice it is, from 0, or None."""

    WANTED = "Choose a line first, with its digit or the arrows."

    def __init__(self, code: Sequence[tuple[int | None, str]], facts: Mapping[str, Fact]) -> None:
        super().__init__([line for choice, line in code if choice is not None], facts)
        self.code = code

    def _rows(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for choice, line in self.code:
            head = "     " if choice is None else f"{self._pointer(choice)} {choice + 1}  "
            rows += self._lines(choice, head, chop_cells(line, max(8, width - len(head))) or [""], choice)
        return rows
