"""What is said for a while in a corner: each thing once, and little at a time."""

from __future__ import annotations

import time
from typing import Any, TypeVar

from textual.app import App

R = TypeVar("R")
MOST = 3  # at once: each is made anew on every screen that opens


class Notices(App[R]):
    """An app whose notices hold nothing that a terminal or Textual's markup would obey."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._until: dict[str, float] = {}  # what is being said -> when it goes
        self._next: tuple[str, dict[str, Any]] | None = None  # the last of those for which there was no room

    def notify(self, message: str, **options: Any) -> None:
        """Say something for a while, or as soon as there is room; what is being said is not said again."""
        from tutor.experiments.cells import visible

        now = time.monotonic()
        self._until = {said: until for said, until in self._until.items() if until > now}
        if message in self._until:
            return
        if len(self._until) >= MOST:
            if self._next is None:
                self.set_timer(min(self._until.values()) - now, self._say_next)
            self._next = message, options
            return
        self._until[message] = now + (options.get("timeout") or self.NOTIFICATION_TIMEOUT)
        super().notify(visible(message), **{**options, "markup": False})

    def _say_next(self) -> None:
        if self._next is not None:
            (message, options), self._next = self._next, None
            self.notify(message, **options)
