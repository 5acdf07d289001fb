"""`tutor progress`: in words, as data, and worked out afresh."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from two_chapters import answered, write

from tutor.study.schedule import scheduler
from tutor.study.store import Store


@pytest.fixture
def run(tutor: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    root = write(tmp_path / "lessons")
    monkeypatch.setattr("tutor.course.load.lessons_root", lambda: root)
    return lambda *arguments: tutor("--data-dir", str(tmp_path / "data"), "progress", *arguments)


def test_before_anything_was_done(run) -> None:
    out = run().out
    assert "Nothing has been done yet." in out and "0 of 3" in out and "Missed" not in out
    data = run("--json").data
    assert data["days"] == [] and data["missed"] == [] and data["memory"]["recalled"] is None
    assert [chapter["id"] for chapter in data["tracks"][0]["chapters"]] == ["tokens", "vectors"]


def test_in_words_and_as_data_alike(run, tmp_path: Path) -> None:
    answered(tmp_path / "data", "tokens-1", "tokens-2")
    answered(tmp_path / "data", "tokens-1", days_ago=2, correct=False)
    data = run("--json").data
    track, (tokens, _) = data["tracks"][0], data["tracks"][0]["chapters"]
    assert (track["tried"], track["solid"], track["questions"]) == (2, 1, 6)
    assert tokens["goals"][0]["read_again"] == ["tokens-card"]
    assert data["missed"] == [{"question": "tokens-1", "chapter": "tokens", "wrong": 1, "answers": 2}]
    assert len(data["days"]) == 2 and data["memory"]["reviews"] == 1 and data["memory"]["recalled"] == 0
    out = run("--goals").out
    assert "2 days of study" in out and "2 of 3 answers right." in out and "Recalled in 0 % of 1 review" in out
    assert "Text to Tokens: the word" not in out and "(tokens; 1 of 2 answers wrong)" in out
    assert "Know tokens. 0 of 1 card read, 2 of 3 questions tried, 1 solid. Read again: All about tokens." in out
    assert "Recalled against predicted" in out


def test_rebuilding_gives_the_same(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    answered(tmp_path / "data", "tokens-1", "vectors-2")
    monkeypatch.setattr(time, "time", lambda: now)
    before = run("--json").data
    assert run("rebuild").out == "2 memories worked out afresh from 2 answers\n"
    assert run("--json").data == before


def test_parameters_are_kept_where_they_predict_better(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(tmp_path / "data", "tokens-1", days_ago=9)
    answered(tmp_path / "data", "tokens-1", days_ago=2)
    failed = run("optimize")
    assert failed.code == 2
    assert failed.err == "tutor: fitting needs 512 reviews a day or more after the answer before; there are 1.\n"

    own = scheduler().parameters
    better, worse = (tuple(p * by if i < 4 else p for i, p in enumerate(own)) for by in (1.5, 0.5))
    due = []
    for fitted, said in ((better, "by parameters fitted"), (worse, "Nothing has been changed")):
        monkeypatch.setattr("tutor.commands.progress.fit", lambda *log, fitted=fitted: fitted)
        assert said in run("optimize").out
        store = Store.open(tmp_path / "data")
        assert store.parameters() == better
        due.append(store.memories()["tokens-1"].stability)
        store.close()
    assert "come with FSRS" in run("optimize", "--off").out
    store = Store.open(tmp_path / "data")
    assert store.parameters() is None and store.memories()["tokens-1"].stability < due[0] == due[1]
    store.close()
