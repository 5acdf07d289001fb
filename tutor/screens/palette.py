"""The list of commands."""

from __future__ import annotations

from contextlib import suppress

from textual import events
from textual.command import CommandPalette
from textual.widgets import Input

from tutor.experiments.cells import showable

MOST = 100  # characters of what is searched for


class Palette(CommandPalette):
    """Textual's, which fails on a key for a page while its list is not laid out, and on a second click beside it."""

    def _action_command_list(self, action: str) -> None:
        with suppress(LookupError):  # there is no page to turn then
            super()._action_command_list(action)

    def _on_click(self, event: events.Click) -> None:
        if not self.is_current:  # the first click has closed it, and this one would close what is below
            event.prevent_default()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Keep of what was pasted the characters that show."""
        kept = showable(message.value)[:MOST]
        if kept != message.value:
            message.input.value = kept
