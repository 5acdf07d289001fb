"""When to ask again: the FSRS memory of every question, replayed from the log of answers.

The algorithm is that of the `fsrs` package (FSRS-6, Ye et al.), https://github.com/open-spaced-repetition.
Intervals are whole days, without learning steps: a quiz asks again on its own what was wrong in it.
"""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

    from tutor.study.store import Answer

QUICK, SLOW = 0.5, 2.0  # times the learner's usual seconds
BINS = 10
_SEEDING = threading.Lock()  # two threads that seed at once would take each other's numbers


class Rating(IntEnum):
    """How well a question was remembered, in the terms of FSRS."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class Memory(msgspec.Struct, frozen=True):
    """What FSRS makes of the answers to the newest revision of a question that was answered."""

    question_id: str
    revision: int  # of the answers; where the course's is higher, the question is asked as new
    due: float  # seconds since 1970, UTC
    stability: float  # days until the chance to recall has fallen to 90 %
    difficulty: float  # 1 to 10
    last: float  # when it was last answered, as `due`
    answers: int
    lapses: int  # answers rated AGAIN, the first one aside
    predicted: tuple[float | None, ...]  # chance to recall before each answer; None at the first and on the same day


class Bin(NamedTuple):
    """Reviews whose predicted chance to recall was alike."""

    predicted: float  # mean of the predictions
    recalled: float  # share that were recalled
    n: int  # reviews


def inferred(correct: bool, hinted: bool, seconds: float, usual: float | None) -> Rating:
    """The rating that an answer implies; `usual` is what the learner's answers take, None while that is unknown."""
    if not correct:
        return Rating.AGAIN
    if hinted or (usual and seconds > SLOW * usual):
        return Rating.HARD
    return Rating.EASY if usual and seconds < QUICK * usual else Rating.GOOD


def rating_of(answer: Answer, ratings: Mapping[str, Rating]) -> Rating:
    """The learner's own rating of an answer, or else the one that it implies."""
    chosen = ratings.get(answer.id)
    return chosen or inferred(answer.correct, answer.hinted, answer.seconds, answer.usual)


def scheduler(parameters: Sequence[float] | None = None) -> Scheduler:
    """The package's scheduler as this course uses it; parameters out of bounds raise ValueError."""
    import fsrs
    from fsrs.scheduler import DEFAULT_PARAMETERS

    return fsrs.Scheduler(parameters or DEFAULT_PARAMETERS, learning_steps=(), relearning_steps=())


def replay(
    answers: Iterable[Answer], ratings: Mapping[str, Rating], parameters: Sequence[float] | None = None
) -> dict[str, Memory]:
    """The memory of every question in the log; the same log gives the same, however often it is replayed."""
    return {
        question: _memory(question, list(reviews))
        for question, reviews in _replayed(answers, ratings, scheduler(parameters), newest=True)
    }


def retrievability(memory: Memory, at: float, parameters: Sequence[float] | None = None) -> float:
    """The chance, 0 to 1, that the question would be answered right at `at`; it falls once a day."""
    import fsrs

    card = fsrs.Card(0, stability=memory.stability, due=_utc(memory.due), last_review=_utc(memory.last))
    return scheduler(parameters).get_card_retrievability(card, _utc(at))


def due(memories: Mapping[str, Memory], at: float, revisions: Mapping[str, int] | None = None) -> list[str]:
    """The questions due by the end of the learner's day at `at`, longest overdue first.

    With `revisions`, the course's own by question id: those that it no longer has are left out, and those
    that have been changed since the last answer are due at once.
    """
    return [question for question, days in _days_ahead(memories, at, revisions) if days <= 0]


def forecast(
    memories: Mapping[str, Memory], at: float, days: int, revisions: Mapping[str, int] | None = None
) -> list[int]:
    """How many questions fall due on each of the next `days` days; the first is today, with all overdue."""
    counts = [0] * days
    for _, ahead in _days_ahead(memories, at, revisions):
        if ahead < days:
            counts[max(0, ahead)] += 1
    return counts


def predictions(
    answers: Iterable[Answer], ratings: Mapping[str, Rating], parameters: Sequence[float] | None = None
) -> list[tuple[float, bool]]:
    """The chance to recall that FSRS gave to each review, and whether it was recalled; all revisions count.

    Only reviews a day or more after the answer before are here: FSRS makes no prediction within a day.
    """
    return [
        (review.predicted, review.rating != Rating.AGAIN)
        for _, reviews in _replayed(answers, ratings, scheduler(parameters), newest=False)
        for review in reviews
        if review.predicted is not None
    ]


def calibration(
    answers: Iterable[Answer], ratings: Mapping[str, Rating], parameters: Sequence[float] | None = None
) -> list[Bin]:
    """What FSRS predicted before each review against what happened, in ten equal bins of prediction; empty ones go."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for chance, recalled in predictions(answers, ratings, parameters):
        bins[min(int(chance * BINS), BINS - 1)].append((chance, recalled))
    return [
        Bin(sum(p for p, _ in found) / len(found), sum(r for _, r in found) / len(found), len(found))
        for _, found in sorted(bins.items())
    ]


# ── replay ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Review:
    revision: int
    rating: Rating
    predicted: float | None
    after: Card


def _replayed(
    answers: Iterable[Answer], ratings: Mapping[str, Rating], plan: Scheduler, *, newest: bool
) -> Iterator[tuple[str, list[_Review]]]:
    """The reviews of each question, oldest first; a new revision begins afresh. `newest`: its reviews alone."""
    histories: dict[tuple[str, int], list[Answer]] = defaultdict(list)
    for answer in sorted(answers, key=lambda a: a.at):
        histories[answer.question_id, answer.revision].append(answer)
    last = dict(sorted(histories))
    for (question, revision), history in histories.items():
        if not newest or revision == last[question]:
            with _seeded(question):
                reviews = list(_reviews(history, ratings, plan))
            yield question, reviews


def _reviews(history: list[Answer], ratings: Mapping[str, Rating], plan: Scheduler) -> Iterator[_Review]:
    import fsrs

    card = fsrs.Card(0, due=_utc(history[0].at))
    for answer in history:
        at, rating, predicted = _utc(answer.at), rating_of(answer, ratings), None
        if card.last_review is not None and (at - card.last_review).days > 0:
            predicted = plan.get_card_retrievability(card, at)
        card, _ = plan.review_card(card, fsrs.Rating(rating), at)
        yield _Review(answer.revision, rating, predicted, card)


def _memory(question: str, reviews: list[_Review]) -> Memory:
    last = reviews[-1]
    card = last.after
    assert card.stability is not None and card.difficulty is not None and card.last_review is not None
    return Memory(
        question,
        last.revision,
        card.due.timestamp(),
        card.stability,
        card.difficulty,
        card.last_review.timestamp(),
        len(reviews),
        sum(review.rating == Rating.AGAIN for review in reviews[1:]),
        tuple(review.predicted for review in reviews),
    )


@contextmanager
def _seeded(question: str) -> Iterator[None]:
    """The package spreads intervals by Python's shared generator: seed it by the question, then put it back."""
    with _SEEDING:
        state = random.getstate()
        random.seed(question)
        try:
            yield
        finally:
            random.setstate(state)


def _days_ahead(
    memories: Mapping[str, Memory], at: float, revisions: Mapping[str, int] | None
) -> list[tuple[str, int]]:
    """(question id, days until it is due by the learner's calendar), longest overdue first."""
    today = datetime.fromtimestamp(at).date()
    found = []
    for memory in sorted(memories.values(), key=lambda m: (m.due, m.question_id)):
        revision = memory.revision if revisions is None else revisions.get(memory.question_id)
        if revision is not None:
            ahead = (datetime.fromtimestamp(memory.due).date() - today).days
            found.append((memory.question_id, min(0, ahead) if revision > memory.revision else ahead))
    return found


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
