"""The list of commands."""

from __future__ import annotations

from contextlib import suppress

from textual.command import CommandPalette


class Palette(CommandPalette):
    """Textual's, which fails on a key for a page while its list is not laid out."""

    def _action_command_list(self, action: str) -> None:
        with suppress(LookupError):  # there is no page to turn then
            super()._action_command_list(action)
