"""Labs: read, changed, run and solved by key; one that misbehaves leaves nothing behind, and the app goes on."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from small_course import happens, opened, text_of, write
from textual.pilot import Pilot
from textual.widgets import Static

from tutor.app import TutorApp
from tutor.course.labs import OUTPUT
from tutor.screens.help import keys_of
from tutor.screens.lab import LabScreen
from tutor.themes import THEMES
from tutor.widgets.editor import Editor

FORK = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; print('child', flush=True); time.sleep(600)"])
print("pid", child.pid, flush=True)
"""


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


async def open_lab(app: TutorApp, pilot: Pilot[None], name: str = "count.py") -> Editor:
    app.push_screen(LabScreen(name))
    await happens(pilot, lambda: isinstance(app.screen, LabScreen) and bool(app.screen.query(Editor)))
    await pilot.pause()
    return app.screen.query_one(Editor)


async def run(app: TutorApp, pilot: Pilot[None]) -> None:
    await open_lab(app, pilot)
    await pilot.press("r")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("while True: print('x' * 99)", f"It printed more than {OUTPUT:,} characters"),
        ("print(input())", "EOFError"),
        ("open('/dev/tty', 'w').write('x')", "OSError"),
        ("import os; os._exit(3)", "It ended with exit code 3."),
        ("bytearray(1 << 31)", "A lab may have 1,024 MB of memory."),
        ("import sys; sys.stdout.buffer.write(b'\\x1b]0;x\\x07\\xff')", "␛]0;x␇\ufffd"),
        ("def", "SyntaxError"),
        ("", "It printed nothing."),
    ],
)
async def test_a_lab_that_misbehaves_is_said(source: str, said: str, lessons: Path, tmp_path: Path) -> None:
    (lessons / "labs" / "count.py").write_text(source + "\n", encoding="utf-8")
    async with opened(lessons, tmp_path) as (app, pilot):
        await run(app, pilot)
        await happens(pilot, lambda: said in printed(app))


@pytest.mark.parametrize("key", ["x", "b", "r"])
async def test_what_a_lab_has_started_ends_with_it(key: str, lessons: Path, tmp_path: Path) -> None:
    (lessons / "labs" / "count.py").write_text(FORK, encoding="utf-8")
    async with opened(lessons, tmp_path) as (app, pilot):
        await run(app, pilot)
        await happens(pilot, lambda: "child" in printed(app) and "pid" in printed(app))
        pid = int(next(line for line in printed(app).splitlines() if line.startswith("pid")).split()[1])
        assert lives(pid)
        await pilot.press(key)
        await happens(pilot, lambda: not lives(pid))


async def test_no_room_for_a_lab_is_said(lessons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        await run(app, pilot)
        await happens(pilot, lambda: "It cannot be run here: " in printed(app))
        monkeypatch.undo()
        monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
        await pilot.press("r")
        await happens(pilot, lambda: "no-python" in printed(app))


# ── reading and changing ─────────────────────────────────────────────────────────────────────────────


async def test_the_program_is_read_by_keys_and_told_apart_by_styles(lessons: Path, tmp_path: Path) -> None:
    source = "# why\nfor i in 'ab':\n" + "    print(i)\n" * 60
    (lessons / "labs" / "count.py").write_text(source, encoding="utf-8")
    async with opened(lessons, tmp_path) as (app, pilot):
        editor = await open_lab(app, pilot)
        why, loop = editor.get_line(0), editor.get_line(1)
        assert [(span.start, span.end) for span in why.spans] == [(0, 5)]
        assert [loop.plain[span.start : span.end] for span in loop.spans] == ["for", "in", "'ab'"]
        await pilot.press("j", "down", "space")
        assert editor.scroll_offset.y == 12
        keys = {what for place in keys_of(app.screen).values() for _, what in place}
        assert "run" in keys and not {"undo", "paste", "delete line"} & keys
        await pilot.press("x", "tab")
        assert app.screen.focused is not editor
        assert editor.text == source


async def test_a_new_line_begins_where_python_wants_it(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        editor = await open_lab(app, pilot)
        await pilot.press("e", "end", "enter", *"a", "enter", *"b")
        assert editor.text.splitlines()[:3] == ["for i in range(3):", "    a", "    b"]


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
async def test_the_cursor_is_seen_in_every_theme(theme: str, lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        app.set_theme(theme)
        editor = await open_lab(app, pilot)
        await pilot.press("e", "end")
        styles = [(style, text) for text, style, _ in editor.render_line(0) if style]
        (cursor,) = [style for style, text in styles if style.reverse]
        assert {style.bgcolor for style, _ in styles} == {cursor.bgcolor}  # not reversed twice


@pytest.mark.parametrize("leave", ["tab", "escape", "quit"])
async def test_what_was_written_is_kept_however_one_leaves(leave: str, lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await open_lab(app, pilot)
        await pilot.press("e", *"xy")
        if leave != "quit":
            await pilot.press(leave)
            assert isinstance(app.screen, LabScreen)
            assert "changed by you" in text_of(app)
    assert (tmp_path / "labs" / "count.py").read_text().startswith("xyfor")
    async with opened(lessons, tmp_path) as (app, pilot):
        assert (await open_lab(app, pilot)).text.startswith("xyfor")


async def test_what_another_editor_writes_is_taken_up_and_never_lost(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        editor = await open_lab(app, pilot)
        await pilot.press("e", *"a=1", "tab")
        file = tmp_path / "labs" / "count.py"
        assert file.read_text().startswith("a=1")
        file.write_text("print('from elsewhere')\n")
        await pilot.press("r")
        await happens(pilot, lambda: "from elsewhere" in printed(app))
        await pilot.press("e", *"b=2")
        file.write_text("c = 3\n")
        await pilot.press("tab")
        assert file.read_text() == editor.text == "prib=2nt('from elsewhere')\n"  # where the cursor was
        assert file.with_stem("count-2").read_text() == "c = 3\n"
        assert "changed elsewhere" in printed(app) and "count-2.py" in printed(app)


async def test_the_original_comes_back_only_after_a_question(lessons: Path, tmp_path: Path) -> None:
    own = tmp_path / "labs" / "count.py"
    async with opened(lessons, tmp_path) as (app, pilot):
        editor = await open_lab(app, pilot)
        await pilot.press("u", "y")  # there is nothing to restore
        await pilot.press("e", "x", "tab", "u")
        assert "deleted" in printed(app)
        await pilot.press("n")
        assert own.is_file() and editor.text.startswith("xfor")
        await pilot.press("y")  # nothing was asked
        assert own.is_file()
        assert "xfor" in text_of(app)
        await pilot.press("u", "y")
        assert not own.exists() and editor.text.startswith("for")
        assert "xfor" not in text_of(app)  # nor is it on the screen still


async def test_the_lab_says_which_keys_are_needed(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, size=(60, 20)) as (app, pilot):
        await open_lab(app, pilot)
        for said in ("r runs", "e lets you write", "Tab ends that", "u brings"):
            assert said in printed(app)
        assert "undo" not in text_of(app)
        await pilot.press("e", "x")
        assert "Tab done  Ctrl+Z undo  Ctrl+X cut the line" in text_of(app)
        await pilot.press("ctrl+z", "tab")
        assert "changed by you" not in text_of(app)


async def test_a_change_that_is_undone_leaves_no_file(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await open_lab(app, pilot)
        await pilot.press("e", "x", "tab", "e", "backspace", "tab")
        assert not (tmp_path / "labs" / "count.py").exists()


# ── exercises ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def exercise(lessons: Path) -> Path:
    given = "def size(word):\n    # YOUR TURN: how long?\n    return 0\n    # END\n"
    check = '"""Python counts with len."""\nfrom __main__ import size\nassert size("abc") == 3, "abc has 3 letters."\n'
    for name, text in {"": given, ".solution": given.replace("0", "len(word)"), ".check": check}.items():
        (lessons / "labs" / f"count{name}.py").write_text(text, encoding="utf-8")
    return lessons


async def test_an_exercise_is_failed_hinted_at_solved_and_remembered(exercise: Path, tmp_path: Path) -> None:
    async with opened(exercise, tmp_path) as (app, pilot):
        editor = await open_lab(app, pilot)
        assert "YOUR TURN" in printed(app)
        await pilot.press("r")
        await happens(pilot, lambda: "Not yet: abc has 3 letters." in printed(app))
        await pilot.press("H")
        assert printed(app) == "Hint: Python counts with len."
        await pilot.press("S")
        assert "len(word)" not in printed(app)
        await pilot.press("e", "end", "backspace", "2", "tab", "r")
        assert "return 2" in editor.text
        await happens(pilot, lambda: "Not yet" in printed(app))
        await pilot.press("S")
        assert printed(app).endswith("return len(word)\n")
        await pilot.press("e", "backspace", *"3", "tab", "r")
        await happens(pilot, lambda: "The check passes" in printed(app))
        assert "passed" in text_of(app).splitlines()[0]
    async with opened(exercise, tmp_path) as (app, pilot):
        await open_lab(app, pilot)
        assert "passed" in text_of(app).splitlines()[0]


async def test_a_lab_that_is_no_exercise_has_no_hint(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await open_lab(app, pilot)
        before = printed(app)
        await pilot.press("H", "S")
        assert printed(app) == before
