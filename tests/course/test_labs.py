from __future__ import annotations

import time
from pathlib import Path

import pytest

from tutor.course.labs import needs_torch, run_lab


def test_output_and_a_good_end(tmp_path: Path) -> None:
    lab = tmp_path / "lab.py"
    lab.write_text("print('é', 2 + 2)\n", encoding="utf-8")
    ran = run_lab(lab)
    assert (ran.output, ran.trouble) == ("é 4\n", "")


def test_a_failure_is_one_line_with_its_place(tmp_path: Path) -> None:
    lab = tmp_path / "lab.py"
    lab.write_text("def f():\n    return 1 / 0\n\n\nf()\n")
    ran = run_lab(lab)
    assert ran.trouble == "ends with exit code 1: ZeroDivisionError: division by zero"
    assert ran.line == 2


def test_what_does_not_end_is_ended_with_all_it_started(tmp_path: Path) -> None:
    lab = tmp_path / "lab.py"
    lab.write_text(
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).wait()\n"
    )
    begun = time.monotonic()
    assert run_lab(lab, 0.5).trouble == "does not end within 0.5 seconds"
    assert time.monotonic() - begun < 10


def test_no_input_is_waited_for(tmp_path: Path) -> None:
    lab = tmp_path / "lab.py"
    lab.write_text("input()\n")
    assert "EOFError" in run_lab(lab).trouble


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
