"""Once through some questions: what has been answered, what comes next, and what to read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tutor.course.schema import AnyQuestion, Card, Chapter, Goal
from tutor.study.grading import Response, as_json
from tutor.study.store import Answer, Store


@dataclass(frozen=True)
class Item:
    """A question and the chapter that it is of."""

    chapter: Chapter
    question: AnyQuestion

    @property
    def id(self) -> str:
        return self.question.id


def items(chapters: Iterable[Chapter]) -> list[Item]:
    """All questions of the chapters, in order."""
    return [Item(chapter, question) for chapter in chapters for question in chapter.questions]


@dataclass
class Round:
    """The answers of one round. A question that was skipped has none and stays open."""

    items: Sequence[Item]
    number: int = 1  # which time through a chapter's quiz
    source: str = "quiz"  # as the log names it: quiz, mixed, review
    right: dict[str, bool] = field(default_factory=dict)  # question id -> how it was answered
    given: list[tuple[Item, str]] = field(default_factory=list)  # with the answers' ids, oldest first

    def after(self, item: Item | None) -> Item | None:
        """The next question with no answer yet, in order; None when only skipped ones are left."""
        start = 0 if item is None else self.position(item)
        return next((other for other in self.items[start:] if other.id not in self.right), None)

    def position(self, item: Item) -> int:
        """The question's number in this round, from 1."""
        return [other.id for other in self.items].index(item.id) + 1

    @property
    def open(self) -> list[Item]:
        """The questions with no answer yet."""
        return [item for item in self.items if item.id not in self.right]

    def answer(
        self,
        store: Store,
        item: Item,
        response: Response,
        correct: bool,
        *,
        seconds: float,
        hinted: bool = False,
        variant: int = 0,
    ) -> str:
        """Keep an answer: on disk when this returns. Its id in the log."""
        question = item.question
        answer = store.record_answer(
            question.id,
            question.revision,
            item.chapter.id,
            correct,
            as_json(response),
            seconds=seconds,
            hinted=hinted,
            round=self.number,
            source=self.source,
            variant=variant,
        )
        self._count(item, answer, correct)
        return answer

    def undo(self, store: Store) -> Item | None:
        """Take back the last answer, which opens its question again; None where there is no answer."""
        if not self.given:
            return None
        item, answer = self.given.pop()
        store.undo(answer)
        del self.right[item.id]
        return item

    def _count(self, item: Item, answer: str, correct: bool) -> None:
        self.given = [pair for pair in self.given if pair[0].id != item.id] + [(item, answer)]
        self.right[item.id] = correct


def resume(chapter: Chapter, last_round: Iterable[Answer]) -> Round:
    """The quiz to go on with, given the answers of the newest round: a new one if that was finished.

    Answers to questions that are gone, or were given to an older revision, do not count.
    """
    found = Round(items([chapter]))
    questions = {item.id: item for item in found.items}
    for answer in last_round:
        found.number = answer.round
        item = questions.get(answer.question_id)
        if item is not None and item.question.revision == answer.revision:
            found._count(item, answer.id, answer.correct)
    return found if found.open else Round(found.items, found.number + 1)


# ── which questions, and in which order ──────────────────────────────────────────────────────────────


def mix(chapters: Sequence[Chapter], answers: Iterable[Answer], most: int | None = None) -> list[Item]:
    """At most `most` questions of the chapters: those answered least often first, of these the longest ago."""
    often: Counter[str] = Counter()
    latest: dict[str, int] = {}
    for n, answer in enumerate(answers, 1):
        often[answer.question_id] += 1
        latest[answer.question_id] = n
    places = [(item, place) for chapter in chapters for place, item in enumerate(items([chapter]))]
    places.sort(key=lambda pair: (often[pair[0].id], latest.get(pair[0].id, 0), pair[1]))
    return interleave([item for item, _ in places[:most]])


def interleave(items: Iterable[Item]) -> list[Item]:
    """Neighbours of different chapters, as far as there are any; else in the order given."""
    waiting, mixed = list(items), list[Item]()
    left = Counter(item.chapter.id for item in waiting)
    last = None
    while waiting:
        largest = max(left, key=lambda chapter: left[chapter])
        pressing = 2 * left[largest] > len(waiting) and largest != last  # later, its questions would stand together
        fits = (item for item in waiting if (item.chapter.id == largest if pressing else item.chapter.id != last))
        item = next(fits, waiting[0])
        waiting.remove(item)
        mixed.append(item)
        last = item.chapter.id
        left[last] -= 1
    return mixed


# ── afterwards ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class GoalRecap:
    """How a learning goal came out: solid when all its questions were answered right."""

    chapter: Chapter
    goal: Goal
    right: int
    asked: int  # questions on this goal in the round, the skipped ones included
    read_again: tuple[Card, ...]  # the cards that teach what was answered wrong or skipped

    @property
    def solid(self) -> bool:
        return self.right == self.asked


def recap(round: Round) -> list[GoalRecap]:
    """The goals that the round's questions test, by chapter in the order these came, then as the chapter has them."""
    chapters = {item.chapter.id: item.chapter for item in round.items}
    found = []
    for chapter in chapters.values():
        for goal in chapter.goals:
            asked = [i.question for i in round.items if i.chapter.id == chapter.id and i.question.goal == goal.id]
            weak = {question.card for question in asked if not round.right.get(question.id)}
            cards = tuple(card for card in chapter.cards if card.id in weak)
            right = sum(round.right.get(question.id, False) for question in asked)
            if asked:
                found.append(GoalRecap(chapter, goal, right, len(asked), cards))
    return found
