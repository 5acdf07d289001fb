"""Drafts in the store: each with its question, as long as that has not been answered; what is spoilt is none."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.course.schema import Blank
from tutor.study import database, drafts
from tutor.study.archive import Archive
from tutor.study.drafts import Draft
from tutor.study.store import Store
from tutor.study.transfer import Contents

A, B = (Blank(id=name, goal="g", card="c", text="___", answers=["x"], explain="", revision=3) for name in "ab")
TYPED = Draft(3, 0, text="naïve \ud800 🦙", items=(2, None, 0), own="a\nb\x1b", hinted=True, seconds=12.5)
SPOILT = [
    "",
    "nonsense",
    "[" * 100_000,
    "9" * 5000,
    "null",
    "[]",
    '"text"',
    "{}",
    '{"revision": 3}',
    '{"revision": 3, "variant": 0, "text": 7}',
    '{"revision": 3, "variant": 0, "items": [true, "1"]}',
    '{"revision": 3, "variant": 0, "items": 5}',
    '{"revision": 3, "variant": 0, "seconds": NaN}',
    '{"revision": 3, "variant": 0, "seconds": -1}',
    '{"revision": 3, "variant": 99999999999999999999999999}',
    b"\xff\xfe\x80",
    17,
]


def answered(store: Store, question: Blank) -> str:
    return store.record_answer(question.id, question.revision, "chapter", True, "x", seconds=1.0)


def names(store: Store) -> list[str]:
    return [name for (name,) in store._read("SELECT name FROM settings ORDER BY name")]


def test_a_draft_comes_back_with_its_question_alone(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    assert drafts.answer(store, A, 0) is None and drafts.note(store, "a") == ""
    drafts.keep_answer(store, "a", TYPED)
    drafts.keep_note(store, "a", " two choices are r")
    store.close()
    store = Store.open(tmp_path)
    assert drafts.answer(store, A, 0) == TYPED and drafts.note(store, "a") == " two choices are r"
    assert drafts.answer(store, B, 0) is None and drafts.note(store, "b") == ""
    assert drafts.answer(store, A, 1) is None  # other numbers, another order
    assert drafts.answer(store, msgspec.structs.replace(A, revision=4), 0) is None  # another question
    drafts.keep_answer(store, "a", None)
    drafts.keep_note(store, "a", "")
    assert names(store) == []
    store.close()


def test_where_nothing_was_done_nothing_is_kept(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    drafts.keep_answer(store, "a", Draft(3, 0, seconds=60.0))
    assert names(store) == []
    drafts.keep_answer(store, "a", TYPED)
    drafts.keep_answer(store, "a", Draft(3, 0, seconds=60.0))  # deleted again by the learner
    assert names(store) == []
    store.close()


def test_a_draft_goes_with_the_answer_also_with_another_sessions(tmp_path: Path) -> None:
    store, other = Store.open(tmp_path), Store.open(tmp_path)
    drafts.keep_answer(store, "a", TYPED)
    other.undo(answered(other, A))  # a question that was taken back is asked in another variant
    assert drafts.answer(store, A, store.times_answered("a")) is None
    drafts.keep_answer(store, "a", TYPED)
    assert names(store) == []
    store.close()
    other.close()


def test_two_sessions_leave_each_others_drafts_alone(tmp_path: Path) -> None:
    one, other = Store.open(tmp_path), Store.open(tmp_path)
    drafts.keep_answer(one, "a", TYPED)
    drafts.keep_answer(other, "b", TYPED)
    drafts.keep_answer(other, "a", None)
    drafts.keep_answer(other, "b", None)
    drafts.keep_answer(one, "b", TYPED)
    assert drafts.answer(other, B, 0) == TYPED and drafts.answer(other, A, 0) is None
    one.close()
    other.close()


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda spoilt: repr(spoilt)[:40])
def test_a_spoilt_draft_is_none(tmp_path: Path, spoilt: object) -> None:
    store = Store.open(tmp_path)
    drafts.keep_answer(store, "a", TYPED)
    drafts.keep_note(store, "a", "unclear")
    with closing(sqlite3.connect(tmp_path / "progress.db")) as db:
        value = "CAST(? AS TEXT)" if isinstance(spoilt, bytes) else "?"  # bytes that are no UTF-8, called text
        db.execute(f"UPDATE settings SET value = {value}", (spoilt,))
        db.commit()
    assert drafts.answer(store, A, 0) is None
    assert drafts.note(store, "a") == ("text" if spoilt == '"text"' else "")
    drafts.keep_answer(store, "a", TYPED)
    assert drafts.answer(store, A, 0) == TYPED and store.warning is None
    store.close()


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists) | st.binary())
def test_no_value_of_the_setting_raises(value: object) -> None:
    store = Store(database.in_memory(), None, None)
    if isinstance(value, bytes):
        store._write("INSERT INTO settings VALUES ('draft:a:answer', CAST(? AS TEXT))", (value,))
    else:
        fields = {"revision": 3, "variant": 0, "text": value, "items": value, "own": value, "seconds": value}
        for name, one in fields.items():
            store.set_setting("draft:a:answer", json.dumps({"revision": 3, "variant": 0, name: one}))
            drafts.answer(store, A, 0)
    drafts.answer(store, A, 0)
    store.close()


def test_drafts_are_dropped_by_question_or_all_and_no_other_setting_is(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    archive.set_setting("theme", "night")
    for question in ("a", "a-b", "b"):
        drafts.keep_answer(archive, question, TYPED)
        drafts.keep_note(archive, question, "unclear")
    drafts.drop(archive, ["a"])
    assert [name for name in names(archive) if name.startswith("draft")] == [
        "draft:a-b:answer", "draft:a-b:note", "draft:b:answer", "draft:b:note",
    ]  # fmt: skip
    assert archive.contents() == Contents()  # they stay on this machine
    archive.forget_learner()
    assert not [name for name in names(archive) if name.startswith("draft")] and archive.setting("theme") == "night"
    archive.close()


def test_a_disk_that_takes_nothing_keeps_the_session_going(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("not a folder")
    store = Store.open(tmp_path / "a-file")
    assert not store.saved
    drafts.keep_answer(store, "a", TYPED)
    assert drafts.answer(store, A, 0) == TYPED
    drafts.keep_answer(store, "a", None)
    assert drafts.answer(store, A, 0) is None
    store.close()
