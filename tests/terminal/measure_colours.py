"""The codes a terminal gets: its colours, and nothing that it cannot show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pty_harness import Terminal

from tutor.experiments.registry import EXPERIMENTS

HEATMAP = list(EXPERIMENTS).index("attention-heatmap")  # in the order of the playground
SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
COLOR = set(range(30, 50)) | set(range(90, 108))
MOUSE = [b"\x1b[?%dh" % mode for mode in (9, 1000, 1001, 1002, 1003, 1005, 1006, 1015, 1016)]


def codes(sent: bytes) -> set[int]:
    """Every parameter of every SGR; of a colour that is not of the 16 the kind alone, 1005 or 1002."""
    found = set()
    for parameters in SGR.findall(sent):
        numbers = [int(n or b"0") for n in re.split(rb"[;:]", parameters)]
        while numbers:
            code = numbers.pop(0)
            found.add(code)
            if code in (38, 48):
                kind = numbers.pop(0)
                assert kind in (2, 5)
                found.add(1000 + kind)
                del numbers[: 1 if kind == 5 else 3]
    return found


def opened(data: Path, *flags: str, environment: Mapping[str, str] | None = None) -> Terminal:
    """The app at its first screen."""
    terminal = Terminal(["--data-dir", str(data), *flags], environment=environment)
    terminal.wait_for("Text to Tokens", "? keys")
    terminal.settle()
    return terminal


def tour(data: Path, *flags: str, environment: Mapping[str, str] | None = None) -> bytes:
    """All that is sent on a way through everything that has colours."""
    with opened(data, *flags, environment=environment) as terminal:
        for keys in (
            "?",
            "b",
            "pG\r",
            "l",
            "bg\r",
            "jl",
            "b" + "j" * HEATMAP + "\r",
            "j",
            "g",
            "gt",
            "bb\rn",
            "Q",
            "1\r",
            "bb",
            "T",
            ":",
        ):
            terminal.send(keys)
            terminal.settle(0.2)
        terminal.press("escape")
        terminal.settle()
        terminal.press("q")
        assert terminal.ended() == 0
        assert terminal.screen.overflowed == []
        return terminal.received
