from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.study import database
from tutor.study.store import Mark, Store, data_folder


def record(store: Store, question: str, correct: bool = True, **more: object) -> str:
    fields = {"revision": 1, "chapter_id": "tokens", "response": 0, "seconds": 2.5} | more
    return store.record_answer(question, correct=correct, **fields)  # type: ignore[arg-type]


def test_everything_comes_back(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    assert store.warning is None and store.saved
    assert store.place() is None and store.progress() == {}
    record(store, "q-one", correct=False, response={"text": "naïve \ud800 🦙"}, hinted=True)
    record(store, "q-one", revision=2, round=2)
    store.set_place("tokens", "bytes")
    store.set_place("attention", "query")
    store.set_place("tokens", "words")
    store.mark_card("tokens", "bytes")
    store.mark_card("tokens", "bytes")
    store.meet_challenge("few-tokens")
    store.meet_challenge("few-tokens")
    store.record_prediction("guess", "two tokens", False)
    store.record_prediction("guess", "one token", True)
    store.set_setting("theme", "night")
    store.set_setting("theme", "day")
    store.close()

    store = Store.open(tmp_path)
    first, second = store.answers("q-one")
    assert (first.correct, first.hinted, first.seconds, first.round) == (False, True, 2.5, 1)
    assert first.response == {"text": "naïve \ud800 🦙"} and first.at <= second.at
    assert store.answers(chapter_id="attention") == [] and store.answers() == [first, second]
    assert store.last_round("tokens") == [second] and store.last_round("attention") == []
    assert store.place() == ("tokens", "words")
    assert (store.place_in("attention"), store.place_in("generation")) == ("query", None)
    assert store.cards_read("tokens") == {"bytes"} and store.challenges_met() == {"few-tokens"}
    assert store.predictions_made() == {"guess": ("two tokens", False)}
    assert (store.setting("theme"), store.setting("colour")) == ("day", None)
    assert (store.progress()["tokens"].cards, store.progress()["tokens"].solid) == (1, 1)
    assert store.progress()["tokens"].marks == {"q-one": Mark(2, True)}
    assert store.progress()["tokens"].cards_read == {"bytes"} and store.progress()["attention"].place == "query"
    store.close()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.booleans(), st.integers(1, 3))))
def test_progress_is_what_the_log_says(log: list[tuple[str, str, bool, int]]) -> None:
    store = Store(database.in_memory(), None, None)
    expected: dict[str, dict[str, Mark]] = {}
    for question, chapter, correct, revision in log:
        record(store, question, correct, chapter_id=chapter, revision=revision)
        expected.setdefault(chapter, {})[question] = Mark(revision, correct)
    assert {chapter: progress.marks for chapter, progress in store.progress().items()} == expected
    assert [(a.question_id, a.chapter_id, a.correct, a.revision) for a in store.answers()] == log
    store.close()


@pytest.mark.parametrize("place", ["a-file", "a-file/below", "/proc/no-such-folder"])
def test_a_folder_that_cannot_be(tmp_path: Path, place: str) -> None:
    (tmp_path / "a-file").write_text("not a folder")
    works_in_memory(Store.open(tmp_path / place), "cannot be opened", "--data-dir")


def works_in_memory(store: Store, *words: str) -> None:
    assert store.warning is not None and not store.saved and "\n" not in store.warning
    assert all(word in store.warning for word in words), store.warning
    written = record(store, "q")
    assert [a.id for a in store.answers()] == [written]
    store.close()


def spoil(folder: Path, how: str) -> bytes:
    store = Store.open(folder)
    for i in range(200):
        record(store, f"q-{i}")
    store.close()
    path = folder / "progress.db"
    raw = path.read_bytes()
    spoilt = {
        "garbage": random.Random(1).randbytes(9000),
        "text": b"not a database at all\n" * 400,
        "truncated": raw[: len(raw) // 2 + 100],
        "holed": raw[:8192] + bytes(4096) + raw[12288:],
    }[how]
    path.write_bytes(spoilt)
    return spoilt


@pytest.mark.parametrize("how", ["garbage", "text", "truncated", "holed"])
def test_a_damaged_file_is_kept(tmp_path: Path, how: str) -> None:
    spoilt = spoil(tmp_path, how)
    (tmp_path / "progress.damaged-1.db").write_bytes(b"an older copy")
    for _ in range(2):  # a second start keeps no second copy
        works_in_memory(Store.open(tmp_path), "is damaged", "progress.damaged-2.db", "move the file away")
    assert (tmp_path / "progress.db").read_bytes() == spoilt
    assert (tmp_path / "progress.damaged-1.db").read_bytes() == b"an older copy"
    assert (tmp_path / "progress.damaged-2.db").read_bytes() == spoilt
    assert not (tmp_path / "progress.damaged-3.db").exists()


def test_a_file_that_fails_while_open(tmp_path: Path) -> None:
    said: list[str] = []
    store = Store.open(tmp_path, said.append)
    record(store, "q")
    other = sqlite3.connect(tmp_path / "progress.db")
    other.execute("DROP TABLE answers")
    other.close()
    assert store.answers() == [] and not store.saved and said == [store.warning]
    works_in_memory(store, "no such table")
    works_in_memory(Store.open(tmp_path), "no such table")


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "progress.db")
    db.execute("CREATE TABLE songs (title TEXT)")
    db.close()
    before = (tmp_path / "progress.db").read_bytes()
    works_in_memory(Store.open(tmp_path), "another program")
    assert (tmp_path / "progress.db").read_bytes() == before


def test_a_file_that_another_session_creates_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number, others = database._number, [tmp_path]

    def with_another(db: sqlite3.Connection, pragma: str) -> int:
        found = number(db, pragma)
        if others:
            Store.open(others.pop()).close()
        return found

    monkeypatch.setattr(database, "_number", with_another)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.5)
    store = Store.open(tmp_path)
    assert store.warning is None
    record(store, "q")
    store.close()


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    db = sqlite3.connect(tmp_path / "progress.db")
    db.execute(f"PRAGMA user_version = {database.VERSION + 1}")
    db.close()
    before = (tmp_path / "progress.db").read_bytes()
    works_in_memory(Store.open(tmp_path), "newer tutor", f"schema {database.VERSION + 1}")
    assert (tmp_path / "progress.db").read_bytes() == before


def test_an_older_schema_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path)
    record(store, "q")
    store.close()
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, ("ALTER TABLE answers ADD COLUMN note TEXT",)))
    monkeypatch.setattr(database, "VERSION", database.VERSION + 1)
    store = Store.open(tmp_path)
    assert store.warning is None and len(store.answers()) == 1
    store.close()
    db = sqlite3.connect(tmp_path / "progress.db")
    assert db.execute("SELECT note FROM answers").fetchall() == [(None,)]
    assert db.execute("PRAGMA user_version").fetchone()[0] == database.VERSION
    db.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path)
    record(store, "q")
    store.close()
    db = sqlite3.connect(tmp_path / "progress.db")
    db.execute("CREATE TABLE notes (text TEXT)")  # in the way of the migration's second step
    db.close()
    steps = ("ALTER TABLE answers ADD COLUMN note TEXT", "CREATE TABLE notes (text TEXT)")
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, steps))
        patch.setattr(database, "VERSION", database.VERSION + 1)
        works_in_memory(Store.open(tmp_path), "already exists")
    store = Store.open(tmp_path)
    assert store.warning is None and len(store.answers()) == 1
    store.close()


def test_the_platform_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder(tmp_path / "elsewhere") == tmp_path / "elsewhere"
    assert "llm-tutor" in data_folder().parts
