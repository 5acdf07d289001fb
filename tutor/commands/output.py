"""Printing what a command found: as JSON, table, picture or plain text."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TextIO

from tutor.terminal import Colors, colour_tier, draws_ascii

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from tutor.experiments.base import Table
    from tutor.experiments.cells import View


def print_json(data: Any) -> None:
    """One line of ASCII, safe in every locale and terminal."""
    print(json.dumps(data, allow_nan=False).replace("\x7f", "\\u007f"))


def print_table(table: Table) -> None:
    """Columns two spaces apart, numbers to the right; nothing that a terminal would obey.

    On a terminal that is too narrow cells are folded; into a file or pipe a row is always one line.
    """
    from rich.cells import cell_len

    from tutor.commands.folding import GAP, folded, narrowed

    rows = [tuple(show(cell) for cell in row) for row in table.rows]
    header = tuple(show(name) for name in table.columns)
    widths = [max(cell_len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    right = [bool(rows) and all(_is_number(row[i]) for row in rows) for i in range(len(header))]
    narrow = narrowed(widths, columns()) if sys.stdout.isatty() else widths
    for row in [header, *rows]:
        parts = [
            [cell] if cell_len(cell) <= width else folded(cell, width, cut=True)
            for cell, width in zip(row, narrow, strict=True)
        ]
        for line in zip_longest(*parts, fillvalue=""):
            cells = []
            for cell, width, to_right in zip(line, narrow, right, strict=True):
                space = " " * (width - cell_len(cell))
                cells.append(space + cell if to_right else cell + space)
            print((" " * GAP).join(cells).rstrip())


_NUMBER = re.compile(r"[<+-]?\d[\d,.]*(?: %)?|")


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def in_ascii(stream: TextIO | None = None) -> bool:
    """Whether `stream`, stdout by default, gets ASCII alone; as in the app, see `draws_ascii`."""
    return draws_ascii(os.environ, stream or sys.stdout)


def show(text: str) -> str:
    """`text` with control characters spelled out, and in ASCII where the terminal or its locale takes no more."""
    from tutor.experiments.cells import visible

    return visible(text.replace("␣", "_"), ascii=True) if in_ascii() else visible(text)


def columns() -> int:
    """How wide the terminal is; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def say(text: str, hang: int = 0) -> None:
    """One line; on a terminal that is too narrow folded between words, what follows set in by `hang`.

    Into a file or pipe it is always one line, for `grep` and the like.
    """
    line = show(text)
    if sys.stdout.isatty():
        from tutor.commands.folding import folded

        line = "\n".join(folded(line, columns(), hang))
    print(line)


def complain(message: str) -> None:
    """One line on stderr, with nothing in it that a terminal would obey."""
    from tutor.experiments.cells import visible

    print(f"tutor: {visible(message, ascii=in_ascii(sys.stderr))}", file=sys.stderr)


def view(height: int, flag: Colors = "auto") -> View:
    """A picture as wide as the terminal, or 80 cells where there is none."""
    from tutor.experiments.cells import View

    return View(columns(), height, _tier(flag), ascii=in_ascii())


def print_picture(picture: RenderableType, flag: Colors) -> None:
    """Draw with the colours of the terminal; into a file or pipe without any unless `flag` asks for them."""
    console(flag).print(picture)


def console(flag: Colors) -> Console:
    """stdout as rich sees it, with the colours we decided on and nothing read into the text."""
    from rich.console import Console

    tier = _tier(flag)
    systems = {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}
    styled = sys.stdout.isatty() or tier != "none"
    return Console(
        color_system=systems[tier] if styled else None,  # type: ignore[arg-type]
        force_terminal=styled,
        no_color=tier == "none",
        width=columns(),
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _tier(flag: Colors) -> Any:
    if flag == "auto" and not sys.stdout.isatty():
        return "none"
    return colour_tier(os.environ, flag)
