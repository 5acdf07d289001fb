"""The choices of a question: walked by arrows, j and k, chosen by digit, committed with Enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.containers import ScrollableContainer
from textual.geometry import Region, Size
from textual.message import Message
from textual.widget import Widget

from tutor.course.schema import Fact
from tutor.course.text import WIDTH
from tutor.widgets.card import styled

DIGITS = 9  # choices that have a key of their own


class Choices(Widget, can_focus=True):
    """Nothing is chosen at the start, so that an Enter too many commits to nothing.

    With `several`, Space or a digit puts a mark or takes it away; without, the choice at the cursor is the one.
    """

    COMPONENT_CLASSES = {"choices--cursor"}
    DEFAULT_CSS = """
    Choices { height: auto; max-width: 72; }
    Choices > .choices--cursor { color: $accent; text-style: bold; }
    """
    BINDINGS = [
        *(
            # capital letters beside the digits: the small ones have work to do in a quiz
            Binding(f"{n + 1},{chr(ord('A') + n)}", f"choose({n})", "choose", show=n == 0, key_display="1-9")
            for n in range(DIGITS)
        ),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("space", "choose_here", "mark"),
        Binding("enter", "commit", "commit"),
    ]

    class Committed(Message):
        """The learner stands by what is chosen now."""

    def __init__(self, texts: Sequence[str], facts: Mapping[str, Fact], *, several: bool = False) -> None:
        super().__init__()
        self.texts = texts
        self.facts = facts
        self.several = several
        self.cursor: int | None = None
        self.marked: set[int] = set()

    @property
    def chosen(self) -> list[int]:
        """The indices of what is chosen, in order."""
        if self.several:
            return sorted(self.marked)
        return [] if self.cursor is None else [self.cursor]

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────

    def _blocks(self, width: int) -> list[Text]:
        """Each choice in lines of at most `width` cells, without cursor and mark."""
        room = min(WIDTH, width) - self._indent
        return [styled(text, self.facts, max(8, room), getattr(self.app, "ascii", False)) for text in self.texts]

    @property
    def _indent(self) -> int:
        return 9 if self.several else 5

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return sum(block.plain.count("\n") + 1 for block in self._blocks(width))

    def render(self) -> Text:
        cursor = self.get_component_rich_style("choices--cursor")
        lines = []
        for i, block in enumerate(self._blocks(self.size.width)):
            mark = ("[x] " if i in self.marked else "[ ] ") if self.several else ""
            head = f"{'>' if i == self.cursor else ' '} {i + 1}  {mark}"
            for j, line in enumerate(block.split("\n", allow_blank=True)):
                row = Text.assemble(" " * self._indent if j else head, line, no_wrap=True)
                if i == self.cursor:
                    row.stylize(cursor)
                row.apply_meta({"choice": i})
                lines.append(row)
        return Text("\n", no_wrap=True).join(lines)

    def _moved(self) -> None:
        """Show the cursor, if need be by scrolling what this stands in."""
        self.refresh()
        if self.cursor is not None and isinstance(self.parent, ScrollableContainer):
            heights = [block.plain.count("\n") + 1 for block in self._blocks(self.size.width)]
            row = Region(0, sum(heights[: self.cursor]), self.size.width, heights[self.cursor])
            self.parent.scroll_to_region(row.translate(self.virtual_region.offset), animate=False)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, by: int) -> None:
        last = len(self.texts) - 1
        start = -1 if by > 0 else last + 1
        self.cursor = min(last, max(0, (start if self.cursor is None else self.cursor) + by))
        self._moved()

    def action_choose(self, index: int) -> None:
        if index < len(self.texts):
            self.cursor = index
            if self.several:
                self.marked ^= {index}
            self._moved()

    def action_choose_here(self) -> None:
        if self.cursor is not None:
            self.action_choose(self.cursor)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.several if action == "choose_here" else True

    def action_commit(self) -> None:
        self.post_message(self.Committed())

    def on_click(self, event: events.Click) -> None:
        index = event.style.meta.get("choice")
        if index is not None:
            self.action_choose(index)
