"""Screens lie on each other, so that one comes back to what one came from; but only so many.

Whoever looks up one thing from another for hours would build a tower of them, and each takes a megabyte.
"""

from __future__ import annotations

from typing import Any, TypeVar

from textual.app import App

R = TypeVar("R")
MOST = 10  # screens: the way back is that long, and ends at the first of them


class KeptLow(App[R]):
    """An app that forgets the longest way back: the lowest screen but the first."""

    def push_screen(self, *arguments: Any, **options: Any) -> Any:  # Textual's own has four signatures
        pushed = super().push_screen(*arguments, **options)
        if len(self._screen_stack) > MOST:
            lowest = self._screen_stack.pop(1)
            lowest._pop_result_callback()
            self.call_later(self._replace_screen, lowest)
        return pushed
