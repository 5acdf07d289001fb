"""From an underlined term to what it means, and back to where one was; from there to the terms beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import TOKENS, opened, text_of, until, write

from tutor.app import TutorApp
from tutor.experiments.cells import Tier
from tutor.screens.chapter import ChapterScreen
from tutor.screens.glossary import GlossaryScreen
from tutor.screens.quiz import QuizScreen
from tutor.screens.terms import TermScreen
from tutor.widgets.card import Page, Prose

SIZES = pytest.mark.parametrize("size", [(80, 24), (60, 20)])


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    root = write(tmp_path / "lessons")
    long = "Every line of a page says one thing.\n\n" * 20
    two = f"{long}Text is kept as [bytes](term:byte), then cut into [tokens](term:token)."
    (root / "tokens.toml").write_text(
        TOKENS.replace('"Text is kept as [bytes](term:byte)."', f'"""{two}"""'), encoding="utf-8"
    )
    return root


def key_line(app: TutorApp) -> str:
    return text_of(app).splitlines()[-1]


@SIZES
async def test_a_term_opens_over_the_card_and_closes_to_the_same_place(
    lessons: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(lessons, tmp_path, size=size, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        assert "v terms" not in key_line(app)  # the goals underline none
        await pilot.press("right", "pagedown", "pagedown")
        await until(app, pilot, "card 1 of 3", "v terms")
        page = app.screen.query_one(Page)
        place, focus, before = page.scroll_y, app.focused, text_of(app)
        assert place > 0 and focus is page
        await pilot.press("v")
        await until(app, pilot, "term 1 of 2 on this page", "A number from 0 to 255.", "See also: token")
        await pilot.press("right")
        await until(app, pilot, "term 2 of 2", "A piece of text with a number.")
        assert "Enter open" not in key_line(app)  # there is nothing beside it
        await pilot.press("tab", "enter")
        await until(app, pilot, "from: byte", "A piece of text with a number.")
        await pilot.press("b")
        await until(app, pilot, "term 1 of 2", "A number from 0 to 255.")
        assert "Enter open" in key_line(app)
        await pilot.press("escape")
        await until(app, pilot, "card 1 of 3")
        assert (page.scroll_y, app.focused, text_of(app)) == (place, focus, before)


async def test_one_key_closes_all_however_far_one_went(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("right", "v", "enter")
        await until(app, pilot, "from: byte")
        await pilot.press("v")
        assert isinstance(app.screen, ChapterScreen)


async def test_in_the_middle_of_a_prediction_the_choice_stays(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("right", "right")
        await until(app, pilot, "Before you see it", "v terms")
        await pilot.press("down", "v")
        await until(app, pilot, "term on this page", "A piece of text with a number.")
        assert "another term" not in key_line(app)
        await pilot.press("v", "enter")
        await until(app, pilot, "You said: one")


async def test_the_mouse_opens_the_term_it_points_at(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("right", "pagedown", "pagedown")
        await until(app, pilot, "cut into tokens")
        row = next(n for n, line in enumerate(text_of(app).splitlines()) if "cut into tokens" in line)
        column = text_of(app).splitlines()[row].index("tokens")
        await pilot.click(offset=(column, row))
        await until(app, pilot, "term 2 of 2", "A piece of text with a number.")


async def test_the_feedback_of_a_question_names_terms_and_the_question_does_not(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await app.push_screen(QuizScreen(app.course.chapter("tokens")))
        await until(app, pilot, "How is text kept?")
        await pilot.press("v")
        assert isinstance(app.screen, QuizScreen) and "v terms" not in key_line(app)
        await pilot.press("2", "enter")
        await until(app, pilot, "The right answer: As bytes", "v terms")
        await pilot.press("v")
        await until(app, pilot, "term on this page", "A number from 0 to 255.")
        assert isinstance(app.screen, TermScreen)
        await pilot.press("b")
        await until(app, pilot, "The right answer: As bytes")


@SIZES
async def test_the_glossary_leads_from_term_to_term_to_card_and_back(
    lessons: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(lessons, tmp_path, size=size) as (app, pilot):
        await pilot.press("o")
        await until(app, pilot, "2 terms", "A number from 0 to 255.", "See also: token", "Card: Bytes before letters")
        await pilot.press("enter", "enter")
        await until(app, pilot, "A piece of text with a number.", "Card: Pieces")
        await pilot.press("down", "enter")
        await until(app, pilot, "card 2 of 3")
        await pilot.press("b", "b")  # from the prediction to the text, from there to the glossary
        await until(app, pilot, "2 terms", "A piece of text with a number.")
        await pilot.press("b")
        await until(app, pilot, "A number from 0 to 255.")
        screen = app.screen
        assert isinstance(screen, GlossaryScreen) and screen.pane.links.has_focus
        await pilot.press("b")
        assert screen.list.has_focus and screen.query_one(Prose).markdown == "A number from 0 to 255."
        await pilot.press("b")
        assert app.screen is not screen


@pytest.mark.parametrize("tier", ["256", "16", "none"])
async def test_the_page_stays_in_sight_in_every_tier(lessons: Path, tmp_path: Path, tier: Tier) -> None:
    async with opened(lessons, tmp_path, tier=tier, chapter="tokens") as (app, pilot):
        await until(app, pilot, "After this chapter")
        await pilot.press("right", "v")
        await until(app, pilot, "term 1 of 2", "Every line of a page says one thing.")
