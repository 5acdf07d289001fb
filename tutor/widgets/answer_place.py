"""Where an answer is given: a line to type it in, or what the kind of the question asks for."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding

from tutor.course.schema import Blank, Code, Fact, Match, Number, Order, SeveralChoices
from tutor.study.asking import Asked
from tutor.study.drafts import Draft
from tutor.widgets.base import TextField
from tutor.widgets.choices import Choices
from tutor.widgets.code_lines import CodeLines
from tutor.widgets.one_line import fitting
from tutor.widgets.ordering import Ordering
from tutor.widgets.pairing import Pairing


class AnswerField(TextField):
    """A line to type the answer in; the keys that are letters work again after Tab."""

    BINDINGS = [
        Binding("enter", "submit", "commit"),
        Binding("tab", "app.focus_next", "hint, skip"),
    ]


def answer_place(asked: Asked, facts: Mapping[str, Fact], draft: Draft) -> Choices | AnswerField:
    """Where an answer of this kind is given, as the learner has left it."""
    if isinstance(asked.question, Number | Blank):
        return AnswerField(fitting(draft.text), id="answer")
    place = _choices(asked, facts)
    place.take_up(draft.items)
    return place


def _choices(asked: Asked, facts: Mapping[str, Fact]) -> Choices:
    match asked.question:
        case Order():
            return Ordering(asked.items, facts)
        case Match():
            return Pairing(asked.lefts, asked.items, facts)
        case Code():
            return CodeLines(asked.code, facts)
    return Choices(asked.items, facts, several=isinstance(asked.question, SeveralChoices))
