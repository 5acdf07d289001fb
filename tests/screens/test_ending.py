"""The session may end at any moment, as by a hang-up in the middle of a page's turn; that is no error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from small_course import opened, until, write
from textual.events import Event, Key, Paste
from textual.screen import Screen

from tutor.screens.chapter import ChapterScreen
from tutor.screens.mixed import MixedScreen
from tutor.screens.playground import PlaygroundScreen
from tutor.screens.progress import ProgressScreen
from tutor.screens.quiz import QuizScreen
from tutor.screens.review import ReviewScreen
from tutor.screens.search import SearchScreen


async def test_a_page_is_turned_while_the_session_ends(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        screen = app.screen
        assert isinstance(screen, ChapterScreen)
        turning = asyncio.create_task(screen.action_turn(1))
        await asyncio.sleep(0)
        app.exit()
        await turning
    assert app.return_code == 0


async def test_a_question_is_asked_while_the_session_ends(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        await app.push_screen(QuizScreen(app.course.chapter("tokens")))
        await until(app, pilot, "question 1")
        screen = app.screen
        assert isinstance(screen, QuizScreen)
        asking = asyncio.create_task(screen.action_skip())
        await asyncio.sleep(0)
        app.exit()
        await asking
    assert app.return_code == 0


@pytest.mark.parametrize("screen", [MixedScreen, ReviewScreen, SearchScreen, ProgressScreen, PlaygroundScreen])
async def test_a_screen_is_opened_while_the_session_ends(tmp_path: Path, screen: Callable[[], Screen[None]]) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        app.exit()
        app.push_screen(screen())
    assert app.return_code == 0


@pytest.mark.parametrize("typed", [Key("l", "l"), Key("ctrl+l", None), Paste("text")])
async def test_what_is_typed_after_the_end_is_left_alone(tmp_path: Path, typed: Event) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        app.exit()
    await app.on_event(typed)
    assert app.return_code == 0
