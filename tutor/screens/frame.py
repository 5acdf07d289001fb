"""What the terminal shows, so that only what changes is sent.

Textual sends a whole widget when anything in it may have changed. Over a slow line that is felt, so every
update is held against the cells that were sent before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

Look = tuple[str, str, str]  # the codes of attributes, colour and background; empty: the terminal's own
Cell = tuple[str, Look]  # what begins in this column, and how
PLAIN: Look = ("", "", "")
UNKNOWN: Cell = ("\0", PLAIN)
NEAR = 8  # columns: sending so many unchanged cells costs no more than moving the cursor over them


class Frame:
    """The cells of the terminal, as far as they are known."""

    def __init__(self) -> None:
        self._lines: list[list[Cell]] = []

    def forget(self) -> None:
        """The terminal may show anything now; what comes next is sent whole."""
        self._lines = []

    def put(self, x: int, y: int, cells: Sequence[Cell]) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Have `cells` in row `y` from column `x` on; yields what must be sent for it, and at which column."""
        self._lines += ([] for _ in range(len(self._lines), y + 1))
        line, end = self._lines[y], x + len(cells)
        line += [UNKNOWN] * (end - len(line))
        changed = [i for i, cell in enumerate(cells) if cell != line[x + i]]
        if not changed:
            return
        uneven = any(not text for text, _ in (*line[x : end + 1], *cells))
        tear(line, x)
        tear(line, end)
        line[x:end] = cells
        if uneven:  # terminals disagree on the width of some characters: write all that follows them anew
            yield x, cells
            return
        start = last = changed[0]
        for i in changed:
            if i - last > NEAR:
                yield x + start, cells[start : last + 1]
                start = i
            last = i
        yield x + start, cells[start : last + 1]


def tear(line: list[Cell], column: int) -> None:
    """Of a text that lies across the left edge of `column` nothing is known once one side is written over."""
    if column < len(line) and not line[column][0]:
        head = next(i for i in range(column, -1, -1) if line[i][0])
        tail = next((i for i in range(column, len(line)) if line[i][0]), len(line))
        line[head:tail] = [UNKNOWN] * (tail - head)


class Changes(CompositorUpdate):
    """Of an update, what a frame does not show yet at the time it is sent."""

    def __init__(self, frame: Frame, update: CompositorUpdate) -> None:
        self.frame = frame
        self.update = update

    def render_segments(self, console: Console) -> str:
        if not isinstance(self.update, LayoutUpdate | ChopsUpdate):
            self.frame.forget()
            return self.update.render_segments(console)
        colors = console._color_system or ColorSystem.TRUECOLOR
        out = []
        pen = PLAIN
        for x, y, strip in parts(self.update):
            for column, run in self.frame.put(x, y, cells_of(strip, colors)):
                out.append(Control.move_to(column, y).segment.text)
                for look, same in groupby(run, itemgetter(1)):
                    out += [switch(pen, look), *(text for text, _ in same)]
                    pen = look
        return "".join([*out, switch(pen, PLAIN)])


def parts(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The pieces of an update: column, row, and what stands there."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            yield update.region.x, y, Strip.join(strips)
        return
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < x2 and end > x1:
                yield x, y, strip.crop(0, min(end, x2) - x)


def cells_of(strip: Strip, colors: ColorSystem) -> list[Cell]:
    """One cell a column; text that is not one character a column is one cell with empty ones after it."""
    cells: list[Cell] = []
    for text, style, _ in strip:
        look = look_of(style, colors) if style else PLAIN
        if text.isascii() or all(map(is_narrow, text)):
            cells += [(char, look) for char in text]
        elif width := cell_len(text):
            cells += [(text, look), *[("", look)] * (width - 1)]
        elif cells:
            cells[-1] = (cells[-1][0] + text, cells[-1][1])
    return cells


@lru_cache(4096)
def look_of(style: Style, colors: ColorSystem) -> Look:
    """The codes of a style."""
    color, ground = style.color, style.bgcolor
    return (
        Strip.render_ansi(style.without_color, colors),
        "" if color is None or color.is_default else ";".join(color.downgrade(colors).get_ansi_codes()),
        "" if ground is None or ground.is_default else ";".join(ground.downgrade(colors).get_ansi_codes(False)),
    )


@lru_cache(4096)
def switch(pen: Look, look: Look) -> str:
    """What turns a pen of one look into one of another."""
    if pen == look:
        return ""
    if pen[0] != look[0] or any(old and not new for old, new in zip(pen, look, strict=True)):
        return f"\x1b[{';'.join(filter(None, ('0', *look)))}m"
    return f"\x1b[{';'.join(new for old, new in zip(pen, look, strict=True) if new != old)}m"


@lru_cache(4096)
def is_narrow(char: str) -> bool:
    """Whether a character is one column wide on its own."""
    return cell_len(char) == 1
