"""A text field that completes the word being written, from a list that its owner knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.actions import SkipAction
from textual.binding import Binding
from textual.message import Message

from tutor.widgets.own_text import OwnText

Complete = Callable[[str], Sequence[str]]  # from how a word begins to longer words, the likeliest first


class WordField(OwnText):
    """Right arrow, at the end, takes the first completion; Tab too, unless what is written is a word already."""

    BINDINGS = [Binding("enter", "enter", "next, or done"), Binding("tab", "take", "complete, or next")]

    class Entered(Message):
        """The learner is done with this field and may want the next one."""

        def __init__(self, field: WordField) -> None:
            super().__init__()
            self.field = field

    def __init__(
        self, value: str, complete: Complete, known: Callable[[str], bool], *, whole: bool = True, id: str | None = None
    ) -> None:
        super().__init__(value, placeholder="a word", whole=whole, id=id)
        self.complete = complete
        self.known = known

    @property
    def begun(self) -> str:
        """The word before the cursor, if the cursor is at the end of the text."""
        words = self.value.split()
        return words[-1] if words and self.cursor == len(self.value) and not self.value[-1].isspace() else ""

    @property
    def completions(self) -> Sequence[str]:
        """What the word before the cursor may become; nothing while it is selected."""
        return self.complete(self.begun) if self.begun and not self._selected else ()

    def offer(self, ascii: bool) -> list[Segment]:
        """A line of completions, the key that takes the first before them; empty where there are none."""
        words = self.completions
        if not words:
            return []
        keys = ("Right" if ascii else "→") if self.known(self.begun) else ("Tab or Right" if ascii else "Tab or →")
        others = "".join(f"  {word}" for word in words[1:])
        return [Segment(f"{keys}: "), Segment(words[0], Style(bold=True)), Segment(others, Style(dim=True))]

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def on_focus(self) -> None:
        self.cursor = len(self.value)

    def action_move(self, by: int) -> None:
        if by < 0 or not self._take():
            super().action_move(by)

    def action_take(self) -> None:
        if self.known(self.begun) or not self._take():
            raise SkipAction  # Tab goes on to what comes next

    def action_enter(self) -> None:
        self.post_message(self.Entered(self))

    def _take(self) -> bool:
        """Put the first completion in place of what is begun."""
        found = self.completions
        if found:
            self._replace(len(self.value) - len(self.begun), len(self.value), found[0])
        return bool(found)
