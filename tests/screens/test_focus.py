"""The keyboard is never given to what is being taken away: no key would be heard any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_course import opened, until, write
from textual.events import ScreenResume
from textual.widget import Widget

from tutor.app import TutorApp
from tutor.widgets.card import Page


def by_itself(app: TutorApp, page: Widget) -> None:
    """As Textual does when a screen opens."""
    app.screen.post_message(ScreenResume())


def at_once(app: TutorApp, page: Widget) -> None:
    app.screen.set_focus(page)


@pytest.mark.parametrize("given", [by_itself, at_once])
async def test_keys_are_heard_though_the_focus_is_given_to_a_page_that_goes(
    tmp_path: Path, given: Callable[[TutorApp, Widget], None]
) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        page = app.screen.query_one(Page)
        with app.batch_update():
            removed = page.remove()
            given(app, page)
            await removed
        await pilot.pause()
        assert app.focused is None
        await pilot.press("right")
        await until(app, pilot, "card 1 of 3")
