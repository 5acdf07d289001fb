"""What a field of one line takes of that which is typed and pasted into it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from tutor.experiments.cells import showable

MOST = 1_000  # characters


def fitting(text: str) -> str:
    """As much of the text as such a field takes."""
    return showable(text)[:MOST]


class OneLine(Input):
    """Textual's field, without what a terminal would obey, and not without end."""

    def _on_paste(self, event: events.Paste) -> None:
        """Take what is pasted as one line."""
        event.prevent_default()
        super()._on_paste(events.Paste(" ".join(event.text.split())))
        event.stop()

    def replace(self, text: str, start: int, end: int) -> None:
        """Put `text` in place of what is there, as far as there is room."""
        text, room = showable(text), MOST - len(self.value) + end - start
        if len(text) > room:
            self.notify(f"This line takes {MOST:,} characters; the rest is left out.", severity="warning")
        super().replace(text[: max(0, room)], start, end)
