"""One pane with the whole screen: the key line says the way back, in every window, and both ways lead there."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import happens, opened, text_of, write

from tutor.app import TutorApp
from tutor.screens.chapter import ChapterScreen
from tutor.screens.lab import LabScreen
from tutor.study.store import Store
from tutor.widgets.base import LiveWidget
from tutor.widgets.editor import Editor

SIZES = [(80, 24), (60, 20)]


def keys(app: TutorApp) -> list[str]:
    """What the key line says."""
    return text_of(app).splitlines()[-1].strip().split("  ")


@pytest.mark.parametrize("size", SIZES)
async def test_a_card_and_its_widget_share_the_screen_again(size: tuple[int, int], tmp_path: Path) -> None:
    Store.open(tmp_path).record_prediction("how-many", "1", True)
    async with opened(write(tmp_path / "lessons"), tmp_path, size=size) as (app, pilot):
        app.open_chapter("tokens", "pieces")
        await happens(pilot, lambda: any(live.result for live in app.screen.query(LiveWidget)))
        live = app.screen.query_one(LiveWidget)
        shared = live.region
        for zoomed in ("card", "widget"):
            assert "z both again" not in keys(app)
            for back in ("z", "b"):
                await pilot.press("z")
                await happens(pilot, lambda: "z both again" in keys(app))
                assert "Tab to the widget" not in keys(app)
                assert live.region.height > shared.height if zoomed == "widget" else not live.region
                await pilot.press(back)
                await happens(pilot, lambda: "z both again" not in keys(app) and live.region == shared)
                assert isinstance(app.screen, ChapterScreen)
            await pilot.press("tab")
            await happens(pilot, lambda: live.has_focus_within)


@pytest.mark.parametrize("size", SIZES)
async def test_a_lab_and_its_output_share_the_screen_again(size: tuple[int, int], tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, size=size) as (app, pilot):
        app.push_screen(LabScreen("count.py"))
        await happens(pilot, lambda: isinstance(app.focused, Editor))
        shared = app.screen.query_one(Editor).region
        await pilot.press("z")
        await happens(pilot, lambda: "z both again" in keys(app) and app.screen.query_one(Editor).region != shared)
        await pilot.press("z")
        await happens(pilot, lambda: "z both again" not in keys(app) and app.screen.query_one(Editor).region == shared)
