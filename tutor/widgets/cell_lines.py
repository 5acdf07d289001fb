"""Pictures in cells that send only what changed.

Textual sends a changed line from the left edge of its widget to the last changed cell. So lines of words are
one widget, and a mosaic of cells, of which any may change alone, is many narrow ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

Line = list[Segment]
TILE = 4  # columns
EMPTY: Line = []


class CellLines(Widget):
    """Lines of segments; `put` replaces them and has the changed parts drawn again."""

    DEFAULT_CSS = "CellLines { width: 1fr; height: 1fr; }"

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._lines: list[Line] = []

    def put(self, lines: Sequence[Line]) -> None:
        """Show `lines` from the top; what was shown below them goes."""
        before, self._lines = self._lines, list(lines)
        for y, (old, new) in enumerate(zip_longest(before, self._lines, fillvalue=EMPTY)):
            if old != new and (columns := changed(old, new)):
                self.refresh(Region(0, y, columns, 1))

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else EMPTY
        return Strip(line).adjust_cell_length(self.size.width).apply_style(self.rich_style).simplify()


class Mosaic(Horizontal):
    """Lines of which any cell may change alone: first the columns of the labels, then tiles."""

    DEFAULT_CSS = """
    Mosaic { width: 1fr; height: 1fr; overflow: hidden; }
    Mosaic > .tile { width: 4; }
    """

    def compose(self) -> ComposeResult:
        yield CellLines(classes="labels")

    def put(self, lines: Sequence[Line], left: int) -> None:
        """Show `lines`; right of column `left` no character may cross the edge of a tile."""
        labels, *tiles = self.query_children(CellLines)
        labels.styles.width = left
        labels.put([cut(line, 0, left) for line in lines])
        missing = -(-(self.size.width - left) // TILE) - len(tiles)
        new = [CellLines(classes="tile") for _ in range(missing)]
        for i, tile in enumerate([*tiles, *new]):
            start = left + i * TILE
            tile.put([cut(line, start, start + TILE) for line in lines])
        if new:
            self.mount(*new)


def cut(line: Line, start: int, end: int) -> Line:
    """Columns `start` to `end` of a line."""
    return list(Strip(line).crop(start, end))


def changed(old: Line, new: Line) -> int:
    """How many columns from the left must be sent again; 0 when the lines look the same."""
    width = max(Strip(old).cell_length, Strip(new).cell_length)
    before, after = (_characters(Strip(line).adjust_cell_length(width)) for line in (old, new))
    if before == after:
        return 0
    for (char, style), there in zip(reversed(after), reversed(before), strict=False):
        if (char, style) != there:
            break
        width -= cell_len(char)
    return width + 1  # the last one may carry a mark of no width


def _characters(strip: Strip) -> list[tuple[str, Style | None]]:
    return [(char, style) for text, style, _ in strip for char in text]
