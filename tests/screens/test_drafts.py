"""What was typed and not given yet is there when the learner comes back to the question, however they left."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from two_chapters import Learner, answered, learner, write

from tutor.screens.flag import FlagScreen, NoteField
from tutor.screens.quiz import QuizScreen
from tutor.study.store import Store
from tutor.widgets.answer_place import AnswerField
from tutor.widgets.question import QuestionView


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    return write(tmp_path / "lessons")


async def quiz(one: Learner) -> None:
    """Open the quiz of the first chapter."""
    await one.app.push_screen(QuizScreen(one.app.course.chapter("tokens")))
    await one.until_shows("question ")


def typed(one: Learner) -> str:
    return one.app.screen.query_one(AnswerField).value


def kept(data: Path) -> list[str]:
    """The names of the drafts in the store."""
    with closing(sqlite3.connect(data / "progress.db")) as db:
        return [name for (name,) in db.execute("SELECT name FROM settings WHERE name LIKE 'draft%' ORDER BY name")]


@pytest.mark.parametrize("leave", ["exit", "q", "b", "home"])
async def test_however_the_quiz_is_left_the_question_stands_as_it_was(
    lessons: Path, tmp_path: Path, leave: str
) -> None:
    async with learner(lessons, tmp_path) as one:
        await quiz(one)
        await one.press(*"ye")
        if leave == "exit":
            one.app.exit()  # as at a hang-up
        elif leave == "home":
            one.app.action_home()
        else:
            await one.press("tab", leave)
        await one.pilot.pause()
    assert kept(tmp_path) == ["draft:tokens-1:answer"]
    async with learner(lessons, tmp_path) as one:
        await quiz(one)
        assert one.shows("question 1 of 3") and typed(one) == "ye"
        assert one.app.store.answers() == [] and not one.app.screen.query_one(QuestionView).answered
        await one.press("s", "enter")
        assert one.shows("Your answer is right: yes")
        await one.press("enter")
        assert one.shows("question 2 of 3") and typed(one) == ""
    assert kept(tmp_path) == []


async def test_it_comes_back_within_a_session_and_in_the_review(lessons: Path, tmp_path: Path) -> None:
    answered(tmp_path, "tokens-1")
    async with learner(lessons, tmp_path) as one:
        await one.press("r", "enter", *"y", "tab", "b", "r", "enter")
        assert one.shows("question 1 of 1") and typed(one) == "y"
        await one.answer("es")
        assert one.shows("Your answer is right: yes")
        await one.press("u")
        assert one.shows("question 1 of 1") and typed(one) == ""  # what was given is no draft
    assert kept(tmp_path) == []


async def test_skipping_drops_it_and_undoing_another_answer_does_not(lessons: Path, tmp_path: Path) -> None:
    async with learner(lessons, tmp_path) as one:
        await quiz(one)
        await one.answer("yes")
        await one.press("enter", *"half", "tab", "u")
        assert one.shows("question 1 of 3") and typed(one) == ""
        assert kept(tmp_path) == ["draft:tokens-2:answer"]
        await one.answer("yes")
        await one.press("enter")
        assert one.shows("question 2 of 3") and typed(one) == "half"
        await one.press("tab", "s", "tab", "s")
        await one.until_shows("1 of 3 right, 2 skipped.")
        assert kept(tmp_path) == []


async def test_an_answer_counts_the_time_and_the_hint_of_both_sessions(lessons: Path, tmp_path: Path) -> None:
    async with learner(lessons, tmp_path) as one:
        await quiz(one)
        one.app.screen.query_one(QuestionView)._shown -= 100
        await one.press("x")
    async with learner(lessons, tmp_path) as one:
        await quiz(one)
        await one.press("enter")
        assert 100 < one.app.store.answers()[0].seconds < 200


async def test_a_note_that_was_begun_is_gone_on_with(lessons: Path, tmp_path: Path) -> None:
    async with learner(lessons, tmp_path) as one:
        await quiz(one)
        await one.press(*"ye", "tab", "f", *"uncl")
        one.app.exit()
        await one.pilot.pause()
    assert kept(tmp_path) == ["draft:tokens-1:answer", "draft:tokens-1:note"]
    async with learner(lessons, tmp_path) as one:
        await quiz(one)
        assert typed(one) == "ye" and one.app.store.flags() == []
        await one.press("tab", "f", *"ear", "enter")
        assert [flag.note for flag in one.app.store.flags()] == ["unclear"]
        await one.press("f")
        assert isinstance(one.app.screen, FlagScreen) and one.app.screen.query_one(NoteField).value == ""
        await one.press("x", "escape", "f")  # back, without a note
        assert one.app.screen.query_one(NoteField).value == ""
        await one.press("escape")
        assert kept(tmp_path) == ["draft:tokens-1:answer"]


async def test_what_is_spoilt_is_not_shown(lessons: Path, tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "progress.db")) as db:
        db.execute("INSERT INTO settings VALUES ('draft:tokens-1:answer', CAST(x'FFFE' AS TEXT))")
        two, note = '{"revision":1,"variant":0,"items":[7]}', '"\\u001b[2J\\ud800' + "x" * 2000 + '"'
        db.execute("INSERT INTO settings VALUES ('draft:tokens-2:answer', ?), ('draft:tokens-1:note', ?)", (two, note))
        db.commit()
    async with learner(lessons, tmp_path) as one:
        await quiz(one)
        assert typed(one) == ""
        await one.press("tab", "f")
        assert one.app.screen.query_one(NoteField).value.startswith("[2J")
        await one.press("enter", "s")
        assert one.shows("question 2 of 3") and typed(one) == ""
        await one.answer("yes")
        assert one.app.store.warning is None


async def test_a_disk_that_fails_at_the_end_ends_the_session_all_the_same(lessons: Path, tmp_path: Path) -> None:
    async with learner(lessons, tmp_path) as one:
        await quiz(one)
        await one.press(*"ye")
        with closing(sqlite3.connect(tmp_path / "progress.db")) as db:
            db.execute("DROP TABLE settings")
        one.app.exit()
        await one.pilot.pause()
    assert one.app.return_code == 0 and not one.app.store.saved
