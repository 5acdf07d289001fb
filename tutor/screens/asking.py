"""What the quiz, the mixed quiz and the review share: one question after the other, and a recap by goal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.course.glossary import named, taught
from tutor.course.load import facts
from tutor.course.schema import Settings, TryIt
from tutor.screens.reading import ReadingScreen
from tutor.study import drafts
from tutor.study.asking import try_it
from tutor.study.rounds import Item, Round, recap
from tutor.widgets.card import Prose
from tutor.widgets.navigator import Navigator
from tutor.widgets.passage import Passage
from tutor.widgets.question import QuestionView
from tutor.widgets.turning import turn

R = TypeVar("R")

CARD = "card:"  # in the ids of the recap's lines that lead to a card


class AskingScreen(ReadingScreen[R]):
    """Asks the questions of `round`; a subclass says what comes before the first and after the last."""

    CSS_PATH = "asking.tcss"
    BINDINGS = [
        Binding("enter", "go_on", "go on"),
        Binding("c", "card", "the card"),
        Binding("t,d", "try_it", "try it", key_display="t"),
        Binding("s", "skip", "skip"),
        Binding("u", "undo", "undo"),
        Binding("f", "flag", "flag"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.round = Round([])
        self._item: Item | None = None  # the question shown; None on other pages
        self._view: QuestionView | None = None
        self._named: list[str] = []  # the ids of the terms in the feedback shown
        self._links: list[tuple[str, str]] = []  # chapter and card that a line of the recap leads to

    def body(self) -> Iterable[Widget]:
        yield Container(id="asking")

    # ── for subclasses ───────────────────────────────────────────────────────────────────────────────

    def ways_on(self) -> Iterable[tuple[str, str]]:
        """The recap's last lines: an id, and what choosing it does."""
        return ()

    async def go(self, way: str) -> None:
        """One of `ways_on`, or a line of a page of the subclass's own, was chosen."""

    def told(self) -> None:
        """The answer is kept and its feedback shown."""

    def verdict(self) -> str:
        """The recap's first words, as lesson Markdown."""
        right, asked = sum(self.round.right.values()), len(self.round.items)
        skipped = len(self.round.open)
        return f"**{right} of {asked} right**" + (f", {skipped} skipped." if skipped else ".")

    # ── questions ────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, item: Item | None) -> None:
        """Show a question as it was left, or the recap where there is none."""
        if item is None:
            await self._recap()
            return
        self._put_by()
        self._item = item
        variant = self.tutor.store.times_answered(item.id)
        draft = drafts.answer(self.tutor.store, item.question, variant)
        self._view = QuestionView(item.question, facts(item.chapter), variant, draft)
        await self._put(f"question {self.round.position(item)} of {len(self.round.items)}", self._view)

    async def show(self, place: str, *content: Widget) -> None:
        """Show a page that asks nothing."""
        self._put_by()
        self._item = self._view = None
        await self._put(place, *content)

    def _put_by(self, skipped: bool = False) -> None:
        """The question shown goes: keep what was put down and not given, unless that is to go with it."""
        if self._item is not None and self._view is not None:
            drafts.keep_answer(self.tutor.store, self._item.id, None if skipped else self._view.draft)
            self._view = None

    def on_unmount(self) -> None:
        self._put_by()  # the session may end here, by a hang-up too

    async def _put(self, place: str, *content: Widget) -> None:
        self._named = []
        body = self.query_one("#asking")
        async with body.batch():
            self.set_title(self.title_text, place)
            await turn(body, lambda: content)
        self.refresh_bindings()

    def on_question_view_answered(self, message: QuestionView.Answered) -> None:
        """Keep the answer, then show what there is to say to it."""
        if self._item is None or message.view is not self._view:
            return
        self.round.answer(
            self.tutor.store,
            self._item,
            message.response,
            message.grade.correct,
            seconds=message.seconds,
            hinted=message.view.hinted,
            variant=message.view.asked.variant,
        )
        message.view.reveal(message.grade)
        said = [message.view.asked.text, *message.view.told]
        self._named = named(said, taught(self.tutor.course, self._item.chapter))
        self.told()
        self.refresh_bindings()

    async def action_go_on(self) -> None:
        await self.ask(self.round.after(self._item))

    async def action_skip(self) -> None:
        """Leave the question open; the recap offers it again."""
        self._put_by(skipped=True)
        await self.action_go_on()

    async def action_undo(self) -> None:
        """Take back the last answer, and ask its question again."""
        item = self.round.undo(self.tutor.store)
        if item is not None:
            await self.ask(item)
            self.notify("Your answer is taken back.", timeout=2)

    def action_flag(self) -> None:
        """Note what is wrong with the question; it is asked as before."""
        from tutor.screens.flag import FlagScreen

        if self._item is None:
            return
        question = self._item.question

        def keep(note: str | None) -> None:
            if note is not None:
                self.tutor.store.flag(question.id, question.revision, note)
                self.notify("Your note is kept.", timeout=2)

        self.app.push_screen(FlagScreen(self.tutor.store, question.id), keep)

    def action_card(self) -> None:
        """To the card that teaches the point, and back."""
        if self._item is not None:
            self._visit(self._item.chapter.id, self._item.question.card)

    def action_try_it(self) -> None:
        """To the widget in which the point can be seen, and back."""
        if self._item is not None and (point := self._point) is not None:
            self._visit(self._item.chapter.id, point.card, point.settings)

    @property
    def _point(self) -> TryIt | None:
        """Where the point of the question can be tried."""
        if self._item is None or self._view is None:
            return None
        return try_it(self._view.asked, self._item.chapter, self._view.own)

    def _visit(self, chapter_id: str, card_id: str, settings: Settings | None = None) -> None:
        from tutor.screens.chapter import ChapterScreen

        self.app.push_screen(ChapterScreen(chapter_id, card_id, visiting=True, settings=settings))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before the answer one can skip; after it, go on or look at the card."""
        if action in ("go_on", "card", "skip"):
            return self._view is not None and self._view.answered == (action != "skip")
        if action == "try_it":
            return self._view is not None and self._view.answered and self._point is not None
        if action == "undo":
            return bool(self.round.given)
        return self._item is not None if action == "flag" else super().check_action(action, parameters)

    def terms(self) -> list[str]:
        """With the feedback also those terms that it names; before, they could tell the answer."""
        return list(dict.fromkeys([*super().terms(), *self._named]))

    # ── the recap ────────────────────────────────────────────────────────────────────────────────────

    async def _recap(self) -> None:
        """What is solid, what to read again, and where to go from here."""
        menu = Navigator(*self._lines())
        await self.show("recap", Prose(self.verdict(), {}), menu)
        menu.action_first()
        menu.focus()

    def _lines(self) -> Iterable[Option]:
        found = recap(self.round)
        several = len({goal.chapter.id for goal in found}) > 1
        self._links = []
        chapter = ""
        for goal in found:
            known = facts(goal.chapter)
            if several and goal.chapter.id != chapter:
                chapter = goal.chapter.id
                yield Option(Text(goal.chapter.title, "bold underline"), disabled=True)
            state = "Solid" if goal.solid else "Read again"
            text = f"**{state}** ({goal.right} of {goal.asked} right): {goal.goal.text}"
            yield Option(Passage(text, known, ascii=self.tutor.ascii), disabled=True)
            for card in goal.read_again:
                line = Passage(f"Card: {card.title}", known, head="    ", ascii=self.tutor.ascii)
                yield Option(line, id=f"{CARD}{len(self._links)}")
                self._links.append((goal.chapter.id, card.id))
        yield Option("", disabled=True)
        for way, text in self.ways_on():
            yield Option(Text(f"    {text}"), id=way)

    async def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        chosen = message.option_id or ""
        if chosen.startswith(CARD):
            self._visit(*self._links[int(chosen.removeprefix(CARD))])
        else:
            await self.go(chosen)
