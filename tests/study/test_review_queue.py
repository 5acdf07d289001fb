from __future__ import annotations

from datetime import datetime

import pytest

from tutor.course.schema import Blank, Card, Chapter, Goal
from tutor.study.review import count, day, days_ahead, next_due, pace, queue
from tutor.study.schedule import Memory
from tutor.study.store import Answer

DAY = 86400.0
NOON = datetime(2025, 3, 5, 12).timestamp()  # a Wednesday


def chapter(name: str, revision: int = 1) -> Chapter:
    questions = [
        Blank(id=f"{name}{n}", goal="g", card="c", text="___", answers=["x"], explain="", revision=revision)
        for n in range(1, 5)
    ]
    goals, cards = [Goal(id="g", text="G.")], [Card(id="c", title="C", text="")]
    return Chapter(id=name, title=name, minutes=1, goals=goals, cards=cards, questions=list(questions))


def memories(**days: float) -> dict[str, Memory]:
    """Of questions due so many days from NOON."""
    return {q: Memory(q, 1, NOON + d * DAY, 1.0, 5.0, NOON - 9 * DAY, 1, 0, (None,)) for q, d in days.items()}


def test_all_that_is_due_today_comes_interleaved_and_the_longest_overdue_first() -> None:
    known = memories(a1=-1, a2=-3, a3=0.4, a4=0.6, b1=-2, b2=7, gone1=-9)
    found = queue([chapter("a"), chapter("b")], known, NOON)
    assert [item.id for item in found] == ["a2", "b1", "a1", "a3"]


def test_a_question_that_was_revised_is_due_at_once() -> None:
    assert [item.id for item in queue([chapter("a", revision=2)], memories(a1=30), NOON)] == ["a1"]
    assert queue([chapter("a")], memories(a1=30), NOON) == []


def test_the_days_ahead_and_the_next_that_comes() -> None:
    chapters, known = [chapter("a"), chapter("b")], memories(a1=-4, a2=0, a3=1, b1=1, b2=3, b3=40, gone1=2)
    assert days_ahead(chapters, known, NOON, 4) == [("today", 2), ("tomorrow", 2), ("Friday", 0), ("Saturday", 1)]
    assert next_due(chapters, known, NOON) == NOON + DAY
    assert next_due(chapters, memories(a1=-1, gone1=3), NOON) is None


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-3.0, "today"),
        (0.4, "today"),
        (0.6, "tomorrow"),
        (2.0, "in 2 days"),
        (59.0, "in 59 days"),
        (61.0, "in 2 months"),
        (740.0, "in 2 years"),
    ],
)
def test_days_in_words(days: float, said: str) -> None:
    assert day(NOON + days * DAY, NOON) == said


def test_counts_and_pace() -> None:
    assert (count(1, "question"), count(1200, "question")) == ("1 question", "1,200 questions")
    answers = [Answer(str(s), 0.0, "q", 1, "c", 1, True, "x", s, False) for s in (5.0, 90.0, 12.0)]
    assert (pace([]), pace(answers)) == (30.0, 12.0)
