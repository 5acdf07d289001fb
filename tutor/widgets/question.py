"""A quiz question: asks, takes an answer, grades it, and shows what there is to say to it.

The learner commits first. The widget grades the answer (for a prediction after the engine has computed) and
posts `Answered`; whoever asked keeps the answer and then calls `reveal`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tutor.course.schema import AnyQuestion, Blank, Fact, Number, Predict, SeveralChoices
from tutor.engine import Done, Event, Failed
from tutor.experiments.base import Result, converted
from tutor.experiments.cells import visible
from tutor.experiments.registry import EXPERIMENTS
from tutor.study.asking import Given, Needed, ask, judge, needed, said
from tutor.study.drafts import Draft
from tutor.study.grading import Grade, Response
from tutor.widgets.answer_place import AnswerField, answer_place
from tutor.widgets.card import Page, Prose
from tutor.widgets.choices import Choices
from tutor.widgets.feedback import Complaint, Feedback, Hint
from tutor.widgets.own_text import OwnText

if TYPE_CHECKING:
    from tutor.app import TutorApp


class QuestionView(Page):
    """One question with its place to answer; the feedback comes below it."""

    DEFAULT_CSS = """
    QuestionView { height: 1fr; }
    QuestionView > Choices { margin-top: 1; }
    QuestionView > .field { height: 1; margin-top: 1; max-width: 72; }
    QuestionView > .field > #answer, QuestionView > .field > #own { width: 1fr; }
    QuestionView > .field > .number { width: 24; }
    QuestionView > .field > Static { width: auto; max-width: 30; padding-right: 1; }
    QuestionView > .field > .unit { padding: 0 1; }
    QuestionView > .later { height: auto; margin-top: 1; display: none; }
    """
    BINDINGS = [
        Binding("enter", "answer", "to the answer"),
        Binding("e", "own", "own text"),
        Binding("i", "hint", "hint"),
    ]

    class Answered(Message):
        """The learner has committed and the answer is graded; nothing is shown yet."""

        def __init__(self, view: QuestionView, response: Response, grade: Grade, seconds: float) -> None:
            super().__init__()
            self.view = view
            self.response = response
            self.grade = grade
            self.seconds = seconds  # from the question's showing to the commitment

    class Heard(Message):
        """An event of the engine, carried to the UI thread."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    def __init__(
        self, question: AnyQuestion, facts: Mapping[str, Fact], variant: int = 0, draft: Draft | None = None
    ) -> None:
        """`draft`: how the learner left this question before."""
        super().__init__()
        draft = draft or Draft(question.revision, variant)
        self.question = question
        self.asked = ask(question, variant)
        self.facts = facts
        self.hinted = draft.hinted and bool(question.hint)
        self.answered = False
        self._seconds = 0.0  # taken until the commitment; 0 before it
        self._shown = time.monotonic() - draft.seconds
        self._request = 0
        self.own: str | None = None  # the learner's own text, where a prediction takes one
        self._given: Given = ""  # an answer to be graded
        self._truth = ""  # what the experiment said, in one sentence
        self._hint = Hint(f"**Hint:** {self.asked.question.hint}", facts, classes="later")
        self._hint.display = self.hinted
        text = self._text if draft.own is None else draft.own
        self._own = OwnText(text, whole=True, id="own") if self._varied is not None else None
        self._place = answer_place(self.asked, facts, draft)
        self._complaint = Complaint(classes="later", markup=False)
        self._feedback = Feedback(facts, classes="later")

    @property
    def tutor(self) -> TutorApp:
        """The app, which owns the engine."""
        return self.app  # type: ignore[return-value]

    def compose(self) -> ComposeResult:
        yield Prose(f"{self.asked.text}{self._kind}", self.facts)
        yield from self._answer()
        yield self._hint
        yield self._complaint
        yield self._feedback

    @property
    def _kind(self) -> str:
        """What the place to answer does not show, as lesson Markdown."""
        return " *More than one may hold.*" if isinstance(self.asked.question, SeveralChoices) else ""

    def _answer(self) -> Iterable[Widget]:
        """Where the answer is given."""
        match self.asked.question:
            case Number(unit=unit):
                self._place.add_class("number")
                after = Static(unit, classes="unit", markup=False)
                yield Horizontal(Static("Number:"), self._place, after, classes="field")
            case Blank():
                yield Horizontal(Static("___ is"), self._place, classes="field")
            case _:
                if self._own is not None:
                    yield Horizontal(Static(f"{self._varied} (e):", markup=False), self._own, classes="field")
                yield self._place

    @property
    def _varied(self) -> str | None:
        """The setting for which the learner may write a text, if there is one."""
        question = self.asked.question
        return question.vary if isinstance(question, Predict) else None

    @property
    def _text(self) -> str:
        """What this setting is in the lesson."""
        question = self.asked.question
        return str(question.settings.get(self._varied or "", "")) if isinstance(question, Predict) else ""

    def on_mount(self) -> None:
        self.action_answer()

    @property
    def draft(self) -> Draft:
        """What was done here and not given yet; also when this has been taken away."""
        place, own = self._place, self._own
        return Draft(
            self.question.revision,
            self.asked.variant,
            text="" if isinstance(place, Choices) else place.value,
            items=tuple(place.draft) if isinstance(place, Choices) else (),
            own=own.value if own is not None and own.value != self._text else None,
            hinted=self.hinted,
            seconds=self._seconds or time.monotonic() - self._shown,
        )

    def on_unmount(self) -> None:
        self.tutor.engine.cancel(self)

    @property
    def told(self) -> list[str]:
        """What the feedback says, as lesson texts."""
        return [paragraph for note in self._feedback.notes for paragraph in said(note)]

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_answer(self) -> None:
        """Give the keyboard to the place where the answer is given."""
        self._place.focus()

    def action_own(self) -> None:
        """Write one's own in place of the text that is asked about."""
        if self._own is not None:
            self._own.focus()

    def action_hint(self) -> None:
        """Show the hint, which costs nothing."""
        self.hinted = True
        self._hint.display = True
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "hint":
            return bool(self.question.hint) and not self.hinted and not self.answered
        if action in ("answer", "own"):
            asking = not self.answered and not self._seconds
            return asking and (action == "answer" or self._own is not None)
        return True

    # ── committing ───────────────────────────────────────────────────────────────────────────────────

    def on_choices_committed(self, message: Choices.Committed) -> None:
        message.stop()
        place = self.query_one(Choices)
        if place.given is None:
            self._complain(place.WANTED)
        else:
            self._stand_by(place.given)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self._stand_by(message.value)

    def on_own_text_left(self, message: OwnText.Left) -> None:
        message.stop()
        self.action_answer()

    def _stand_by(self, given: Given) -> None:
        """The learner has committed: only now have the engine compute what the answer hangs on."""
        if self._seconds or self.answered:
            return
        self.own = None if self._own is None else self._own.value
        try:
            self._given, need = given, needed(self.asked, self.own)
        except ValueError as error:
            self._complain(str(error))
            return
        if need is None:
            self._judge(None)
            return
        self._seconds = time.monotonic() - self._shown
        self._complain("working…")
        self.focus()  # away from the answer, which is settled now
        self._request = self._compute(need)

    def _compute(self, need: Needed) -> int:
        module, library = EXPERIMENTS[need.experiment].load(), self.tutor.engine.library

        def job() -> object:
            return module.compute(converted(need.settings, module.Settings), library)

        def listen(event: Event) -> None:
            self.post_message(self.Heard(event))  # on the engine's thread: may post, nothing else

        return self.tutor.engine.submit(self, job, listen)

    def on_question_view_heard(self, message: Heard) -> None:
        message.stop()
        event = message.event
        if event.request != self._request or not isinstance(event, Done | Failed):
            return
        if isinstance(event, Failed):
            self._refuse(event.message)
        else:
            self._judge(event.value)  # type: ignore[arg-type]

    def _judge(self, result: Result | None) -> None:
        """Grade the answer and hand it on, or say why it cannot be graded."""
        try:
            response, grade = judge(self.asked, self._given, result.readings() if result else None, self.own)
        except ValueError as error:
            self._refuse(str(error))
            return
        self._truth = result.sentence() if result else ""
        self.answered = True
        seconds = self._seconds or time.monotonic() - self._shown
        self.post_message(self.Answered(self, response, grade, seconds))

    def _refuse(self, message: str) -> None:
        """Not graded: the learner may answer again."""
        computed, self._seconds = self._seconds, 0.0
        self._complain(message)
        for field in self.query(AnswerField):
            field.select_all()  # what is typed next takes its place
        if computed:
            self.action_answer()

    def _complain(self, message: str) -> None:
        """One line in place; empty to take it away."""
        self._complaint.update(visible(message))
        self._complaint.display = bool(message)

    # ── feedback ─────────────────────────────────────────────────────────────────────────────────────

    def reveal(self, grade: Grade) -> None:
        """Show what there is to say; the answer can no longer be changed."""
        self._complain("")
        for part in self.query("Choices, Input, OwnText"):
            part.disabled = True
        self._feedback.notes = grade.notes
        self._feedback.truth = self._truth
        self._feedback.display = True
        self.focus()
        self.refresh_bindings()
