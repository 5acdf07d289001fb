"""What the first screen waits for: which modules, and not much more work than a minimal Textual app's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from measure_start import (
    PLAIN,
    SHARE,
    STARTED,
    command_seconds,
    compiled,
    imported_until_the_first_screen,
    own_share,
    starts,
)
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


def test_the_work_before_the_first_screen_is_near_a_minimal_apps_and_so_is_the_wait() -> None:
    works, waits = list[float](), list[float]()
    while len(works) < 3 and not (works and min(works) <= 1.5 and min(waits) <= 2):  # the machine's speed changes
        minimal, ours = starts(3)
        works.append(min(one.work for one in ours) / min(one.work for one in minimal))
        waits.append(min(one.seconds for one in ours) / min(one.seconds for one in minimal))
    assert min(works) <= 1.5 and min(waits) <= 2, (works, waits)


def test_our_own_modules_are_a_small_part_of_what_is_imported(tmp_path: Path) -> None:
    environment = compiled(str(tmp_path))
    own_share(environment)  # compiles
    assert min(own_share(environment)[1] for _ in range(3)) <= SHARE


@pytest.mark.parametrize("arguments", PLAIN, ids=" ".join)
def test_a_plain_command_is_soon_done(arguments: list[str], tmp_path: Path) -> None:
    """Half a second on a quiet machine, at most."""
    given = ["--data-dir", str(tmp_path), *arguments]
    seconds = list[float]()
    while len(seconds) < 3 and min(seconds, default=9.0) > 3:
        seconds.append(command_seconds({}, *given))
    assert min(seconds) <= 3, seconds
