"""Every place of the app, opened one after the other in one running app: screens, cards, questions, widgets.

A place is opened by a call, not by the keys that lead there, so that five hundred cards stay cheap.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.course.schema import Blank, Match, Number, Order, SeveralChoices
from tutor.experiments.cells import Tier
from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.chapter import ChapterScreen
from tutor.screens.flag import FlagScreen
from tutor.screens.home import HomeScreen
from tutor.screens.lab import LabScreen
from tutor.screens.playground import WidgetScreen
from tutor.screens.progress import DaysScreen, GoalsScreen, MemoryScreen, MissedScreen, ProgressScreen
from tutor.screens.quiz import QuizScreen
from tutor.screens.search import SearchScreen
from tutor.study.rounds import Item, items
from tutor.study.store import Store
from tutor.widgets.base import LiveWidget
from tutor.widgets.prediction import PredictionPane
from tutor.widgets.question import QuestionView

PATIENCE = 30.0  # seconds before a wait is given up


class Visit:
    """One running app and the ways to its places."""

    def __init__(self, app: TutorApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> Screen[object]:
        return self.app.screen

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())

    async def until(self, ready: Callable[[], object]) -> None:
        """Wait until `ready()`; fails with the screen when that does not come."""
        end = time.monotonic() + PATIENCE
        while not ready():
            if time.monotonic() > end:
                raise AssertionError(f"never came; the screen is\n{self.text}")
            await self.pilot.pause(0.002)
        await self.pilot.pause(0)

    async def settled(self) -> None:
        """Wait until the engine has answered and all is laid out."""
        await self.pilot.pause(0)
        await self.until(lambda: "working…" not in self.text and all(map(answered, self.lives)))

    @property
    def lives(self) -> list[LiveWidget]:
        return list(self.screen.query(LiveWidget))

    async def resize(self, size: tuple[int, int]) -> None:
        """Another size; does nothing where it is that already."""
        if tuple(self.app.size) != size:
            await self.pilot.resize_terminal(*size)
        await self.settled()

    async def press(self, *keys: str) -> None:
        """Press keys and wait until all they led to is done."""
        await self.pilot.press(*keys)
        await self.settled()

    async def home(self) -> None:
        """Close whatever is open."""
        self.app.action_home()
        await self.until(lambda: isinstance(self.screen, HomeScreen))

    async def push(self, screen: Screen[object]) -> None:
        await self.app.push_screen(screen)
        await self.settled()

    # ── cards ────────────────────────────────────────────────────────────────────────────────────────

    async def chapter(self, id: str) -> ChapterScreen:
        """A chapter, at its first page."""
        await self.home()
        screen = ChapterScreen(id)
        await self.push(screen)
        await self.until(lambda: screen.query("#body > *"))
        return screen

    async def turn(self, screen: ChapterScreen, at: int) -> None:
        """Page number `at` of the chapter that is open."""
        await screen.run_worker(screen._open(at)).wait()
        await self.settled()

    async def past_predictions(self) -> bool:
        """Go on to the widget without a guess, where the card asks for one first."""
        asked = bool(self.screen.query(PredictionPane))
        while panes := self.screen.query(PredictionPane):
            pane = panes.first()
            pane.action_skip()
            await self.until(lambda pane=pane: not pane.is_attached)
            await self.until(lambda: self.lives or self.screen.query(PredictionPane))
        await self.settled()
        return asked

    # ── questions ────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, screen: QuizScreen, item: Item) -> QuestionView:
        """One question of the quiz that is open."""
        await screen.run_worker(screen.ask(item)).wait()
        await self.settled()
        return screen.query_one(QuestionView)

    async def answer(self, screen: QuizScreen, item: Item) -> None:
        """Answer the question that is shown, somehow."""
        match item.question:
            case Number() | Blank():
                keys = ["7"]
            case SeveralChoices():
                keys = ["1", "3"]
            case Match():
                keys = [str(n) for n in range(1, len(item.question.pairs) + 1)]
            case Order():
                keys = ["1", "space", "down", "space"]
            case _:
                keys = ["1"]
        await self.pilot.press(*keys, "enter")
        await self.until(lambda: screen._view is not None and screen._view.answered)
        await self.settled()


def answered(live: LiveWidget) -> bool:
    """Whether a widget shows a result, or says why it has none."""
    return live.result is not None or str(live._complaint.content) not in ("", "working…")


@asynccontextmanager
async def visit(
    data: Path, size: tuple[int, int] = (80, 24), *, tier: Tier = "256", ascii: bool = False, notes: bool = False
) -> AsyncIterator[Visit]:
    """The app with the whole course and an empty store; `notes`: it says its notifications too."""
    app = TutorApp(load_course(), Store.open(data), tier=tier, ascii=ascii)
    async with app.run_test(size=size, notifications=notes) as pilot:
        there = Visit(app, pilot)
        await there.until(lambda: len(app.screen._sizes) == sum(e.file is not None for e in app.course.entries()))
        yield there


# ── the places ───────────────────────────────────────────────────────────────────────────────────────


async def screens(there: Visit) -> AsyncIterator[str]:
    """Every screen but the chapters' pages and questions; leaves one answered question in the store."""
    app, chapter = there.app, next(iter(there.app.course.readable()))
    await there.home()
    yield "home"
    opened: list[tuple[str, Callable[[], Awaitable[None] | None]]] = [
        ("glossary", app.action_glossary),
        ("insights", app.action_insights),
        ("playground", app.action_playground),
        ("help", app.action_help),
        ("commands", app.action_command_palette),
        ("review, nothing yet", app.action_review),
        ("mixed quiz", app.action_mixed),
    ]
    for name, show in opened:
        await there.home()
        show()
        await there.until(lambda: not isinstance(there.screen, HomeScreen))
        await there.settled()
        yield name
    await there.press("enter")
    yield "mixed quiz, a question"
    await there.home()
    await there.push(SearchScreen())
    yield "search"
    there.screen.query_one(Input).value = "a"
    await there.settled()
    yield "search, found"
    async for name in quiz(there, items([chapter])[:2]):
        yield name
    await there.push(FlagScreen(there.app.store, chapter.questions[0].id))
    yield "flag"
    await there.home()
    screen = QuizScreen(chapter)
    await there.push(screen)
    await there.until(lambda: screen.round.items)
    await screen.run_worker(screen._recap()).wait()
    await there.settled()
    yield "quiz, recap"
    async for name in progress(there):
        yield name


async def progress(there: Visit) -> AsyncIterator[str]:
    """What was done, and the review of what was answered."""
    await there.home()
    screen = ProgressScreen()
    await there.push(screen)
    await there.until(lambda: screen.report is not None)
    yield "progress"
    report = screen.report
    assert report is not None
    state = report.summary.tracks[0].chapters[0]
    for made in (
        GoalsScreen(state), DaysScreen(report.summary.study), MemoryScreen(report.recall),
        MissedScreen(report.summary.missed),
    ):  # fmt: skip
        await there.push(made)
        yield type(made).__name__
        await there.press("b")
    await there.home()
    there.app.action_review()
    await there.until(lambda: "due" in there.text)
    yield "review"


async def labs(there: Visit, names: Iterable[str] | None = None) -> AsyncIterator[str]:
    """The labs of the course, read and written in."""
    cards = (card for chapter in there.app.course.readable() for card in chapter.cards)
    for name in names or sorted({card.lab for card in cards if card.lab}):
        await there.home()
        await there.push(LabScreen(name))
        yield f"lab {name}"
        await there.press("e")
        yield f"lab {name}, writing"
        await there.press("tab")


async def widgets(there: Visit, names: Iterable[str] = tuple(EXPERIMENTS)) -> AsyncIterator[str]:
    """Every widget with the whole screen, as a picture, as a table, and where it is written in."""
    for name in names:
        await there.home()
        await there.push(WidgetScreen(name))
        await there.until(lambda: there.lives[0].result)
        yield name
        await there.press("t")
        yield f"{name}, as a table"
        await there.press("t")
        await there.press("e")
        yield f"{name}, writing"
        await there.press("enter")


async def cards(there: Visit, chapters: Iterable[str] | None = None) -> AsyncIterator[str]:
    """Every page of every chapter; a card with a prediction twice, before it and after."""
    for chapter in chapters or [chapter.id for chapter in there.app.course.readable()]:
        screen = await there.chapter(chapter)
        for at, leaf in enumerate(screen.leaves):
            await there.turn(screen, at)
            yield f"{chapter}/{leaf.id}"
            if await there.past_predictions():
                yield f"{chapter}/{leaf.id}, past the prediction"


async def quiz(there: Visit, asked: Iterable[Item], *, answered: bool = True) -> AsyncIterator[str]:
    """Questions, each before it is answered, and after."""
    screen: QuizScreen | None = None
    for item in asked:
        if screen is None or screen.chapter.id != item.chapter.id:
            await there.home()
            screen = QuizScreen(item.chapter)
            await there.push(screen)
        await there.ask(screen, item)
        yield item.id
        if answered:
            await there.answer(screen, item)
            yield f"{item.id}, answered"
