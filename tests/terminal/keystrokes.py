"""Keys at random, and all else that may come from a terminal; and ways to the places where they are typed.

Left out is what is meant to leave the program: q, Ctrl+Q, Ctrl+C and Ctrl+Z.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator

import hostile_text
from pty_harness import KEYS

PRINTABLE = [char for char in string.printable[:95] if char != "q"]
MODIFIED = [f"\x1b[1;{n}{end}" for n in range(2, 9) for end in "ABCDFH"] + [f"\x1b[{n};5~" for n in (2, 3, 5, 6)]
CONTROL = [chr(n) for n in range(1, 27) if chr(n + 96) not in "qcz"]
FUNCTION = ["\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", *(f"\x1b[{n}~" for n in (15, 17, 18, 19, 20, 21, 23, 24))]
KITTY = [
    "\x1b[97u",
    "\x1b[27u",
    "\x1b[13;2u",
    "\x1b[9;2u",
    "\x1b[57358u",
    "\x1b[1114112u",
    "\x1b[55296u",
    "\x1b[97;1:3u",
]
NONSENSE = [
    b"\xff\xfe\x80",
    b"\xed\xa0\x80",
    b"caf\xe9 ",
    b"\xf0\x9f",
    b"\xc2",
    b"\x00",
    b"\x1b[M\xff\xff\xff",
    b"\x1b[999999999999;9H",
    b"\x1b[<0;99999999999;9M",
    b"\x1b[?2026;2$y",
    b"\x1b[?1;2c",
    b"\x1bP" + b"A" * 60,
    b"\x1b]0;x\x07",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[0n",
    b"\x1b[5;5R",
    b"\x9b1~",
    "日本 é e\u0301 \u202e".encode(),
]


def keystroke(draw: random.Random, size: tuple[int, int]) -> bytes:
    """One key, or what a mouse or a broken line sends."""
    kind = draw.random()
    if kind < 0.45:
        return draw.choice(PRINTABLE).encode()
    if kind < 0.75:
        return draw.choice(list(KEYS.values())).encode()
    if kind < 0.80:
        return draw.choice(MODIFIED + FUNCTION + KITTY).encode()
    if kind < 0.85:
        return draw.choice(CONTROL).encode()
    if kind < 0.88:
        return draw.choice(NONSENSE)
    if kind < 0.90:
        text = hostile_text.paste(draw.choice([1, 20, 200, 2000]), draw.randrange(1 << 30))
        return f"\x1b[200~{text}\x1b[201~".encode("utf-8", "surrogatepass")
    button = draw.choice([0, 0, 0, 1, 2, 32, 35, 64, 65, 4, 16])
    x, y = draw.randint(1, size[0]), draw.randint(1, size[1])
    press = f"\x1b[<{button};{x};{y}M"
    return (press + (f"\x1b[<{button};{x};{y}m" if button < 3 else "")).encode()


# ── ways ────────────────────────────────────────────────────────────────────────────────────

HOME = "\x1b" * 5 + "\x1b[H"  # out of everything, and to the first chapter of the list
SCREENS = "oismr/:?"


def journey(draw: random.Random, chapters: int, widgets: int) -> Iterator[str]:
    """Keys from anywhere to a screen, a card, a question, a lab or a widget; waited for one after the other."""
    yield HOME
    where = draw.random()
    if where < 0.15:
        yield draw.choice(SCREENS)
    elif where < 0.5:
        yield "p"
        at = draw.randrange(widgets)
        yield "j" * at + "\r"
        yield draw.choice(["", "g", "s", "z", "t", "e", "\t", "lll", " "])  # have it work
    else:
        yield "j" * draw.randrange(chapters) + "\r"
        where = draw.random()
        if where < 0.3:
            yield "Q"
        else:
            yield "h" * 30
            yield "l" * draw.randrange(24)
            if where < 0.6:
                yield "L"
                yield draw.choice(["r", "e", "H", "S"])
            else:
                yield draw.choice(["s", "1", "2"])  # past a prediction
                yield draw.choice(["\t", "z", "\tg", "\ts", "t"])
