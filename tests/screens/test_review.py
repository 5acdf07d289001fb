"""Review by keyboard: what is due, how it is rated, what comes after it."""

from __future__ import annotations

from pathlib import Path

import pytest
from two_chapters import answered, learner, write

from tutor.study.schedule import Rating
from tutor.study.store import Store


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    return write(tmp_path / "lessons")


async def test_before_the_first_answer_it_says_what_will_be_here(lessons: Path, tmp_path: Path) -> None:
    async with learner(lessons, tmp_path) as one:
        assert not one.shows("Press r")
        await one.press("r")
        assert one.shows("Review", "0 due", "Nothing is here yet.") and not one.shows("The days ahead")
        await one.press("j", "enter")
        assert one.shows("How LLMs Work")


async def test_where_nothing_is_due_it_says_when_something_will_be(lessons: Path, tmp_path: Path) -> None:
    answered(tmp_path, "tokens-1", days_ago=0.0, correct=False)
    async with learner(lessons, tmp_path) as one:
        await one.press("r")
        assert one.shows("Nothing is due now. The next question comes back tomorrow.")
        assert [row.split() for row in one.text.splitlines() if "today" in row or "tomorrow  " in row] == [
            ["today", "0"],
            ["tomorrow", "1", "█" * 30],
        ]


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_all_that_is_due_is_asked_by_turns_and_kept(lessons: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    answered(tmp_path, "tokens-1", "tokens-2", "vectors-1")
    answered(tmp_path, "vectors-2", "gone-1", days_ago=0.0)
    async with learner(lessons, tmp_path, size) as one:
        await one.until_shows("Press r to review 3 questions due today.")
        await one.press("r")
        assert one.shows("3 due", "3 questions due from 2 chapters, about 1 minute.")
        await one.press("enter")
        assert one.shows("question 1 of 3", "Text to Tokens 1: the word is ___.") and not one.shows("Remembered:")
        await one.answer("yes")
        assert one.shows("Your answer is right: yes", "Because of tokens 1.", "Remembered:", "[4 easy]")
        await one.press("enter")
        assert one.shows("question 2 of 3", "Embeddings 1") and not one.shows("Remembered:")
        await one.answer("no")
        assert one.shows("Your answer is not right: no", "[1 again]", "comes back tomorrow")
        await one.press("c")
        assert one.shows("All about vectors", "This is the card on vectors.")
        await one.press("b")
        assert one.shows("Your answer is not right: no", "[1 again]")
        await one.press("enter", "tab", "s")
        assert one.shows("1 of 3 right, 1 skipped.", "The next question comes back")
        assert one.shows("Read again (1 of 2 right): Know tokens.", "Read again (0 of 1 right): Know vectors.")
        await one.press("G", "b")
        await one.until_shows("Press r to review 1 question due today.")
        kept = [(a.question_id, a.correct) for a in one.app.store.answers() if a.source == "review"]
        assert kept == [("tokens-1", True), ("vectors-1", False)]


async def test_the_rating_is_changed_by_digit_and_by_arrow(lessons: Path, tmp_path: Path) -> None:
    answered(tmp_path, "tokens-1", days_ago=9)
    async with learner(lessons, tmp_path) as one:
        await one.press("r", "enter", "1")  # a digit is text until there is an answer
        await one.press("backspace")
        await one.answer("yes")
        shown, due = [], []
        for key in ("4", "right", "1", "left", "right", "l", "h", "3"):
            await one.press(key)
            shown.append(one.text.partition("[")[2].partition("]")[0])
            due.append(one.app.store.memories()["tokens-1"].due)
        assert shown == ["4 easy", "4 easy", "1 again", "1 again", "2 hard", "3 good", "2 hard", "3 good"]
        assert due[0] == due[1] > due[7] == due[5] >= due[4] == due[6] > due[2] == due[3]
        (answer,) = [a for a in one.app.store.answers() if a.source == "review"]
        assert one.app.store.ratings() == {answer.id: Rating.GOOD}


async def test_an_answer_taken_back_is_due_again(lessons: Path, tmp_path: Path) -> None:
    answered(tmp_path, "tokens-1", "vectors-1")
    async with learner(lessons, tmp_path) as one:
        await one.press("r", "enter")
        await one.answer("no")
        await one.press("u")
        assert one.shows("question 1 of 2", "Text to Tokens 1") and not one.shows("Remembered:")
        await one.answer("yes")
        await one.press("b")
    store = Store.open(tmp_path)
    assert [(a.question_id, a.correct) for a in store.answers()][2:] == [("tokens-1", True)]
    async with learner(lessons, tmp_path) as one:
        await one.press("r")
        assert one.shows("1 question due from 1 chapter")
        await one.press("enter")
        await one.answer("yes")
        await one.press("enter", "u")
        assert one.shows("question 1 of 1", "Embeddings 1")


async def test_an_answer_that_another_session_takes_back_meanwhile(lessons: Path, tmp_path: Path) -> None:
    answered(tmp_path, "tokens-1", "vectors-1")
    async with learner(lessons, tmp_path) as one:
        await one.press("r", "enter")
        await one.answer("yes")
        other = Store.open(tmp_path)
        other.undo(other.answers()[-1].id)
        other.close()
        await one.press("2", "left", "enter")
        assert one.shows("question 2 of 2") and len(one.app.store.answers()) == 2


async def test_a_review_can_be_opened_from_the_list_of_commands(lessons: Path, tmp_path: Path) -> None:
    answered(tmp_path, "tokens-1")
    async with learner(lessons, tmp_path) as one:
        await one.press("colon", *"Review")
        await one.until_shows("The questions that are due")
        await one.press("enter")
        await one.until_shows("1 question due")
