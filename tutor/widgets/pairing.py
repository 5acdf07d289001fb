"""Pairs to be made: the arrows go through the left sides, a digit gives one its right side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.binding import Binding

from tutor.course.schema import Fact
from tutor.widgets.choices import Choices, Row


class Pairing(Choices):
    """`texts` are the right sides. One that is given to another left side is taken from the first."""

    WANTED = "Give each of them a number first."
    BINDINGS = [
        Binding("right,l", "turn(1)", "another", key_display="←→"),
        Binding("left,h", "turn(-1)", "another", show=False),
    ]

    def __init__(self, lefts: Sequence[str], rights: Sequence[str], facts: Mapping[str, Fact]) -> None:
        super().__init__(rights, facts)
        self.lefts = lefts
        self.picks: list[int | None] = [None] * len(lefts)  # of each left side, which right side it has
        self.cursor = 0

    @property
    def places(self) -> int:
        """How many places the cursor has."""
        return len(self.lefts)

    @property
    def given(self) -> Sequence[int] | None:
        """The right side of each left one; None while some have none."""
        made = [pick for pick in self.picks if pick is not None]
        return made if len(made) == len(self.lefts) else None

    @property
    def draft(self) -> Sequence[int | None]:
        return self.picks if self.picks != [None] * len(self.lefts) else []

    def take_up(self, draft: Sequence[int | None]) -> None:
        made = [pick for pick in draft if pick is not None]
        if len(draft) == len(self.lefts) and len({*made} & {*range(len(self.texts))}) == len(made):
            self.picks = list(draft)
            self.cursor = self._first_empty

    def _rows(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for i, left in enumerate(self.lefts):
            pick = self.picks[i]
            head = f"{self._pointer(i)} [{' ' if pick is None else pick + 1}]  "
            rows += self._item(i, head, left, width, choice=-1 - i)
        rows.append((None, Text()))
        for n, right in enumerate(self.texts):
            rows += self._item(None, f"   {n + 1}   ", right, width, choice=n)
        return rows

    def action_choose(self, index: int) -> None:
        """Give the left side at the cursor this right one, and go on to the next; below 0 go to a left one."""
        if index < 0:
            self.cursor = -1 - index
        elif index < len(self.texts):
            self._give(index)
            self.cursor = self._at + 1 if self._at < len(self.lefts) - 1 else self._first_empty
        self._moved()

    def action_turn(self, by: int) -> None:
        """Another right side for the left one at the cursor."""
        pick = self.picks[self._at]
        start = -1 if by > 0 else len(self.texts)
        self._give(((start if pick is None else pick) + by) % len(self.texts))
        self._moved()

    @property
    def _first_empty(self) -> int:
        """The first left side that has nothing yet, or the last of all."""
        return next((i for i, pick in enumerate(self.picks) if pick is None), len(self.lefts) - 1)

    @property
    def _at(self) -> int:
        return self.cursor or 0

    def _give(self, index: int) -> None:
        self.picks = [None if pick == index else pick for pick in self.picks]
        self.picks[self._at] = index
