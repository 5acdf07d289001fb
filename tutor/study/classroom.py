"""What the answers of several learners say about the questions: classical item analysis.

Each learner's first answer to a question counts, and only to its present revision: later ones have seen the feedback.
Difficulty is the share that was right. Discrimination is the item-rest correlation: Pearson's r between being right
here, 0 or 1, and the share right of the other questions that the learner answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import correlation
from typing import Any

from tutor.course.draws import drawn
from tutor.course.load import Course
from tutor.course.schema import AnyQuestion, Blank, Chapter, Goal, Number, Order
from tutor.study.answer_sheet import AnswerSheet
from tutor.study.grading import MISSED, Predicted, grade, normal
from tutor.study.transfer import Answered

FEW = 5  # with fewer learners a correlation says nothing


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that was given more often than the others, as lesson Markdown unless `typed`."""

    text: str
    learners: int
    typed: bool


@dataclass(frozen=True)
class QuestionState:
    question: AnyQuestion
    learners: int  # who answered it
    right: int  # of them, at the first answer
    discrimination: float | None  # -1 to 1; None for fewer than FEW learners, or where all did the same
    wrong: Wrong | None

    @property
    def difficulty(self) -> float:
        """The share of first answers that was right, as the field calls it: the higher, the easier."""
        return self.right / self.learners


@dataclass(frozen=True)
class GoalState:
    chapter: Chapter
    goal: Goal
    questions: tuple[QuestionState, ...]  # those that somebody answered

    @property
    def difficulty(self) -> float:
        """The share of all first answers to the goal's questions that was right."""
        return sum(question.right for question in self.questions) / sum(
            question.learners for question in self.questions
        )


@dataclass(frozen=True)
class ClassReport:
    learners: int
    answers: int  # first answers that count
    left_out: int  # answers to questions, or revisions of them, that this course does not have
    goals: tuple[GoalState, ...]  # with anything answered, in the course's order


Firsts = Mapping[str, Answered]  # question id -> a learner's first answer


def report(course: Course, sheets: Iterable[AnswerSheet]) -> ClassReport:
    """The report over all learners; sheets that share an answer are of one learner."""
    learners = joined(sheets)
    chapters = course.readable()
    revisions = {question.id: question.revision for chapter in chapters for question in chapter.questions}
    firsts = [_firsts(answers, revisions) for answers in learners]
    goals = [_goal(chapter, goal, firsts) for chapter in chapters for goal in chapter.goals]
    everything = [answer for answers in learners for answer in answers]
    return ClassReport(
        learners=len(learners),
        answers=sum(map(len, firsts)),
        left_out=sum(revisions.get(answer.question) != answer.revision for answer in everything),
        goals=tuple(goal for goal in goals if goal.questions),
    )


def joined(sheets: Iterable[AnswerSheet]) -> list[list[Answered]]:
    """The answers of each learner, oldest first, nothing twice: one may have handed in several sheets."""
    learners: list[tuple[set[str], dict[str, Answered]]] = []
    for sheet in sheets:
        names, answers = {sheet.learner}, {answer.id: answer for answer in sheet.answers}
        apart = []
        for other, theirs in learners:
            if names & other or answers.keys() & theirs.keys():
                names, answers = names | other, theirs | answers
            else:
                apart.append((other, theirs))
        learners = [*apart, (names, answers)]
    return [sorted(answers.values(), key=lambda answer: (answer.at, answer.id)) for _, answers in learners]


def _firsts(answers: Iterable[Answered], revisions: Mapping[str, int]) -> Firsts:
    found: dict[str, Answered] = {}
    for answer in answers:
        if revisions.get(answer.question) == answer.revision:
            found.setdefault(answer.question, answer)
    return found


def _goal(chapter: Chapter, goal: Goal, learners: Sequence[Firsts]) -> GoalState:
    states = [_state(question, learners) for question in chapter.questions if question.goal == goal.id]
    return GoalState(chapter, goal, tuple(state for state in states if state.learners))


def _state(question: AnyQuestion, learners: Sequence[Firsts]) -> QuestionState:
    given = [firsts[question.id] for firsts in learners if question.id in firsts]
    right = sum(answer.correct for answer in given)
    return QuestionState(question, len(given), right, _discrimination(question.id, learners), _wrong(question, given))


def _discrimination(question_id: str, learners: Sequence[Firsts]) -> float | None:
    here, rest = [], []
    for firsts in learners:
        others = [answer.correct for answer in firsts.values() if answer.question != question_id]
        if question_id in firsts and others:
            here.append(float(firsts[question_id].correct))
            rest.append(sum(others) / len(others))
    if len(here) < FEW or min(here) == max(here) or min(rest) == max(rest):
        return None
    return correlation(here, rest)


# ── wrong answers ────────────────────────────────────────────────────────────────────────────────────


def _wrong(question: AnyQuestion, given: Iterable[Answered]) -> Wrong | None:
    """What most learners chose that is wrong; of equals the one that was first."""
    found = [_parts(question, answer) for answer in given if not answer.correct]
    counts = Counter(key for parts in found for key in parts)
    if not counts:
        return None
    key, learners = counts.most_common(1)[0]
    text = next(parts[key] for parts in found if key in parts)
    return Wrong(text, learners, typed=isinstance(question, Number | Blank))


def _parts(question: AnyQuestion, answer: Answered) -> dict[str, str]:
    """What is wrong in an answer: in words that are the same whatever was drawn -> in those that the learner saw."""
    response = answer.response
    if isinstance(response, str) and isinstance(question, Number | Blank):
        return {normal(response): " ".join(response.split())}
    try:
        alike, seen = _mistakes(question, response), _mistakes(drawn(question, answer.variant), response)
    except (ValueError, TypeError, IndexError):  # an answer that this question cannot have
        return {}
    return dict(zip(alike, seen, strict=True))


def _mistakes(question: AnyQuestion, response: Any) -> list[str]:
    """What is wrong in a response, in words."""
    if isinstance(question, Order):
        given = [(place, list(response).index(place), step.text) for place, step in enumerate(question.steps)]
        return [f"{text} (put at {at + 1}, belongs at {place + 1})" for place, at, text in given if at != place]
    notes = grade(question, Predicted(**response) if isinstance(response, dict) else response).notes
    wrong = [note.answer for note in notes if note.answer and not note.correct]
    return wrong + [f"left out: {note.answer}" for note in notes if note.label == MISSED]
