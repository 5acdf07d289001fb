"""Review, a mixed quiz, undo and flags in a terminal of 80x24 without colour, by letters, arrows, Tab and Enter."""

from __future__ import annotations

import time
from pathlib import Path
from unittest.mock import patch

from pty_harness import KEYS, Terminal

from tutor.course.load import load_course
from tutor.course.schema import Blank, Chapter
from tutor.study.store import Store

COURSE = load_course()


def blank(chapter: Chapter) -> Blank:
    """A question of the chapter that is the same each time it is asked."""
    return next(q for q in chapter.questions if isinstance(q, Blank) and q.draw is None)


def answered_weeks_ago(data: Path, chapters: list[Chapter]) -> None:
    """The first of them longest."""
    store = Store.open(data)
    for ago, chapter in enumerate(reversed(chapters), 1):
        with patch("time.time", return_value=time.time() - ago * 9 * 86400):
            question = blank(chapter)
            store.record_answer(question.id, question.revision, chapter.id, True, question.answers[0], seconds=20.0)
    store.close()


def learner(data: Path) -> Terminal:
    return Terminal(["--data-dir", str(data)], environment={"NO_COLOR": "1"})


def test_all_of_a_review_by_keyboard_and_nothing_is_lost(tmp_path: Path) -> None:
    first, second = [chapter for chapter in COURSE.readable() if chapter.questions][:2]
    answered_weeks_ago(tmp_path, [first, second])
    with learner(tmp_path) as terminal:
        terminal.wait_for("Press r to review 2 questions due today.")
        terminal.press("r")
        terminal.wait_for("2 due", "from 2 chapters", "The days ahead", "Begin")
        terminal.press("enter")
        terminal.wait_for("question 1 of 2", "___ is")
        terminal.send(blank(first).answers[0] + KEYS["enter"])
        terminal.wait_for("Your answer is right", "Remembered:")
        terminal.press("h", "h", "h", "l")
        terminal.wait_for("[2 hard]", "The question comes back")
        terminal.press("f")
        terminal.wait_for("What is wrong with this question?")
        terminal.send("too easy" + KEYS["enter"])
        terminal.wait_for("Your note is kept.")
        terminal.press("u")
        terminal.wait_for("question 1 of 2", "___ is", "Your answer is taken back.")
        terminal.send(blank(first).answers[0] + KEYS["enter"])
        terminal.wait_for("Your answer is right", "Remembered:")
        terminal.press("enter")
        terminal.wait_for("question 2 of 2", "___ is")
        terminal.send("nothing of the kind" + KEYS["enter"])
        terminal.wait_for("Your answer is not right", "[1 again]", "Press c to read its card again.")
        terminal.press("c")
        number = 1 + [card.id for card in second.cards].index(blank(second).card)
        terminal.wait_for(f"card {number} of {len(second.cards)}")
        terminal.process.kill()
        terminal.process.wait()
        assert terminal.screen.overflowed == []
        assert not any(cell.fg != "default" for row in terminal.screen.buffer.values() for cell in row.values())
    store = Store.open(tmp_path)
    found = [(a.question_id, a.correct, a.source) for a in store.answers()][2:]
    assert found == [(blank(first).id, True, "review"), (blank(second).id, False, "review")]
    assert [(flag.question_id, flag.note) for flag in store.flags()] == [(blank(first).id, "too easy")]
    store.close()


def test_a_mixed_quiz_and_the_way_home(tmp_path: Path) -> None:
    with learner(tmp_path) as terminal:
        terminal.wait_for("? keys")
        terminal.press("m")
        terminal.wait_for("Mixed quiz", "[x]", "10 questions")
        terminal.press("j", "space")
        terminal.wait(lambda: terminal.text.count("[x]") == 2, "a second chapter")
        terminal.press("h", "enter")
        for n in range(1, 6):
            terminal.wait_for(f"question {n} of 5")
            terminal.settle(0.2)
            terminal.press("s")
            terminal.settle(0.2)
            if f"question {n} of 5" in terminal.text:  # `s` went into a field, which Tab leaves
                terminal.press("tab", "s")
        terminal.wait_for("recap", "0 of 5 right, 5 skipped.", "Card: ")
        terminal.press("b")
        terminal.wait_for("m mixed quiz")
        terminal.press("q")
        assert terminal.ended() == 0
