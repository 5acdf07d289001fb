"""What a pane shows can be taken away as text: sent to the terminal, of which nothing is claimed, and to a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import happens, opened, write
from textual.pilot import Pilot

from tutor.app import TutorApp
from tutor.screens.lab import LabScreen
from tutor.screens.playground import WidgetScreen
from tutor.widgets.base import LiveWidget
from tutor.widgets.editor import Editor


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    return write(tmp_path / "lessons")


async def press(app: TutorApp, pilot: Pilot[None], key: str) -> str:
    """What the app says to a key."""
    app.clear_notifications()
    await pilot.press(key)
    await happens(pilot, lambda: len(app._notifications) > 0)
    return list(app._notifications)[-1].message


async def test_a_card_in_the_terminal_s_hands_and_in_files(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        app.open_chapter("tokens", "bytes")
        await happens(pilot, lambda: "Text is kept" in "".join(str(w.render()) for w in app.screen.query("Prose")))
        said = await press(app, pilot, "y")
        assert app.clipboard == "Bytes before letters\n\nText is kept as bytes.\n"
        assert "Whether it took them it does not say" in said and "copied" not in said
        path = tmp_path / "saved" / "tokens-bytes.txt"
        for _ in range(2):
            assert await press(app, pilot, "Y") == f"Written to {path}"
            assert path.read_text("utf-8") == app.clipboard
        path.write_text("something else")
        again = path.with_stem("tokens-bytes-2")
        assert await press(app, pilot, "Y") == f"Written to {again}"
        assert {one.name for one in path.parent.iterdir()} == {path.name, again.name}


async def test_a_widget_in_words_and_rows(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        app.push_screen(WidgetScreen("token-splitter"))
        await happens(pilot, lambda: any(live.result for live in app.screen.query(LiveWidget)))
        live = app.screen.query_one(LiveWidget)
        await press(app, pilot, "y")
        sentence, empty, *rows = app.clipboard.splitlines()
        assert sentence == live.result.sentence() and empty == ""
        assert [len(row.split("\t")) for row in rows] == [len(live.result.table().columns)] * len(rows)
        assert len(rows) == 1 + len(live.result.table().rows)


async def test_a_program_and_what_it_prints(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        app.push_screen(LabScreen("count.py"))
        await happens(pilot, lambda: isinstance(app.focused, Editor))
        await press(app, pilot, "y")
        assert app.clipboard == app.screen.query_one(Editor).text
        await pilot.press("tab")
        await press(app, pilot, "Y")
        assert (tmp_path / "saved" / "count-output.txt").read_text("utf-8").startswith("r runs the program")


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"TERM": "linux"}, "This console has no clipboard."),
        ({"TERM": "vt100"}, "A terminal with TERM=vt100 has no clipboard."),
        ({"TERM": "screen", "STY": "1.pts"}, "GNU screen passes no copies on."),
    ],
)
async def test_where_there_is_no_clipboard_or_no_room(
    lessons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], why: str
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "saved").write_text("in the way")
    async with opened(lessons, tmp_path) as (app, pilot):
        app.open_chapter("tokens", "bytes")
        await happens(pilot, lambda: bool(app.screen.query("Prose")))
        assert (await press(app, pilot, "y")).startswith(why)
        assert app.clipboard == ""
        assert (await press(app, pilot, "Y")).startswith("It cannot be written: ")


async def test_a_key_held_down_says_it_once(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        app.push_screen(LabScreen("count.py"))
        await happens(pilot, lambda: isinstance(app.focused, Editor))
        await pilot.press(*["y"] * 20)
        await happens(pilot, lambda: len(app._notifications) > 0)
        assert len(app._notifications) == 1
