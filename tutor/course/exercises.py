"""An exercise is a lab with a gap: `x.py`, and beside it `x.check.py` and `x.solution.py`.

The gap stands between two lines of `x.py`, which begin with YOUR_TURN and END. The check is a program that
runs after the learner's and takes names from it (`from __main__ import cosine`); its docstring is the hint, and
the message of each of its assertions says what is not there yet. The solution is the whole program, solved.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

YOUR_TURN, END = "# YOUR TURN", "# END"
CHECK, SOLUTION = ".check.py", ".solution.py"


@dataclass(frozen=True)
class Exercise:
    check: str  # source of the check
    hint: str
    solution: str  # source of the whole program, solved

    @property
    def answer(self) -> str:
        """What the solution has in the gap."""
        _, gap, _ = split(self.solution)
        return gap


def exercise(lab: Path) -> Exercise | None:
    """The exercise that a lab is, or None; raises OSError, UnicodeDecodeError and SyntaxError."""
    if not beside(lab, CHECK).is_file():
        return None
    check = beside(lab, CHECK).read_text(encoding="utf-8")
    return Exercise(check, hint(check), beside(lab, SOLUTION).read_text(encoding="utf-8"))


def beside(lab: Path, kind: str) -> Path:
    """The check or the solution of a lab."""
    return lab.with_name(lab.stem + kind)


def lab_of(path: Path) -> Path:
    """The lab that a check or a solution belongs to; any other file is itself."""
    for kind in (CHECK, SOLUTION):
        if path.name.endswith(kind):
            return path.with_name(path.name.removesuffix(kind) + ".py")
    return path


def hint(check: str) -> str:
    """The docstring of a check, its lines joined; raises SyntaxError."""
    return " ".join((ast.get_docstring(ast.parse(check)) or "").split())


def split(source: str) -> tuple[str, str, str]:
    """What stands before the gap, in it and after it, the two marks left outside; raises ValueError unless
    each mark is there once, in this order."""
    lines = source.splitlines(keepends=True)
    begin = [i for i, line in enumerate(lines) if line.strip().startswith(YOUR_TURN)]
    end = [i for i, line in enumerate(lines) if line.strip() == END]
    if len(begin) != 1 or len(end) != 1 or begin > end:
        raise ValueError(f"an exercise has one gap, between a line that begins with `{YOUR_TURN}` and a line `{END}`")
    at, to = begin[0] + 1, end[0]
    return "".join(lines[:at]), "".join(lines[at:to]), "".join(lines[to:])
