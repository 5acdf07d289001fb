"""What is taken out of every line before it is sent, where the terminal cannot show it."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_ASCII = dict(zip("·•▌▐│║─═←→↑↓▲▼…×√␣‘’“”–—▁▂▃▄▅▆▇▔", "-*||||--<>^v^v.xv_''\"\"--        ", strict=True))
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
    """Nothing faint, and nothing bold in reverse or in a bright colour: the Linux console shows faint text in a grey
    too dark to read, and makes bold text bright, or dark where it is bright already."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, legible(style) if style else style, control) for text, style, control in segments]


@lru_cache(4096)
def legible(style: Style) -> Style:
    """`style` without what the console would show too dark, or too light where it is reversed."""
    bright = style.color is not None and (style.color.number or 0) >= 8
    return style + Style(dim=False if style.dim else None, bold=False if style.reverse or bright else None)
