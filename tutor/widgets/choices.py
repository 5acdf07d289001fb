"""The choices of a question: walked by arrows, j and k, chosen by digit, committed with Enter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
Row = tuple[int | None, Text]  # a line, and the place of the cursor that it belongs to


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

    WANTED = "Choose one first, with its digit or the arrows."  # said where `given` is None

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

    @property
    def given(self) -> int | Sequence[int] | None:
        """The answer, or None where there is none to commit to yet."""
        return self.chosen if self.several else self.cursor

    @property
    def draft(self) -> Sequence[int | None]:
        """How it stands, to be taken up again later; empty where nothing was done."""
        return self.chosen

    def take_up(self, draft: Sequence[int | None]) -> None:
        """Stand as in a draft, as far as that fits."""
        fitting = [index for index in draft if index in range(len(self.texts))]
        if self.several:
            self.marked = {index for index in fitting if index is not None}
        elif fitting:
            self.cursor = fitting[0]

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────

    def _rows(self, width: int) -> list[Row]:
        """Every line, of at most `width` cells, with the place of the cursor that it belongs to."""
        rows: list[Row] = []
        for i, text in enumerate(self.texts):
            mark = ("[x] " if i in self.marked else "[ ] ") if self.several else ""
            rows += self._item(i, f"{self._pointer(i)} {i + 1}  {mark}", text, width)
        return rows

    def _pointer(self, place: int) -> str:
        return ">" if place == self.cursor else " "

    def _item(self, place: int | None, head: str, text: str, width: int, choice: int | None = None) -> list[Row]:
        """The lines of one item; a click on them chooses `choice`, by default the place itself."""
        room = max(8, min(WIDTH, width) - len(head))
        block = styled(text, self.facts, room, getattr(self.app, "ascii", False))
        return self._lines(place, head, block.split("\n", allow_blank=True), place if choice is None else choice)

    def _lines(self, place: int | None, head: str, lines: Iterable[Text | str], choice: int | None) -> list[Row]:
        rows: list[Row] = []
        for j, line in enumerate(lines):
            row = Text.assemble(" " * len(head) if j else head, line, no_wrap=True)
            if place is not None and place == self.cursor:
                row.stylize(self.get_component_rich_style("choices--cursor"))
            row.apply_meta({"choice": choice} if choice is not None else {})
            rows.append((place, row))
        return rows

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def render(self) -> Text:
        return Text("\n", no_wrap=True).join(row for _, row in self._rows(self.size.width))

    def _moved(self) -> None:
        """Show the cursor, if need be by scrolling what this stands in."""
        self.refresh()
        if self.cursor is not None and isinstance(self.parent, ScrollableContainer):
            lines = [n for n, (place, _) in enumerate(self._rows(self.size.width)) if place == self.cursor]
            row = Region(0, lines[0], self.size.width, len(lines))
            self.parent.scroll_to_region(row.translate(self.virtual_region.offset), animate=False)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def places(self) -> int:
        """How many places the cursor has."""
        return len(self.texts)

    def action_move(self, by: int) -> None:
        last = self.places - 1
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
