"""What the first screen waits for: which modules, and not much more work than a minimal Textual app's."""

from __future__ import annotations

import sys
from pathlib import Path

from measure_start import STARTED, imported_until_the_first_screen, starts
from measures import MINIMAL

LATER = {  # parts of tutor that the first screen can do without
    "tutor.engine", "tutor.experiments", "tutor.models", "tutor.training", "tutor.study.schedule", "tutor.study.review",
    "tutor.study.grading", "tutor.course.text", "tutor.course.lines", "tutor.widgets.base", "tutor.widgets.card",
    "tutor.screens.chapter",
}  # fmt: skip
# packages that a minimal Textual app does without: for the command line, the list of chapters and the progress
PACKAGES = {"argparse", "gettext", "json", "msgspec", "sqlite3", "tomli", "tutor"}


def test_only_what_the_first_screen_shows_is_imported_before_it(tmp_path: Path) -> None:
    ours = imported_until_the_first_screen(STARTED, tmp_path, "--data-dir", str(tmp_path))
    assert "tutor.screens.home" in ours
    assert not ours & LATER
    minimal = imported_until_the_first_screen(MINIMAL, tmp_path)
    packages = {name.split(".")[0] for name in ours - minimal} - {*sys.builtin_module_names}
    assert {name for name in packages if not name.startswith("_") and "mypyc" not in name} == PACKAGES


def test_the_work_before_the_first_screen_is_near_a_minimal_apps() -> None:
    ratios: list[float] = []
    while len(ratios) < 3 and min(ratios, default=2.0) > 1.5:  # the machine's own speed changes meanwhile
        minimal, ours = starts(3)
        ratios.append(min(one.work for one in ours) / min(one.work for one in minimal))
    assert min(ratios) <= 1.5, ratios
