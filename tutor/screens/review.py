"""Review: the questions that are due, from every chapter, each rated as it was remembered."""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.text import Text
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static
from textual.widgets.option_list import Option

from tutor.experiments.cells import bar
from tutor.screens.asking import AskingScreen
from tutor.study.review import count, day, days_ahead, next_due, pace, queue, rated
from tutor.study.rounds import Item, Round
from tutor.study.schedule import Rating
from tutor.widgets.card import Prose
from tutor.widgets.navigator import Navigator

BEGIN, REST, MIXED, LEAVE = "begin", "rest", "mixed", "leave"
NOTHING_YET = "Nothing is here yet. A question answered in a quiz comes back here when you are about to forget it."
LEAVING = "Leave whenever you like: each answer is kept."
BAR = 30  # cells of the forecast's longest


class ReviewScreen(AskingScreen[None]):
    """Opens with the day's load and a forecast."""

    title_text = "Review"
    BINDINGS = [
        *(Binding(str(n.value), f"rate({n.value})", "rate", show=n is Rating.AGAIN, key_display="1-4") for n in Rating),
        Binding("left,h", "change_rating(-1)", "rate lower", show=False),
        Binding("right,l", "change_rating(1)", "rate higher", show=False),
    ]

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        yield Static(id="rating", markup=False)

    async def on_mount(self) -> None:
        await self._open()

    async def _open(self) -> None:
        """The day's load, the days ahead, and where to go from here."""
        at, chapters, store = time.time(), self.tutor.course.readable(), self.tutor.store
        memories = store.memories()
        self.round = Round(queue(chapters, memories, at), source="review")
        due = len(self.round.items)
        if due:
            where = count(len({item.chapter.id for item in self.round.items}), "chapter")
            minutes = max(1, round(due * pace(store.answers()) / 60))
            said = f"**{count(due, 'question')} due** from {where}, about {count(minutes, 'minute')}. {LEAVING}"
        elif (next_at := next_due(chapters, memories, at)) is not None:
            said = f"Nothing is due now. The next question comes back {day(next_at, at)}."
        else:
            said = NOTHING_YET
        page: list[Widget] = [Prose(said, {})]
        if memories:
            page.append(Static(self._forecast(days_ahead(chapters, memories, at)), classes="forecast"))
        menu = Navigator(*(Option(Text(text), id=way) for way, text in self._first_ways()))
        await self.show(f"{due} due", *page, menu)
        menu.action_first()
        menu.focus()

    def _forecast(self, days: list[tuple[str, int]]) -> Text:
        """A line a day: its name, how many come, and a bar."""
        most = max(n for _, n in days) or 1
        lines = [f"{name:<10}{n:>5,}  {bar(n / most, BAR, self.tutor.ascii).rstrip()}".rstrip() for name, n in days]
        return Text("\n".join(["The days ahead", *lines]), no_wrap=True)

    def _first_ways(self) -> Iterable[tuple[str, str]]:
        if self.round.items:
            yield BEGIN, "Begin"
        yield MIXED, "A mixed quiz over chapters of your choice"
        yield LEAVE, "Back"

    # ── questions ────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, item: Item | None) -> None:
        self.query_one("#rating", Static).display = False
        await super().ask(item)

    def told(self) -> None:
        """The last answer's rating, and when the question comes back by it."""
        found = rated(self.tutor.store, self.round)
        if found is None:
            return
        rating, due = found
        marks = Text("  ").join(
            Text(f"[{n.value} {n.name.lower()}]", "bold") if n is rating else Text(f" {n.value} {n.name.lower()} ")
            for n in Rating
        )
        card = " Press c to read its card again." if rating is Rating.AGAIN else ""
        line = self.query_one("#rating", Static)
        line.update(Text.assemble("Remembered: ", marks, f"\nThe question comes back {day(due, time.time())}.{card}"))
        line.display = True

    def action_rate(self, rating: int) -> None:
        """The learner's own word for how well it was remembered."""
        self.tutor.store.rate(self.round.given[-1][1], Rating(rating))
        self.told()

    def action_change_rating(self, by: int) -> None:
        if (found := rated(self.tutor.store, self.round)) is not None:
            self.action_rate(min(Rating.EASY, max(Rating.AGAIN, found[0] + by)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("rate", "change_rating"):
            return self._view is not None and self._view.answered
        return super().check_action(action, parameters)

    # ── the recap ────────────────────────────────────────────────────────────────────────────────────

    def verdict(self) -> str:
        at, store = time.time(), self.tutor.store
        next_at = next_due(self.tutor.course.readable(), store.memories(), at)
        return super().verdict() + (f" The next question comes back {day(next_at, at)}." if next_at is not None else "")

    def ways_on(self) -> Iterable[tuple[str, str]]:
        if self.round.open:
            yield REST, "Answer the skipped questions"
        yield LEAVE, "Back"

    async def go(self, way: str) -> None:
        if way in (BEGIN, REST):
            await self.ask(self.round.after(None))
        elif way == MIXED:
            self.dismiss()
            self.tutor.action_mixed()
        else:
            self.dismiss()
