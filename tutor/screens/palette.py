"""The list of commands."""

from __future__ import annotations

from contextlib import suppress

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.command import CommandInput, CommandList, CommandPalette, SearchIcon
from textual.containers import Horizontal, Vertical
from textual.widgets import LoadingIndicator

from tutor.screens.base import Steady
from tutor.widgets.lines import KeyLine
from tutor.widgets.navigator import Clicked
from tutor.widgets.one_line import OneLine


class Field(CommandInput, OneLine):
    """Textual's, for one line that shows."""

    BINDINGS = [
        Binding("enter", "submit", "run"),
        Binding("down", "screen.cursor_down", "choose", key_display="↑↓"),
        Binding("up", "screen.command_list('cursor_up')", show=False),
        Binding("pagedown", "screen.command_list('page_down')", "page down", show=False),
        Binding("pageup", "screen.command_list('page_up')", "page up", show=False),
    ]


class Commands(CommandList, Clicked):
    """Textual's, while its commands change."""


class Waiting(LoadingIndicator):
    """Textual's, which is never shown here and would wake the program 16 times a second all the same."""

    def _on_mount(self, event: events.Mount) -> None:
        event.prevent_default()


class Palette(CommandPalette, Steady[None]):
    """Textual's, which fails on a key for a page while its list is not laid out."""

    BINDINGS = [Binding("escape,tab", "escape", "back", key_display="Esc")]  # Tab: a plain key where letters are typed

    def compose(self) -> ComposeResult:
        """As Textual's own, with parts that take any text and any click."""
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                yield SearchIcon()
                yield Field(placeholder="Search for commands…", select_on_focus=False)
            with Vertical(id="--results"):
                yield Commands()
                yield Waiting()
        yield KeyLine()

    def _action_command_list(self, action: str) -> None:
        with suppress(LookupError):  # there is no page to turn then
            super()._action_command_list(action)

    def _on_click(self, event: events.Click) -> None:  # type: ignore[override]  # as there
        if not (self.is_current and self.region.contains(event.screen_x, event.screen_y)):
            event.prevent_default()  # it has been closed, or the window has become smaller
