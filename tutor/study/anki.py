"""The questions met as notes for Anki, in the text form that its import reads.

File headers, HTML in fields and the column of ids, by which a second import updates notes instead of doubling them:
https://docs.ankiweb.net/importing/text-files.html
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import NamedTuple

from tutor.course.draws import drawn
from tutor.course.load import Course, facts
from tutor.course.schema import (
    AnyQuestion,
    Blank,
    Chapter,
    Code,
    Fact,
    Match,
    Number,
    OneChoice,
    Order,
    Predict,
    SeveralChoices,
)
from tutor.course.text import Block, Span, literal, parse
from tutor.study.answer_sheet import standing
from tutor.study.asking import ask
from tutor.study.grading import code_line, in_code, with_unit
from tutor.study.transfer import Answered, Contents

HEADERS = """#separator:tab
#html:true
#notetype:Basic
#deck:llm-tutor
#guid column:1
#tags column:4
"""


class Note(NamedTuple):
    """A card with two sides, as HTML of one line."""

    id: str
    front: str
    back: str
    tags: str


def notes(course: Course, contents: Contents) -> tuple[list[Note], int]:
    """A note for every question with an answer that stands, in the course's order; how many the course no longer has.

    A question that is drawn afresh is given as it was asked last; one about a model as it came out then.
    """
    last = {row.question: row for row in standing(contents)}
    found = [
        note(question, chapter, last[question.id])
        for chapter in course.readable()
        for question in chapter.questions
        if question.id in last
    ]
    return found, len(last) - len(found)


def note(question: AnyQuestion, chapter: Chapter, answer: Answered) -> Note:
    """The question as it was asked for `answer`, and what is right and why."""
    same = answer.revision == question.revision
    variant = answer.variant if same else 0
    made = drawn(question, variant)
    response = answer.response if same else None
    known = facts(chapter)
    front = _html(shown(question, variant, response), known)
    points = explained(made, response)
    back = "".join(_point(point, known) for point in points if point.right)
    if others := "".join(f"<li>{_point(point, known)}</li>" for point in points if not point.right):
        back += f"<p>The others:</p><ul>{others}</ul>"
    return Note(f"llm-tutor-{question.id}", front, back, f"llm-tutor::{chapter.id}::{question.goal}")


def encode(notes: Iterable[Note]) -> str:
    """The file's text: a line a note, with quotes around a field that holds quotes."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(notes)
    return HEADERS + out.getvalue()


# ── both sides, as lesson Markdown ───────────────────────────────────────────────────────────────────


def shown(question: AnyQuestion, variant: int, response: object) -> list[str]:
    """The question, and what there is to choose from or to put in order."""
    asked = ask(question, variant)
    paragraphs = [asked.text]
    own = response.get("text") if isinstance(response, dict) else None
    if isinstance(own, str):
        paragraphs.append(f"The text: {literal(own)}")
    paragraphs += [f"- {left}" for left in asked.lefts]
    if asked.code:
        return [*paragraphs, "```\n" + "\n".join(line for _, line in asked.code) + "\n```"]
    return [*paragraphs, *(f"{n}. {item}" for n, item in enumerate(asked.items, 1))]


class Point(NamedTuple):
    """An answer and what there is to say to it, as lesson Markdown."""

    answer: str
    explain: str
    right: bool = True
    mark: str = ""  # what stands before the answer


def explained(question: AnyQuestion, response: object) -> list[Point]:
    """What is right and why; for choices, what is wrong with the others, too."""
    match question:
        case OneChoice() | SeveralChoices():
            choices = sorted(question.choices, key=lambda choice: not choice.correct)
            return [Point(choice.text, choice.explain, choice.correct) for choice in choices]
        case Number():
            known = "" if question.answer is None else with_unit(f"{question.answer:,.10g}", question.unit)
            return [Point(literal(known), question.explain)]
        case Blank():
            return [Point(question.answers[0], question.explain)]
        case Predict():
            held = response.get("held") if isinstance(response, dict) else None
            came = [one for i, one in enumerate(question.outcomes) if isinstance(held, list) and i in held]
            return [Point(outcome.text, outcome.explain) for outcome in came]
        case Order():
            return [Point(step.text, step.explain, mark=f"{n}. ") for n, step in enumerate(question.steps, 1)]
        case Match():
            return [Point(f"{pair.left} – {pair.right}", pair.explain) for pair in question.pairs]
        case Code():
            wrong = [at for at in question.lines if at.mended]
            points = [Point(in_code(code_line(question, at.line)), at.explain, mark="Wrong: ") for at in wrong]
            return points + [Point(in_code(at.mended), "", mark="Mended: ") for at in wrong]


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────────


def _point(point: Point, known: Mapping[str, Fact]) -> str:
    tag = "b" if point.right else "i"
    answer = "".join(_span(span) for block in parse(point.answer, known) for span in block.spans)
    head = f"<p><{tag}>{point.mark}{answer}</{tag}></p>" if answer else ""
    return head + _html([point.explain], known)


def _html(paragraphs: list[str], known: Mapping[str, Fact]) -> str:
    blocks = [block for text in paragraphs for block in parse(text, known)]
    parts = []
    for is_list, group in groupby(blocks, lambda block: block.kind == "item"):
        made = "".join(map(_block, group))
        parts.append(f"<ul>{made}</ul>" if is_list else made)
    return "".join(parts)


def _block(block: Block) -> str:
    if block.kind == "code":
        return "<pre>" + "<br>".join(map(_escaped, block.spans)) + "</pre>"
    text = "".join(map(_span, block.spans))
    if block.kind == "paragraph":
        return f"<p>{text}</p>"
    number = "" if block.marker == "•" else ' style="list-style-type:none"'
    return f"<li{number}>{block.marker + ' ' if number else ''}{text}</li>"


def _span(span: Span) -> str:
    text = _escaped(span)
    for tag, on in (("code", span.code), ("i", span.emphasis), ("b", span.bold)):
        if on:
            text = f"<{tag}>{text}</{tag}>"
    return text


def _escaped(span: Span) -> str:
    """Its text in one line."""
    return html.escape(span.text).replace("\t", "    ").replace("\r", "").replace("\n", "<br>")
