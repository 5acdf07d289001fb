"""What a change of the screen would need: computed from the two screens, with no code of the program."""

from __future__ import annotations

import re

from pyte.graphics import FG_BG_256
from pyte.screens import Char

Shown = list[list[Char]]
Look = tuple[str, ...]  # a code for each thing that is not the terminal's own


def needed(before: Shown, after: Shown, truecolor: bool = False) -> int:
    """Bytes that make one screen of another, cell by cell."""
    total = 0
    pen: Look = ()
    for y, (old, new) in enumerate(zip(before, after, strict=True), 1):
        at = -1
        for x, (was, char) in enumerate(zip(old, new, strict=True)):
            if was == char:
                continue
            if x != at:
                total += len(f"\x1b[{y};{x + 1}H")
            look = look_of(char, truecolor)
            if look != pen:
                ended = {code[:2] for code in pen} - {code[:2] for code in look}  # only a reset takes these away
                total += len(";".join(look if ended else set(look) - set(pen))) + len("\x1b[m")
                pen = look
            total += len(char.data.encode())
            at = x + 1
    return total


INDEX = {color: n for n, color in enumerate(FG_BG_256)}


def look_of(char: Char, truecolor: bool) -> Look:
    """The codes of a cell's look."""
    on = (char.bold, char.italics, char.underscore, char.strikethrough, char.reverse)
    codes = [code for code, so in zip("13497", on, strict=True) if so]
    for layer, color in (("38", char.fg), ("48", char.bg)):
        if not re.fullmatch("[0-9a-f]{6}", color):
            codes += ["30"] if color != "default" else []
        elif truecolor:
            codes.append(f"{layer};2;{';'.join(str(byte) for byte in bytes.fromhex(color))}")
        else:
            codes.append(f"{layer};5;{INDEX[color]}")
    return tuple(codes)
