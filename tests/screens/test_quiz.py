from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.course.schema import Chapter
from tutor.screens.quiz import QuizScreen
from tutor.study.store import Store
from tutor.widgets.question import QuestionView

TRACKS = """
[[track]]
id = "llm"
title = "Track"
summary = "A track."
[[track.parts]]
id = "part"
title = "Part"
[[track.parts.chapters]]
id = "tokens"
title = "Text to Tokens"
summary = "A chapter."
file = "tokens.toml"
"""

CHAPTER = """
id = "tokens"
title = "Text to Tokens"
minutes = 5

[[goals]]
id = "count"
text = "Count the tokens of a text."
[[goals]]
id = "name"
text = "Name the parts of a tokenizer."

[[cards]]
id = "bytes"
title = "Bytes"
text = "Text is bytes."
[[cards]]
id = "words"
title = "Tokens are not words"
text = "Often they are less."

[[facts]]
id = "dogs"
value = 22242

[[insights]]
id = "insight"
text = "Tokens are not words."

[[questions]]
id = "q-one"
kind = "one"
goal = "name"
card = "words"
text = "What is a token? (`dogs` is {fact:dogs}.)"
hint = "It is often shorter than a word."
[[questions.choices]]
text = "A word"
explain = "Many words are split."
[[questions.choices]]
text = "A piece of text"
correct = true
explain = "A token is a frequent piece of text."

[[questions]]
id = "q-several"
kind = "several"
goal = "name"
card = "bytes"
text = "Which of these are bytes?"
[[questions.choices]]
text = "0x41"
correct = true
explain = "It is the letter A."
[[questions.choices]]
text = "0x141"
explain = "A byte ends at 0xFF."
[[questions.choices]]
text = "0x00"
correct = true
explain = "Zero is a byte too."

[[questions]]
id = "q-number"
kind = "number"
goal = "count"
card = "bytes"
text = "How many values has a byte?"
answer = 256
unit = "values"
hint = "Eight bits."
explain = "Two to the power of eight."

[[questions]]
id = "q-blank"
kind = "blank"
goal = "name"
card = "words"
text = "The list of all tokens is the ___."
answers = ["vocabulary"]
explain = "Each token has its id in it."
[questions.near]
dictionary = "A dictionary explains its words; this list does not."

[[questions]]
id = "q-predict"
kind = "predict"
goal = "count"
card = "words"
text = "How many tokens has this text?"
experiment = "token-splitter"
settings = { text = "dog", encodings = ["gpt2"] }
vary = "text"
[[questions.outcomes]]
text = "One"
when = ["tokens == 1"]
explain = "A frequent word is a token of its own."
[[questions.outcomes]]
text = "More than one"
when = ["tokens > 1"]
explain = "There was no single token for it."
"""

NUMBER, BLANK, PREDICT = 2, 3, 4


@pytest.fixture
def chapter_file(tmp_path: Path) -> Path:
    (tmp_path / "tracks.toml").write_text(TRACKS, encoding="utf-8")
    (tmp_path / "tokens.toml").write_text(CHAPTER, encoding="utf-8")
    return tmp_path / "tokens.toml"


class Quiz:
    """A learner at the keyboard of the quiz."""

    def __init__(self, app: TutorApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.result: object = "still open"

    async def open(self) -> None:
        chapter: Chapter = self.app.course.chapter("tokens")

        def closed(result: object) -> None:
            self.result = result

        await self.app.push_screen(QuizScreen(chapter), closed)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*({" ": "space", "-": "minus"}.get(char, char) for char in text))

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for the engine's answer, a turn of the event loop at a time."""
        for _ in range(3000):
            if happened():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"never happened; the screen was\n{self.text}")

    async def choose(self, choice: str) -> None:
        """Commit to a choice, wherever it stands."""
        await self.press(next(row.split()[0] for row in self.text.splitlines() if choice in row), "enter")

    @property
    def view(self) -> QuestionView:
        return self.app.screen.query_one(QuestionView)

    @property
    def text(self) -> str:
        """What is on the screen, a line a row."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def shows(self, *texts: str) -> bool:
        return all(text in self.text for text in texts)


@asynccontextmanager
async def quiz(chapter_file: Path, size: tuple[int, int] = (80, 24), **options: object) -> AsyncIterator[Quiz]:
    app = TutorApp(load_course(chapter_file.parent), Store.open(chapter_file.parent / "data"), **options)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        learner = Quiz(app, pilot)
        await learner.open()
        yield learner


def log(chapter_file: Path) -> list[tuple[str, bool, object]]:
    store = Store.open(chapter_file.parent / "data")
    found = [(a.question_id, a.correct, a.response) for a in store.answers()]
    store.close()
    return found


@pytest.mark.parametrize(
    ("size", "tier"), [((80, 24), "256"), ((80, 24), "none"), ((120, 40), "16"), ((60, 20), "256")]
)
async def test_all_five_kinds_by_keys(chapter_file: Path, size: tuple[int, int], tier: str) -> None:
    async with quiz(chapter_file, size, tier=tier) as learner:
        assert learner.shows("Text to Tokens · quiz", "question 1 of 5", "dogs is 22242", "1  A word")
        await learner.press("j", "j", "k", "enter")
        assert learner.shows("> 1  A word", "Your answer is not right: A word", "Many words are split.")
        assert learner.shows("The right answer: A piece of text", "A token is a frequent piece")
        await learner.press("enter")
        assert learner.shows("question 2 of 5", "1  [ ] 0x41")
        await learner.press("3", "down", "down", "up", "up", "space", "enter")
        assert learner.shows("1  [x] 0x41", "Chosen, and right: 0x00", "Zero is a byte too.")
        await learner.press("enter")
        assert learner.shows("question 3 of 5", "values")
        await learner.type("2 56")
        await learner.press("enter")
        assert learner.shows("Your answer is right: 2 56", "Two to the power of eight.")
        await learner.press("enter")
        assert learner.shows("question 4 of 5")
        await learner.type("Dictionary")
        await learner.press("enter")
        assert learner.shows(
            "Your answer is not right: Dictionary", "explains its words", "The right answer: vocabulary"
        )
        await learner.press("enter")
        assert learner.shows("question 5 of 5", "text (e):", "dog")
        await learner.press("2", "enter")
        await learner.until(lambda: learner.shows("What came about: One"))
        assert learner.shows("You predicted: More than one", "A frequent word is a token of its own.")
        await learner.press("enter")
        assert learner.shows("recap", "2 of 5 right.", "Read again (1 of 2 right): Count the tokens")
        await learner.press("enter")
        assert learner.shows("card 2 of 2", "Often they are less.")
        await learner.press("b")
        assert learner.shows("recap", "2 of 5 right.")
    assert log(chapter_file) == [
        ("q-one", False, 0),
        ("q-several", True, [0, 2]),
        ("q-number", True, "2 56"),
        ("q-blank", False, "Dictionary"),
        ("q-predict", False, {"chosen": 1, "held": [0], "text": "dog"}),
    ]


async def test_the_learners_own_text_decides_a_prediction(chapter_file: Path) -> None:
    async with quiz(chapter_file) as learner:
        await learner.press("s", "s", "tab", "s", "tab", "s")
        assert learner.shows("question 5 of 5")
        assert learner.shows("e own text")
        await learner.press("e")  # what is there is replaced
        await learner.type("unbelievably")
        await learner.press("enter", "2", "enter")
        await learner.until(lambda: learner.shows("As you predicted: More than one"))
        assert learner.shows("There was no single token for it.")
        await learner.press("enter")
        assert learner.shows("1 of 5 right, 4 skipped.")
    assert log(chapter_file) == [("q-predict", True, {"chosen": 1, "held": [1], "text": "unbelievably"})]


async def test_of_no_text_nothing_is_foretold(chapter_file: Path) -> None:
    async with quiz(chapter_file) as learner:
        await learner.press("s", "s", "tab", "s", "tab", "s", "shift+tab", "end", *("backspace",) * 3, "enter")
        await learner.press("1", "enter")
        await learner.until(lambda: learner.shows("There is no text to answer about."))
        assert not learner.view.answered
        await learner.press("shift+tab", *"dog", "enter", "enter")
        await learner.until(lambda: learner.shows("As you predicted: One"))
    assert [correct for _, correct, _ in log(chapter_file)] == [True]


async def test_the_answer_is_kept_before_anything_is_shown(chapter_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[list[tuple[str, bool, object]]] = []
    reveal = QuestionView.reveal

    def look_first(view: QuestionView, grade: object) -> None:
        assert "right" not in learner.text
        kept.append(log(chapter_file))  # through another connection, as after a kill
        reveal(view, grade)  # type: ignore[arg-type]

    monkeypatch.setattr(QuestionView, "reveal", look_first)
    async with quiz(chapter_file) as learner:
        await learner.press("B", "enter")
        assert learner.shows("Your answer is right: A piece of text")
    assert kept == [[("q-one", True, 1)]]


async def test_nothing_is_chosen_until_the_learner_chooses(chapter_file: Path) -> None:
    async with quiz(chapter_file) as learner:
        await learner.press("enter")
        assert learner.shows("Choose one first") and not learner.view.answered
        await learner.press("s", "enter")
        assert learner.shows("Mark at least one") and not learner.view.answered
        await learner.press("s", "enter")
        assert learner.shows("Type a number") and not learner.view.answered
        await learner.press(*"three", "enter")
        assert learner.shows("Type a number") and not learner.view.answered
        assert log(chapter_file) == []
        await learner.press(*"256", "enter")  # in the place of what was refused
        assert learner.shows("Your answer is right: 256")


async def test_a_hint_is_recorded_and_costs_nothing(chapter_file: Path) -> None:
    async with quiz(chapter_file) as learner:
        assert learner.shows("i hint") and not learner.shows("shorter than a word")
        await learner.press("i")
        assert learner.shows("Hint: It is often shorter than a word.") and not learner.shows("i hint")
        await learner.press("2", "enter", "enter", "i", "1", "3", "enter")  # the second question has no hint
        assert [(a.question_id, a.hinted) for a in learner.app.store.answers()] == [
            ("q-one", True),
            ("q-several", False),
        ]
        await learner.press("enter", "tab", "i", "enter")  # from the field to the other keys and back
        assert learner.shows("Hint: Eight bits.")
        await learner.press(*"256", "enter")
        assert learner.app.store.answers()[-1].hinted and learner.app.store.answers()[-1].correct


async def test_a_quiz_left_in_the_middle_goes_on_there(chapter_file: Path) -> None:
    async with quiz(chapter_file) as learner:
        await learner.press("2", "enter", "enter", "s", *"256", "enter", "b")
        assert learner.result is None
    async with quiz(chapter_file) as learner:
        assert learner.shows("question 2 of 5")  # skipped before, so still open
        await learner.press("1", "3", "enter", "enter")
        assert learner.shows("question 4 of 5")
        await learner.press(*"vocabulary", "enter", "c")
        assert learner.shows("card 2 of 2")
        await learner.press("b")
        assert learner.shows("question 4 of 5", "Your answer is right: vocabulary")
    async with quiz(chapter_file) as learner:
        await learner.press("1", "enter")
        await learner.until(lambda: learner.shows("As you predicted"))
        await learner.press("enter")
        assert learner.shows("5 of 5 right.", "Solid (3 of 3 right): Name the parts", "Solid (2 of 2 right): Count")
        await learner.press("enter")
        assert learner.result == "insights"
    async with quiz(chapter_file) as learner:
        assert learner.shows("question 1 of 5")
        await learner.press("2", "enter")
        assert learner.app.store.answers()[-1].round == 2


async def test_the_recap_offers_what_was_skipped_and_another_round(chapter_file: Path) -> None:
    async with quiz(chapter_file) as learner:
        await learner.press("s", "1", "3", "enter", "enter", *"256", "enter", "enter", *"vocabulary", "enter", "enter")
        await learner.press("1", "enter")
        await learner.until(lambda: learner.shows("As you predicted"))
        await learner.press("enter")
        assert learner.shows("4 of 5 right, 1 skipped.", "Card: Tokens are not words", "Answer the skipped")
        await learner.press("j", "enter")
        assert learner.shows("question 1 of 5")
        await learner.press("2", "enter", "enter")
        assert learner.shows("5 of 5 right.")
        await learner.press("j", "enter")
        assert learner.shows("question 1 of 5")
        await learner.press("1", "enter")
        answers = learner.app.store.answers()
        assert [(a.question_id, a.round) for a in answers][-2:] == [("q-one", 1), ("q-one", 2)]


async def test_the_last_answers_are_taken_back_one_by_one(chapter_file: Path) -> None:
    async with quiz(chapter_file) as learner:
        assert not learner.shows("u undo")
        await learner.choose("A word")
        assert learner.shows("Your answer is not right: A word", "u undo")
        await learner.press("u")
        assert learner.shows("question 1 of 5") and not learner.shows("not right")
        await learner.press("u")
        await learner.choose("A piece of text")
        await learner.press("enter", "1", "enter", "enter", "tab", "u")  # from the third question
        assert learner.shows("question 2 of 5")
        assert log(chapter_file) == [("q-one", True, 1)]
        await learner.press("u")
        assert learner.shows("question 1 of 5") and log(chapter_file) == []
        await learner.choose("A piece of text")
        await learner.press("b")
    async with quiz(chapter_file) as learner:  # also one of an earlier session
        assert learner.shows("question 2 of 5", "u undo")
        await learner.press("u", "s", "s", "tab", "s", "tab", "s", "s")
        assert learner.shows("0 of 5 right, 5 skipped.")


async def test_a_note_on_a_bad_question_is_kept(chapter_file: Path) -> None:
    async with quiz(chapter_file) as learner:
        await learner.press("f")
        assert learner.shows("What is wrong with this question?", "What is a token?", "Tab back, without a note")
        await learner.press(*"uf", "escape", "f")
        await learner.type(" a word can be one, b")
        await learner.press("enter")
        assert learner.shows("question 1 of 5")
        await learner.press("2", "enter", "f", "enter")
        flags = [(f.question_id, f.revision, f.note) for f in learner.app.store.flags()]
        assert flags == [("q-one", 1, "a word can be one, b"), ("q-one", 1, "")]
        assert learner.shows("Your answer is right")


async def test_a_question_that_was_revised_is_asked_again(chapter_file: Path) -> None:
    async with quiz(chapter_file) as learner:
        await learner.press("2", "enter", "enter")
        assert learner.shows("question 2 of 5")
    changed = CHAPTER.replace('id = "q-one"', 'id = "q-one"\nrevision = 2')
    chapter_file.write_text(changed, encoding="utf-8")
    async with quiz(chapter_file) as learner:
        assert learner.shows("question 1 of 5")


async def test_long_text_wraps_and_what_is_typed_is_shown_as_it_is(chapter_file: Path) -> None:
    long = "**Every** choice and every explanation may need more than one line of the narrow page, " * 3
    text = CHAPTER.replace('"A word"', json.dumps(long)).replace('"Many words are split."', json.dumps(long))
    chapter_file.write_text(text, encoding="utf-8")
    async with quiz(chapter_file, (120, 40)) as learner:
        await learner.press("1", "enter")
        rows = [row.strip() for row in learner.text.splitlines()[1:-1]]
        assert learner.shows("Your answer is not right: Every choice", "The right answer")
        assert max(map(len, rows)) <= 72 and "**" not in learner.text
        await learner.press("enter", "s", "tab", "s")
        await learner.type("*a* `b` {fact:x")
        await learner.press("enter")
        assert learner.shows("Your answer is not right: *a* `b` {fact:x")
