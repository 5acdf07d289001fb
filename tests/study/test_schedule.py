from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.study.schedule import (
    Memory,
    Rating,
    calibration,
    due,
    forecast,
    inferred,
    rating_of,
    replay,
    retrievability,
    scheduler,
)
from tutor.study.store import Answer

DAY = 86400.0
START = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
IDS = map("{:032x}".format, count())
FITTED = (0.4, 1.2, 3.1, 15.5, 7.2, 0.5, 1.4, 0.02, 1.5, 0.1, 1.0, 1.9, 0.1, 0.3, 2.3, 0.2, 3.0, 0.5, 0.4, 0.2, 0.15)


def answer(question: str = "q", days: float = 0.0, correct: bool = True, **more: object) -> Answer:
    fields = {"revision": 1, "chapter_id": "c", "round": 1, "response": 0, "seconds": 20.0, "hinted": False} | more
    return Answer(id=next(IDS), at=START + days * DAY, question_id=question, correct=correct, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("correct", "hinted", "seconds", "usual", "rating"),
    [
        (False, False, 1.0, 20.0, Rating.AGAIN),
        (False, True, 90.0, None, Rating.AGAIN),
        (True, True, 1.0, 20.0, Rating.HARD),
        (True, False, 41.0, 20.0, Rating.HARD),
        (True, False, 40.0, 20.0, Rating.GOOD),
        (True, False, 10.0, 20.0, Rating.GOOD),
        (True, False, 9.0, 20.0, Rating.EASY),
        (True, False, 9.0, None, Rating.GOOD),
        (True, False, 900.0, None, Rating.GOOD),
    ],
)
def test_a_rating_is_inferred(correct: bool, hinted: bool, seconds: float, usual: float | None, rating: Rating) -> None:
    assert inferred(correct, hinted, seconds, usual) is rating


# ── the package's own schedule ───────────────────────────────────────────────────────────────────────


def history(rng: random.Random, question: str) -> tuple[list[Answer], dict[str, Rating]]:
    """Answers minutes to months apart, some rated by the learner."""
    at, answers, ratings = rng.uniform(0, 30), [], {}
    for _ in range(rng.randint(1, 15)):
        hinted, seconds = rng.random() < 0.2, rng.lognormvariate(3, 1)
        usual = rng.choice([None, 20.0])
        answers.append(answer(question, at, rng.random() < 0.8, hinted=hinted, seconds=seconds, usual=usual))
        if rng.random() < 0.3:
            ratings[answers[-1].id] = rng.choice(list(Rating))
        at += rng.choice([0.003, 0.4, 1.0, 4.0, 30.0]) * rng.lognormvariate(0, 0.5)
    return answers, ratings


def by_the_package(
    answers: list[Answer], ratings: dict[str, Rating], parameters: tuple[float, ...] | None
) -> fsrs.Card:
    options = {} if parameters is None else {"parameters": parameters}
    plan = fsrs.Scheduler(**options, learning_steps=[], relearning_steps=[])  # type: ignore[arg-type]
    logs = [
        fsrs.ReviewLog(7, fsrs.Rating(rating_of(a, ratings)), datetime.fromtimestamp(a.at, UTC), None) for a in answers
    ]
    random.seed(answers[0].question_id)
    return plan.reschedule_card(fsrs.Card(7), logs)


def test_schedules_are_the_packages_own() -> None:
    rng = random.Random(11)
    answers: list[Answer] = []
    ratings: dict[str, Rating] = {}
    expected: dict[str, tuple[fsrs.Card, int]] = {}
    for n in range(1000):
        own, rated = history(rng, f"q-{n}")
        expected[f"q-{n}"] = by_the_package(own, rated, None), len(own)
        answers += own
        ratings |= rated
    rng.shuffle(answers)  # questions are answered in turns, and merged logs are out of order
    found = replay(answers, ratings)
    assert found.keys() == expected.keys()
    for question, (card, n) in expected.items():
        memory = found[question]
        assert card.last_review is not None
        assert (memory.stability, memory.difficulty, memory.answers) == (card.stability, card.difficulty, n)
        assert (memory.due, memory.last) == (card.due.timestamp(), card.last_review.timestamp())
        at = memory.last + rng.uniform(0, 60) * DAY
        chance = scheduler().get_card_retrievability(card, datetime.fromtimestamp(at, UTC))
        assert retrievability(memory, at) == pytest.approx(chance, abs=1e-12)


def test_fitted_parameters_are_the_packages_too() -> None:
    rng = random.Random(12)
    for n in range(50):
        answers, ratings = history(rng, f"q-{n}")
        card = by_the_package(answers, ratings, FITTED)
        memory = replay(answers, ratings, FITTED)[f"q-{n}"]
        assert (memory.stability, memory.due) == (card.stability, card.due.timestamp())
    with pytest.raises(ValueError, match="out of bounds"):
        scheduler([-1.0] * 21)


def test_replay_leaves_chance_to_others() -> None:
    answers = [answer(days=d) for d in (0, 3, 20, 80)]
    random.seed(5)
    expected = random.random()
    random.seed(5)
    first = replay(answers, {})
    assert random.random() == expected
    assert replay(reversed(answers), {}) == first


def test_the_spread_differs_between_questions() -> None:
    days = (0, 3, 20, 80, 200)
    found = replay([answer(f"q-{n}", d) for n in range(40) for d in days], {})
    assert len({memory.due for memory in found.values()}) > 5
    assert len({memory.stability for memory in found.values()}) == 1


# ── what a memory tells ──────────────────────────────────────────────────────────────────────────────


def test_a_memory_counts() -> None:
    answers = [answer(days=d, correct=c) for d, c in ((0, False), (0.01, True), (2, True), (9, False), (10, True))]
    memory = replay(answers, {answers[2].id: Rating.AGAIN})["q"]
    assert (memory.answers, memory.lapses, memory.last) == (5, 2, answers[-1].at)
    assert memory.predicted[:2] == (None, None)  # the first, and the same day
    assert all(chance is not None and 0 < chance < 1 for chance in memory.predicted[2:])


def test_a_new_revision_begins_afresh() -> None:
    old = [answer(days=d) for d in (0, 3, 15)]
    new = answer(days=40, revision=2, correct=False)
    late = answer(days=50)  # from another machine, where the course is older
    memory = replay([*old, new, late], {})["q"]
    assert memory == replay([new], {})["q"]
    assert (memory.revision, memory.answers) == (2, 1)


def test_one_day_of_forgetting_is_one_day_of_the_curve() -> None:
    memory = Memory("q", 1, START, 7.0, 5.0, START, 1, 0, (None,))
    assert retrievability(memory, START) == 1.0 == retrievability(memory, START + 0.9 * DAY)
    assert retrievability(memory, START + 7 * DAY) == pytest.approx(0.9)
    assert retrievability(memory, START - 9 * DAY) == 1.0  # the clock was set back


# ── due and forecast ─────────────────────────────────────────────────────────────────────────────────


def memory(question: str, due: float, revision: int = 1) -> Memory:
    return Memory(question, revision, START + due * DAY, 3.0, 5.0, START - DAY, 1, 0, (None,))


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def time_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("hour", [0, 9, 23])
def test_a_day_is_the_learners_day(time_zone: str, hour: int) -> None:
    now = datetime(2026, 3, 7, hour, 30)  # the day before America's clocks go forward
    midnight = datetime(2026, 3, 8)
    dues = {"past": now - timedelta(days=9), "today": midnight - timedelta(seconds=1), "tomorrow": midnight}
    dues["later"] = midnight + timedelta(days=1)
    known = {name: Memory(name, 1, at.timestamp(), 1, 1, 0, 1, 0, ()) for name, at in dues.items()}
    assert due(known, now.timestamp()) == ["past", "today"]
    assert forecast(known, now.timestamp(), 4) == [2, 1, 1, 0]


def test_the_course_says_what_is_asked() -> None:
    known = {m.question_id: m for m in (memory("same", 3), memory("changed", 5), memory("gone", -4), memory("old", -1))}
    revisions = {"same": 1, "changed": 2, "old": 1, "never-met": 1}
    assert due(known, START, revisions) == ["old", "changed"]
    assert forecast(known, START, 5, revisions) == [2, 0, 0, 1, 0]
    assert due(known, START) == ["gone", "old"]


@given(st.lists(st.floats(-40, 40)), st.integers(1, 50))
def test_a_forecast_counts_each_once(days: list[float], ahead: int) -> None:
    known = {str(i): memory(str(i), day) for i, day in enumerate(days)}
    counts = forecast(known, START, ahead)
    assert len(counts) == ahead and counts[0] == len(due(known, START))
    assert sum(counts) == sum(
        (datetime.fromtimestamp(m.due).date() - datetime.fromtimestamp(START).date()).days < ahead
        for m in known.values()
    )


# ── calibration ──────────────────────────────────────────────────────────────────────────────────────


def test_calibration_of_a_few() -> None:
    answers = [answer("a", 0), answer("a", 0.01, False), answer("a", 2), answer("b", 0, False), answer("b", 400, False)]
    low, high = calibration(answers, {})
    chances = replay(answers, {})
    assert (low.n, low.recalled, low.predicted) == (1, 0.0, chances["b"].predicted[1])
    assert (high.n, high.recalled, high.predicted) == (1, 1.0, chances["a"].predicted[2])
    assert calibration(answers, {answers[2].id: Rating.AGAIN})[1].recalled == 0.0
    assert calibration([], {}) == []


def test_calibration_of_a_learner_who_forgets_as_predicted() -> None:
    rng = random.Random(3)
    answers: list[Answer] = []
    for n in range(400):
        own, days = [answer(f"q-{n}")], 0.0
        for _ in range(5):
            days += rng.choice([1, 3, 10, 40, 150])
            chance = retrievability(replay(own, {})[f"q-{n}"], START + days * DAY)
            own.append(answer(f"q-{n}", days, rng.random() < chance))
        answers += own
    bins = calibration(answers, {})
    assert sum(b.n for b in bins) == 2000 and len(bins) > 3
    for b in bins:
        assert abs(b.predicted - b.recalled) < 3.5 * (b.predicted * (1 - b.predicted) / b.n) ** 0.5 + 0.005
    assert [b.predicted for b in bins] == sorted(b.predicted for b in bins)
