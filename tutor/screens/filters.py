"""What is taken out of every line before it is sent, where the terminal cannot show it."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_ASCII = dict(zip("·•▌▐│║─═←→↑↓▲▼…×√▁▂▃▄▅▆▇▔", "-*||||--<>^v^v.xv        ", strict=True))
_OTHER = re.compile("[^\x00-\x7f]")


class AsciiOnly(LineFilter):
    """A character of ASCII for every column; our own pictures and texts have chosen theirs before."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(in_ascii(text), style, control) for text, style, control in segments]


@lru_cache(4096)
def in_ascii(text: str) -> str:
    """`text` in as many columns."""
    if text.isascii():
        return text
    return _OTHER.sub(lambda char: _ASCII.get(char[0], "?" * cell_len(char[0])), text)


class ForConsole(LineFilter):
    """Nothing faint, and nothing bold in reverse: the Linux console's greys for them are too close to their ground."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, legible(style) if style else style, control) for text, style, control in segments]


@lru_cache(4096)
def legible(style: Style) -> Style:
    """`style` with nothing in it that the console shows grey on black, or grey on white."""
    return style + Style(dim=False if style.dim else None, bold=False if style.bold and style.reverse else None)
