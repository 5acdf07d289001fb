"""What the terminal can do, as far as its environment tells."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TextIO, get_args

if TYPE_CHECKING:
    from tutor.experiments.cells import Tier

Colors = Literal["auto", "truecolor", "256", "16", "none"]
COLORS: tuple[Colors, ...] = get_args(Colors)

_TRUECOLOR = ("truecolor", "24bit")  # what COLORTERM says
_TRUECOLOR_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "wezterm", "foot")  # and those that need not say it


def colour_tier(environ: Mapping[str, str], flag: Colors = "auto") -> Tier:
    """The colours to draw with: what `flag` says, else none under NO_COLOR, else what TERM and COLORTERM promise.

    SSH does not forward COLORTERM, so a remote terminal is mostly `256`. GNU screen passes no true colours
    on, whatever the terminal around it says.
    """
    if flag != "auto":
        return flag
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in ("", "dumb"):
        return "none"
    inside_screen = "STY" in environ and "TMUX" not in environ
    if not inside_screen:
        if environ.get("COLORTERM", "").lower() in _TRUECOLOR or term.endswith("-direct"):
            return "truecolor"
        if term.startswith(_TRUECOLOR_TERMS):
            return "truecolor"
    return "256" if "256" in term or environ.get("COLORTERM") else "16"


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


def multiplexer(environ: Mapping[str, str]) -> str:
    """tmux, screen, zellij, or none."""
    for variable, name in (("TMUX", "tmux"), ("ZELLIJ", "zellij"), ("STY", "screen")):
        if environ.get(variable):
            return name
    return "none"
