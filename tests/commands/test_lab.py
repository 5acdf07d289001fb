"""`tutor lab`: an exercise from first look to solved, and what the app finds of it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutor.course.exercises import SOLUTION, beside
from tutor.course.load import load_course
from tutor.study.store import Store

NAME = "nearest_words"
LAB = load_course().lab(f"{NAME}.py") or Path()


@pytest.fixture
def lab(tutor: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    return lambda *arguments: tutor("--data-dir", str(tmp_path), "lab", *arguments)


def test_an_exercise_is_filled_in_and_solved(lab: Callable[..., Any], tmp_path: Path) -> None:
    assert "dot product" in lab(NAME, "--hint").out
    refused = lab(NAME, "--solution")
    assert refused.code == 2 and "try it yourself first" in refused.err
    assert lab(NAME, "--run").code == 1
    own = tmp_path / "labs" / f"{NAME}.py"
    assert str(own) in lab(NAME, "--copy").out and own.read_bytes() == LAB.read_bytes()

    own.write_text(own.read_text("utf-8") + "\n# tried\n", "utf-8")
    assert str(own) in lab(NAME, "--copy").out and "# tried" in lab(NAME).out  # not overwritten
    assert "# tried" not in lab(NAME, "--original").out
    solution = lab(NAME, "--solution").out
    assert solution and "YOUR TURN" not in solution

    own.write_bytes(beside(LAB, SOLUTION).read_bytes())
    done = lab(NAME, "--run")
    assert done.code == 0 and done.out.endswith("The check passes: solved.\n")
    store = Store.open(tmp_path)
    assert store.challenges_met() == {f"{NAME}.py"}
    store.close()
    assert [row["lab"] for row in lab("--json").data if row["solved"]] == [NAME]
    assert "exercise, solved" in lab().out


def test_what_a_program_prints_is_shown_and_not_obeyed(lab: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs" / "bpe_forty_lines.py").write_text("print('\\x1b[2J')\n1 / 0\n", "utf-8")
    done = lab("bpe_forty_lines", "--run")
    assert done.code == 1 and "␛[2J" in done.out
    assert done.out.endswith("ZeroDivisionError: division by zero\nIt ended with exit code 1.\n")


def test_a_copy_that_fails_leaves_nothing_behind(
    lab: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str, **options: Any) -> int:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    own = tmp_path / "labs" / f"{NAME}.py"
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", full)
        failed = lab(NAME, "--copy")
    assert failed.code == 1 and failed.out == ""
    assert failed.err == f"tutor: {own} could not be written: No space left on device; make room and try again\n"
    assert list(own.parent.iterdir()) == []
    assert lab(NAME, "--copy").code == 0 and own.read_bytes() == LAB.read_bytes()


def test_a_copy_into_a_folder_that_cannot_be_says_so(lab: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "labs").write_text("", "utf-8")
    failed = lab(NAME, "--copy")
    assert failed.code == 1 and str(tmp_path / "labs" / f"{NAME}.py") in failed.err
    assert failed.err.endswith("; see to the folder and try again\n")


def test_what_there_is_not(lab: Callable[..., Any]) -> None:
    assert "no lab '../secret'" in lab("../secret").err
    assert "is no exercise" in lab("bpe_forty_lines", "--hint").err
    assert lab("bpe_forty_lines.py").out == lab("bpe_forty_lines").out
