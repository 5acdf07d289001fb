"""The mouse, where what it points at has just gone."""

from __future__ import annotations

from pathlib import Path

from small_course import opened, text_of, until, write
from textual.containers import Container
from textual.events import MouseDown
from textual.screen import Screen

from tutor.screens.chapter import ChapterScreen
from tutor.widgets.card import Page, Prose


def click(screen: Screen[object], x: int, y: int) -> None:
    """Press a button of the mouse there."""
    screen._forward_event(MouseDown(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))


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
            click(screen, x, y)
        await pilot.press("right")
        await pilot.pause()
        assert app.return_code is None


async def test_keys_are_heard_after_a_click_on_a_page_that_has_been_turned(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        screen = app.screen
        assert isinstance(screen, ChapterScreen)
        before = screen.query_one(Page)
        x, y = before.region.x, before.region.bottom - 1  # below its text
        with app.batch_update():  # the next page is there, and has its focus, but is not laid out
            await screen.action_turn(1)
            await pilot.pause()
            assert screen.get_widget_at(x, y)[0] is before
            click(screen, x, y)
        await pilot.press("right")
        await until(app, pilot, "card 2 of 3")
        await pilot.press("q")
        assert app._exit


async def test_keys_are_heard_after_a_click_on_a_page_that_is_being_taken_away(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        page = app.screen.query_one(Page)
        with app.batch_update():
            removed = page.remove()
            click(app.screen, page.region.x, page.region.bottom - 1)
            await removed
        await pilot.press("right")
        await until(app, pilot, "card 1 of 3")


async def test_the_mouse_is_free_when_what_held_it_has_been_taken_away(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        app.capture_mouse(app.screen.query_one(Page).vertical_scrollbar)
        await pilot.press("right")
        await until(app, pilot, "card 1 of 3")
        page = app.screen.query_one(Page)
        click(app.screen, page.region.x, page.region.bottom - 1)
        assert app.mouse_captured is None
        assert app.focused is page
