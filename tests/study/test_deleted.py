"""The file of progress is deleted, or another put in its place, while a session runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tutor.study.database import UnusableError, again, connect
from tutor.study.store import Store


def record(store: Store, question: str) -> None:
    store.record_answer(question, 1, "tokens", True, 0, seconds=2.5)


def questions(folder: Path) -> list[str]:
    store = Store.open(folder)
    assert store.warning is None
    found = [answer.question_id for answer in store.answers()]
    store.close()
    return found


def whole_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def file_alone(folder: Path) -> None:
    """Its log stays, which is not the next file's."""
    (folder / "progress.db").unlink()


def by_an_empty_one(folder: Path) -> None:
    file_alone(folder)
    (folder / "progress.db").touch()


def by_another_sessions(folder: Path) -> None:
    shutil.rmtree(folder)
    other = Store.open(folder)
    record(other, "elsewhere")
    other.close()


@pytest.mark.parametrize("replaced", [whole_folder, file_alone, by_an_empty_one, by_another_sessions])
def test_all_is_written_anew_and_said_in_one_line(tmp_path: Path, replaced: Callable[[Path], None]) -> None:
    said: list[str] = []
    folder = tmp_path / "data"
    store = Store.open(folder, said.append)
    for question in ("q-0", "q-1"):
        record(store, question)
    store.undo(store.answers("q-1")[0].id)
    store.set_place("tokens", "bytes")
    store.set_place("attention", "query")
    store.mark_card("tokens", "bytes")
    store.set_setting("theme", "day")
    replaced(folder)
    record(store, "q-2")
    record(store, "q-3")
    assert len(said) == 1 and "\n" not in said[0] and "progress.db" in said[0] and "anew" in said[0]
    assert store.saved and store.warning is None
    expected = ["q-0", "q-2", "q-3"] + ["elsewhere"] * (replaced is by_another_sessions)
    assert sorted(a.question_id for a in store.answers()) == sorted(expected)
    assert store.place() == ("attention", "query") and store.times_answered("q-1") == 1
    assert store.cards_read("tokens") == {"bytes"} and store.setting("theme") == "day"
    store.close()
    assert sorted(questions(folder)) == sorted(expected)


def test_also_when_nothing_is_written_afterwards(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data")
    record(store, "q")
    shutil.rmtree(tmp_path / "data")
    store.close()
    assert questions(tmp_path / "data") == ["q"]


def test_two_sessions_meet_in_the_new_file(tmp_path: Path) -> None:
    first, second = (Store.open(tmp_path / "data") for _ in range(2))
    record(first, "q-1")
    record(second, "q-2")
    shutil.rmtree(tmp_path / "data")
    record(first, "q-3")
    record(second, "q-4")
    record(first, "q-5")
    first.close()
    second.close()
    assert questions(tmp_path / "data") == ["q-1", "q-2", "q-3", "q-4", "q-5"]


def test_where_nothing_can_be_written_the_session_goes_on_in_memory(tmp_path: Path) -> None:
    said: list[str] = []
    store = Store.open(tmp_path / "data", said.append)
    record(store, "q-1")
    shutil.rmtree(tmp_path / "data")
    (tmp_path / "data").write_text("in the way")
    record(store, "q-2")
    assert not store.saved and said == [store.warning]
    assert [answer.question_id for answer in store.answers()] == ["q-1", "q-2"]
    store.close()
    with pytest.raises(UnusableError):
        again(connect(tmp_path / "other.db"), tmp_path / "data" / "progress.db", (None, None, None))
