"""`tutor read`, `tutor quiz` and `tutor review`: a talk line by line, in the words of the screens and in their log."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_course import write

from tutor.course.load import load_course
from tutor.study.asking import ask, feedback, judge, read
from tutor.study.store import Store

MORE = """
[[questions]]
id = "q-several"
kind = "several"
goal = "count"
card = "bytes"
text = "Which of these are bytes?"
[[questions.choices]]
text = "0x41"
correct = true
explain = "It is the letter A."
[[questions.choices]]
text = "0x00"
correct = true
explain = "Zero is a byte too."
[[questions.choices]]
text = "0x141"
explain = "A byte ends at 0xFF."

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
goal = "count"
card = "bytes"
text = "Text is kept as ___."
answers = ["bytes"]
explain = "A file is nothing else."

[[questions]]
id = "q-predict"
kind = "predict"
goal = "count"
card = "pieces"
text = "How many tokens has this text?"
experiment = "token-splitter"
settings = { text = "dog", encodings = ["gpt2"] }
vary = "text"
[[questions.outcomes]]
text = "One"
when = ["tokens == 1"]
explain = "It is frequent enough."
[[questions.outcomes]]
text = "More than one"
when = ["tokens > 1"]
explain = "There was no single token for it."

[[questions]]
id = "q-order"
kind = "order"
goal = "count"
card = "bytes"
text = "From text to numbers."
[[questions.steps]]
text = "Encode as bytes"
explain = "First of all."
[[questions.steps]]
text = "Merge pairs"
explain = "Then pieces grow."
[[questions.steps]]
text = "Look up ids"
explain = "A number for each piece."

[[questions]]
id = "q-match"
kind = "match"
goal = "count"
card = "bytes"
text = "What belongs together?"
[[questions.pairs]]
left = "byte"
right = "0 to 255"
explain = "Eight bits."
[[questions.pairs]]
left = "bit"
right = "0 or 1"
explain = "The least there is."

[[questions]]
id = "q-code"
kind = "code"
goal = "count"
card = "bytes"
text = "Which line is wrong?"
code = '''
text = "dog"
ids = text.decode()
'''
[[questions.lines]]
line = 1
explain = "This is a text."
[[questions.lines]]
line = 2
explain = "A text is encoded."
mended = "ids = text.encode()"
"""
KINDS = ["q-bytes", "q-several", "q-number", "q-blank", "q-predict", "q-order", "q-match", "q-code"]


@pytest.fixture
def lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small course with a question of every kind, in place of the one that ships."""
    root = write(tmp_path / "lessons")
    (root / "tokens.toml").write_text((root / "tokens.toml").read_text("utf-8") + MORE, encoding="utf-8")
    monkeypatch.setattr("tutor.course.load.lessons_root", lambda: root)
    return root


@pytest.fixture
def say(tutor: Callable[..., Any], lessons: Path, tmp_path: Path) -> Callable[..., str]:
    """`say("quiz", "tokens", lines=[...])`: what the program prints when it reads these lines."""

    def run(*arguments: str, lines: list[str] | None = None) -> str:
        text = "".join(f"{line}\n" for line in lines or [])
        done = tutor("--data-dir", str(tmp_path / "data"), *arguments, stdin=text.encode())
        assert (done.code, done.err) == (0, "")
        return str(done.out)

    return run


@pytest.fixture
def log(tmp_path: Path) -> Callable[[], list[tuple[str, bool, str]]]:
    def answers() -> list[tuple[str, bool, str]]:
        store = Store.open(tmp_path / "data")
        found = [(a.question_id, a.correct, a.source) for a in store.answers()]
        store.close()
        return found

    return answers


def right_answers(root: Path) -> list[str]:
    """What to type, question by question, the first time round."""
    typed = {"q-bytes": "1", "q-several": "1 2", "q-number": "256", "q-blank": "bytes", "q-predict": "1", "q-code": "2"}
    for question in load_course(root).chapter("tokens").questions:
        asked = ask(question)
        if question.id in ("q-order", "q-match"):
            typed[question.id] = " ".join(str(asked.places.index(i) + 1) for i in range(len(asked.items)))
    return [typed[name] for name in KINDS]


@pytest.mark.parametrize("between", [[], [""]])
def test_a_quiz_of_every_kind_from_a_file_with_and_without_empty_lines(say, log, lessons, between) -> None:
    out = say("quiz", "tokens", lines=[line for typed in right_answers(lessons) for line in (typed, *between)])
    assert log() == [(name, True, "quiz") for name in KINDS]
    assert (
        "Question 8 of 8." in out
        and "8 of 8 right" in out
        and "Solid (8 of 8 right): Count the tokens of a text." in out
    )
    assert ' 1  text = "dog"\n 2  ids = text.decode()' in out


def test_what_is_said_to_an_answer_is_what_the_screens_say(say, lessons) -> None:
    out = say("quiz", "tokens", lines=["2"])
    asked = ask(load_course(lessons).chapter("tokens").questions[0])
    paragraphs = feedback(judge(asked, read(asked, "2"))[1])
    assert len(paragraphs) == 4
    for paragraph in paragraphs:
        assert paragraph.replace("**", "") in out


def test_a_quiz_left_in_the_middle_goes_on_there(say, log) -> None:
    out = say("quiz", "tokens", lines=["2", ":quit"])
    assert out.endswith("Everything is kept.\n")
    out = say("quiz", lines=["1 2"])  # the chapter where the learner was last, of which there is one only
    assert "Question 2 of 8." in out and "Question 1 of 8." not in out
    assert log() == [("q-bytes", False, "quiz"), ("q-several", True, "quiz")]


def test_commands_of_a_quiz(say, log, tmp_path: Path) -> None:
    lines = ["nonsense", "2", ":undo", "2", ":card", ":flag all of it is odd", "", ":s", ":hint", "256", ":x", ":help"]
    out = say("quiz", "tokens", lines=lines)
    assert "Type the number of one choice: 1 to 2." in out
    assert "Your answer is taken back." in out and "2. As words" in out and "2. As bytes" not in out  # as it was
    assert "Bytes before letters\nText is kept as bytes." in out and "Your note is kept." in out
    assert "Hint: Eight bits." in out and "There is no :x here" in out and ":try" not in out
    assert ":flag  note what is wrong" in out
    store = Store.open(tmp_path / "data")
    assert [(a.question_id, a.correct, a.hinted) for a in store.answers()] == [
        ("q-bytes", False, False),
        ("q-number", True, True),
    ]
    assert [(flag.question_id, flag.note) for flag in store.flags()] == [("q-bytes", "all of it is odd")]
    store.close()


def test_undo_asks_the_same_again_in_the_same_order(say, log) -> None:
    for number, skipped in ((1, 0), (2, 1), (6, 5), (7, 6)):  # one, several, order, match
        answer = {1: "2", 2: "1 2", 6: "1 2 3", 7: "1 2"}[number]
        out = say("quiz", "tokens", lines=[*[":skip"] * skipped, answer, ":undo", answer, "", ":undo", answer])
        _, *shown = out.split(f"Question {number} of 8.")
        assert len({one.partition("Type ")[0] for one in shown}) == 1 and len(shown) == 3
        say("reset", "all", "--yes")


def test_undo_draws_anew_what_is_drawn(say, lessons) -> None:
    drawn = 'kind = "number"\ngoal = "count"\ncard = "bytes"\ntext = "What is {p:n} + 0?"\nexplain = "As it was."\n'
    rows = "draw = { rows = [{ n = 3, answer = 3 }, { n = 5, answer = 5 }, { n = 7, answer = 7 }] }\n"
    with (lessons / "tokens.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[questions]]\nid = "q-drawn"\n{drawn}{rows}')
    out = say("quiz", "tokens", lines=[*[":skip"] * 8, "1", ":undo", "1", ":undo"])
    assert {f"What is {n} + 0?" in out for n in (3, 5, 7)} == {True}  # the answer to the first has been told


def test_a_prediction_is_computed_from_the_learners_own_text(say, log) -> None:
    out = say("quiz", "tokens", lines=[":s", ":s", ":s", ":s", ":text unbelievably long", "2", ":try", ""])
    assert "text: dog" in out and "As you predicted: More than one" in out
    assert out.count("3 words") + out.count("2 words") >= 2  # the sentence with the feedback, and from :try
    assert log() == [("q-predict", True, "quiz")]


def test_review_asks_what_is_due_and_takes_another_rating(say, log, tmp_path: Path, monkeypatch) -> None:
    assert "Nothing is here yet." in say("review")
    say("quiz", "tokens", lines=["2"])
    assert "Nothing is due now. The next question comes back" in say("review", lines=["1"])
    later = time.time() + 40 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    assert say("review", "--forecast").startswith("1 question due from 1 chapter.\ntoday: 1\ntomorrow: 0\n")
    out = say("review", lines=["2", ":easy"])
    assert "1 question due" in out and "How well remembered: easy." in out and "1 of 1 right" in out
    assert log() == [("q-bytes", False, "quiz"), ("q-bytes", True, "review")]
    store = Store.open(tmp_path / "data")
    assert [rating.name for rating in store.ratings().values()] == ["EASY"]
    store.close()
    assert "Nothing is due now." in say("review")


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────


def test_reading_asks_first_then_computes_and_keeps_the_place(say, tmp_path: Path) -> None:
    out = say("read", "tokens", lines=["", "", "2", ":set text two words", ":back", "", ":quit"])
    assert "Before you see it: How many tokens is heron?" in out
    truth = out.split("Type the number of what you expect: 2\n")[1]
    assert truth.startswith(("As you said: two or more.", "You said: two or more."))
    assert "Live: Token splitter." in truth and "1 word " in truth.split("Challenge: Write exactly two words.")[1]
    assert "Met: Write exactly two words." in truth.split(":set text two words")[1]
    store = Store.open(tmp_path / "data")
    assert store.challenges_met() == {"two-words"} and set(store.predictions_made()) == {"how-many"}
    assert store.cards_read("tokens") == {"bytes"} and store.place() == ("tokens", "pieces")
    store.close()
    out = say("read", lines=[""])
    assert out.startswith("\nCard 2 of 3: Pieces") and "Before you see it" not in out
    assert "Met: Write exactly two words." in out


def test_a_lab_is_named_by_what_prints_it(say) -> None:
    assert "This card has a lab, count.py: tutor lab count prints it." in say("read", "tokens", "--all")
    assert "This card has a lab, count.py: :lab prints it." in say("read", "tokens", "--card", "3", lines=[""])


def test_commands_on_a_card(say) -> None:
    lines = [
        ":term BYTE",
        ":term",
        ":term nothing",
        ":set nothing 1",
        ":set encodings morse",
        ":settings",
        ":readings",
        ":table",
    ]
    out = say("read", "tokens", "--card", "2", lines=[":skip", *lines, ":goto 3", ":lab", "what", ":goto 4", ""])
    assert "byte: A number from 0 to 255.\nSee also: token." in out and "Terms here: token." in out
    assert "The glossary has no 'nothing'." in out
    assert "There is no setting 'nothing'; there are text, encodings" in out
    assert "encodings: gpt2" in out and "tokens: " in out
    assert "Card 3 of 3: A program" in out and "for i in range(3):" in out
    assert "Press Enter to go on" in out and "No card '4'; this chapter has cards 1 to 3." in out
    assert "tutor quiz tokens" in out


def test_the_feedback_of_a_question_names_its_terms(say) -> None:
    out = say("quiz", "tokens", lines=[":term", "2", ":term", ":term byte", ":quit"])
    assert "There is no :term here" in out and "Terms here: byte." in out and "A number from 0 to 255." in out


def test_the_whole_chapter_at_once(say) -> None:
    out = say("read", "tokens", "--all")
    for text in ("Count the tokens", "Text is kept as bytes.", "Pieces", "A program", "A model reads numbers."):
        assert text in out
    assert "Enter goes on" not in out


@pytest.mark.parametrize("arguments", [("read", "nowhere"), ("quiz", "nowhere"), ("read", "tokens", "--card", "9")])
def test_what_is_not_there_is_one_line(tutor, lessons: Path, tmp_path: Path, arguments) -> None:
    done = tutor("--data-dir", str(tmp_path / "data"), *arguments)
    assert done.code == 2 and done.out == "" and done.err.count("\n") == 1


def test_progress_that_cannot_be_kept_is_said_and_the_quiz_goes_on(tutor, lessons: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    done = tutor("--data-dir", str(tmp_path / "data"), "quiz", "tokens", stdin=b"1\n\n:quit\n")
    assert done.code == 0 and done.err.count("\n") == 1 and "not being saved" in done.err
    assert "Your answer is right" in done.out and "Nothing of this is kept" in done.out


def test_bytes_that_are_no_text_are_an_answer_like_any_other(tutor, lessons: Path, tmp_path: Path) -> None:
    done = tutor("--data-dir", str(tmp_path / "data"), "quiz", "tokens", stdin=b":s\n:s\n:s\n\xff\xfe\x1b[2J\n")
    assert done.code == 0 and "\x1b" not in done.out and "Your answer is not right" in done.out
