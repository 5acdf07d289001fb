"""A chapter's quiz: one question after the other, kept as they are answered, and a recap by goal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.binding import Binding
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.course.leaves import INSIGHTS
from tutor.course.load import facts
from tutor.course.schema import AnyQuestion, Chapter
from tutor.course.text import WIDTH
from tutor.screens.base import TutorScreen
from tutor.study.grading import as_json
from tutor.study.rounds import Round, recap, resume
from tutor.widgets.card import Prose, styled
from tutor.widgets.navigator import Navigator
from tutor.widgets.question import QuestionView

REST, AGAIN, LEAVE, CARD = "rest", "again", "leave", "card:"  # what can be chosen in the recap


class QuizScreen(TutorScreen[str]):
    """Dismisses with the id of a page of the chapter to open, or None."""

    CSS_PATH = "quiz.tcss"
    BINDINGS = [
        Binding("enter", "go_on", "go on"),
        Binding("c", "card", "the card"),
        Binding("s", "skip", "skip"),
    ]

    def __init__(self, chapter: Chapter) -> None:
        super().__init__()
        self.chapter = chapter
        self.title_text = f"{chapter.title} · quiz"
        self.round = Round(chapter)
        self._view: QuestionView | None = None  # None in the recap

    def body(self) -> Iterable[Widget]:
        yield Container(id="quiz")

    async def on_mount(self) -> None:
        self.round = resume(self.chapter, self.tutor.store.last_round(self.chapter.id))
        await self._ask(self.round.after(None))

    # ── questions ────────────────────────────────────────────────────────────────────────────────────

    async def _ask(self, question: AnyQuestion | None) -> None:
        """Show a question, or the recap where there is none."""
        if question is None:
            await self._recap()
            return
        number = self.chapter.questions.index(question) + 1
        self._view = QuestionView(question, facts(self.chapter))
        await self._show(f"question {number} of {len(self.chapter.questions)}", self._view)

    async def _show(self, place: str, *content: Widget) -> None:
        body = self.query_one("#quiz")
        with self.app.batch_update():
            self.set_title(self.title_text, place)
            await body.remove_children()
            await body.mount(*content)
        self.refresh_bindings()

    def on_question_view_answered(self, message: QuestionView.Answered) -> None:
        """Keep the answer, then show what there is to say to it."""
        question = message.view.question
        self.tutor.store.record_answer(
            question.id,
            question.revision,
            self.chapter.id,
            message.grade.correct,
            as_json(message.response),
            seconds=message.seconds,
            hinted=message.view.hinted,
            round=self.round.number,
        )
        self.round.right[question.id] = message.grade.correct
        message.view.reveal(message.grade)
        self.refresh_bindings()

    async def action_go_on(self) -> None:
        if self._view is not None:
            await self._ask(self.round.after(self._view.question))

    async def action_skip(self) -> None:
        """Leave the question open; the recap offers it again."""
        await self.action_go_on()

    def action_card(self) -> None:
        """To the card that teaches the point; the quiz goes on from here later."""
        if self._view is not None:
            self.dismiss(self._view.question.card)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before the answer one can skip; after it, go on or look at the card."""
        if action in ("go_on", "card", "skip"):
            return self._view is not None and self._view.answered == (action != "skip")
        return True

    # ── the recap ────────────────────────────────────────────────────────────────────────────────────

    async def _recap(self) -> None:
        """What is solid, what to read again, and where to go from here."""
        self._view = None
        menu = Navigator(*self._menu())
        await self._show("recap", Prose(self._verdict(), facts(self.chapter)), menu)
        menu.action_first()
        menu.focus()

    def _verdict(self) -> str:
        right, asked = sum(self.round.right.values()), len(self.chapter.questions)
        skipped = len(self.round.open)
        return f"**{right} of {asked} right**" + (f", {skipped} skipped." if skipped else ".")

    def _menu(self) -> Iterable[Option]:
        known = facts(self.chapter)

        def line(markdown: str, id: str | None = None) -> Option:
            text = styled(markdown, known, WIDTH - 4, self.tutor.ascii)
            return Option(Text("    ").append_text(text) if id else text, id=id, disabled=id is None)

        for n, goal in enumerate(recap(self.round)):
            state = "Solid" if goal.solid else "Read again"
            yield line(f"**{state}** ({goal.right} of {goal.asked}): {goal.goal.text}")
            for m, card in enumerate(goal.read_again):
                yield line(f"Card: {card.title}", f"{CARD}{n}.{m}/{card.id}")
        yield Option("", disabled=True)
        if self.round.open:
            yield line("Answer the skipped questions", REST)
        yield line("On to the key insights" if self.chapter.insights else "Back to the chapter", LEAVE)
        yield line("Take the quiz again", AGAIN)

    async def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        chosen = message.option_id or ""
        if chosen.startswith(CARD):
            self.dismiss(chosen.rpartition("/")[2])
        elif chosen == LEAVE:
            self.dismiss(INSIGHTS if self.chapter.insights else None)
        else:
            if chosen == AGAIN:
                self.round = Round(self.chapter, self.round.number + 1)
            await self._ask(self.round.after(None))
