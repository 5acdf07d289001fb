"""Fitting lines and tables into a terminal's width."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

GAP = 2  # cells between two columns of a table
NARROWEST = 8  # cells of a column: where all would be narrower than that, a table is left as it is
_WORD = re.compile(r"( *)((?:`[^`]+`|[^ ])+(?: %(?![^ ]))?)")  # a `command with options` is one word, so is 61 %


def folded(text: str, width: int, hang: int = 0, cut: bool = False) -> list[str]:
    """`text` in lines of at most `width` cells, all but the first of them set in by `hang`.

    A word too long for a line, a path say, is left whole to be copied, unless `cut` is set.
    """
    if cell_len(text) <= width:
        return [text]
    lines, line, empty = [], "", True
    for space, word in _WORD.findall(text):
        if not empty and cell_len(line) + len(space) + cell_len(word) > width:
            lines.append(line)
            line, empty = " " * hang, True
        else:
            line += space
        *full, word = _pieces(word, width - hang) if cut else [word]
        for piece in full:
            lines.append(line + piece)
            line = " " * hang
        line, empty = line + word, False
    return [*lines, line]


def _pieces(word: str, width: int) -> Iterator[str]:
    """A word cut to `width` cells."""
    piece = ""
    for char in word:
        if piece and cell_len(piece + char) > width:
            yield piece
            piece = ""
        piece += char
    yield piece


def narrowed(widths: Sequence[int], width: int) -> list[int]:
    """The widths of a table's columns, the widest of them reduced until all fit into `width`."""
    room = width - GAP * (len(widths) - 1)
    most = max((cap for cap in range(room + 1) if sum(min(one, cap) for one in widths) <= room), default=0)
    return [min(one, most) for one in widths] if most >= NARROWEST else list(widths)
