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


# cividis at 17 even steps: Nuñez, Anderton and Renslow 2018, https://doi.org/10.1371/journal.pone.0199239
_CIVIDIS = (
    "#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073", "#7d7c78",
    "#8c8878", "#9b9476", "#aba072", "#bcae6c", "#cdbb63", "#dec958", "#f0d846", "#fee838",
)  # fmt: skip
# The same in the 256 palette, chosen by hand: the nearest colours to cividis are dull and repeat. Lightness
# (L*) climbs 7 14 38 46 54 61 71 84 97, and goes on climbing for protanopes and deuteranopes.
_STEPS_256 = (17, 18, 24, 242, 244, 246, 144, 185, 227)

SHADES = " ░▒▓█"  # a magnitude without colour; ASCII_SHADES where the locale lacks them
ASCII_SHADES = " .:*#"

# One colour a meaning, in prose and picture.
QUERY, KEY, VALUE = "#e69f00", "#56b4e9", "#009e73"  # Okabe and Ito's colour-blind safe palette
ON_LIGHT = {QUERY: "#875f00", KEY: "#005faf", VALUE: "#005f5f"}  # as far apart, and dark enough to be read
# Members of the 256 palette: its rounding would make some of them one.
TOKEN_SHADES = ("#005f87", "#875f00", "#005f5f", "#5f5f87", "#5f5f00", "#875f5f")  # behind light text
TOKEN_SHADES_LIGHT = ("#afd7ff", "#ffd7af", "#afd7af", "#d7d7ff", "#d7d7af", "#ffd7d7")  # behind dark text


@lru_cache(maxsize=1024)
def colour(hex: str, tier: Tier) -> str | None:
    """`hex` as the tier can show it, None where it has no colour of its own."""
    if tier in ("none", "16"):
        return None
    if tier == "256":
        number = Color.parse(hex).downgrade(ColorSystem.EIGHT_BIT).number
        return f"color({number})"
    return hex


def hue(hex: str, view: View) -> Style:
    """Words in the colour of a query, a key or a value, dark on a light background; bold, so that no tier lacks it."""
    return Style(color=colour(hex if view.dark else ON_LIGHT[hex], view.tier), bold=True)


@lru_cache(maxsize=4096)
def magnitude(value: float, tier: Tier) -> str | None:
    """The colour of `value` (0 to 1) on the sequential map; None where the tier shows glyphs instead."""
    value = min(1.0, max(0.0, value))
    if tier == "256":
        return f"color({_STEPS_256[min(len(_STEPS_256) - 1, int(value * len(_STEPS_256)))]})"
    x = value * (len(_CIVIDIS) - 1)
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
    shades, text = (TOKEN_SHADES, "#ffffff") if view.dark else (TOKEN_SHADES_LIGHT, "#1a1a1a")
    return Style(bgcolor=colour(shades[index % len(shades)], view.tier), color=colour(text, view.tier))


def bar(value: float, width: int, ascii: bool = False) -> str:
    """A horizontal bar of `value` (0 to 1) in `width` cells, in eighths of a cell."""
    eighths = round(min(1.0, max(0.0, value)) * width * (1 if ascii else 8))
    if ascii:
        return "#" * eighths + " " * (width - eighths)
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
    return drawn + " " * (width - len(drawn))


def many(n: int, what: str) -> str:
    """A number and what is counted: "1 token", "1,200 tokens"."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def percent(share: float) -> str:
    """A share for people, in whole percent: "61 %"."""
    return f"{share:.0%}".replace("%", " %")


# ── text that is safe to show ────────────────────────────────────────────────────────────────────────

_VISIBLE = {"\n": "⏎", "\t": "⇥", "\r": "␍", "\x7f": "␡"}
_ASCII_VISIBLE = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
# Controls, direction marks, joiners, surrogates, private and unassigned characters, separators.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
# Letters, marks and symbols that print nothing, or melt with their neighbours into one glyph in some
# terminals only: fillers, variation selectors, halves of flags, skin tones.
_UNSURE = frozenset((0x034F, 0x115F, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x16FE4, 0x1D159)).union(
    range(0x180B, 0x1810),
    range(0xFE00, 0xFE10),
    range(0xE0100, 0xE01F0),
    range(0x1F1E6, 0x1F200),
    range(0x1F3FB, 0x1F400),
)
_MOST_MARKS = 4  # on one letter; more would be drawn over the lines around it


def drawn(text: str, space: str = " ", ascii: bool = False) -> list[tuple[str, str]]:
    """`text` in pieces, each with the characters that show it; see `visible`.

    A piece is one character, or a letter with its combining marks.
    """
    space = space if space.isascii() or not ascii else "_"
    out: list[tuple[str, str]] = []
    marks = _MOST_MARKS  # on the character before; the first character has none to stand on
    for char in text:
        shown = _shown(char, space, ascii)
        if shown is not None:
            out.append((char, shown))
            marks = 0 if shown == char and char != " " else _MOST_MARKS
        elif marks < _MOST_MARKS:
            source, before = out[-1]
            out[-1] = (source + char, before + char)
            marks += 1
        else:
            out.append((char, "◌" + char))
            marks = 1
    return out


def _shown(char: str, space: str, ascii: bool) -> str | None:
    """What shows one character; None for a mark, which needs a character to stand on."""
    if char == " ":
        return space
    if " " < char < "\x7f":
        return char
    if ascii:
        return _ASCII_VISIBLE.get(char) or f"<{ord(char):02X}>"
    if char < " ":
        return _VISIBLE.get(char) or chr(0x2400 + ord(char))
    if char in _VISIBLE:
        return _VISIBLE[char]
    category = unicodedata.category(char)
    if category in _UNSEEN or ord(char) in _UNSURE:
        return f"<{ord(char):X}>"
    if category[0] == "M":
        return None
    return char if cell_len(char) else f"<{ord(char):X}>"


def visible(text: str, space: str = " ", ascii: bool = False) -> str:
    """`text` with nothing in it that a terminal would obey, hide or reorder by command.

    Such characters are spelled out, as ␛ or <202E>; `space` stands for a space. A combining mark stays
    with its letter; one without is shown on ◌. With `ascii` the result is ASCII.
    """
    return "".join(shown for _, shown in drawn(text, space, ascii))


def showable(text: str) -> str:
    """`text` without the characters that `visible` spells out."""
    return "".join(source for source, shown in drawn(text) if source == shown)


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
    """`text` in exactly `width` cells: padded when shorter; when longer cut, with `end` if there is room for it."""
    if cell_len(text) > width:
        end = end if cell_len(end) <= width else ""
        out, used = [], cell_len(end)
        for char in text:
            used += cell_len(char)
            if used > width:
                break
            out.append(char)
        while out and cell_len("".join(out) + end) > width:  # a variation selector widens what is before it
            out.pop()
        text = "".join(out) + end
    return text + " " * (width - cell_len(text))


def fitting(width: int, *forms: str, end: str = "…") -> str:
    """The first of some forms of a text that has room in `width` cells; where none has, the last one, cut."""
    return next((form for form in forms if cell_len(form) <= width), fit(forms[-1], width, end))
