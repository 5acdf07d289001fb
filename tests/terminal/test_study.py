"""All of studying in a terminal of 80x24 without colour, by letters, digits, arrows, Tab, Space and Enter."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path
from typing import Any, get_args
from unittest.mock import patch

from pty_harness import KEYS, Terminal

from tutor.commands.plain import computed
from tutor.course.load import load_course
from tutor.course.schema import AnyQuestion, Blank, Chapter, Match, Number, Order, SeveralChoices
from tutor.study.asking import Asked, ask, judge, needed
from tutor.study.rounds import Round, items, recap
from tutor.study.store import Store

COURSE = load_course()
KINDS = set(get_args(AnyQuestion))
COLOURED = re.compile(rb"\x1b\[[0-9;]*\b(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;]*m")


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


def looked_at(terminal: Terminal) -> None:
    """Nothing failed, went over the edge or had a colour, on any screen that came by."""
    assert b"Traceback" not in terminal.received
    assert terminal.screen.overflowed == []
    assert not COLOURED.search(terminal.received)


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
        looked_at(terminal)
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


# ── a chapter's quiz ─────────────────────────────────────────────────────────────────────────────────


@dataclass
class Quiz:
    """A learner in the quiz of a chapter, who knows what to answer; the log is looked at from outside."""

    terminal: Terminal
    chapter: Chapter

    def press(self, *keys: str) -> None:
        """Letters, digits, arrows and the large keys beside them: nothing with Ctrl, no function key, no Escape."""
        assert all(key in HANDS or (key.isascii() and key.isalnum()) for key in keys)
        self.terminal.press(*keys)

    def at(self, question: AnyQuestion) -> None:
        """Wait until this question is asked."""
        place = self.chapter.questions.index(question) + 1
        whole = f"question {place} of {len(self.chapter.questions)}"
        self.terminal.wait(lambda: self.terminal.place == whole, whole)
        self.terminal.wait_for("Enter commit")

    def in_a_field(self) -> bool:
        return "Tab hint, skip" in self.terminal.text

    def out_of_the_field(self) -> None:
        if self.in_a_field():
            self.press("tab")
            self.terminal.wait(lambda: not self.in_a_field(), "the keys of the quiz")

    def answer(self, question: AnyQuestion, variant: int, right: bool) -> None:
        """Answer rightly or wrongly, by the keys of the question's kind."""
        asked = ask(question, variant)
        given = next(given for given in answers_to(asked) if verdict(asked, given) == right)
        match question:
            case Number() | Blank():
                self.press(*str(given))
            case SeveralChoices() | Match():
                self.press(*(str(n + 1) for n in given))
            case Order():
                self.press(*in_order(given))
            case _:
                self.press(*["j"] * (given + 1))
        self.press("enter")
        self.terminal.wait_for("Enter go on", "c the card")


HANDS = {"enter", "tab", "space", "backspace", "up", "down", "left", "right"}


def answers_to(asked: Asked) -> Iterator[Any]:
    """What may be given, the right answer among it."""
    numbers = range(len(asked.items))
    match asked.question:
        case Number(answer=answer):
            need = needed(asked)
            reading = computed(*need).readings()[asked.question.compute.reading] if need else answer
            yield from (f"{float(reading):g}", "777")
        case Blank(answers=answers):
            yield from (*(answer for answer in answers if answer.isalnum()), "nothing")
        case SeveralChoices():
            yield from (given for n in range(1, len(numbers) + 1) for given in combinations(numbers, n))
        case Order() | Match():
            yield from permutations(numbers)
        case _:
            yield from numbers


def verdict(asked: Asked, given: Any) -> bool:
    """Whether it is right, by the course's own grading."""
    need = needed(asked)
    return judge(asked, given, computed(*need).readings() if need else None)[1].correct


def in_order(wanted: Sequence[int]) -> Iterator[str]:
    """The keys that put the steps in this order: to each, picked up, carried to its place, put down."""
    standing = list(range(len(wanted)))
    yield from ("1", "space", "j", "k", "space")  # once there and back, so that Enter has something to commit to
    for place, step in enumerate(wanted):
        at = standing.index(step)
        yield from (str(at + 1), "space", *["up"] * (at - place), "space")
        standing.insert(place, standing.pop(at))


def test_a_chapters_quiz_from_the_first_question_to_the_recap(tmp_path: Path) -> None:
    chapter = next(chapter for chapter in COURSE.readable() if {type(q) for q in chapter.questions} == KINDS)
    asked = items([chapter])
    seen: Counter[type] = Counter()
    correct: dict[str, bool] = {}
    hinted, flagged, undone = set[str](), "", ""
    with learner(tmp_path) as terminal:
        quiz = Quiz(terminal, chapter)
        terminal.wait_for("? keys")
        quiz.press("g", *["j"] * [entry.id for entry in COURSE.entries()].index(chapter.id), "enter")
        terminal.wait_for("After this chapter you can")
        quiz.press("Q")
        for question in chapter.questions:
            quiz.at(question)
            seen[type(question)] += 1
            if seen[type(question)] > 2:  # of each kind one is answered right and one wrong
                quiz.out_of_the_field()
                quiz.press("s")
                continue
            if question.hint:
                quiz.out_of_the_field()
                quiz.press("i")
                terminal.wait_for("Hint: ")
                hinted.add(question.id)
                if isinstance(question, Number | Blank):
                    quiz.press("enter")
                    terminal.wait(quiz.in_a_field, "the field again")
            right = seen[type(question)] == 1
            quiz.answer(question, 0, right)
            correct[question.id] = right
            if len(correct) == 3:
                quiz.press("c")
                card = next(card for card in chapter.cards if card.id == question.card)
                terminal.wait_for(f"card {chapter.cards.index(card) + 1} of {len(chapter.cards)}")
                quiz.press("b")
                terminal.wait_for("Enter go on", "c the card")
            if len(correct) == 4:
                quiz.press("f")
                terminal.wait_for("What is wrong with this question?")
                quiz.press(*"unclear", "enter")
                terminal.wait_for("Your note is kept.", "Enter go on")
                flagged = question.id
            if len(correct) == 5:
                quiz.press("u")
                terminal.wait_for("Your answer is taken back.")
                quiz.at(question)
                quiz.answer(question, 1, not right)
                correct[question.id] = not right
                undone = question.id
            quiz.press("enter")
        done = Round(asked, right=correct)
        terminal.wait_for("recap", f"{sum(correct.values())} of {len(asked)} right, {len(done.open)} skipped.")
        first = next(card for goal in recap(done) for card in goal.read_again)
        terminal.wait_for(f"Card: {first.title}")
        quiz.press("l")
        terminal.wait_for(f"card {chapter.cards.index(first) + 1} of {len(chapter.cards)}")
        quiz.press("b")
        terminal.wait_for("recap")
        looked_at(terminal)
        quiz.press("q")
        assert terminal.ended() == 0

    store = Store.open(tmp_path)
    assert {a.question_id: a.correct for a in store.answers()} == correct
    assert {a.question_id for a in store.answers() if a.hinted} == hinted - {undone}
    assert [flag.question_id for flag in store.flags()] == [flagged]
    assert store.times_answered(undone) == 2
    store.close()
    assert set(seen) == KINDS

    with learner(tmp_path) as terminal:  # goes on with what was skipped
        quiz = Quiz(terminal, chapter)
        terminal.wait_for("Press c to continue where you were")
        quiz.press("c", "enter")
        quiz.at(done.open[0].question)
        quiz.out_of_the_field()
        quiz.press("q")
        assert terminal.ended() == 0


def test_progress_page_by_page(tmp_path: Path) -> None:
    first, second = [chapter for chapter in COURSE.readable() if chapter.questions][:2]
    answered_weeks_ago(tmp_path, [first, second])
    store = Store.open(tmp_path)
    question = blank(second)
    store.record_answer(question.id, question.revision, second.id, False, "no", seconds=9.0)
    store.close()
    with learner(tmp_path) as terminal:
        terminal.wait_for("? keys")
        terminal.press("s")
        terminal.wait_for("3 days of study", "2 of 3 answers right", "2 questions met", "Most missed")
        terminal.press("m")
        terminal.wait_for("Recalled in 0 % of 1 review", "recalled, by what was predicted")
        terminal.press("b", "d")
        terminal.wait_for("Time runs", "3 days of study", "·■")
        terminal.press("b", "w")
        terminal.wait_for("1 of 2 answers wrong")
        terminal.press("l")
        number = 1 + [card.id for card in second.cards].index(question.card)
        terminal.wait_for(f"card {number} of {len(second.cards)}")
        terminal.press("b")
        terminal.wait_for("1 of 2 answers wrong")
        terminal.press("b")
        terminal.wait_for("3 days of study")
        terminal.press("j", "j", "j", "j", "l")
        terminal.wait_for(f"0 of {len(second.questions)} solid", "Read again: ")
        terminal.press("l")
        terminal.wait_for(second.title, f" of {len(second.cards)}", "→ next")
        looked_at(terminal)
        terminal.press("q")
        assert terminal.ended() == 0
