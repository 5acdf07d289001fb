"""The mouse, where what it points at has just gone."""

from __future__ import annotations

from pathlib import Path

from small_course import opened, text_of, write
from textual.containers import Container
from textual.events import MouseDown

from tutor.screens.chapter import ChapterScreen
from tutor.widgets.card import Prose


async def test_a_click_while_a_page_is_turned_ends_no_session(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        for _ in range(2000):
            if "After this chapter" in text_of(app):
                break
            await pilot.pause(0.01)
        screen = app.screen
        assert isinstance(screen, ChapterScreen)
        x, y = screen.query_one(Prose).region.offset
        with app.batch_update():  # the screen shows what it did, as it does while a page is turned
            await screen.query_one("#body", Container).remove_children()
            screen._forward_event(MouseDown(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))
        await pilot.press("right")
        await pilot.pause()
        assert app.return_code is None
