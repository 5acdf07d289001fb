"""Help: every key that works on the screen below, nearest first."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from tutor.screens.base import Steady
from tutor.widgets.card import Page
from tutor.widgets.keys import named
from tutor.widgets.lines import KeyLine

AS_EVERYWHERE = ("arrows, Home, End, ...", "as in every field for text")  # what Textual's own fields bind


class HelpScreen(ModalScreen[None], Steady[None]):
    """The keys of the screen that was open, grouped by what they belong to."""

    CSS_PATH = "help.tcss"
    BINDINGS = [Binding("question_mark,b,q,backspace,escape,enter", "dismiss", "back", key_display="b")]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self.keys = keys_of(screen)

    def compose(self) -> ComposeResult:
        with Page():
            yield Static("Keys that work here", classes="heading")
            for place, keys in self.keys.items():
                yield Static(place, classes="place", markup=False)
                yield Static(_grid(keys))
        yield KeyLine()


def keys_of(screen: Screen[object]) -> dict[str, list[tuple[str, str]]]:
    """Place -> (keys, what they do), of everything that is bound and enabled on `screen` now."""
    places: dict[str, list[tuple[str, str]]] = {}
    for entry in named(screen):
        keys = places.setdefault(_name(entry.node), [])
        if not entry.of_textual:
            keys.append((str(entry), entry.what))
        elif AS_EVERYWHERE not in keys:
            keys.append(AS_EVERYWHERE)
    return places


def _name(node: object) -> str:
    if isinstance(node, Screen):
        return "On this screen"
    return "In this pane" if isinstance(node, Widget) else "Everywhere"


def _grid(keys: list[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=22)
    grid.add_column()
    for key, description in keys:
        grid.add_row(Text(key, "bold"), Text(description))
    return grid
