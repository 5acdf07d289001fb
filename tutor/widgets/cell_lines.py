"""Pictures in cells that send only what changed.

Textual sends a changed line from the left edge of its widget to the last changed cell. So lines of words are
one widget, and a mosaic of cells, of which any may change alone, is many narrow ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.containers import Horizontal
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

Line = list[Segment]
TILE = 8  # columns


class CellLines(Widget):
    """Lines of segments; `put` replaces them and has the changed parts drawn again."""

    DEFAULT_CSS = "CellLines { width: 1fr; height: auto; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []

    def put(self, lines: Sequence[Line]) -> None:
        """Show `lines` from the top; what was shown below them goes."""
        before, self._lines = self._lines, list(lines)
        for y in range(max(len(before), len(lines))):
            old, new = (rows[y] if y < len(rows) else [] for rows in (before, self._lines))
            if old != new and (columns := changed(old, new)):
                self.refresh(Region(0, y, columns, 1))
        self.styles.height = len(lines)  # the layout changes only if this does

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else []
        return Strip(line).adjust_cell_length(self.size.width).apply_style(self.rich_style)


class Mosaic(Horizontal):
    """Lines of cells one column wide, in tiles."""

    DEFAULT_CSS = """
    Mosaic { width: 1fr; height: auto; overflow: hidden; }
    Mosaic > .tile { width: 8; }
    """

    def put(self, lines: Sequence[Line]) -> None:
        """Show `lines`; every character must be one column wide."""
        columns = max((sum(len(segment.text) for segment in line) for line in lines), default=0)
        tiles = list(self.query_children(".tile").results(CellLines))
        new = [CellLines(classes="tile") for _ in range(len(tiles), -(-columns // TILE))]
        for i, tile in enumerate([*tiles, *new]):
            tile.put([cut(line, i * TILE, (i + 1) * TILE) for line in lines])
        self.mount(*new)


def cut(line: Line, start: int, end: int) -> Line:
    """Columns `start` to `end` of a line whose characters are one column wide."""
    out: Line = []
    x = 0
    for text, style, _ in line:
        part = text[max(0, start - x) : max(0, end - x)]
        if part:
            out.append(Segment(part, style))
        x += len(text)
    return out


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
