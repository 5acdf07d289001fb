from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.study import database
from tutor.study.archive import Archive
from tutor.study.database import UnusableError
from tutor.study.schedule import Rating
from tutor.study.store import Store
from tutor.study.transfer import CardRead, Contents, decode, encode, merge

QUESTIONS, CARDS = st.sampled_from("abc"), st.sampled_from("xyz")
DOING = st.one_of(
    st.tuples(st.just("answer"), QUESTIONS, st.booleans(), st.integers(1, 2)),
    st.tuples(st.just("undo"), st.integers(0, 3)),
    st.tuples(st.just("rate"), st.integers(0, 3), st.sampled_from(Rating)),
    st.tuples(st.just("flag"), QUESTIONS, st.text("no", max_size=2)),
    st.tuples(st.just("card"), CARDS),
    st.tuples(st.just("place"), CARDS),
    st.tuples(st.just("challenge"), CARDS),
    st.tuples(st.just("predict"), CARDS, st.booleans()),
)
STUDY = st.lists(st.tuples(st.integers(0, 3 * 86400), DOING), max_size=25)


def in_memory() -> Archive:
    return Archive(database.in_memory(), None, None)


@contextmanager
def clock(start: float) -> Iterator[list[float]]:
    """The time, to be set; it never stands still, nor gives the same on two machines."""
    now, steps = [start], count()
    with patch("tutor.study.store.time.time", lambda: now[0] + next(steps) / 64):
        yield now


def study(store: Store, doings: list[tuple[int, tuple[object, ...]]], start: float) -> None:
    answers: list[str] = []
    with clock(start) as now:
        for wait, (what, *more) in doings:
            now[0] += wait
            match what, more:
                case "answer", [str(question), bool(correct), int(revision)]:
                    done = store.record_answer(question, revision, "tokens", correct, [1], seconds=wait / 9000)
                    answers.append(done)
                case "undo", [int(back)] if answers:
                    store.undo(answers[back % len(answers)])
                case "rate", [int(back), Rating() as rating] if answers:
                    store.rate(answers[back % len(answers)], rating)
                case "flag", [str(question), str(note)]:
                    store.flag(question, 1, note)
                case "card", [str(card)]:
                    store.mark_card("tokens", card)
                case "place", [str(card)]:
                    store.set_place(f"chapter-{card}", card)
                case "challenge", [str(card)]:
                    store.meet_challenge(card)
                case "predict", [str(card), bool(correct)]:
                    store.record_prediction(card, "it does", correct)


def all_of(store: Store) -> tuple[object, ...]:
    """Everything that a store answers with."""
    return (
        store.answers(), store.ratings(), store.flags(), store.memories(), store.place(), store.progress(),
        store.predictions_made(), store.challenges_met(), store.cards_read("tokens"),
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(STUDY, STUDY)
def test_logs_move_and_merge(here: list, there: list) -> None:
    one, other, copy, both, both_too = (in_memory() for _ in range(5))
    study(one, here, 1e9)
    study(other, there, 1e9 + 1 / 128)
    text = encode(one.contents())
    copy.change(lambda _: decode(text.encode(), "it"))
    assert encode(copy.contents()) == text
    assert all_of(copy) == all_of(one)

    def take(archive: Archive, *others: Archive) -> None:
        for found in others:
            archive.change(lambda mine, found=found: merge(mine, found.contents()))

    take(both, one, other, one)
    take(both_too, other, one)
    assert all_of(both) == all_of(both_too)
    assert encode(both.contents()) == encode(both_too.contents())
    assert len(both.answers()) == len(one.answers()) + len(other.answers())
    remembered = both.memories()
    both.rebuild()
    assert both.memories() == remembered
    for archive in (one, other, copy, both, both_too):
        archive.close()


def test_a_store_goes_on_after_a_change(tmp_path: Path) -> None:
    archive, session = Archive.open(tmp_path), Store.open(tmp_path)
    first = session.record_answer("q", 1, "tokens", False, 0, seconds=1.0)
    before = archive.contents()
    assert archive.change(lambda _: Contents()) == Contents()
    assert session.answers() == [] and session.memories() == {}
    second = session.record_answer("q", 1, "tokens", True, 0, seconds=1.0)
    archive.change(lambda here: merge(here, before))
    assert [answer.id for answer in session.answers()] == [first, second]
    assert session.memories()["q"].answers == 2
    archive.close()
    session.close()


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    archive.record_answer("q", 1, "tokens", False, 0, seconds=1.0)
    before = archive.contents()

    def refuse(contents: Contents) -> Contents:
        raise OSError("no room for the backup")

    with pytest.raises(OSError, match="no room"):
        archive.change(refuse)
    busy = sqlite3.connect(tmp_path / "progress.db", isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    archive._db.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(UnusableError, match="database is locked"):
        archive.change(lambda _: Contents())
    busy.execute("ROLLBACK")
    busy.close()
    archive._db.execute("CREATE TRIGGER full BEFORE INSERT ON cards BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    archive.meet_challenge("few")
    more = merge(before, Contents(cards=(CardRead(1.0, "tokens", "bytes"),)))
    with pytest.raises(UnusableError, match="disk full"):
        archive.change(lambda _: more)
    assert archive.saved and archive.contents().answers == before.answers
    assert archive.challenges_met() == {"few"}
    archive.close()


def test_an_installation_keeps_its_name_until_it_is_forgotten(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    name = archive.learner()
    archive.close()
    archive = Archive.open(tmp_path)
    assert archive.learner() == name != in_memory().learner()
    archive.forget_learner()
    assert archive.learner() != name
    archive.close()
