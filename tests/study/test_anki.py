from __future__ import annotations

import csv
import io
from html.parser import HTMLParser

from tutor.course.load import Course, load_course
from tutor.course.schema import (
    Blank,
    Card,
    Chapter,
    ChapterEntry,
    Choice,
    Goal,
    OneChoice,
    Outcome,
    Part,
    Predict,
    Track,
)
from tutor.study.anki import HEADERS, encode, note, notes
from tutor.study.transfer import Answered, Contents, Undone


def answer(question: str, response: object = 0, n: int = 1, variant: int = 0, revision: int = 1) -> Answered:
    return Answered(
        float(n), f"{question}/{n}", question, revision, "a", 1, True, response, 1.0, False, "quiz", variant, None
    )


class Tags(HTMLParser):
    """Asserts that every tag is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: object) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_question_of_the_course_becomes_a_note() -> None:
    course = load_course()
    found = [(chapter, question) for chapter in course.readable() for question in chapter.questions]
    met = Contents(
        answers=tuple(answer(q.id, {"chosen": 0, "held": [0]}, variant=3, revision=q.revision) for _, q in found)
    )
    made, left_out = notes(course, met)
    assert left_out == 0 and [one.id for one in made] == [f"llm-tutor-{q.id}" for _, q in found]
    for one, (chapter, question) in zip(made, found, strict=True):
        front, back = Tags(one.front).text, Tags(one.back).text
        assert len(front) > 10 and len(back) > 5, one
        assert "{p:" not in front + back and "{fact:" not in front + back and "](" not in front + back
        assert one.tags == f"llm-tutor::{chapter.id}::{question.goal}"
        assert " " not in one.id + one.tags
    text = encode(made)
    assert text.startswith(HEADERS)
    read = list(csv.reader(io.StringIO(text.removeprefix(HEADERS)), delimiter="\t"))
    assert [tuple(row) for row in read] == [tuple(one) for one in made]
    assert len(text.splitlines()) == len(HEADERS.splitlines()) + len(made)


def chapter() -> Chapter:
    common = {"goal": "know", "card": "card"}
    outcomes = [Outcome(text="one", when=[], explain="Few."), Outcome(text="many", when=[], explain="A lot.")]
    return Chapter(
        id="a",
        title="A",
        minutes=1,
        goals=[Goal(id="know", text="Know.")],
        cards=[Card(id="card", title="", text="")],
        questions=[
            OneChoice(
                id="a-choice",
                text="Is `a < b`\tso?",
                choices=[
                    Choice(text="It *is*", explain="By the rule.", correct=True),
                    Choice(text="No & never", explain="It looks so."),
                ],
                **common,
            ),
            Blank(id="a-blank", text="A piece is a ___.", answers=["token", "piece"], explain="So it is.", **common),
            Predict(
                id="a-predict", text="How many?", experiment="x", settings={}, vary="text", outcomes=outcomes, **common
            ),
        ],
    )


def front_and_back(question: int, response: object, revision: int = 1) -> tuple[str, str]:
    one = chapter()
    made = note(one.questions[question], one, answer("q", response, revision=revision))
    return made.front, made.back


def test_both_sides() -> None:
    front, back = front_and_back(0, 1)
    number = '<li style="list-style-type:none">'
    assert front == (
        "<p>Is <code>a &lt; b</code>    so?</p>"
        f"<ul>{number}1. It <i>is</i></li>{number}2. No &amp; never</li></ul>"
    )  # fmt: skip
    assert back == (
        "<p><b>It <i>is</i></b></p><p>By the rule.</p>"
        "<p>The others:</p><ul><li><p><i>No &amp; never</i></p><p>It looks so.</p></li></ul>"
    )
    assert front_and_back(1, "word")[1] == "<p><b>token</b></p><p>So it is.</p>"


def test_a_prediction_is_given_as_it_came_out_for_the_learner() -> None:
    front, back = front_and_back(2, {"chosen": 0, "held": [1], "text": "my *own*\nwords"})
    assert "<p>The text: my *own* words</p>" in front
    assert back == "<p><b>many</b></p><p>A lot.</p>"
    front, back = front_and_back(2, {"chosen": 0, "held": [1], "text": "old"}, revision=9)  # of another question
    assert "old" not in front and back == ""


def test_only_what_was_met_and_stands() -> None:
    entry = ChapterEntry(id="a", title="A", summary="", file="a.toml")
    course = Course(
        load_course().root, [Track(id="t", title="", summary="", parts=[Part(id="p", title="", chapters=[entry])])]
    )
    course._chapters = {"a": chapter()}
    log = Contents(
        answers=(answer("a-choice"), answer("a-blank"), answer("gone", n=2)), undos=(Undone(9.0, "a-blank/1"),)
    )
    made, left_out = notes(course, log)
    assert [one.id for one in made] == ["llm-tutor-a-choice"] and left_out == 1
