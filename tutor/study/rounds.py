"""Once through a chapter's quiz: what has been answered, what comes next, and what to read again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tutor.course.schema import AnyQuestion, Card, Chapter, Goal
from tutor.study.store import Answer


@dataclass
class Round:
    """The answers of one round. A question that was skipped has none and stays open."""

    chapter: Chapter
    number: int = 1
    right: dict[str, bool] = field(default_factory=dict)  # question id -> how its latest answer was

    def after(self, question: AnyQuestion | None) -> AnyQuestion | None:
        """The next question with no answer yet, in the chapter's order; None when only skipped ones are left."""
        questions = self.chapter.questions
        start = 0 if question is None else questions.index(question) + 1
        return next((q for q in questions[start:] if q.id not in self.right), None)

    @property
    def open(self) -> list[AnyQuestion]:
        """The questions with no answer yet."""
        return [q for q in self.chapter.questions if q.id not in self.right]


@dataclass(frozen=True)
class GoalRecap:
    """How a learning goal came out: solid when all its questions were answered right."""

    goal: Goal
    right: int
    asked: int  # questions on this goal, the skipped ones included
    read_again: tuple[Card, ...]  # the cards that teach what was answered wrong or skipped

    @property
    def solid(self) -> bool:
        return self.right == self.asked


def resume(chapter: Chapter, last_round: Iterable[Answer]) -> Round:
    """The round to go on with, given the answers of the newest one: a new one if that was finished.

    Answers to questions that are gone, or were given to an older revision, do not count.
    """
    revisions = {question.id: question.revision for question in chapter.questions}
    found = Round(chapter)
    for answer in last_round:
        found.number = answer.round
        if revisions.get(answer.question_id) == answer.revision:
            found.right[answer.question_id] = answer.correct
    return found if found.open else Round(chapter, found.number + 1)


def recap(round: Round) -> list[GoalRecap]:
    """The chapter's goals that its quiz tests, in order."""
    found = []
    for goal in round.chapter.goals:
        questions = [q for q in round.chapter.questions if q.goal == goal.id]
        weak = {q.card for q in questions if not round.right.get(q.id)}
        cards = tuple(card for card in round.chapter.cards if card.id in weak)
        if questions:
            found.append(GoalRecap(goal, sum(round.right.get(q.id, False) for q in questions), len(questions), cards))
    return found
