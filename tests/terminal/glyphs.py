"""The characters that the app draws itself, of which terminals must agree how wide they are.

A character that Unicode calls ambiguous takes two cells in some East Asian settings, and an emoji one or two, as the
terminal's font has it. Either moves all that stands on its right.
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

import msgspec
from inspection import shown
from textual.screen import Screen
from textual.widgets import Input, TextArea

from tutor.widgets.base import LiveWidget
from tutor.widgets.card import Prose
from tutor.widgets.choices import Choices
from tutor.widgets.feedback import Feedback
from tutor.widgets.own_text import OwnText

# Ambiguous by Unicode and drawn all the same: what they say no unambiguous character says, every text program draws
# them, and with a locale other than UTF-8 none of them is drawn. A terminal that is set to draw ambiguous characters
# in two cells shows no full-screen program rightly.
ALLOWED = {
    "rules, frames and the tracks of sliders": "─━│┃┄┆┌┐└┘├┤┬┴┼",
    "bars, shades, scrollbars": "▀▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▐░▒▓■",
    "keys": "←→↑↓",
    "what is left out, between two things, a list's item": "…·•",
    "arithmetic": "×√°±≠≤≥∞−",
}
WRITTEN = (Prose, Choices, Feedback, OwnText, Input, TextArea)  # text of a lesson's file or of the learner


def doubtful(screen: Screen[object]) -> Iterator[str]:
    """Characters of ambiguous width and emoji on the screen now, but for text of a learner, a model or a file.

    Of these the app shows letters and digits as they are, and what stands in a widget's settings.
    """
    strips = screen._compositor.render_strips()
    given = "".join(msgspec.json.encode(live.settings).decode() for live in screen.query(LiveWidget))
    for widget in shown(screen):
        if widget.children or isinstance(widget, WRITTEN):
            continue
        region = widget.region.intersection(screen.region)
        for strip in strips[region.y : region.bottom]:
            for char in strip.crop(region.x, region.right).text:
                if char > "\x7f" and not char.isalnum() and char not in given and east_asian_width(char) in "AW":
                    yield char
