"""What is said for a while in a corner: each thing once, and little at a time."""

from __future__ import annotations

import time
from typing import Any, TypeVar

from textual.app import App

R = TypeVar("R")
MOST = 3  # at once; each is drawn anew on every screen that opens, and with every other one


class Notices(App[R]):
    """An app whose notices hold nothing that a terminal or Textual's markup would obey."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._until: dict[str, float] = {}  # message -> when it goes

    def notify(self, message: str, **options: Any) -> None:
        """Say something for a while; what is being said is not said again."""
        from tutor.experiments.cells import visible

        now = time.monotonic()
        self._until = {said: until for said, until in self._until.items() if until > now}
        if message in self._until:
            return
        if len(self._until) >= MOST:
            self._until.clear()
            self.clear_notifications()
        self._until[message] = now + (options.get("timeout") or self.NOTIFICATION_TIMEOUT)
        super().notify(visible(message), **{**options, "markup": False})
