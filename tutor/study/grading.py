"""Is the answer right, and what to say to it: the same verdicts and words on every screen and in plain mode.

A response is what the learner gave, by kind of question: `one` the choice's index, `several` their indices,
`number` and `blank` the text typed, `predict` a `Predicted`, `order` the steps' indices in the order given, `match` for
each left side the index of the pair whose right side it got, `code` the index of the line among those to choose from.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from tutor.course.schema import (
    AnyQuestion,
    Blank,
    Choice,
    Code,
    CodeLine,
    Match,
    Number,
    OneChoice,
    Order,
    Outcome,
    Predict,
    SeveralChoices,
)
from tutor.experiments.base import Reading, all_hold


@dataclass(frozen=True)
class Note:
    """One answer, given or right, with what to say to it; a verdict on the whole has no `answer`.

    `answer` and `explain` are lesson Markdown; `answer` is not where it is `typed`.
    """

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
PAIRED_RIGHT, PAIRED_WRONG, THE_PAIR = "Right", "Not right", "They go together"
PLACED_RIGHT, PLACED_WRONG = "Number {}, as you said", "Number {}, and you said {}"
MENDED = "The line as it should be"
MORE_EXACTLY, ROUNDED = "More exactly", "Rounded"
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
        case Order(), Sequence() if not isinstance(response, str):
            return _order(question, list(response))
        case Match(), Sequence() if not isinstance(response, str):
            return _match(question, list(response))
        case Code(), int():
            return _code(question, response)
    raise ValueError(f"This is no answer to such a question: {response!r}")


def as_json(response: Response) -> Any:
    """The response as the log keeps it."""
    if isinstance(response, Predicted):
        return asdict(response)
    return response if isinstance(response, int | str) else list(response)


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
        raise ValueError("Mark at least one, with Space or its digit; more than one may hold.")
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
    return _whole(all(note.label == CHOSEN_RIGHT for note in notes), notes)


def _predict(outcomes: Sequence[Outcome], response: Predicted) -> Grade:
    chosen = outcomes[response.chosen]
    if response.chosen in response.held:
        return Grade(True, (Note(PREDICTED_RIGHT, chosen.text, chosen.explain, True),))
    truth = (Note(HELD, outcomes[i].text, outcomes[i].explain, True) for i in response.held)
    return Grade(False, (Note(PREDICTED_WRONG, chosen.text, chosen.explain, False), *truth))


# ── order, pairs, lines ──────────────────────────────────────────────────────────────────────────────


def _order(question: Order, response: list[int]) -> Grade:
    """Every step at its place, with the place it was given."""
    if sorted(response) != list(range(len(question.steps))):
        raise ValueError("Give every step one place.")
    notes = []
    for place, step in enumerate(question.steps):
        given = response.index(place)
        label = PLACED_RIGHT if given == place else PLACED_WRONG
        notes.append(Note(label.format(place + 1, given + 1), step.text, step.explain, given == place))
    return _whole(all(note.correct for note in notes), notes)


def _match(question: Match, response: list[int]) -> Grade:
    """What was paired wrongly first; then every pair."""
    pairs = question.pairs
    if len(response) != len(pairs) or not all(0 <= i < len(pairs) for i in response):
        raise ValueError("Give each on the left one of the right.")
    wrong = [(i, chosen) for i, chosen in enumerate(response) if i != chosen]
    notes = [Note(PAIRED_WRONG, f"{pairs[i].left} – {pairs[chosen].right}", "", False) for i, chosen in wrong]
    for i, pair in enumerate(pairs):
        label = PAIRED_RIGHT if response[i] == i else THE_PAIR
        notes.append(Note(label, f"{pair.left} – {pair.right}", pair.explain, True))
    return _whole(not wrong, notes)


def _whole(correct: bool, notes: list[Note]) -> Grade:
    """A grade of many parts: the verdict on the whole, then part by part."""
    return Grade(correct, (Note(GIVEN_RIGHT if correct else GIVEN_WRONG, "", "", correct), *notes))


def _code(question: Code, index: int) -> Grade:
    chosen = question.lines[index]

    def note(label: str, line: CodeLine) -> Note:
        return Note(label, in_code(code_line(question, line.line)), line.explain, bool(line.mended))

    mistakes = [line for line in question.lines if line.mended]
    mended = [Note(MENDED, in_code(line.mended), "", True) for line in mistakes]
    if chosen.mended:
        return Grade(True, (note(GIVEN_RIGHT, chosen), *mended))
    right = [note(THE_RIGHT, line) for line in mistakes]
    return Grade(False, (note(GIVEN_WRONG, chosen), *right, *mended))


def code_line(question: Code, number: int) -> str:
    """A line of the shown program, counted from 1; empty where there is none."""
    lines = question.code.strip("\n").split("\n")
    return lines[number - 1] if 0 < number <= len(lines) else ""


def in_code(line: str) -> str:
    """A line of a program as lesson Markdown."""
    return f"`{line.strip()}`"


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────

# 1234, 1 234, 1'234, 1,234.5, 1.234,5, -0,5, .5, 3e-4
_NUMERAL = re.compile(r"[+-]?(?:\d[\d,.]*|[.,]\d+)(?:e[+-]?\d+)?")
_GAPS = re.compile(r"(?<=\d)[\s'’_]+(?=\d)")  # between groups of digits


def numbers(text: str, unit: str = "") -> tuple[float, ...]:
    """What a typed number can mean: one value, or two where a lone comma or point may group or divide.

    Takes spaces and apostrophes between digits, a decimal comma, the question's unit, and a percent sign:
    a part of 100 unless the unit is a percentage itself. Raises ValueError for what is no number.
    """
    typed = _without(unit, unicodedata.normalize("NFKC", text).replace("−", "-").strip().casefold())
    percent = typed.endswith("%") and not unit.startswith("%")
    numeral = re.sub(r"^([+-])\s+", r"\1", _GAPS.sub("", typed.removesuffix("%").rstrip()))
    if _NUMERAL.fullmatch(numeral):
        values = {float(spelling) / (100 if percent else 1) for spelling in _spellings(numeral)}
        if values and all(map(math.isfinite, values)):
            return tuple(sorted(values))
    raise ValueError("Type a number, such as 1234.5 or 60 %.")


def _without(unit: str, typed: str) -> str:
    """What was typed, in small letters, less the unit in singular or plural at its end."""
    for name in filter(None, (unit.casefold(), unit.casefold().removesuffix("s"))):
        typed = typed.removesuffix(name).rstrip()
    return typed


def _spellings(numeral: str) -> Iterable[str]:
    """The numeral as Python spells it, for every meaning that its commas and points allow."""
    mantissa, e, exponent = numeral.partition("e")
    for group, point in ((",", "."), (".", ",")):
        whole, *fraction = mantissa.split(point)
        grouped = re.fullmatch(rf"[+-]?(?:\d*|[1-9]\d{{0,2}}(?:{re.escape(group)}\d{{3}})+)", whole)
        if grouped and len(fraction) <= 1 and group not in "".join(fraction):
            yield ".".join([whole.replace(group, ""), *fraction]) + e + exponent


def _number(question: Number, typed: str) -> Grade:
    values, answer = numbers(typed, question.unit), question.answer
    if answer is None:
        raise ValueError("The answer has not been computed.")
    lost = 8 * math.ulp(max(1.0, abs(answer)))  # what float arithmetic may lose on the way
    distance = min(abs(value - answer) for value in values)
    right, given = with_unit(_spell(answer), question.unit), typed.strip()
    if _without(question.unit, given.casefold()) == given.casefold() and not given.endswith("%"):
        given = with_unit(given, question.unit)
    if distance > question.tolerance + lost:
        return Grade(False, (Note(GIVEN_WRONG, given, "", False, True), Note(THE_RIGHT, right, question.explain, True)))
    if distance <= lost:
        return Grade(True, (Note(GIVEN_RIGHT, given, question.explain, True, True),))
    nearest = min(values, key=lambda value: abs(value - answer))
    finer = _decimals(nearest) > _decimals(answer) and distance <= 0.5 * 10 ** -_decimals(answer) + lost
    note = Note(ROUNDED if finer else MORE_EXACTLY, right, question.explain, True)
    return Grade(True, (Note(GIVEN_RIGHT, given, "", True, True), note))


def _decimals(value: float) -> int:
    """How many digits follow the point."""
    return max(0, -int(Decimal(repr(value)).normalize().as_tuple().exponent))


def with_unit(numeral: str, unit: str) -> str:
    """The number and its unit, which is in the singular after a plain one: "1 token"."""
    return f"{numeral} {unit.removesuffix('s') if numeral.lstrip('+-−') == '1' else unit}".rstrip()


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
