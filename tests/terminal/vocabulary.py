"""What the program may send to a terminal: the codes by name, and text in which nothing is obeyed.

`faults` reads all that was sent and names whatever is of neither kind. It shares no table with the program.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

# ── codes ────────────────────────────────────────────────────────────────────────────────────────────

MODES = {
    7: "lines wrap", 25: "cursor", 1000: "mouse buttons", 1003: "mouse moves", 1004: "focus", 1006: "mouse, decimal",
    1015: "mouse, urxvt", 1016: "mouse, pixels", 1049: "alternate screen", 2004: "pastes are marked",
    2026: "synchronised output", 2048: "resizes are reported",
}  # fmt: skip
NAMES = "|".join(map(str, MODES))
GRAMMAR: dict[str, str] = {
    "look of what follows (SGR)": r"\x1b\[[0-9;:]*m",
    "cursor to row and column": r"\x1b\[[0-9]*(;[0-9]*)?H",
    "mode on or off": rf"\x1b\[\?({NAMES})[hl]",
    "is there the mode": r"\x1b\[\?(2026|2048)\$p",
    "erase the rest of the row (EL)": r"\x1b\[K",
    "has all arrived (DSR)": r"\x1b\[5n",
    "kitty's keyboard on": r"\x1b\[>[0-9]+u",
    "kitty's keyboard off": r"\x1b\[<u",
}
OF_COPYING = {"copy (OSC 52)": r"\x1b\]52;c;[A-Za-z0-9+/]*=*\x07"}  # allowed only where the learner copies
OF_READLINE = {"pastes are marked": r"\x1b\[\?2004[hl]"}  # which reads the lines of the plain commands
OF_COMMANDS = {"look of what follows (SGR)": GRAMMAR["look of what follows (SGR)"], **OF_READLINE}

# ── text ─────────────────────────────────────────────────────────────────────────────────────────────

SPACES = "\r\n"  # in the plain commands, and once the screen is given back
FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
UNSEEN = re.compile(  # fillers, selectors of variants, halves of flags, skin tones: each melts with its neighbours
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001f1e6-\U0001f1ff"
    "\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]"
)
LOOKED_AT = re.compile("[^ -~]")  # all but plain ASCII
MOST_MARKS = 4  # on one letter; a terminal would draw more over the lines around it


@dataclass
class Sent:
    """All that was found in what was sent."""

    codes: Counter[str] = field(default_factory=Counter)  # name -> how often
    faults: list[str] = field(default_factory=list)


def faults(sent: bytes, *more: dict[str, str], spaces: str = "") -> list[str]:
    """What is neither a code of the vocabulary nor text that is safe to show, each with what stands around it."""
    return examined(sent, *more, spaces=spaces).faults


def examined(sent: bytes, *more: dict[str, str], spaces: str = "", of: dict[str, str] | None = None) -> Sent:
    """`of`, by default GRAMMAR, and `more` are the codes allowed; `spaces` the control characters."""
    found = Sent()
    known: dict[str, str] = {}
    for part in (GRAMMAR if of is None else of, *more):
        known |= part
    code = re.compile("|".join(f"({pattern})" for pattern in map(_uncounted, known.values())) or "()(?!)")
    try:
        text = sent.decode("utf-8")
    except UnicodeDecodeError as error:
        found.faults.append(f"not UTF-8 at {error.start}: {sent[max(0, error.start - 20) : error.end + 20]!r}")
        text = sent.decode("utf-8", "surrogateescape")
    names, at, marks = list(known), 0, 0
    while other := LOOKED_AT.search(text, at):
        marks = marks if other.start() == at else 0
        at = other.start()
        match = code.match(text, at) if text[at] == "\x1b" else None
        if match:
            found.codes[names[(match.lastindex or 1) - 1]] += 1
            at, marks = match.end(), 0
            continue
        marks = marks + 1 if unicodedata.category(text[at])[0] == "M" else 0
        if said := fault(text[at], marks, spaces):
            found.faults.append(f"{said} at {at}: {text[max(0, at - 30) : at + 30]!r}")
        at += 1
    return found


def fault(char: str, marks: int, spaces: str) -> str:
    """Why a character may not be sent; `marks` stand on the same letter, this one counted."""
    if char in spaces:
        return ""
    if unicodedata.category(char) in FORBIDDEN or UNSEEN.match(char):
        return f"U+{ord(char):04X}"
    return f"mark number {marks}" if marks > MOST_MARKS else ""


def _uncounted(pattern: str) -> str:
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern)
