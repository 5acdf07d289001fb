"""What to review: which questions are due and in which order, what the days ahead bring, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from statistics import median

from tutor.course.schema import Chapter
from tutor.study import schedule
from tutor.study.rounds import Item, Round, interleave, items
from tutor.study.schedule import Memory, Rating
from tutor.study.store import Answer, Store

DAYS = 7  # of the forecast


def queue(chapters: Iterable[Chapter], memories: Mapping[str, Memory], at: float) -> list[Item]:
    """What is due on the learner's day at `at`: the longest overdue first, interleaved between the chapters."""
    known = {item.id: item for item in items(chapters)}
    return interleave(known[question] for question in schedule.due(memories, at, revisions(known.values())))


def days_ahead(
    chapters: Iterable[Chapter], memories: Mapping[str, Memory], at: float, days: int = DAYS
) -> list[tuple[str, int]]:
    """The name of each of the next `days` days, and how many questions fall due on it; today's with all overdue."""
    counts = schedule.forecast(memories, at, days, revisions(items(chapters)))
    return [(_name(at, ahead), n) for ahead, n in enumerate(counts)]


def next_due(chapters: Iterable[Chapter], memories: Mapping[str, Memory], at: float) -> float | None:
    """When the next question comes that is not due yet, in seconds since 1970; None where none will."""
    known = revisions(items(chapters))
    due = set(schedule.due(memories, at, known))
    return min((m.due for m in memories.values() if m.question_id in known and m.question_id not in due), default=None)


def revisions(items: Iterable[Item]) -> dict[str, int]:
    """The revision of every question, by its id, as `schedule` wants them."""
    return {item.id: item.question.revision for item in items}


def pace(answers: Iterable[Answer]) -> float:
    """Seconds that the learner usually takes for a question; half a minute before there is an answer."""
    return median([answer.seconds for answer in answers] or [30.0])


def rated(store: Store, answered: Round) -> tuple[Rating, float] | None:
    """The rating of the round's last answer, the learner's own or the one inferred, and when its question is due by it.

    None where another session has taken the answer back meanwhile.
    """
    item, answer = answered.given[-1]
    standing = next((a for a in store.answers(item.id) if a.id == answer), None)
    memory = store.memories().get(item.id)
    return (schedule.rating_of(standing, store.ratings()), memory.due) if standing and memory else None


# ── words ────────────────────────────────────────────────────────────────────────────────────────────


def day(due: float, at: float) -> str:
    """The day of a time, seen from `at`: "today", "tomorrow", "in 5 days", "in 3 months"."""
    days = (datetime.fromtimestamp(due).date() - datetime.fromtimestamp(at).date()).days
    if days < 2:
        return "tomorrow" if days == 1 else "today"
    if days < 60:
        return f"in {days} days"
    return f"in {round(days / 30.44)} months" if days < 720 else f"in {round(days / 365.25)} years"


def count(n: int, thing: str) -> str:
    """A number of things: "1 question", "2 questions"."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def _name(at: float, ahead: int) -> str:
    date = datetime.fromtimestamp(at).date() + timedelta(days=ahead)
    return ("today", "tomorrow")[ahead] if ahead < 2 else f"{date:%A}"
