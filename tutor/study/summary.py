"""Where the learner stands: by track, chapter and goal; the days, the time, and what was missed most.

A question is tried once its present revision has been answered, and solid while the latest of these answers is
right. What was done hangs on the ids of cards and questions: one that has moved to another chapter counts there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from tutor.course.load import Course, LessonError
from tutor.course.schema import AnyQuestion, Card, Chapter, ChapterEntry, Goal, Track
from tutor.study.asking import ask
from tutor.study.store import Answer

PAUSE = 600.0  # seconds; between two things that were kept, more than this is no study


@dataclass(frozen=True)
class Count:
    """How much there is, and how much of it was done."""

    cards: int = 0
    read: int = 0
    questions: int = 0
    tried: int = 0
    solid: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.cards + other.cards,
            self.read + other.read,
            self.questions + other.questions,
            self.tried + other.tried,
            self.solid + other.solid,
        )


@dataclass(frozen=True)
class GoalState:
    """A goal with the questions that test it and the cards that teach them."""

    goal: Goal
    count: Count
    read_again: tuple[Card, ...]  # the cards of its questions that were tried and are not solid


@dataclass(frozen=True)
class ChapterState:
    """A chapter that exists. One that cannot be read says so in `problem`, and counts nothing."""

    entry: ChapterEntry
    count: Count = Count()
    goals: tuple[GoalState, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class TrackState:
    track: Track
    chapters: tuple[ChapterState, ...]

    @property
    def count(self) -> Count:
        return sum((chapter.count for chapter in self.chapters), Count())


@dataclass(frozen=True)
class Missed:
    """A question of the course whose present revision was answered wrong."""

    question: AnyQuestion
    chapter_id: str
    text: str  # as lesson Markdown, with nothing left to draw in it
    wrong: int
    answers: int


@dataclass(frozen=True)
class Study:
    """All that was done, whatever it was about."""

    days: tuple[date, ...]  # with anything done on them, in local time, oldest first
    seconds: float  # see `studied`
    answers: int
    right: int


@dataclass(frozen=True)
class Summary:
    tracks: tuple[TrackState, ...]
    study: Study
    missed: tuple[Missed, ...]  # the most often missed first
    orphans: dict[str, int]  # questions that the course no longer has -> answers kept


def summarise(course: Course, answers: Sequence[Answer], cards: Collection[str], moments: Iterable[float]) -> Summary:
    """Count what was done.

    `answers`: the log, oldest first; `cards`: the ids of those read; `moments`: when anything was kept, in seconds
    since 1970, answers or not.
    """
    chapters = {entry.id: _read(course, entry) for entry in course.entries() if entry.file is not None}
    questions = {
        question.id: (question, chapter_id)
        for chapter_id, found in chapters.items()
        if isinstance(found, Chapter)
        for question in found.questions
    }
    current = [a for a in answers if a.question_id in questions and questions[a.question_id][0].revision == a.revision]
    right = {answer.question_id: answer.correct for answer in current}
    tracks = tuple(
        TrackState(track, tuple(_state(entry, chapters[entry.id], right, cards) for entry in _entries(track)))
        for track in course.tracks
    )
    unreadable = {chapter_id for chapter_id, found in chapters.items() if not isinstance(found, Chapter)}
    gone = (a.question_id for a in answers if a.question_id not in questions and a.chapter_id not in unreadable)
    return Summary(tracks, _study(answers, moments), _missed(current, questions), dict(sorted(Counter(gone).items())))


def studied(moments: Iterable[float]) -> float:
    """Seconds of study: what lies between two moments, unless it is a pause."""
    return sum(gap for a, b in pairwise(sorted(moments)) if (gap := b - a) <= PAUSE)


def _entries(track: Track) -> list[ChapterEntry]:
    return [entry for part in track.parts for entry in part.chapters if entry.file is not None]


def _read(course: Course, entry: ChapterEntry) -> Chapter | str:
    """The chapter, or why it cannot be read."""
    try:
        return course.chapter(entry.id)
    except LessonError as error:
        return str(error.problems[0])


def _state(entry: ChapterEntry, chapter: Chapter | str, right: dict[str, bool], cards: Collection[str]) -> ChapterState:
    if isinstance(chapter, str):
        return ChapterState(entry, problem=chapter)
    goals = tuple(_goal(goal, chapter, right, cards) for goal in chapter.goals)
    return ChapterState(entry, _count(chapter.cards, chapter.questions, right, cards), goals)


def _goal(goal: Goal, chapter: Chapter, right: dict[str, bool], cards: Collection[str]) -> GoalState:
    questions = [q for q in chapter.questions if q.goal == goal.id]
    taught = {q.card for q in questions}
    weak = {q.card for q in questions if not right.get(q.id, True)}
    count = _count([card for card in chapter.cards if card.id in taught], questions, right, cards)
    return GoalState(goal, count, tuple(card for card in chapter.cards if card.id in weak))


def _count(
    cards: Sequence[Card], questions: Sequence[AnyQuestion], right: dict[str, bool], read: Collection[str]
) -> Count:
    return Count(
        cards=len(cards),
        read=sum(card.id in read for card in cards),
        questions=len(questions),
        tried=sum(q.id in right for q in questions),
        solid=sum(right.get(q.id, False) for q in questions),
    )


def _study(answers: Sequence[Answer], moments: Iterable[float]) -> Study:
    kept = sorted(moments)
    begun = (answer.at - min(answer.seconds, PAUSE) for answer in answers)
    days = tuple(sorted({datetime.fromtimestamp(moment).date() for moment in kept}))
    return Study(days, studied([*kept, *begun]), len(answers), sum(answer.correct for answer in answers))


def _miss(question: AnyQuestion, chapter_id: str, wrong: int, answers: int) -> Missed:
    return Missed(question, chapter_id, ask(question).text, wrong, answers)


def _missed(answers: Iterable[Answer], questions: dict[str, tuple[AnyQuestion, str]]) -> tuple[Missed, ...]:
    asked: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for answer in answers:
        asked[answer.question_id] += 1
        wrong[answer.question_id] += not answer.correct
    found = [_miss(*questions[one], wrong[one], asked[one]) for one in asked if wrong[one]]
    return tuple(sorted(found, key=lambda one: (-one.wrong, one.answers, one.question.id)))
