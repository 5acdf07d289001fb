"""Steps to be put in order: Space picks one up, the arrows carry it, Space puts it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.binding import Binding

from tutor.course.schema import Fact
from tutor.widgets.choices import Choices, Row


class Ordering(Choices):
    """The cursor stands at a place; while a step is held it goes along. Digits go to a place, or carry there."""

    WANTED = "Put them in order first: Space picks one up, the arrows carry it."
    BINDINGS = [
        Binding("space", "choose_here", "pick up, put down"),
        Binding("J,shift+down", "carry(1)", "carry down", show=False),
        Binding("K,shift+up", "carry(-1)", "carry up", show=False),
    ]

    def __init__(self, texts: Sequence[str], facts: Mapping[str, Fact]) -> None:
        super().__init__(texts, facts)
        self.arranged = list(range(len(texts)))  # arranged[place] is the step that stands there
        self.held = False
        self.touched = False

    @property
    def given(self) -> Sequence[int] | None:
        """The steps as they stand; None until one was moved."""
        return list(self.arranged) if self.touched else None

    @property
    def draft(self) -> Sequence[int | None]:
        return self.given or []

    def take_up(self, draft: Sequence[int | None]) -> None:
        steps = [step for step in draft if step is not None]
        if sorted(steps) == list(range(len(self.texts))):
            self.arranged, self.touched = steps, True

    def _rows(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for place, step in enumerate(self.arranged):
            rows += self._item(place, f"{self._pointer(place)} {place + 1}  ", self.texts[step], width)
        return rows

    def _pointer(self, place: int) -> str:
        if place != self.cursor:
            return "  "
        return "^v" if self.held else "> "

    def action_move(self, by: int) -> None:
        if self.held:
            self.action_carry(by)
        else:
            super().action_move(by)

    def action_carry(self, by: int) -> None:
        """Carry the step at the cursor by so many places."""
        if self.cursor is not None:
            self._carry(min(self.places - 1, max(0, self.cursor + by)))

    def action_choose(self, index: int) -> None:
        if index >= self.places:
            return
        if self.held:
            self._carry(index)
        else:
            self.cursor = index
            self._moved()

    def action_choose_here(self) -> None:
        if self.cursor is not None:
            self.held = not self.held
            self._moved()

    def _carry(self, place: int) -> None:
        assert self.cursor is not None
        self.touched |= place != self.cursor
        self.arranged.insert(place, self.arranged.pop(self.cursor))
        self.cursor = place
        self._moved()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return True

    def action_commit(self) -> None:
        """Put down what is held; Enter once more commits."""
        if self.held:
            self.action_choose_here()
        else:
            super().action_commit()
