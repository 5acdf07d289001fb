from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tutor.course.exercises import CHECK, SOLUTION, beside, exercise
from tutor.course.lab_child import MEMORY
from tutor.course.labs import OUTPUT, Ran, needs_torch, run_lab
from tutor.course.locate import LABS, lessons_root
from tutor.course.programs import check_lab, labs_in, strays

CHECKED = '"""Count the letters."""\nfrom __main__ import size\n\nassert size("abc") == 3, "abc has 3 letters."\n'
GIVEN = "def size(word):\n    # YOUR TURN: how long is it?\n    return 0\n    # END\n\n\nprint(size('kettle'))\n"
SOLVED = GIVEN.replace("return 0", "return len(word)")


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """An exercise that is all it should be."""
    for name, text in {"size.py": GIVEN, "size.check.py": CHECKED, "size.solution.py": SOLVED}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "size.py"


def ran(tmp_path: Path, source: str, check: str | None = None, seconds: float = 30.0) -> Ran:
    """What a program, and a check after it, come to."""
    (tmp_path / "lab.py").write_text(source, encoding="utf-8")
    if check is not None:
        (tmp_path / "lab.check.py").write_text(check, encoding="utf-8")
    return run_lab(tmp_path / "lab.py", tmp_path / "lab.check.py" if check is not None else None, seconds)


def test_output_and_a_good_end(tmp_path: Path) -> None:
    assert ran(tmp_path, "print('é', 2 + 2)\n") == Ran("é 4\n")


def test_a_failure_is_said_with_its_place_and_none_of_our_own_frames(tmp_path: Path) -> None:
    done = ran(tmp_path, "def f():\n    return 1 / 0\n\n\nf()\n")
    assert (done.trouble, done.line) == ("ended with exit code 1", 2)
    assert done.output.splitlines()[1] == '  File "lab.py", line 5, in <module>'
    assert done.output.endswith("ZeroDivisionError: division by zero\n")


def test_what_does_not_end_is_ended_with_all_it_started(tmp_path: Path) -> None:
    child = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).wait()\n"
    begun = time.monotonic()
    assert ran(tmp_path, child, seconds=0.5).trouble == "did not end within 0.5 seconds"
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("source", "trouble", "printed"),
    [
        ("input()", "ended with exit code 1", "EOFError"),
        ("while True: print('x' * 99)", f"printed more than {OUTPUT:,} characters", "xxx"),
        (f"bytearray({2 * MEMORY})", "ended with exit code 1", "A lab may have 1,024 MB of memory."),
        ("open('big', 'wb').write(bytes(1 << 25))", "ended with exit code 1", "OSError"),
        ("import os; os.abort()", "was ended by SIGABRT", ""),
        ("import sys; sys.exit(3)", "ended with exit code 3", ""),
        ("def", "ended with exit code 1", "SyntaxError"),
    ],
)
def test_limits(tmp_path: Path, source: str, trouble: str, printed: str) -> None:
    done = ran(tmp_path, source)
    assert done.trouble == trouble
    assert printed in done.output


def test_a_lab_finds_the_course_s_own_python_and_vectors(tmp_path: Path) -> None:
    done = ran(tmp_path, "import sys, tutor.models.vectors\nprint(sys.executable, __name__, sys.argv)")
    assert done.output == f"{sys.executable} __main__ ['lab.py']\n"


# ── exercises ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("source", "passed", "missed"),
    [
        (GIVEN, False, "abc has 3 letters."),
        (SOLVED, True, ""),
        (SOLVED + "raise SystemExit\n", True, ""),
        ("x = 1\n", False, "the program has no `size`."),
        ("def size(word):\n    return word / 2\n", False, "the check ended in the TypeError above."),
        ("def size(word):\n    assert word == '', 'mine'\n", False, "the check ended in the AssertionError above."),
    ],
)
def test_the_check_speaks_after_the_program(tmp_path: Path, source: str, passed: bool, missed: str) -> None:
    done = ran(tmp_path, source, CHECKED)
    assert (done.passed, done.missed, done.trouble) == (passed, missed, "")


@pytest.mark.parametrize("source", ["import os; os._exit(0)", "raise SystemExit(2)", "1 / 0"])
def test_a_program_that_ends_before_the_check_has_not_passed(tmp_path: Path, source: str) -> None:
    done = ran(tmp_path, SOLVED + source, CHECKED)
    assert done.passed is None
    assert done.trouble


def test_a_good_exercise_has_no_problems(lab: Path) -> None:
    assert check_lab(lab) == []
    found = exercise(lab)
    assert found is not None
    assert (found.hint, found.answer) == ("Count the letters.", "    return len(word)\n")
    assert labs_in(lab.parent) == [lab]


@pytest.mark.parametrize(
    ("kind", "old", "new", "says"),
    [
        (".py", "# END", "# end", "an exercise has one gap"),
        (".py", "return 0", "return len(word)", "the exercise as it is given passes"),
        (".py", "return 0", "return 1 / 0", "ended with exit code 1: ZeroDivisionError: division by zero"),
        (".py", "print(size('kettle'))", "print(size('kettle'), " + "1, " * 30 + ")", "a lab has 72"),
        (".py", "print(", "print((", "not Python"),
        (SOLUTION, "'kettle'", "'heron'", "outside the gap it differs from size.py"),
        (SOLUTION, "len(word)", "-len(word)", "the solution does not pass: abc has 3 letters."),
        (SOLUTION, "# YOUR TURN", "#", "an exercise has one gap"),
        (CHECK, "Count the letters.", "", "the hint is the docstring of the check"),
        (CHECK, "Count the letters.", "Write return len(word) there.", "the hint gives the answer away"),
        (CHECK, ', "abc has 3 letters."', "", "an assertion needs a message"),
        (CHECK, 'size("abc") == 3', "size(3) == 3", "the solution does not pass: the check ended in the TypeError"),
        (CHECK, "import size", "import length", "the solution does not pass: the program has no `length`."),
        (CHECK, "assert", "assert (", "not Python"),
    ],
)
def test_what_is_wrong_with_an_exercise_is_said(lab: Path, kind: str, old: str, new: str, says: str) -> None:
    path = lab if kind == ".py" else beside(lab, kind)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert says in "\n".join(str(problem) for problem in check_lab(lab))


def test_an_unsolved_exercise_must_have_a_message_of_its_own(lab: Path) -> None:
    lab.write_text(GIVEN.replace("return 0", "return word / 0"), encoding="utf-8")
    lab.write_text(lab.read_text().replace("print(size('kettle'))", "print()"), encoding="utf-8")
    beside(lab, SOLUTION).write_text(SOLVED.replace("print(size('kettle'))", "print()"), encoding="utf-8")
    assert [p.message for p in check_lab(lab)] == [
        "it has no message for the exercise as it is given: the check ended in the TypeError above."
    ]


@pytest.mark.parametrize("gone", [".py", CHECK, SOLUTION])
def test_files_of_an_exercise_stand_together(lab: Path, gone: str) -> None:
    (lab if gone == ".py" else beside(lab, gone)).unlink()
    assert any("an exercise is three files" in problem.message for problem in strays(lab.parent, {lab}))


def test_a_lab_that_no_card_opens_is_a_problem(lab: Path) -> None:
    assert list(strays(lab.parent, {lab})) == []
    assert [problem.message for problem in strays(lab.parent, set())] == ["no card opens this lab"]


def test_the_course_has_exercises_and_plain_labs() -> None:
    found = [exercise(lab) for lab in labs_in(lessons_root() / LABS)]
    assert sum(one is not None for one in found) >= 3
    assert sum(one is None for one in found) >= 4


@pytest.mark.parametrize("lab", labs_in(lessons_root() / LABS), ids=lambda lab: lab.stem)
def test_every_lab_of_the_course_is_sound(lab: Path) -> None:
    assert check_lab(lab) == []


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        (b"import torch", True),
        (b"def f():\n    from torch.nn import Linear", True),
        (b"import numpy as np  # not torch", False),
        (b"from .torch import x", False),
    ],
)
def test_which_labs_need_torch(source: bytes, needs: bool) -> None:
    assert needs_torch(source) is needs
