"""What the app says for a while: without codes, once, and not over another screen than the one it was said on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App
from textual.notifications import Notification
from textual.widgets._toast import Toast

R = TypeVar("R")


def passing(note: Notification) -> bool:
    """Whether it only says what a key has done; a warning or an error stays its time."""
    return note.severity == "information"


class Notices(App[R]):
    """An app whose plain notices go when another screen comes, or the one below comes back."""

    def notify(self, message: str, **options: Any) -> None:
        """Say something for a while, with nothing in it that a terminal or Textual's markup would obey."""
        from tutor.experiments.cells import visible

        said = visible(message)
        if all(one.message != said for one in self._notifications):  # once: a key held down would make hundreds
            super().notify(said, **{**options, "markup": False})

    def push_screen(self, *arguments: Any, **options: Any) -> Any:  # Textual's own has four signatures
        self.take_away(passing)
        return super().push_screen(*arguments, **options)

    def pop_screen(self) -> Any:
        self.take_away(passing)
        return super().pop_screen()

    def take_away(self, which: Callable[[Notification], bool]) -> None:
        """Show some of the notices no longer, though their time is not over."""
        for note in filter(which, list(self._notifications)):
            self._unnotify(note, refresh=False)
        if self.screen_stack:
            for toast in self.screen.query(Toast):
                if toast._notification not in self._notifications:
                    toast._expire()
