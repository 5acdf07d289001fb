"""Is the answer right, and what to say to it: the same verdicts and words on every screen and in plain mode.

A response is what the learner gave, by kind of question: `one` the choice's index, `several` their indices,
`number` and `blank` the text typed, `predict` a `Predicted`. All but the last are kept in the log as they are.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tutor.course.schema import AnyQuestion, Blank, Choice, Number, OneChoice, Outcome, Predict, SeveralChoices
from tutor.experiments.base import Reading, all_hold


@dataclass(frozen=True)
class Note:
    """One answer, given or right, with what to say to it. `answer` and `explain` are lesson Markdown unless `typed`."""

    label: str
    answer: str
    explain: str
    correct: bool
    typed: bool = False  # `answer` is the learner's own text


@dataclass(frozen=True)
class Grade:
    correct: bool
    notes: tuple[Note, ...]  # what was given first, then what is right


@dataclass(frozen=True)
class Predicted:
    """The outcome that the learner committed to, and the ones that then held; indices into the question's."""

    chosen: int
    held: tuple[int, ...]
    text: str | None = None  # the learner's own, where the question lets them vary it


Response = int | str | Sequence[int] | Predicted

GIVEN_RIGHT, GIVEN_WRONG, THE_RIGHT = "Your answer is right", "Your answer is not right", "The right answer"
CHOSEN_RIGHT, CHOSEN_WRONG, MISSED = "Chosen, and right", "Chosen, and not right", "Right, but not chosen"
PREDICTED_RIGHT, PREDICTED_WRONG, HELD = "As you predicted", "You predicted", "What came about"


def grade(question: AnyQuestion, response: Response) -> Grade:
    """The verdict on `response`. One that cannot be graded raises ValueError with a line for the learner."""
    match question, response:
        case OneChoice(), int():
            return _one(question.choices, response)
        case Number(), str():
            return _number(question, response)
        case Blank(), str():
            return _blank(question, response)
        case Predict(), Predicted():
            return _predict(question.outcomes, response)
        case SeveralChoices(), Sequence() if not isinstance(response, str):
            return _several(question.choices, frozenset(response))
    raise ValueError(f"This is no answer to such a question: {response!r}")


def as_json(response: Response) -> Any:
    """The response as the log keeps it."""
    if isinstance(response, Predicted):
        return asdict(response)
    return sorted(response) if not isinstance(response, int | str) else response


def held(outcomes: Sequence[Outcome], readings: Mapping[str, Reading]) -> tuple[int, ...]:
    """The indices of the outcomes that came about; raises ValueError when none of them did."""
    found = tuple(i for i, outcome in enumerate(outcomes) if all_hold(outcome.when, readings))
    if not found:
        raise ValueError("None of the outcomes came about with this text. Try another text.")
    return found


# ── choices ──────────────────────────────────────────────────────────────────────────────────────────


def _one(choices: Sequence[Choice], index: int) -> Grade:
    chosen = choices[index]
    if chosen.correct:
        return Grade(True, (Note(GIVEN_RIGHT, chosen.text, chosen.explain, True),))
    right = (Note(THE_RIGHT, choice.text, choice.explain, True) for choice in choices if choice.correct)
    return Grade(False, (Note(GIVEN_WRONG, chosen.text, chosen.explain, False), *right))


def _several(choices: Sequence[Choice], chosen: frozenset[int]) -> Grade:
    if not chosen:
        raise ValueError("Choose at least one, with Space or its letter.")
    notes = [
        Note(
            CHOSEN_RIGHT if choices[i].correct else CHOSEN_WRONG,
            choices[i].text,
            choices[i].explain,
            choices[i].correct,
        )
        for i in sorted(chosen)
    ]
    missed = [choice for i, choice in enumerate(choices) if choice.correct and i not in chosen]
    notes += [Note(MISSED, choice.text, choice.explain, True) for choice in missed]
    return Grade(all(note.label == CHOSEN_RIGHT for note in notes), tuple(notes))


def _predict(outcomes: Sequence[Outcome], response: Predicted) -> Grade:
    chosen = outcomes[response.chosen]
    if response.chosen in response.held:
        return Grade(True, (Note(PREDICTED_RIGHT, chosen.text, chosen.explain, True),))
    truth = (Note(HELD, outcomes[i].text, outcomes[i].explain, True) for i in response.held)
    return Grade(False, (Note(PREDICTED_WRONG, chosen.text, "", False), *truth))


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────

# 1234, 1 234, 1'234, 1,234.5, 1.234,5, -0,5, .5, 3e-4
_NUMERAL = re.compile(r"[+-]?(?:\d[\d,.]*|[.,]\d+)(?:e[+-]?\d+)?")
_GAPS = re.compile(r"(?<=\d)[\s'’_]+(?=\d)")  # between groups of digits


def numbers(text: str, unit: str = "") -> tuple[float, ...]:
    """What a typed number can mean: one value, or two where a lone comma or point may group or divide.

    Takes spaces and apostrophes between digits, a decimal comma, the question's unit, and a percent sign:
    a part of 100 unless the unit is a percentage itself. Raises ValueError for what is no number.
    """
    typed = unicodedata.normalize("NFKC", text).replace("−", "-").strip().casefold()
    for name in filter(None, (unit.casefold(), unit.casefold().removesuffix("s"))):
        typed = typed.removesuffix(name).rstrip()
    percent = typed.endswith("%") and not unit.startswith("%")
    numeral = re.sub(r"^([+-])\s+", r"\1", _GAPS.sub("", typed.removesuffix("%").rstrip()))
    if _NUMERAL.fullmatch(numeral):
        values = {float(spelling) / (100 if percent else 1) for spelling in _spellings(numeral)}
        if values and all(map(math.isfinite, values)):
            return tuple(sorted(values))
    raise ValueError("Type a number, such as 1234.5 or 60 %.")


def _spellings(numeral: str) -> Iterable[str]:
    """The numeral as Python spells it, for every meaning that its commas and points allow."""
    mantissa, e, exponent = numeral.partition("e")
    for group, point in ((",", "."), (".", ",")):
        whole, *fraction = mantissa.split(point)
        grouped = re.fullmatch(rf"[+-]?(?:\d*|[1-9]\d{{0,2}}(?:{re.escape(group)}\d{{3}})+)", whole)
        if grouped and len(fraction) <= 1 and group not in "".join(fraction):
            yield ".".join([whole.replace(group, ""), *fraction]) + e + exponent


def _number(question: Number, typed: str) -> Grade:
    values = numbers(typed, question.unit)
    lost = 8 * math.ulp(max(1.0, abs(question.answer)))  # what float arithmetic may lose on the way
    distance = min(abs(value - question.answer) for value in values)
    right = _spell(question.answer) + (f" {question.unit}" if question.unit else "")
    given = typed.strip()
    if distance > question.tolerance + lost:
        return Grade(False, (Note(GIVEN_WRONG, given, "", False, True), Note(THE_RIGHT, right, question.explain, True)))
    if distance <= lost:
        return Grade(True, (Note(GIVEN_RIGHT, given, question.explain, True, True),))
    return Grade(True, (Note(GIVEN_RIGHT, given, "", True, True), Note("More exactly", right, question.explain, True)))


def _spell(value: float) -> str:
    """A number with its thousands apart and no digit that it does not have."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"


# ── blanks ───────────────────────────────────────────────────────────────────────────────────────────

_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "„": "“", "«": "»", "»": "«"}


def normal(text: str) -> str:
    """Text as blanks compare it: NFC, one case, one space between words, none around, no quotes around."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    while len(text) > 2 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return unicodedata.normalize("NFC", text.casefold())


def _blank(question: Blank, typed: str) -> Grade:
    given = normal(typed)
    if not given:
        raise ValueError("Type what belongs in the gap.")
    if given in map(normal, question.answers):
        return Grade(True, (Note(GIVEN_RIGHT, typed.strip(), question.explain, True, True),))
    near = next((say for wrong, say in question.near.items() if normal(wrong) == given), "")
    right = Note(THE_RIGHT, question.answers[0], question.explain, True)
    return Grade(False, (Note(GIVEN_WRONG, typed.strip(), near, False, True), right))
