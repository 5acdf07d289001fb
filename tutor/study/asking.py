"""A question as it is asked and answered, for the screens and for plain mode alike.

    asked = ask(question, variant)              what is shown: asked.text, asked.items, asked.lefts, asked.code
    given = read(asked, typed)                  plain mode: what was typed, as numbers of the items from 0
    need = needed(asked, own_text)              what an experiment has to compute, once the learner has committed
    response, grade = judge(asked, given, readings, own_text)
    feedback(grade, truth)                      paragraphs of lesson Markdown

`variant` is how often this question has been answered before: numbers and texts are drawn anew and items stand in
another order each time. Items are numbered as they are shown; a response in the log is by the author's own order.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from tutor.course.draws import drawn, nth
from tutor.course.schema import (
    AnyQuestion,
    Chapter,
    Code,
    Match,
    Number,
    OneChoice,
    Order,
    Predict,
    Settings,
    SeveralChoices,
    TryIt,
)
from tutor.course.text import literal
from tutor.experiments.base import Reading
from tutor.study.grading import Grade, Note, Predicted, Response, code_line, grade, held, in_code

Given = int | str | Sequence[int]  # an item; text typed; several items, or all of them in an order


@dataclass(frozen=True)
class Asked:
    question: AnyQuestion  # with nothing left to draw in it
    variant: int
    items: tuple[str, ...] = ()  # lesson Markdown, numbered from 1: choices, outcomes, steps, right sides, code lines
    places: tuple[int, ...] = ()  # items[i] is number places[i] of the question's own
    lefts: tuple[str, ...] = ()  # of `match`: what each gets an item for
    code: tuple[tuple[int | None, str], ...] = ()  # of `code`: every line, and which item it is

    @property
    def text(self) -> str:
        """The question, as lesson Markdown."""
        return self.question.text

    @property
    def kind(self) -> str:
        """The kind as lessons write it: `one`, `several`, `number`, `blank`, `predict`, `order`, `match`, `code`."""
        return str(type(self.question).__struct_config__.tag)

    @property
    def prompt(self) -> str:
        """What to type, where answers are typed."""
        return _PROMPTS[self.kind]


_PROMPTS = {
    "one": "Type the number of one choice.",
    "several": "Type the numbers of all that hold, with spaces between them.",
    "number": "Type a number.",
    "blank": "Type what belongs in the gap.",
    "predict": "Type the number of what you expect.",
    "order": "Type all numbers in the right order, with spaces between them.",
    "match": "Type for each, from the top, the number that belongs to it, with spaces between them.",
    "code": "Type the number of the line that is wrong.",
}


def ask(question: AnyQuestion, variant: int = 0) -> Asked:
    """The question as it is shown for the `variant`-th time, from 0."""
    made = drawn(question, variant)
    match made:
        case OneChoice() | SeveralChoices():
            places = _order(len(made.choices), nth(variant, math.factorial(len(made.choices))))
            return Asked(made, variant, tuple(made.choices[i].text for i in places), places)
        case Predict():
            return Asked(made, variant, tuple(o.text for o in made.outcomes), tuple(range(len(made.outcomes))))
        case Order():
            places = _another_order(len(made.steps), variant, made.id)
            return Asked(made, variant, tuple(made.steps[i].text for i in places), places)
        case Match():
            places = _another_order(len(made.pairs), variant, made.id)
            rights = tuple(made.pairs[i].right for i in places)
            return Asked(made, variant, rights, places, lefts=tuple(pair.left for pair in made.pairs))
        case Code():
            lines = made.code.strip("\n").split("\n")
            places = tuple(sorted(range(len(made.lines)), key=lambda i: made.lines[i].line))
            items = tuple(in_code(code_line(made, made.lines[i].line)) for i in places)
            numbered = {made.lines[i].line: n for n, i in enumerate(places)}
            code = tuple((numbered.get(n), line) for n, line in enumerate(lines, 1))
            return Asked(made, variant, items, places, code=code)
    return Asked(made, variant)


def _order(size: int, number: int) -> tuple[int, ...]:
    """The permutation of range(size) with this number; 0 leaves all in place."""
    left, found = list(range(size)), []
    for remaining in range(size, 0, -1):
        at, number = divmod(number, math.factorial(remaining - 1))
        found.append(left.pop(at))
    return tuple(found)


def _another_order(size: int, variant: int, seed: str) -> tuple[int, ...]:
    """One that is never the author's own, unless there is no other."""
    others = math.factorial(size) - 1
    return _order(size, 1 + nth(variant, others, seed) if others else 0)


# ── answering ────────────────────────────────────────────────────────────────────────────────────────


def read(asked: Asked, typed: str) -> Given:
    """What was typed in answer; raises ValueError with a line for the learner."""
    if asked.kind in ("number", "blank"):
        return typed
    words = re.findall(r"[^\s,;]+", typed)
    numbers = [int(word) - 1 for word in words if word.isascii() and word.isdigit()]
    size = len(asked.items)
    if len(numbers) == len(words) and all(0 <= n < size for n in numbers):
        if asked.kind in ("order", "match"):
            if sorted(numbers) == list(range(size)):
                return numbers
        elif asked.kind == "several" and numbers:
            return sorted(set(numbers))
        elif len(numbers) == 1:
            return numbers[0]
    raise ValueError(f"{asked.prompt[:-1]}: 1 to {size}.")


class Needed(NamedTuple):
    """An experiment to compute before an answer can be graded."""

    experiment: str
    settings: Settings


def needed(asked: Asked, own: str | None = None) -> Needed | None:
    """What the engine has to compute once the learner has committed; `own` is the text put in for `vary`.

    Of no text nothing can be foretold: it raises ValueError with a line for the learner.
    """
    if own is not None and not own.strip():
        raise ValueError("There is no text to answer about. Write one first.")
    match asked.question:
        case Predict(experiment=experiment, settings=settings, vary=vary):
            return Needed(experiment, settings if vary is None or own is None else {**settings, vary: own})
        case Number(answer=None, compute=computed) if computed is not None:
            return Needed(computed.experiment, computed.settings)
    return None


def judge(
    asked: Asked, given: Given, readings: Mapping[str, Reading] | None = None, own: str | None = None
) -> tuple[Response, Grade]:
    """What the log keeps of the answer, and the verdict; `readings` are those of what was `needed`.

    One that cannot be graded raises ValueError with a line for the learner.
    """
    question, places = asked.question, asked.places
    match question:
        case Predict() if isinstance(given, int):
            response: Response = Predicted(places[given], held(question.outcomes, readings or {}), own)
            return response, grade(question, response)
        case Number(answer=None, compute=computed) if computed is not None:
            value = (readings or {}).get(computed.reading)
            if not isinstance(value, float | int):
                raise ValueError("The answer could not be computed. Skip this question.")
            return given, grade(msgspec.structs.replace(question, answer=float(value)), given)
    if not isinstance(given, str):
        given = places[given] if isinstance(given, int) else [places[i] for i in given]
        if isinstance(question, SeveralChoices) and not isinstance(given, int):
            given = sorted(given)
    return given, grade(question, given)


# ── afterwards ───────────────────────────────────────────────────────────────────────────────────────


def said(note: Note) -> list[str]:
    """A note as paragraphs of lesson Markdown: the answer under its label, and what there is to say to it."""
    answer = literal(note.answer) if note.typed else note.answer
    head = f"**{note.label}:** {answer}" if answer else f"**{note.label}.**"
    return [head, note.explain] if note.explain else [head]


def feedback(grade: Grade, truth: str = "") -> list[str]:
    """All that is said to an answer, a paragraph a string; `truth` is the sentence of what was computed."""
    return [*([literal(truth)] if truth else []), *(paragraph for note in grade.notes for paragraph in said(note))]


def try_it(asked: Asked, chapter: Chapter, own: str | None = None) -> TryIt | None:
    """The card, and all settings with which the point can be tried in its widget; None where there is no such card.

    What the lesson asks to try is laid over the card's settings; what was computed for an answer is shown as it was.
    """
    question = asked.question
    point, cards = question.try_it, {card.id: card for card in chapter.cards}
    if point is None:
        match question:
            case Number(compute=computed) if computed is not None:
                need: Needed | None = Needed(computed.experiment, computed.settings)
            case _:
                need = needed(asked, own)
        card = cards.get(question.card)
        fits = need and card and card.widget and card.widget.name == need.experiment
        return TryIt(settings=need.settings, card=question.card) if need and fits else None
    card = cards.get(point.card or question.card)
    if card is None or card.widget is None:
        return None
    return TryIt(settings={**card.widget.settings, **point.settings}, card=card.id)
