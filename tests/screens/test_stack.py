"""A long way from one thing to another: only so much of it is kept, and it leads back."""

from __future__ import annotations

import gc
from pathlib import Path

from small_course import happens, opened, write

from tutor.screens.chapter import ChapterScreen
from tutor.screens.home import HomeScreen
from tutor.screens.quiz import QuizScreen
from tutor.screens.stack import MOST


async def test_a_tower_of_screens_is_kept_low_and_leads_home(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("Q")
        await happens(pilot, lambda: isinstance(app.screen, QuizScreen))
        for _ in range(MOST):
            app.action_search()
            await pilot.pause()
            app.open_chapter("tokens", "first")
            await pilot.pause()
        assert len(app.screen_stack) == MOST and isinstance(app.screen_stack[0], HomeScreen)
        await pilot.pause()
        gc.collect()
        chapters = [one for one in gc.get_objects() if isinstance(one, ChapterScreen)]
        assert sum(one.is_running for one in chapters) <= MOST // 2
        for _ in range(MOST - 1):
            app.screen.dismiss()
            await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


async def test_a_quiz_whose_chapter_is_forgotten_can_be_left(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("Q")
        await happens(pilot, lambda: isinstance(app.screen, QuizScreen))
        quiz = app.screen
        while app.screen_stack[1] is not quiz:
            app.action_glossary()
            await pilot.pause()
        while app.screen is not quiz:
            app.screen.dismiss()
            await pilot.pause()
        await pilot.press("tab", "b")
        await happens(pilot, lambda: isinstance(app.screen, HomeScreen))
