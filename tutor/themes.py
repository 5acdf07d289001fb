"""The app's colours: few, and told apart in 256 colours as in truecolor; two themes use the terminal's own 16.

One accent. `success` and `error` mark what was answered right and wrong, always beside a word that says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import Theme

if TYPE_CHECKING:
    from tutor.experiments.cells import Tier

_QUIET = {
    "block-cursor-text-style": "bold",
    "block-cursor-blurred-text-style": "bold",
    "input-cursor-text-style": "none",
}


def _theme(name: str, dark: bool, grounds: str, texts: str, accent: str, marks: str) -> Theme:
    """`grounds`: of the page, and of what is raised above it; `texts`: plain, muted; `marks`: right, warning, wrong."""
    ground, raised = grounds.split()
    text, muted = texts.split()
    right, warning, wrong = marks.split()
    return Theme(
        name=name,
        primary=accent,
        secondary=accent,
        accent=accent,
        foreground=text,
        background=ground,
        surface=ground,
        panel=raised,
        boost=raised,
        success=right,
        warning=warning,
        error=wrong,
        dark=dark,
        variables={
            **_QUIET,
            "text-muted": muted,
            "text-disabled": muted,
            "block-cursor-foreground": ground,
            "block-cursor-background": accent,
            "block-cursor-blurred-foreground": text,
            "block-cursor-blurred-background": raised,
            "border": accent,
            "border-blurred": muted,
            "input-cursor-background": text,
            "input-cursor-foreground": ground,
            "scrollbar": muted,
            "scrollbar-background": raised,
        },
    )


def _own_colours(name: str, dark: bool, accent: str, marks: str) -> Theme:
    """The terminal's own colours; what is chosen is also underlined, since there may be none.

    Not in reverse: Textual drops that from the styles of list rows. On blue, because the Linux console shows
    what is underlined in cyan, and bold black in grey.
    """
    right, warning, wrong = (f"ansi_{mark}" for mark in marks.split())
    return Theme(
        name=name,
        ansi=True,
        dark=dark,
        primary=f"ansi_{accent}",
        secondary=f"ansi_{accent}",
        accent=f"ansi_{accent}",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        success=right,
        warning=warning,
        error=wrong,
        variables={
            "ansi-background": "ansi_default",
            "ansi-foreground": "ansi_default",
            "text-muted": "ansi_default",
            "text-disabled": "ansi_default",
            "block-cursor-foreground": "ansi_bright_white",
            "block-cursor-background": "ansi_blue",
            "block-cursor-text-style": "bold underline",
            "block-cursor-blurred-foreground": "ansi_default",
            "block-cursor-blurred-background": "ansi_default",
            "block-cursor-blurred-text-style": "bold",
            "border": "ansi_default",
            "border-blurred": "ansi_default",
            "input-cursor-background": "ansi_default",
            "input-cursor-foreground": "ansi_default",
            "input-cursor-text-style": "reverse",
            "input-selection-background": "ansi_default",
            "input-selection-foreground": "ansi_default",
            "scrollbar": "ansi_default",
            "scrollbar-background": "ansi_default",
            "scrollbar-active": "ansi_default",
            "scrollbar-hover": "ansi_default",
            "scrollbar-background-hover": "ansi_default",
            "scrollbar-background-active": "ansi_default",
        },
    )


# Members of the 256 palette, where its rounding moves only light greys, by one step. Right is blue, because eyes
# that take red for green tell blue from both.
NIGHT = _theme("night", True, "#1c1c1c #303030", "#e4e4e4 #a8a8a8", "#ffaf5f", "#5fafff #ffff87 #ff5f5f")
DAY = _theme("day", False, "#f5f5f5 #dadada", "#1c1c1c #585858", "#5f00af", "#005fd7 #875f00 #870000")
CONTRAST = _theme("high-contrast", True, "#000000 #303030", "#ffffff #d0d0d0", "#ffff00", "#00afff #ffaf00 #ff5f5f")
# Those of the 16 that can be read on black and on white, in xterm's palette and in the Linux console's.
PLAIN = _own_colours("plain", True, "cyan", "green bright_yellow bright_magenta")
PLAIN_LIGHT = _own_colours("plain-light", False, "blue", "bright_blue magenta red")

THEMES = (NIGHT, DAY, CONTRAST, PLAIN, PLAIN_LIGHT)


def names(tier: Tier) -> list[str]:
    """The themes that the colour tier can show, its default first."""
    rich_enough = tier in ("truecolor", "256")
    return [theme.name for theme in THEMES if rich_enough or theme.ansi]
