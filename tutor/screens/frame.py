"""What the terminal should show and what it does, so that only the difference is sent, when there is room for it.

Textual sends a whole widget when anything in it may have changed. Over a slow line that is felt, so every
update is held against the cells that were sent before it. While the line is busy, updates are only noted:
what goes out when it is free again is the newest picture, and nobody waits for those in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.control import Control
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip

if TYPE_CHECKING:
    from tutor.line import Line

R = TypeVar("R")
Look = tuple[str, str, str]  # the codes of attributes, colour and background; empty: the terminal's own
Cell = tuple[str, Look]  # what begins in this column, and how
PLAIN: Look = ("", "", "")
BLANK: Cell = (" ", PLAIN)
UNKNOWN: Cell = ("\0", PLAIN)
NEAR = 8  # columns: sending so many unchanged cells costs no more than moving the cursor over them
ERASED = 4  # so many blanks at the end of a row are shorter to erase
ERASE = "\x1b[K"  # to the end of the row, in the terminal's own background only: some know no other
OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}  # what ends an attribute
SEEN_ON_BLANKS = {"4", "7", "9", "21", "53"}  # underline, reverse, strike, double underline, overline


class Frame:
    """The cells of the terminal: those it should show, and those it shows, as far as they are known."""

    def __init__(self) -> None:
        self._size: Size | None = None  # of the screen that was last laid out
        self.forget()

    def forget(self) -> None:
        """The terminal may show anything now; what comes next is sent whole."""
        self._wanted: list[list[Cell]] = []
        self._shown: list[list[Cell]] = []
        self._written: dict[int, tuple[int, int]] = {}  # the columns of each row to compare at the next send

    @property
    def behind(self) -> bool:
        """Whether the terminal may not show what it should."""
        return bool(self._written)

    def take(self, update: LayoutUpdate | ChopsUpdate, colors: ColorSystem) -> None:
        """Note what the terminal should show. A screen of another size is sent whole: of what was laid out for the old
        one, some may have reached the terminal when it had the new one already."""
        if isinstance(update, LayoutUpdate) and update.region.size != self._size:
            self.forget()
            self._size = update.region.size
        for x, y, strip in parts(update):
            self.put(x, y, cells_of(strip, colors))

    def put(self, x: int, y: int, cells: Sequence[Cell]) -> None:
        """Note that `cells` should stand in row `y` from column `x` on."""
        line, end = row(self._wanted, y, x + len(cells)), x + len(cells)
        if line[x:end] != cells:
            write(line, x, cells)
            left, right = self._written.get(y, (x, end))
            self._written[y] = min(left, x), max(right, end)

    def changes(self) -> Iterator[tuple[int, int, Sequence[Cell], bool]]:
        """What must be sent, which counts as shown from then on: column, row, cells, and whether all that follows
        in the row is to be erased."""
        written, self._written = self._written, {}
        for y, (left, right) in sorted(written.items()):
            wanted = self._wanted[y]
            shown = row(self._shown, y, len(wanted))
            blank = next((i for i in range(len(wanted), 0, -1) if wanted[i - 1] != BLANK), 0)  # from here to the end
            for x, cells in runs(wanted, left, right):
                for start, end in differences(shown, x, cells):
                    if end - blank >= ERASED:
                        yield start, y, wanted[start:blank], True
                        write(shown, start, wanted[start:])
                        break
                    yield start, y, wanted[start:end], False
                    write(shown, start, wanted[start:end])


def row(lines: list[list[Cell]], y: int, width: int) -> list[Cell]:
    """Row `y`, which is made if it is not there, and as wide as that."""
    lines += ([] for _ in range(len(lines), y + 1))
    lines[y] += [UNKNOWN] * (width - len(lines[y]))
    return lines[y]


def runs(line: list[Cell], left: int, right: int) -> Iterator[tuple[int, list[Cell]]]:
    """The known cells between two columns: where each run of them begins, and the cells."""
    for known, columns in groupby(range(left, right), lambda i: line[i] != UNKNOWN):
        if known:
            x, *more = columns
            yield x, line[x : x + 1 + len(more)]


def differences(shown: list[Cell], x: int, cells: list[Cell]) -> list[tuple[int, int]]:
    """The columns (first, and one after the last) to send so that `cells` stand from column `x` on."""
    end = x + len(cells)
    changed = [i for i, cell in enumerate(cells, x) if cell != shown[i]]
    if not changed:
        return []
    if any(not text for text, _ in (*shown[x : end + 1], *cells)):
        return [(x, end)]  # terminals disagree on the width of some characters: write all that follows them anew
    found, start, last = [], changed[0], changed[0]
    for i in changed:
        if i - last > NEAR:
            found.append((start, last + 1))
            start = i
        last = i
    return [*found, (start, last + 1)]


def write(line: list[Cell], x: int, cells: Sequence[Cell]) -> None:
    """Put `cells` into a line."""
    tear(line, x)
    tear(line, x + len(cells))
    line[x : x + len(cells)] = cells


def tear(line: list[Cell], column: int) -> None:
    """Of a text that lies across the left edge of `column` nothing is known once one side is written over."""
    if column < len(line) and not line[column][0]:
        head = next(i for i in range(column, -1, -1) if line[i][0])
        tail = next((i for i in range(column, len(line)) if line[i][0]), len(line))
        line[head:tail] = [UNKNOWN] * (tail - head)


class Changes(CompositorUpdate):
    """What a terminal does not show yet at the time it is sent."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def render_segments(self, console: Console) -> str:
        return codes(self.frame.changes())


class SentByChanges(App[R]):
    """An app that sends what changes, and holds even that back while the line is busy."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._frame = Frame()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        # Textual's only way to the driver: the one place where an update can be taken down and sent later
        if self.is_headless or self._batch_count or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
            return
        self._frame.take(renderable, self.console._color_system or ColorSystem.TRUECOLOR)
        self.send_changes()

    def _set_pointer_shape(self, shape: str) -> None:
        """Nothing here gives the pointer a shape, and a terminal that does not know Textual's code for it prints it."""

    def send_changes(self) -> None:
        """Bring the terminal up to date, if the line has room; else the line calls this when it has."""
        line: Line | None = getattr(self._driver, "line", None)  # not on Windows
        moved = self.cursor_position != self._previous_cursor_position
        if self._batch_count or not self._running or not (self._frame.behind or moved) or (line and line.busy):
            return
        super()._display(self.screen, Changes(self._frame))  # type: ignore[arg-type]  # Textual's own updates are none
        if line:
            line.ask()

    def forget_terminal(self) -> None:
        """What the terminal shows is not known any more: the next update is sent whole."""
        self._frame.forget()


def codes(changes: Iterable[tuple[int, int, Sequence[Cell], bool]]) -> str:
    """What makes a terminal show the changes; it begins and ends with the terminal's own look."""
    out = []
    pen = PLAIN
    for x, y, cells, erase in changes:
        out.append(Control.move_to(x, y).segment.text)
        for look, same in groupby(cells, itemgetter(1)):
            text = "".join(text for text, _ in same)
            if text.strip(" ") or not blank_alike(pen, look):
                out.append(switch(pen, look))
                pen = look
            out.append(text)
        if erase:
            if not blank_alike(pen, PLAIN):
                out.append(switch(pen, PLAIN))
                pen = PLAIN
            out.append(ERASE)
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
        if not text.isprintable():
            text = harmless(text)
        look = look_of(style, colors) if style else PLAIN
        if text.isascii() or all(map(is_narrow, text)):
            blank = " ", on_blank(look)
            cells += [blank if char == " " else (char, look) for char in text]
        elif width := cell_len(text):
            cells += [(text, look), *[("", look)] * (width - 1)]
        elif cells:
            cells[-1] = (cells[-1][0] + text, cells[-1][1])
    return cells


def harmless(text: str) -> str:
    """`text` without what a terminal would obey, as wide as it was. All text is spelled out before it comes here;
    this is for what was forgotten."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" * cell_len(char) for char in text)


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
def on_blank(look: Look) -> Look:
    """The part of a look that is seen on a blank."""
    return look if SEEN_ON_BLANKS & {*look[0].split(";")} else ("", "", look[2])


def blank_alike(pen: Look, look: Look) -> bool:
    """Whether blanks of two looks look the same."""
    return on_blank(pen) == on_blank(look)


@lru_cache(4096)
def switch(pen: Look, look: Look) -> str:
    """The shortest that turns a pen of one look into one of another."""
    if pen == look:
        return ""
    anew = ";".join(filter(None, ("0", *look)))
    old, new = ([code for code in attributes.split(";") if code] for attributes in (pen[0], look[0]))
    ended = {OFF.get(code, "0") for code in old if code not in new}
    steps = sorted(ended) + [code for code in new if code not in old or OFF.get(code) in ended]
    steps += [one or default for had, one, default in zip(pen[1:], look[1:], ("39", "49"), strict=True) if had != one]
    step = ";".join(steps)
    return f"\x1b[{anew if '0' in ended or len(anew) <= len(step) else step}m"


@lru_cache(4096)
def is_narrow(char: str) -> bool:
    """Whether a character is one column wide on its own."""
    return cell_len(char) == 1
