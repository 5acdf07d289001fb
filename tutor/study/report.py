"""The learner's progress as a whole: gathered from the store, worked out, and put into words and data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from tutor.course.load import Course
from tutor.experiments.cells import percent
from tutor.study import schedule
from tutor.study.recall import Recall
from tutor.study.review import count, revisions
from tutor.study.rounds import items
from tutor.study.schedule import Bin, Memory, Rating
from tutor.study.store import Answer, Store
from tutor.study.summary import ChapterState, Count, GoalState, Missed, Study, Summary, summarise

DAYS = 14  # of the forecast


@dataclass(frozen=True)
class Log:
    """What the store holds, read at one time, so that another thread may work on it."""

    answers: Sequence[Answer]
    ratings: dict[str, Rating]
    memories: dict[str, Memory]
    parameters: tuple[float, ...] | None
    cards: frozenset[str]
    moments: Sequence[float]


@dataclass(frozen=True)
class Report:
    summary: Summary
    recall: Recall


def gather(store: Store) -> Log:
    """Read everything that a report needs."""
    cards = frozenset(card for progress in store.progress().values() for card in progress.cards_read)
    answers, ratings = store.answers(), store.ratings()
    return Log(answers, ratings, store.memories(), store.parameters(), cards, store.moments())


def report(course: Course, log: Log, at: float) -> Report:
    """Work it out, for the learner's day at `at`, in seconds since 1970."""
    summary = summarise(course, log.answers, log.cards, log.moments)
    known = revisions(items(course.readable()))
    bins = schedule.calibration(log.answers, log.ratings, log.parameters)
    forecast = schedule.forecast(log.memories, at, DAYS, known)
    return Report(summary, Recall(tuple(bins), len(known.keys() & log.memories.keys()), tuple(forecast)))


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────


def study_line(study: Study) -> str:
    """How much was done in all."""
    if not study.days:
        return "Nothing has been done yet. What you read and answer is counted here."
    said = f"{count(len(study.days), 'day')} of study, {duration(study.seconds)} in all"
    return f"{said}; {study.right:,} of {count(study.answers, 'answer')} right." if study.answers else f"{said}."


def recall_line(recall: Recall) -> str:
    """What was recalled, and what was predicted."""
    if recall.predicted is None or recall.recalled is None:
        return "Nothing has come back yet after a day or more, so there is nothing to compare."
    reviews = count(recall.reviews, "review")
    return f"Recalled in {percent(recall.recalled)} of {reviews}; FSRS had predicted {percent(recall.predicted)}."


SOLID = "A question is solid when its latest answer was right."


def due_line(recall: Recall) -> str:
    """What is remembered, and what is due."""
    if not recall.questions:
        return "No question has been answered yet."
    week = sum(recall.forecast[1:7])
    return (
        f"{count(recall.questions, 'question')} met; {recall.forecast[0]:,} due today, {week:,} in the six days after."
    )


def bin_line(of: Bin) -> str:
    """One point of the calibration plot."""
    return f"Predicted {percent(of.predicted)}, recalled {percent(of.recalled)}: {count(of.n, 'review')}"


def missed_line(missed: Missed) -> str:
    """How often a question was missed."""
    return f"{missed.wrong:,} of {count(missed.answers, 'answer')} wrong"


def count_line(done: Count) -> str:
    """What was done of a chapter or a track."""
    return (
        f"{done.read:,} of {count(done.cards, 'card')} read, "
        f"{done.tried:,} of {count(done.questions, 'question')} tried, {done.solid:,} solid"
    )


def duration(seconds: float) -> str:
    """Time in words, to the minute: `2 h 10 min`."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min"


def months(days: Iterable[date], ascii: bool = False) -> list[str]:
    """A line for each month with a day of study, oldest first: a mark a day, and how many."""
    by_month: dict[tuple[int, int], set[int]] = {}
    for one in days:
        by_month.setdefault((one.year, one.month), set()).add(one.day)
    mark, none = ("#", ".") if ascii else ("■", "·")
    lines = []
    for (year, month), found in by_month.items():
        length = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
        cells = "".join(mark if day in found else none for day in range(1, length + 1))
        lines.append(f"{date(year, month, 1):%b %Y}  {cells:<31}  {count(len(found), 'day')}")
    return lines


# ── as data ──────────────────────────────────────────────────────────────────────────────────────────


def as_data(report: Report) -> dict[str, Any]:
    """Everything in the report, for `tutor progress --json`."""
    summary, recall = report.summary, report.recall
    study = summary.study
    return {
        "days": [day.isoformat() for day in study.days],
        "seconds": round(study.seconds),
        "answers": study.answers,
        "right": study.right,
        "tracks": [
            {
                "id": state.track.id,
                "title": state.track.title,
                **asdict(state.count),
                "chapters": [_chapter(chapter) for chapter in state.chapters],
            }
            for state in summary.tracks
        ],
        "missed": [
            {"question": m.question.id, "chapter": m.chapter_id, "wrong": m.wrong, "answers": m.answers}
            for m in summary.missed
        ],
        "memory": {
            "questions": recall.questions,
            "forecast": list(recall.forecast),
            "reviews": recall.reviews,
            "predicted": recall.predicted,
            "recalled": recall.recalled,
            "bins": [one._asdict() for one in recall.bins],
        },
        "orphans": [{"question": question, "answers": n} for question, n in summary.orphans.items()],
    }


def _chapter(state: ChapterState) -> dict[str, Any]:
    found = {"id": state.entry.id, "title": state.entry.title, **asdict(state.count)}
    found["goals"] = [_goal(goal) for goal in state.goals]
    return found | ({"error": state.problem} if state.problem else {})


def _goal(state: GoalState) -> dict[str, Any]:
    again = [card.id for card in state.read_again]
    return {"id": state.goal.id, "text": state.goal.text, **asdict(state.count), "read_again": again}
