"""Help: every key that works on the screen below, nearest first."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from tutor.widgets.card import Page
from tutor.widgets.lines import KeyLine, in_words, spell, typed


class HelpScreen(ModalScreen[None]):
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
    places: dict[str, dict[str, list[str]]] = {}  # place -> what it does -> keys
    single = {spell(key) for key in screen.active_bindings}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.description and active.enabled and not binding.system and not typed(screen, active):
            keys = places.setdefault(_name(active.node), {}).setdefault(_quiet(binding.description), [])
            shown = binding.key_display
            keys.append(shown if shown and shown not in single else spell(binding.key))
    written = in_words if getattr(screen.app, "ascii", False) else str
    return {
        place: [(written(_listed(keys, single)), what) for what, keys in found.items()]
        for place, found in places.items()
    }


def _listed(keys: list[str], single: set[str]) -> str:
    """Each key once; what stands for several, as "←→" or "1-9, Enter", stands for those."""
    several = " ".join(key for key in keys if key not in single).replace(",", " ").split()
    return " ".join(dict.fromkeys(key for key in keys if key not in several or key not in single))


def _quiet(description: str) -> str:
    return description.lower() if description.istitle() else description[:1].lower() + description[1:]


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
