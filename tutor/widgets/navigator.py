"""A list that is walked by keyboard: arrows, j and k, Home and End, Enter."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

from textual.binding import Binding
from textual.widgets import OptionList


class Navigator(OptionList, inherit_bindings=False):
    """Textual's OptionList with vim's keys beside the arrows."""

    BINDINGS = [
        Binding("down,j", "cursor_down", "down", show=False),
        Binding("up,k", "cursor_up", "up", show=False),
        Binding("enter,space,l,right", "select", "open", key_display="Enter"),
        Binding("pagedown", "page_down", "page down", show=False),
        Binding("pageup", "page_up", "page up", show=False),
        Binding("g,home", "first", "first", show=False),
        Binding("G,end", "last", "last", show=False),
    ]

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        with suppress(LookupError):  # Textual fails while the list is not laid out; there is no page to turn then
            super()._move_page(direction)
