"""What the terminal says of itself when it is asked: never waited for long, and it is left as it was.

The questions are XTVERSION, kitty's keyboard protocol, DECRQM for synchronised output and for the mouse; last comes
DA1, which every terminal answers, so that nothing is waited for once that is there.
"""

from __future__ import annotations

import os
import re
import time
from select import select
from typing import NamedTuple

QUESTIONS = b"\x1b[>0q\x1b[?u\x1b[?2026$p\x1b[?1006$p\x1b[c"
PATIENCE = 1.0  # seconds, for a slow line

_NAME = re.compile(rb"\x1bP>\|([^\x1b\x07]*)")
_KITTY = re.compile(rb"\x1b\[\?[0-9]+u")
_MODE = re.compile(rb"\x1b\[\?([0-9]+);([0-9])\$y")
_LAST = re.compile(rb"\x1b\[\?[0-9;]*c")


class Answers(NamedTuple):
    """None where the terminal was not asked, or did not answer."""

    name: str | None = None  # and version: "tmux 3.4", "WezTerm 20240203"
    kitty_keyboard: bool | None = None
    synchronized_output: bool | None = None
    mouse: bool | None = None  # whether it reports clicks beyond column 223


def answers(received: bytes) -> Answers:
    """What is in the bytes that came; a terminal that answers DA1 alone has none of the rest."""
    if not _LAST.search(received):
        return Answers()
    name = _NAME.search(received)
    modes = {number: int(state) for number, state in _MODE.findall(received)}
    return Answers(
        name=name[1].decode("ascii", "replace") if name else None,
        kitty_keyboard=bool(_KITTY.search(received)),
        synchronized_output=modes.get(b"2026", 0) in (1, 2),
        mouse=modes.get(b"1006", 0) in (1, 2) if modes else None,
    )


def ask(source: int, target: int, patience: float = PATIENCE) -> Answers:
    """Ask the terminal behind these file descriptors; what is typed meanwhile is lost."""
    try:
        import termios
    except ImportError:  # Windows
        return Answers()
    if not (os.isatty(source) and os.isatty(target)):
        return Answers()
    try:
        if os.tcgetpgrp(source) != os.getpgrp():  # in the background, where asking would stop the program
            return Answers()
        before = termios.tcgetattr(source)
        quiet = termios.tcgetattr(source)
        quiet[3] &= ~(termios.ICANON | termios.ECHO)
        try:
            termios.tcsetattr(source, termios.TCSANOW, quiet)
            return answers(_exchange(source, target, time.monotonic() + patience))
        finally:
            termios.tcflush(source, termios.TCIFLUSH)
            termios.tcsetattr(source, termios.TCSANOW, before)
    except (OSError, termios.error):  # it is gone
        return Answers()


def _exchange(source: int, target: int, end: float) -> bytes:
    """Write the questions; what comes until the last of them is answered, or the time is over."""
    if not select([], [target], [], max(0.0, end - time.monotonic()))[1]:  # output is held, as by Ctrl+S
        return b""
    os.write(target, QUESTIONS)
    received = b""
    while not _LAST.search(received) and select([source], [], [], max(0.0, end - time.monotonic()))[0]:
        data = os.read(source, 1024)
        if not data:
            break
        received += data
    return received
