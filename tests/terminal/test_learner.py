"""A learner goes through the course by keyboard: every card of the first chapter, its quiz, the three widgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_harness import KEYS, Terminal

from tutor.course.load import load_course
from tutor.course.schema import AnyQuestion, Blank, Chapter, Match, Number, Order, SeveralChoices
from tutor.study.store import Store

LARGE = pytest.param(120, 40, marks=pytest.mark.long)
SIZES = pytest.mark.parametrize(("columns", "rows"), [(80, 24), LARGE])
KINDS = {"OneChoice", "SeveralChoices", "Number", "Blank", "Predict", "Order", "Match", "Code"}
KEYS_OF = {"token-splitter": "1-4 encodings", "bpe-stepper": "←→ merge", "tokenizer-race": "d next differing"}
COURSE = load_course()
FIRST, HEATMAP, LAB = "text-to-tokens", "attention", "generation"


class Learner(Terminal):
    """A terminal with `tutor` in it, and what one does there; every screen that comes by is looked at."""

    def __init__(self, data: Path, columns: int, rows: int) -> None:
        super().__init__(["--data-dir", str(data), "--colors", "256"], columns=columns, rows=rows)
        self.wait_for("Text to Tokens", "? keys")

    def wait_for(self, *texts: str) -> None:
        super().wait_for(*texts)
        assert self.screen.overflowed == []
        assert b"Traceback" not in self.received

    def open_chapter(self, id: str) -> Chapter:
        """From home, wherever the cursor is."""
        entries = [entry.id for entry in COURSE.entries()]
        self.press("g", *["j"] * entries.index(id), "enter")
        self.wait_for("goals", "After this chapter you can")
        return COURSE.chapter(id)

    def turn_to(self, chapter: Chapter, number: int) -> None:
        """Turn to the next card, which is this one."""
        card = chapter.cards[number - 1]
        self.press("n")
        self.wait_for(f"card {number} of {len(chapter.cards)}", card.title)
        self.settle(0.15)

    def to_the_widget(self, keys: str) -> None:
        """Predict whatever comes first, where the card asks for it, and go to the widget that takes these keys."""
        while "Before you see it" in self.text:
            self.wait_for("1-9")
            question = next(line.strip() for line in self.screen.display if "Before you see it" in line)
            self.press("1")
            self.wait(lambda question=question: "ou said:" in self.text and question not in self.text, "what is true")
        self.wait(lambda: "Tab to the widget" in self.key_line or keys in self.key_line, "the keys")
        if keys not in self.key_line:
            self.press("tab")
        self.wait_for(keys)

    @property
    def key_line(self) -> str:
        return self.screen.display[-1]

    def write(self, text: str, instead_of: str) -> None:
        """Put one's own text into the field of a widget that has the focus, all of it typed ahead."""
        self.send("e" + KEYS["backspace"] * len(instead_of) + text + KEYS["enter"])

    def answer(self, question: AnyQuestion) -> None:
        """Answer the question on the screen, somehow."""
        match question:
            case Number() | Blank():
                self.press("7")
            case SeveralChoices():
                self.press("1", "3")
            case Match():
                self.press(*(str(number) for number in range(1, len(question.pairs) + 1)))
            case Order():
                self.press("1", "space", "down", "space")  # as it lies is no answer
            case _:
                self.press("1")
        self.press("enter")
        self.wait_for("Enter go on", "c the card")


@pytest.fixture
def learner(tmp_path: Path, columns: int, rows: int) -> Iterator[Learner]:
    with Learner(tmp_path, columns, rows) as terminal:
        yield terminal


@SIZES
def test_first_chapter_from_end_to_end(learner: Learner, tmp_path: Path, columns: int, rows: int) -> None:
    chapter = learner.open_chapter(FIRST)
    for number, card in enumerate(chapter.cards, 1):
        learner.turn_to(chapter, number)
        if card.widget is not None:
            learner.to_the_widget(KEYS_OF[card.widget.name])
        if card.widget is not None and card.widget.name == "token-splitter":
            learner.press("c")
            learner.wait_for("Enter done", "0 words")
            learner.send(f"My own {number} texts")
            learner.press("enter")
            learner.wait_for("␣own", "1-4 encodings", "4 words")
    learner.press("n")
    learner.wait_for("Press Enter to begin")
    learner.press("enter")
    n = len(chapter.questions)
    for number in range(1, n + 1):
        learner.wait(lambda number=number: learner.place == f"question {number} of {n}", f"question {number}")
        learner.wait_for("Enter commit")
        learner.answer(chapter.questions[number - 1])
        learner.press("enter")
    learner.wait_for("recap", f"of {n} right")
    learner.press("G", "k", "enter")
    learner.wait_for("key insights", "Key insights")
    learner.press("q")
    assert learner.ended() == 0
    assert not learner.screen.alternate

    store = Store.open(tmp_path)
    answers = store.answers(chapter_id=FIRST)
    assert [answer.question_id for answer in answers] == [question.id for question in chapter.questions]
    assert {type(question).__name__ for question in chapter.questions} == KINDS
    assert store.cards_read(FIRST) == {card.id for card in chapter.cards}
    assert set(store.predictions_made()) == {one.id for card in chapter.cards for one in card.predictions}
    assert store.place() == (FIRST, "insights")
    store.close()

    right = sum(answer.correct for answer in answers)
    with Learner(tmp_path, columns, rows) as again:
        again.wait_for(f"{len(chapter.cards)} of {len(chapter.cards)} cards, {right} of {n} right")
        again.press("c")
        again.wait_for("key insights", "Key insights", chapter.insights[0].text.split(";")[0])


@SIZES
def test_own_text_in_the_heatmap(learner: Learner, tmp_path: Path, columns: int, rows: int) -> None:
    chapter = learner.open_chapter(HEATMAP)
    learner.turn_to(chapter, 1)
    learner.turn_to(chapter, 2)
    learner.to_the_widget("↑↓ query")
    learner.wait_for("Layer 4 of 6", "Head 1 of 6", "looks")
    learner.write("The cat saw the cat", str(chapter.cards[1].widget.settings["text"]))
    learner.wait_for("␣saw", "' cat' (5) looks")
    learner.press("3", ",")
    learner.wait_for("Layer 3 of 6", "Head 3 of 6")
    learner.press("up")
    learner.wait_for("query 4")
    learner.press("t")
    learner.wait_for("attention of ' the'")
    learner.press("t")
    learner.wait_for("masked")
    learner.press("q")
    assert learner.ended() == 0
    store = Store.open(tmp_path)
    assert store.place() == (HEATMAP, chapter.cards[1].id)
    store.close()


@SIZES
def test_sample_and_stream_in_the_temperature_lab(learner: Learner, tmp_path: Path, columns: int, rows: int) -> None:
    chapter = learner.open_chapter(LAB)
    learner.turn_to(chapter, 1)
    learner.turn_to(chapter, 2)
    learner.to_the_widget("s draw one")
    learner.wait_for("entropy")
    learner.write("Tom had a red", str(chapter.cards[1].widget.settings["text"]))
    learner.wait_for("Tom had a red", ">temperature")
    hint = "s draws a token"
    learner.press("s")
    learner.wait(lambda: hint not in learner.text, "a token drawn")
    learner.settle()
    drawn = learner.text
    learner.press("g")
    learner.wait(lambda: learner.text != drawn, "a stream")
    before = len(learner.received)
    learner.wait(lambda: len(learner.received) > before + 500, "more of the stream")
    learner.press("g")
    learner.read_for(0.3)
    assert not learner.read(1.0)  # ten tokens would have come
    learner.press("x")
    learner.wait_for(hint)
    learner.press("q")
    assert learner.ended() == 0
