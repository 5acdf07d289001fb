"""Undo, ratings, flags and memories, and files of older versions."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.study import database, schedule
from tutor.study.schedule import Rating, replay
from tutor.study.store import FEW, RECENT, Answer, Store

FILES = Path(__file__).parent / "files"


def answer(store: Store, question: str = "q", correct: bool = True, **more: object) -> str:
    fields = {"revision": 1, "chapter_id": "tokens", "response": 0, "seconds": 2.5} | more
    return store.record_answer(question, correct=correct, **fields)  # type: ignore[arg-type]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets days pass."""
    now = [1.77e9]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def passes(days: float) -> None:
        now[0] += days * 86400

    return passes


def test_what_is_undone_counts_no_more(tmp_path: Path, clock: Callable[[float], None]) -> None:
    store = Store.open(tmp_path)
    first = answer(store, correct=False)
    clock(3)
    before = store.memories(), store.progress(), store.answers()
    slip = answer(store, round=2)
    assert store.memories() != before[0] and store.progress() != before[1]
    store.undo(slip)
    store.undo(slip)
    assert (store.memories(), store.progress(), store.answers()) == before
    store.undo(first)
    assert store.memories() == {} and store.answers() == [] and store.last_round("tokens") == []
    store.close()
    db = sqlite3.connect(tmp_path / "progress.db")
    assert [row[0] for row in db.execute("SELECT id FROM answers ORDER BY n")] == [first, slip]
    db.close()


def test_the_learners_rating_stands(clock: Callable[[float], None]) -> None:
    store = Store(database.in_memory(), None, None)
    given = answer(store)
    good = store.memories()["q"]
    store.rate(given, Rating.EASY)
    assert store.memories()["q"].due > good.due
    clock(0.001)
    store.rate(given, Rating.GOOD)
    assert store.memories()["q"] == good and store.ratings() == {given: Rating.GOOD}
    store.close()


def test_flags_are_kept(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.flag("q", 2, "both are right")
    store.flag("p", 1, "")
    store.close()
    store = Store.open(tmp_path)
    assert [(f.question_id, f.revision, f.note) for f in store.flags()] == [("q", 2, "both are right"), ("p", 1, "")]
    assert len({f.id for f in store.flags()}) == 2
    store.close()


def test_review_is_no_round_of_the_quiz() -> None:
    store = Store(database.in_memory(), None, None)
    answer(store, "a")
    answer(store, "b", source="review", round=9, variant=3)
    answer(store, "c", source="mixed")
    assert [a.question_id for a in store.last_round("tokens")] == ["a"]
    assert [(a.source, a.variant) for a in store.answers()] == [("quiz", 0), ("review", 3), ("mixed", 0)]
    store.close()


def test_what_is_usual_is_the_median_of_right_answers() -> None:
    store = Store(database.in_memory(), None, None)
    for seconds in range(1, RECENT + 20):
        answer(store, seconds=float(seconds))
        answer(store, correct=False, seconds=1000.0)
    store.undo(answer(store, seconds=1000.0))
    usual = [a.usual for a in store.answers() if a.correct]
    assert usual[: FEW + 1] == [None] * FEW + [3.0]
    assert store.answers()[-1].usual == 20 + RECENT // 2  # of 20, 21, … 69
    store.close()


# ── derived from the log ─────────────────────────────────────────────────────────────────────────────

STEPS = st.tuples(
    st.sampled_from(["answer", "answer", "answer", "undo", "rate", "reopen", "drop", "read"]),
    st.integers(0, 5),
    st.booleans(),
    st.floats(0, 40),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_memories_are_what_the_log_says(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple]) -> None:  # type: ignore[type-arg]
    folder = tmp_path_factory.mktemp("store")
    store, now, given = Store.open(folder), 1.77e9, []
    with pytest.MonkeyPatch.context() as patch:
        for step, n, correct, days in steps:
            now += days * 86400 + 1
            patch.setattr(time, "time", lambda now=now: now)
            if step == "answer":
                given.append(answer(store, f"q{n % 3}", correct, revision=1 + n // 5))
            elif step == "undo" and given:
                store.undo(given[n % len(given)])
            elif step == "rate" and given:
                store.rate(given[n % len(given)], Rating(1 + n % 4))
            elif step == "read":
                store.memories()
            elif step in ("reopen", "drop"):
                if step == "drop":
                    store._db.execute("DROP TABLE memories")
                store.close()
                store = Store.open(folder)
        found = store.memories()
        assert found == replay(store.answers(), store.ratings())
        assert found.keys() == {a.question_id for a in store.answers()}
        store.rebuild()
        assert store.memories() == found
    assert store.warning is None
    store.close()


def test_only_what_has_changed_is_replayed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[set[str]] = []

    def spied(answers: list[Answer], *more: object) -> dict[str, schedule.Memory]:
        asked.append({a.question_id for a in answers})
        return replay(answers, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(schedule, "replay", spied)
    store = Store.open(tmp_path)
    given = [answer(store, question) for question in "abc"]
    store.memories()
    store.memories()
    store.undo(given[0])
    answer(store, "b")
    store.memories()
    store.close()
    store = Store.open(tmp_path)
    store.rate(given[2], Rating.HARD)
    store.memories()
    assert asked == [{"a", "b", "c"}, {"b"}, {"c"}]
    store.close()


def test_parameters_of_the_learners_own(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    answer(store)
    before = store.memories()
    fitted = [1.5 * p if i < 4 else p for i, p in enumerate(schedule.scheduler().parameters)]
    store.set_parameters(fitted)
    assert store.memories()["q"].stability == pytest.approx(1.5 * before["q"].stability)
    with pytest.raises(ValueError, match="out of bounds"):
        store.set_parameters([-1.0] * 21)
    store.close()
    store = Store.open(tmp_path)
    assert store.parameters() == tuple(fitted)
    store.set_parameters(None)
    assert store.parameters() is None and store.memories() == before
    store.close()


@pytest.mark.parametrize("trouble", ["BEGIN IMMEDIATE", "DROP TABLE memories", "DROP TABLE undos"])
def test_a_file_that_fails_while_memories_are_worked_out(tmp_path: Path, trouble: str) -> None:
    said: list[str] = []
    store = Store.open(tmp_path, said.append)
    answer(store)
    store._db.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(tmp_path / "progress.db", isolation_level=None)
    other.execute(trouble)
    asked = store.memories() if trouble != "DROP TABLE undos" else {}
    found = store.answers()
    assert said == [store.warning] and not store.saved
    assert asked == replay(found, {}) and len(found) == len(asked)
    store.rebuild()
    assert store.memories() == asked
    store.close()
    other.close()


# ── files of older versions ──────────────────────────────────────────────────────────────────────────


def test_a_file_of_each_version_is_kept() -> None:
    found = {path.name for path in FILES.glob("progress-v*.db")}
    assert {f"progress-v{version}.db" for version in range(1, database.VERSION)} <= found


def test_version_1_keeps_all_it_had(tmp_path: Path) -> None:
    shutil.copy(FILES / "progress-v1.db", tmp_path / "progress.db")
    old = sqlite3.connect(tmp_path / "progress.db")
    assert old.execute("PRAGMA user_version").fetchone() == (1,)
    rows = old.execute(
        "SELECT id, at, question, revision, chapter, round, correct, response, seconds, hinted FROM answers ORDER BY n"
    ).fetchall()
    old.close()

    store = Store.open(tmp_path)
    assert store.warning is None and len(rows) == 7
    read = [
        (a.id, a.at, a.question_id, a.revision, a.chapter_id, a.round, a.correct, a.response, a.seconds, a.hinted)
        for a in store.answers()
    ]
    assert read == [(*row[:7], json.loads(row[7]), *row[8:]) for row in rows]
    assert {(a.source, a.variant, a.usual) for a in store.answers()} == {("quiz", 0, None)}
    assert store.answers()[-1].response == {"chosen": 1, "held": [1], "text": "naïve \ud800 🦙"}
    assert store.place() == ("attention", "query") and store.cards_read("text-to-tokens") == {"bytes"}
    assert store.challenges_met() == {"few-tokens"} and store.predictions_made() == {"guess": ("two tokens", False)}
    assert store.setting("theme") == "night" and store.flags() == []
    memories = store.memories()
    assert memories == replay(store.answers(), {}) and memories["why-bytes"].answers == 3
    assert (memories["count-merges"].revision, memories["count-merges"].answers) == (2, 1)
    assert store.progress()["text-to-tokens"].solid == 2
    answer(store, "why-bytes")
    store.close()
    store = Store.open(tmp_path)
    assert store.warning is None and len(store.answers()) == 8 and store.memories()["why-bytes"].answers == 4
    store.close()
