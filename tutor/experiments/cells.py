"""Drawing in terminal cells: colour tiers, colormaps, bars and text that is safe to show.

Colours are the field's rule: one sequential map for magnitudes (cividis, even to the eye and safe for
colour-blind ones), and never colour alone. The same picture is drawn in four tiers: `truecolor`, `256`,
`16` (glyph shades in the terminal's own colours) and `none` (glyphs alone).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.style import Style

Tier = Literal["truecolor", "256", "16", "none"]


@dataclass(frozen=True)
class View:
    """Where a picture is drawn."""

    width: int  # cells
    height: int  # cells
    tier: Tier = "256"
    ascii: bool = False  # the locale lacks UTF-8: draw with ASCII only
    dark: bool = True  # light text on a dark background


# cividis at 17 even steps, from https://doi.org/10.1371/journal.pone.0199239
_CIVIDIS = (
    "#00224e #002a64 #0d346b #243c6e #35456c #434e6c #4f576c #5b606e #666970 "
    "#727274 #7f7c75 #8b8677 #999075 #a69b6f #b5a767 #c6b658 #fee838"
).split()

SHADES = " ░▒▓█"  # a magnitude without colour; ASCII_SHADES where the locale lacks them
ASCII_SHADES = " .:*#"

# One colour a meaning, in prose and picture.
QUERY, KEY, VALUE = "#e69f00", "#56b4e9", "#009e73"  # Okabe and Ito's colour-blind safe palette
TOKEN_SHADES = ("#1f4e79", "#7a4b12", "#2f5d3a", "#5b3a75", "#6b3a3a", "#30606b")  # behind light text
TOKEN_SHADES_LIGHT = ("#cfe2f3", "#fce5cd", "#d9ead3", "#e4d7f0", "#f4cccc", "#d0e8ec")  # behind dark text


@lru_cache(maxsize=1024)
def colour(hex: str, tier: Tier) -> str | None:
    """`hex` as the tier can show it, None where it has no colour of its own."""
    if tier in ("none", "16"):
        return None
    if tier == "256":
        number = Color.parse(hex).downgrade(ColorSystem.EIGHT_BIT).number
        return f"color({number})"
    return hex


@lru_cache(maxsize=4096)
def magnitude(value: float, tier: Tier) -> str | None:
    """The colour of `value` (0 to 1) on the sequential map; None where the tier shows glyphs instead."""
    x = min(1.0, max(0.0, value)) * (len(_CIVIDIS) - 1)
    i = min(int(x), len(_CIVIDIS) - 2)
    low, high = (Color.parse(_CIVIDIS[j]).get_truecolor() for j in (i, i + 1))
    mixed = (round(a + (b - a) * (x - i)) for a, b in zip(low, high, strict=True))
    return colour("#{:02x}{:02x}{:02x}".format(*mixed), tier)


def shade(value: float, ascii: bool = False) -> str:
    """The glyph of `value` (0 to 1) where there is no colour."""
    glyphs = ASCII_SHADES if ascii else SHADES
    return glyphs[min(len(glyphs) - 1, int(min(1.0, max(0.0, value)) * len(glyphs)))]


def token_style(index: int, view: View) -> Style:
    """The background of token number `index`: neighbours differ; in poor tiers every other is reversed."""
    if view.tier == "none":
        return Style(underline=bool(index % 2))
    if view.tier == "16":
        return Style(reverse=bool(index % 2))
    shades, text = (TOKEN_SHADES, "#f2f2f2") if view.dark else (TOKEN_SHADES_LIGHT, "#1a1a1a")
    return Style(bgcolor=colour(shades[index % len(shades)], view.tier), color=colour(text, view.tier))


def bar(value: float, width: int, ascii: bool = False) -> str:
    """A horizontal bar of `value` (0 to 1) in `width` cells, in eighths of a cell."""
    eighths = round(min(1.0, max(0.0, value)) * width * (1 if ascii else 8))
    if ascii:
        return "#" * eighths + " " * (width - eighths)
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
    return drawn + " " * (width - len(drawn))


# ── text that is safe to show ────────────────────────────────────────────────────────────────────────

_VISIBLE = {"\n": "⏎", "\t": "⇥", "\r": "␍", "\x7f": "␡"}
_ASCII_VISIBLE = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
# Characters that print nothing or steer the text around them: joiners, direction marks, line separators.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str, space: str = " ", ascii: bool = False) -> str:
    """`text` with nothing in it that a terminal would obey: control, format and lone marks are spelled out.

    `space` stands for a space. A combining mark after a letter stays with it; one without is shown on ◌.
    """
    out: list[str] = []
    for char in text:
        if char == " ":
            out.append(space)
        elif ascii and (char in _ASCII_VISIBLE or ord(char) > 0x7E):
            out.append(_ASCII_VISIBLE.get(char) or f"<{ord(char):X}>")
        elif char in _VISIBLE:
            out.append(_VISIBLE[char])
        elif ord(char) < 0x20:
            out.append(f"<{ord(char):02X}>" if ascii else chr(0x2400 + ord(char)))
        elif unicodedata.category(char) in _UNSEEN or 0xFE00 <= ord(char) <= 0xFE0F:
            out.append(f"<{ord(char):X}>")
        elif unicodedata.combining(char) or cell_len(char) == 0:
            out.append(char if out and out[-1][-1:].isalpha() else "◌" + char)
        else:
            out.append(char)
    return "".join(out)


def visible_bytes(raw: bytes, space: str = "␣", ascii: bool = False) -> str:
    """The bytes of a token: as text where they are whole characters, as <E2> where they are not."""
    out: list[str] = []
    while raw:
        try:
            out.append(visible(raw.decode("utf-8"), space, ascii))
            break
        except UnicodeDecodeError as error:
            out.append(visible(raw[: error.start].decode("utf-8"), space, ascii))
            out.extend(f"<{b:02X}>" for b in raw[error.start : error.end])
            raw = raw[error.end :]
    return "".join(out)


def fit(text: str, width: int, end: str = "…") -> str:
    """`text` cut to `width` cells, the last of them `end` when something was cut, padded when shorter."""
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    out, used = "", 0
    for char in text:
        if used + cell_len(char) > width - cell_len(end):
            break
        out += char
        used += cell_len(char)
    return out + end + " " * (width - used - cell_len(end))
