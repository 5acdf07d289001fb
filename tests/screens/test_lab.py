"""Labs that misbehave: the app goes on, and nothing is left behind."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from small_course import opened, write
from textual.pilot import Pilot
from textual.widgets import Static

from tutor.app import TutorApp
from tutor.screens.lab import OUTPUT, LabScreen

FORK = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; print('child', flush=True); time.sleep(600)"])
print("pid", child.pid, flush=True)
"""


async def until(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    for _ in range(2000):
        if ready():
            return
        await pilot.pause(0.01)
    raise AssertionError("never came")


def printed(app: TutorApp) -> str:
    return str(app.screen.query_one("#output", Static).content)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path("/proc", str(pid), "stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    return write(tmp_path / "lessons")


async def run(app: TutorApp, pilot: Pilot[None]) -> None:
    app.push_screen(LabScreen("count.py"))
    await until(pilot, lambda: isinstance(app.screen, LabScreen))
    await pilot.pause()
    await pilot.press("r")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("while True: print('x' * 99)", f"it printed more than {OUTPUT:,} characters"),
        ("print(input())", "EOFError"),
        ("open('/dev/tty', 'w').write('x')", "OSError"),
        ("import os; os._exit(3)", "It ended with exit code 3."),
        ("import sys; sys.stdout.buffer.write(b'\\x1b]0;x\\x07\\xff')", "␛]0;x␇\ufffd"),
        ("def", "SyntaxError"),
        ("", "It printed nothing."),
    ],
)
async def test_a_lab_that_misbehaves_is_said(source: str, said: str, lessons: Path, tmp_path: Path) -> None:
    (lessons / "labs" / "count.py").write_text(source + "\n", encoding="utf-8")
    async with opened(lessons, tmp_path) as (app, pilot):
        await run(app, pilot)
        await until(pilot, lambda: said in printed(app))


@pytest.mark.parametrize("key", ["x", "b", "r"])
async def test_what_a_lab_has_started_ends_with_it(key: str, lessons: Path, tmp_path: Path) -> None:
    (lessons / "labs" / "count.py").write_text(FORK, encoding="utf-8")
    async with opened(lessons, tmp_path) as (app, pilot):
        await run(app, pilot)
        await until(pilot, lambda: "child" in printed(app) and "pid" in printed(app))
        pid = int(next(line for line in printed(app).splitlines() if line.startswith("pid")).split()[1])
        assert lives(pid)
        await pilot.press(key)
        await until(pilot, lambda: not lives(pid))


async def test_no_room_for_a_lab_is_said(lessons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        await run(app, pilot)
        await until(pilot, lambda: "It cannot be run here: " in printed(app))
        monkeypatch.undo()
        monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
        await pilot.press("r")
        await until(pilot, lambda: "no-python" in printed(app))
