"""What comes together, where one of the two has changed what the other was meant for."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.screens.chapter import ChapterScreen
from tutor.screens.glossary import GlossaryScreen
from tutor.screens.home import HomeScreen
from tutor.screens.palette import Palette
from tutor.study.store import Store


async def test_a_screen_that_is_asked_to_close_twice_closes_only_itself(tmp_path: Path) -> None:
    app = TutorApp(load_course(), Store.open(tmp_path))
    async with app.run_test() as pilot:
        await app.push_screen(GlossaryScreen())
        below = app.screen
        app.action_command_palette()
        await pilot.pause()
        palette = app.screen
        assert isinstance(palette, Palette)
        palette.dismiss()
        palette.dismiss()
        await pilot.pause()
        assert app.screen is below
        below.dismiss()
        below.dismiss()
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


async def test_a_click_on_a_line_that_is_gone_does_nothing(tmp_path: Path) -> None:
    app = TutorApp(load_course(), Store.open(tmp_path))
    async with app.run_test() as pilot:
        terms = GlossaryScreen()
        await app.push_screen(terms)
        await pilot.pause()
        lines = terms.query_one(OptionList)
        await pilot.mouse_down(lines, offset=(3, 5))
        lines.clear_options().add_options([Option("[/only] one")])
        await pilot.mouse_up(lines, offset=(3, 5))
        await pilot.click(lines, offset=(3, 5))
        await pilot.pause()
        assert app.screen is terms
        assert "[/only] one" in "\n".join(strip.text for strip in terms._compositor.render_strips())


async def test_a_screen_below_a_dialog_closes_neither_it_nor_itself(tmp_path: Path) -> None:
    app = TutorApp(load_course(), Store.open(tmp_path))
    async with app.run_test() as pilot:
        await pilot.press("r", "question_mark")
        before = list(app.screen_stack)
        review = before[1]
        assert len(before) == 3 and review.is_current  # as Textual has it
        for _ in range(2):
            review.dismiss()
        await pilot.pause()
        assert app.screen_stack == before and app.return_code is None
        await pilot.press("b", "b")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


OPENING = ["glossary", "insights", "search", "mixed", "review", "progress", "playground", "command_palette", "help"]


async def test_a_screen_may_be_closed_before_it_has_opened(tmp_path: Path) -> None:
    app = TutorApp(load_course(), Store.open(tmp_path), chapter="attention")
    async with app.run_test() as pilot:
        await pilot.pause()
        chapter = app.screen
        assert isinstance(chapter, ChapterScreen)
        opening = [getattr(app, f"action_{name}") for name in OPENING]
        for open_one in (*opening, lambda: app.open_chapter("embeddings"), chapter.action_quiz):
            open_one()
            assert app.screen is not chapter
            app.pop_screen()
            await pilot.pause()
            assert app.screen is chapter and app.return_code is None
