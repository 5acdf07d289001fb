"""What the terminal can do, as far as its environment tells."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TextIO, get_args

if TYPE_CHECKING:
    from tutor.experiments.cells import Tier

Colors = Literal["auto", "truecolor", "256", "16", "none"]
COLORS: tuple[Colors, ...] = get_args(Colors)

_TRUECOLOR = ("truecolor", "24bit")  # what COLORTERM says
_TRUECOLOR_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "wezterm", "foot")  # and those that need not say it
_TEXTUAL: dict[str, Tier] = {"truecolor": "truecolor", "256": "256", "standard": "16"}  # its TEXTUAL_COLOR_SYSTEM


def colour_tier(environ: Mapping[str, str], flag: Colors = "auto") -> Tier:
    """The colours to draw with: what `flag` says, else none under NO_COLOR, else what TEXTUAL_COLOR_SYSTEM says,
    else what TERM and COLORTERM promise.

    SSH does not forward COLORTERM, so a remote terminal is mostly `256`. GNU screen passes no true colours
    on, whatever the terminal around it says; the Linux console has 16 and a VT100 none, whatever COLORTERM says.
    CLICOLOR is not asked: it is about lines that may go to a file.
    """
    return colours_and_why(environ, flag)[0]


def colours_and_why(environ: Mapping[str, str], flag: Colors = "auto") -> tuple[Tier, str]:
    """The tier, see `colour_tier`, and what it was taken from: `--colors` or the name of a variable."""
    if flag != "auto":
        return flag, "--colors"
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR"):
        return "none", "NO_COLOR"
    if term in ("", "dumb"):
        return "none", "TERM"
    if (system := environ.get("TEXTUAL_COLOR_SYSTEM", "")) in _TEXTUAL:
        return _TEXTUAL[system], "TEXTUAL_COLOR_SYSTEM"
    if term.startswith("vt") or term.endswith(("-m", "-mono")):
        return "none", "TERM"
    if term == "linux":
        return "16", "TERM"
    inside_screen = "STY" in environ and "TMUX" not in environ
    if not inside_screen:
        if environ.get("COLORTERM", "").lower() in _TRUECOLOR:
            return "truecolor", "COLORTERM"
        if term.endswith("-direct") or term.startswith(_TRUECOLOR_TERMS):
            return "truecolor", "TERM"
    if "256" in term:
        return "256", "TERM"
    return ("256", "COLORTERM") if environ.get("COLORTERM") else ("16", "TERM")


def is_console(environ: Mapping[str, str]) -> bool:
    """The Linux console, or a terminal of before 1990: few glyphs, no faint text that can be read, no other screen."""
    return environ.get("TERM", "").startswith(("linux", "vt"))


_CLEAR = "\x1b[H\x1b[J"
_STRANGE = re.compile(r"\x1b\[(?:[<>=][0-9;]*u|\?[0-9]+\$p|\?1049[hl])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


def for_console(codes: str) -> str:
    """`codes` without those of which a VT100, or an old Linux, prints the end: kitty's keyboard protocol, questions
    about modes, and what is for a window system. In place of the other screen, which it lacks, its one is cleared."""
    return _STRANGE.sub(lambda code: _CLEAR if "1049" in code[0] else "", codes)


def can_draw(environ: Mapping[str, str], *streams: TextIO | None) -> bool:
    """Whether the app can take the screen: every stream is a terminal, and not a dumb one."""
    return environ.get("TERM", "") not in ("", "dumb") and all(s is not None and s.isatty() for s in streams)


def is_utf8(stream: TextIO | None) -> bool:
    """Whether the stream takes every character; without it pictures are drawn in ASCII."""
    encoding = getattr(stream, "encoding", None)
    try:
        return encoding is not None and codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except LookupError:
        return False


_PUT_BY_PYTHON = ("C.UTF-8", "C.utf8", "UTF-8")  # in LC_CTYPE, see PEP 538


def draws_ascii(environ: Mapping[str, str], stream: TextIO | None) -> bool:
    """Whether the app draws in ASCII: the stream, the locale or the console's font lacks the rest.

    Under a locale that is not UTF-8 or not installed, Python writes UTF-8 all the same and puts that in LC_CTYPE;
    what the learner's locale says counts. One that says nothing leaves it at UTF-8.
    """
    if not is_utf8(stream) or is_console(environ):
        return True
    if not sys.flags.utf8_mode or environ.get("PYTHONUTF8") == "1":
        return False
    name = locale_and_why(environ)[0] or "UTF-8"
    return "utf8" not in name.lower().replace("-", "")


def locale_and_why(environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The locale for characters that the learner's environment asks for, and the variable that says so.

    An LC_CTYPE that Python put there itself, in place of a locale it cannot use, says nothing of the learner's.
    """
    put_there = sys.flags.utf8_mode and environ.get("LC_CTYPE") in _PUT_BY_PYTHON
    asked = ("LC_ALL", "LANG") if put_there else ("LC_ALL", "LC_CTYPE", "LANG")
    variable = next((name for name in asked if environ.get(name)), None)
    return (environ[variable], variable) if variable else (None, None)


def multiplexer(environ: Mapping[str, str]) -> str:
    """tmux, screen, zellij, or none."""
    for variable, name in (("TMUX", "tmux"), ("ZELLIJ", "zellij"), ("STY", "screen")):
        if environ.get(variable):
            return name
    return "none"
