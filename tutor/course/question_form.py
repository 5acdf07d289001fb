"""Checks of the form of questions: choices, blanks, orders, pairs, shown programs, and what is drawn."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec
from rich.cells import cell_len

from tutor.course.draws import GENERATORS, PLACE, filled, rows
from tutor.course.problems import Finding, Path
from tutor.course.schema import (
    AnyQuestion,
    Blank,
    Chapter,
    Code,
    CodeLine,
    Draw,
    Match,
    Number,
    OneChoice,
    Order,
    Outcome,
    Predict,
    SeveralChoices,
)

FEW_KEYS = 6  # questions in which a place or length may be chance
FEWEST, MOST = 3, 9  # things to put in order or to pair; the most that have a digit of their own
CODE = 66  # cells of a line of a shown program
ROWS = 3  # that a draw has at least


def check_outcomes(outcomes: list[Outcome], at: Path) -> Iterator[Finding]:
    """Whether there is a choice of outcomes."""
    if 0 < len(outcomes) < 2:
        yield Finding(at, "at least two outcomes, to choose from")
    yield from _twice([outcome.text for outcome in outcomes], at, "outcome")


def check_question(question: AnyQuestion, at: Path) -> Iterator[Finding]:
    """What is wrong with a question in which nothing is left to draw."""
    match question:
        case OneChoice() | SeveralChoices():
            correct = sum(choice.correct for choice in question.choices)
            if isinstance(question, OneChoice) and correct != 1:
                yield Finding((*at, "choices"), f"exactly one choice is correct, not {correct}")
            elif correct == 0:
                yield Finding((*at, "choices"), "at least one choice is correct, not 0")
            if len(question.choices) == 1:
                yield Finding((*at, "choices"), "at least two choices, to choose from")
            yield from _twice([choice.text for choice in question.choices], (*at, "choices"), "choice")
        case Blank():
            if question.text.count("___") != 1 or "____" in question.text:
                yield Finding((*at, "text"), "the text has one blank: ___")
            accepted = {answer.strip().casefold() for answer in question.answers}
            for i, answer in enumerate(question.answers):
                if not answer.strip():
                    yield Finding((*at, "answers", i), "an answer is empty")
            for wrong in question.near:
                if wrong.strip().casefold() in accepted:
                    yield Finding((*at, "near", wrong), f"`{wrong}` is among the answers")
                if not question.near[wrong].strip():
                    yield Finding((*at, "near", wrong), f"nothing is said to `{wrong}`")
        case Number():
            if question.answer is None and question.compute is None:
                yield Finding((*at, "answer"), "`answer` is missing")
        case Order():
            yield from _check_count(question.steps, (*at, "steps"), "steps")
            yield from _twice([step.text for step in question.steps], (*at, "steps"), "step")
        case Match():
            yield from _check_count(question.pairs, (*at, "pairs"), "pairs")
            yield from _twice([pair.left for pair in question.pairs], (*at, "pairs"), "left side", "left")
            yield from _twice([pair.right for pair in question.pairs], (*at, "pairs"), "right side", "right")
        case Code():
            yield from _check_code(question, at)
        case Predict():
            yield from check_outcomes(question.outcomes, (*at, "outcomes"))


def _check_count(things: Sequence[Any], at: Path, what: str) -> Iterator[Finding]:
    if things and not FEWEST <= len(things) <= MOST:
        yield Finding(at, f"{FEWEST} to {MOST} {what}, not {len(things)}")


# ── shown programs ───────────────────────────────────────────────────────────────────────────────────


def _check_code(question: Code, at: Path) -> Iterator[Finding]:
    code = question.code.strip("\n").split("\n")
    for wide in (text for text in code if cell_len(text) > CODE or "\t" in text):
        yield Finding((*at, "code"), f"a line is wider than {CODE} cells, or has a tab", wide.strip())
    if len(question.lines) == 1 or len(question.lines) > MOST:
        yield Finding((*at, "lines"), f"2 to {MOST} lines to choose from, not {len(question.lines)}")
    for i, line in enumerate(question.lines):
        if not 1 <= line.line <= len(code) or not code[line.line - 1].strip():
            yield Finding((*at, "lines", i, "line"), f"the program has no line {line.line} to choose")
            return
        if line.line in [other.line for other in question.lines[:i]]:
            yield Finding((*at, "lines", i, "line"), f"line {line.line} is there twice")
    wrong = [line for line in question.lines if line.mended.strip()]
    if question.lines and len(wrong) != 1:
        yield Finding((*at, "lines"), f"exactly one line is wrong and has `mended`, not {len(wrong)}")
    if problem := _syntax(code):
        yield Finding((*at, "code"), f"not Python: {problem}")
    for i, line in enumerate(question.lines):
        if line.mended.strip():
            yield from _check_mended(code, line, (*at, "lines", i, "mended"))


def _check_mended(code: list[str], line: CodeLine, at: Path) -> Iterator[Finding]:
    old, new = code[line.line - 1], line.mended.strip()
    if old.strip() == new:
        yield Finding(at, "`mended` is the line as it was")
    indent = old[: len(old) - len(old.lstrip())]
    if problem := _syntax([*code[: line.line - 1], indent + new, *code[line.line :]]):
        yield Finding(at, f"not Python: {problem}")


def _syntax(code: list[str]) -> str:
    """What keeps a program from being read, in one line; empty where nothing does."""
    try:
        ast.parse("\n".join(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return " ".join(str(error).split())
    return ""


# ── draws ────────────────────────────────────────────────────────────────────────────────────────────


def check_draw(question: AnyQuestion, at: Path) -> Iterator[Finding]:
    """Whether everything that is to be filled in has something to fill it, another each time."""
    draw, here = question.draw, (*at, "draw")
    used = {name: path for path, name in _places(msgspec.to_builtins(msgspec.structs.replace(question, draw=None)))}
    if draw is None:
        for name, path in used.items():
            yield Finding((*at, *path), f"`{{p:{name}}}` needs `draw`", f"{{p:{name}}}")
        return
    known, found = _known(draw), list(_check_rows(draw, here))
    yield from found
    for name, path in used.items():
        if known and name not in known:
            yield Finding((*at, *path), f"nothing is drawn for `{{p:{name}}}`", f"{{p:{name}}}")
    for name in known - set(used) - {"answer"}:
        if not draw.generator:
            yield Finding(here, f"`{name}` is drawn and not used")
    if found or not known:
        return
    seen: dict[bytes, int] = {}
    for i, row in enumerate(rows(draw)):
        made = filled(question, row)
        yield from (said := [Finding(here, f"row {i + 1}: {f.message}") for f in check_question(made, at)])
        if said:
            return
        shown = msgspec.json.encode(msgspec.structs.replace(made, id="", hint=""))
        if (first := seen.setdefault(shown, i)) != i:
            yield Finding(here, f"row {i + 1} asks the same as row {first + 1}")


def _known(draw: Draw) -> set[str]:
    found = rows(draw)
    return set(found[0]) if found else set()


def _check_rows(draw: Draw, at: Path) -> Iterator[Finding]:
    if bool(draw.rows) == bool(draw.generator):
        yield Finding(at, "a draw has `rows` or a `generator`, one of the two")
    elif draw.generator and draw.generator not in GENERATORS:
        meant = get_close_matches(draw.generator, GENERATORS, 1)
        hint = f"; did you mean `{meant[0]}`?" if meant else ""
        yield Finding((*at, "generator"), f"unknown generator `{draw.generator}`{hint}")
    elif draw.rows and len(draw.rows) < ROWS:
        yield Finding((*at, "rows"), f"at least {ROWS} rows, to be drawn from")
    for i, row in enumerate(draw.rows):
        if set(row) != set(draw.rows[0]):
            yield Finding((*at, "rows", i), "every row has the same names")
        for name in row:
            if not PLACE.fullmatch(f"{{p:{name}}}"):
                yield Finding((*at, "rows", i), f"`{name}` is no name: lower-case letters, digits and _")


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every {p:name} in the tables of a question."""
    match value:
        case str():
            yield from ((path, name) for name in PLACE.findall(value))
        case list():
            for i, item in enumerate(value):
                yield from _places(item, (*path, i))
        case dict():
            for key, item in value.items():
                yield from _places(key, path)
                yield from _places(item, (*path, key))


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────


def check_keys(chapter: Chapter) -> Iterator[Finding]:
    """Correct choices that are known by their place or length rather than by what they say."""
    asked = [question for question in chapter.questions if isinstance(question, OneChoice)]
    keys = [(question.choices, i) for question in asked for i, choice in enumerate(question.choices) if choice.correct]
    if len(keys) < FEW_KEYS:
        return
    letter, most = Counter(i for _, i in keys).most_common(1)[0]
    if most > len(keys) / 2:
        said = f"choice {letter + 1} is the correct one in {most} of {len(keys)} questions: vary its place"
        yield Finding(("questions",), said)
    longest = sum(
        all(len(other.text) < len(choices[i].text) for other in choices if other is not choices[i])
        for choices, i in keys
    )
    if longest > len(keys) * 2 / 3:
        said = f"the correct choice is the longest in {longest} of {len(keys)} questions: lengthen others"
        yield Finding(("questions",), said)


def _twice(texts: list[str], at: Path, kind: str, field: str = "text") -> Iterator[Finding]:
    for i, text in enumerate(texts):
        if text.strip() and text in texts[:i]:
            yield Finding((*at, i, field), f"this {kind} is there twice")
