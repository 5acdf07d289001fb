"""Checks of the labs: their width, that they run, and that an exercise fails as it is given and passes solved."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from rich.cells import cell_len

from tutor.course.exercises import CHECK, SOLUTION, Exercise, beside, exercise, lab_of, split
from tutor.course.labs import Ran, needs_torch, run_lab
from tutor.course.parse import shown
from tutor.course.problems import Problem

CODE = 72  # cells of a line, beside its number at 80x24
HINT = 300  # characters
SECRET = 12  # characters of a line that a hint may not give away


def labs_in(folder: Path) -> list[Path]:
    """The labs in a folder: not their checks and solutions."""
    return sorted(path for path in folder.glob("*.py") if not path.name.endswith((CHECK, SOLUTION)))


def strays(folder: Path, opened: set[Path]) -> Iterator[Problem]:
    """Programs in the folder of labs that nobody can open: `opened` are those that cards name."""
    for path in labs_in(folder):
        if path not in opened:
            yield Problem(shown(path), 1, "no card opens this lab")
    for path in sorted([*folder.glob(f"*{CHECK}"), *folder.glob(f"*{SOLUTION}")]):
        lab = lab_of(path)
        if not lab.is_file() or not (beside(lab, CHECK).is_file() and beside(lab, SOLUTION).is_file()):
            yield Problem(shown(path), 1, f"an exercise is three files: `x.py`, `x{CHECK}`, `x{SOLUTION}`")


def check_lab(path: Path, run: bool = True, torch: bool = False) -> list[Problem]:
    """Every problem of one lab; runs it if `run`, one that imports PyTorch only if `torch` too."""
    try:
        source = path.read_text(encoding="utf-8")
        run = (not needs_torch(source.encode()) or torch) and run
        problems = list(_wide(path, source))
        found = exercise(path)
    except SyntaxError as error:
        return [_not_python(path, error)]
    except (OSError, ValueError) as error:
        return [Problem(shown(path), 1, f"cannot be read: {error}")]
    if found is not None:
        problems += _check_exercise(path, source, found, run)
    elif run and (ran := run_lab(path)).trouble:
        problems.append(Problem(shown(path), ran.line, f"the lab {_told(ran)}"))
    return problems


def _not_python(path: Path, error: SyntaxError) -> Problem:
    """The lab or its check, whichever it is."""
    try:
        ast.parse(path.read_bytes())
        path = beside(path, CHECK)
    except SyntaxError:
        pass
    return Problem(shown(path), error.lineno or 1, f"not Python: {error.msg}")


def _wide(path: Path, source: str) -> Iterator[Problem]:
    for number, line in enumerate(source.splitlines(), 1):
        if cell_len(line) > CODE:
            yield Problem(shown(path), number, f"this line has {cell_len(line)} cells; a lab has {CODE}")


def _check_exercise(path: Path, source: str, found: Exercise, run: bool) -> Iterator[Problem]:
    check, solution = beside(path, CHECK), beside(path, SOLUTION)
    try:
        before, gap, after = split(source)
    except ValueError as error:
        yield Problem(shown(path), 1, str(error))
        return
    try:
        first, answer, last = split(found.solution)
    except ValueError as error:
        yield Problem(shown(solution), 1, str(error))
        return
    if (before, after) != (first, last):
        yield Problem(shown(solution), 1, f"outside the gap it differs from {path.name}")
    yield from _wide(solution, found.solution)
    yield from _check_hint(check, found.hint, gap, answer)
    yield from _check_messages(check, found.check)
    if not run:
        return
    ran = run_lab(path, check)
    if ran.trouble:
        yield Problem(shown(path), ran.line, f"the exercise as it is given {_told(ran)}")
    elif ran.passed:
        yield Problem(shown(check), 1, "the exercise as it is given passes")
    elif "Traceback" in ran.output:
        yield Problem(shown(check), 1, f"it has no message for the exercise as it is given: {ran.missed}")
    ran = run_lab(solution, check)
    if ran.trouble:
        yield Problem(shown(solution), ran.line, f"the solution {_told(ran)}")
    elif not ran.passed:
        yield Problem(shown(solution), 1, f"the solution does not pass: {ran.missed}")


def _check_hint(check: Path, hint: str, gap: str, answer: str) -> Iterator[Problem]:
    given = {line.strip() for line in gap.splitlines()}
    if not hint or len(hint) > HINT:
        yield Problem(shown(check), 1, f"the hint is the docstring of the check, of 1 to {HINT} characters")
    for line in answer.splitlines():
        secret = line.split("  #")[0].strip()
        if len(secret) >= SECRET and secret not in given and secret in hint:
            yield Problem(shown(check), 1, f"the hint gives the answer away: `{secret}`")


def _check_messages(path: Path, source: str) -> Iterator[Problem]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assert) and node.msg is None:
            yield Problem(shown(path), node.lineno, "an assertion needs a message that says what is not there yet")


def _told(ran: Ran) -> str:
    """The trouble, with the last line of the output where the program failed by itself."""
    last = ran.output.strip().splitlines()[-1:] if ran.trouble.startswith("ended") else []
    return ": ".join([ran.trouble, *last])
