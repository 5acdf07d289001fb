"""The playground: every live widget on its own, with the whole screen."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.widget import Widget
from textual.widgets.option_list import Option

from tutor.experiments.registry import EXPERIMENTS, Entry
from tutor.screens.base import TutorScreen
from tutor.screens.copying import Copy, Copying, of_widget
from tutor.widgets.navigator import Navigator
from tutor.widgets.workbench import focus_first


class PlaygroundScreen(TutorScreen[None]):
    """The list of widgets."""

    DEFAULT_CSS = "PlaygroundScreen Navigator { text-wrap: nowrap; text-overflow: ellipsis; }"
    title_text = "Playground"

    def body(self) -> Iterable[Widget]:
        width = max(len(entry.title) for entry in EXPERIMENTS.values())
        yield Navigator(*(Option(_line(entry, width), id=name) for name, entry in EXPERIMENTS.items()))

    def on_mount(self) -> None:
        self.set_title(self.title_text, f"{len(EXPERIMENTS)} widgets")
        self.query_one(Navigator).focus()

    def on_option_list_option_selected(self, message: Navigator.OptionSelected) -> None:
        self.app.push_screen(WidgetScreen(message.option_id or ""))


def _line(entry: Entry, width: int) -> Text:
    """The title, then what there is to see, as far as there is room."""
    return Text.assemble((f"{entry.title:{width}}", "bold"), "  ", entry.shows)


class WidgetScreen(Copying[None]):
    """One live widget with its own starting settings."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.title_text = EXPERIMENTS[name].title
        self._name_in_registry = name

    def body(self) -> Iterable[Widget]:
        yield EXPERIMENTS[self._name_in_registry].load_widget()()

    def on_mount(self) -> None:
        focus_first(self.query_one(".live"))

    def copied(self) -> Copy:
        return of_widget(self) or Copy(f"{self._name_in_registry}.txt", "")
