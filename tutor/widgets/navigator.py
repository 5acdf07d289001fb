"""A list that is walked by keyboard: arrows, j and k, Home and End, Enter; and a row of it in columns."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.widgets import OptionList
from textual.widgets.option_list import Option

LEAST = 20  # columns that the name of a row keeps, before what is said of it is said shorter


class Clicked(OptionList, inherit_bindings=False):
    """A list that may have changed since the mouse was pressed on it."""

    async def _on_click(self, event: events.Click) -> None:
        if event.style.meta.get("option", -1) >= self.option_count:  # Textual would look for it
            event.prevent_default()


class Navigator(Clicked, inherit_bindings=False):
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

    def __init__(self, *content: Option, id: str | None = None) -> None:
        """What is said in brackets in `content` is text, no markup."""
        super().__init__(*content, id=id, markup=False)

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        with suppress(LookupError):  # Textual fails while the list is not laid out; there is no page to turn then
            super()._move_page(direction)


class Row:
    """A name in so many columns, then what is said of it; in a narrow window shorter, or beside a shorter name."""

    def __init__(self, name: str, width: int, *said: str, style: str = "", said_style: str = "") -> None:
        """`said`: the full form first. It is as wide in every row, so that all take the same form."""
        self.name = name
        self.width = width
        self.said = said
        self.style = style
        self.said_style = said_style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        fits = (said for said in self.said if options.max_width - cell_len(said) >= LEAST)
        said = next(fits, self.said[-1])
        name = Text(self.name, self.style, no_wrap=True)
        width = max(0, min(self.width, options.max_width - cell_len(said)))
        name.truncate(width - 1, overflow="ellipsis", pad=True)  # a name that is cut does not touch what is said
        yield name.append(" " * min(1, width)).append(said, self.said_style)


class Column(Navigator, inherit_bindings=False):
    """A list on a page that is turned by arrows to the side: they are left to the page."""

    STEPS = (
        Binding("down,j", "cursor_down", "down", show=False),
        Binding("up,k", "cursor_up", "up", show=False),
    )
    BINDINGS = [*STEPS, Binding("enter,space", "select", "open", key_display="Enter")]
