"""The mixed quiz by keyboard: which chapters, how many questions, and a recap over all."""

from __future__ import annotations

from pathlib import Path

from two_chapters import answered, learner, write

from tutor.screens.mixed import Picks


async def test_questions_of_the_marked_chapters_come_by_turns(tmp_path: Path) -> None:
    lessons = write(tmp_path / "lessons")
    answered(tmp_path, "tokens-1", "tokens-2")
    async with learner(lessons, tmp_path) as one:
        await one.press("m")
        assert one.shows("Mixed quiz", "3 questions", "[x] Text to Tokens", "[ ] Embeddings")
        await one.press("down", "space")
        assert one.shows("[x] Embeddings", "6 questions")
        await one.press("left", "h")
        assert one.shows("5 questions")
        await one.press("enter")
        seen = []
        for n in range(1, 6):
            assert one.shows(f"question {n} of 5")
            seen.append("Tokens" if one.shows("Text to Tokens") else "Embeddings")
            await one.answer("no" if n == 2 else "yes")
            await one.press("enter")
        assert seen == ["Embeddings", "Tokens", "Embeddings", "Tokens", "Embeddings"]
        assert one.shows(
            "recap", "4 of 5 right.", "Solid (3 of 3 right): Know vectors.", "Read again (1 of 2 right): Know tokens."
        )
        assert [a.source for a in one.app.store.answers()] == ["quiz", "quiz", *["mixed"] * 5]
        await one.press("enter")
        assert one.shows("This is the card on tokens.")
        await one.press("b", "j", "enter")
        assert one.shows("question 1 of 5")
        await one.press("tab", "b", "b")
        assert one.shows("How LLMs Work")
        assert one.app.store.place() is None  # a visit to a card is not where the learner is in the course


async def test_nothing_marked_is_said_in_place(tmp_path: Path) -> None:
    async with learner(write(tmp_path / "lessons"), tmp_path) as one:
        await one.press("m", "space", "enter")
        assert one.shows("Mark a chapter first, with Space.", "0 questions", "[ ] Text to Tokens")
        await one.press("space", "right", "l", "right", "enter")
        assert one.shows("question 1 of 3")


async def test_keys_that_come_too_late_for_the_choice_of_chapters_change_nothing(tmp_path: Path) -> None:
    async with learner(write(tmp_path / "lessons"), tmp_path) as one:
        await one.press("m", "enter")
        assert one.shows("question 1 of 3")
        for late in (Picks.Changed(), Picks.Begun()):
            one.app.screen.post_message(late)
        await one.pilot.pause()
        assert one.shows("question 1 of 3")


async def test_a_chapters_quiz_is_not_changed_by_a_mixed_one(tmp_path: Path) -> None:
    async with learner(write(tmp_path / "lessons"), tmp_path) as one:
        await one.press("m", "enter")
        await one.answer("yes")
        await one.press("tab", "b", "enter", "Q")
        await one.until_shows("question 1 of 3")


async def test_without_questions_it_says_what_will_be_here(tmp_path: Path) -> None:
    async with learner(write(tmp_path / "lessons", questions=0), tmp_path) as one:
        await one.press("m")
        assert one.shows("Here you will choose chapters with questions.")
        await one.press("enter", "b")
        assert one.shows("How LLMs Work")
