"""Pictures in cells, of which only the lines that changed are drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

Line = list[Segment]
EMPTY: Line = []


class CellLines(Widget):
    """Lines of segments; `put` replaces them and has the changed parts drawn again."""

    DEFAULT_CSS = "CellLines { width: 1fr; height: 1fr; }"

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._lines: list[Line] = []
        self._look = Style()  # of what has none of its own

    def put(self, lines: Sequence[Line]) -> None:
        """Show `lines` from the top; what was shown below them goes."""
        before, self._lines = self._lines, list(lines)
        for y, (old, new) in enumerate(zip_longest(before, self._lines, fillvalue=EMPTY)):
            if old != new and (columns := changed(old, new)):
                self.refresh(Region(0, y, columns, 1))

    def render_lines(self, crop: Region) -> list[Strip]:
        self._look = self.rich_style  # takes long, and is the same for all lines
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else EMPTY
        return Strip(line).adjust_cell_length(self.size.width).apply_style(self._look).simplify()


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
