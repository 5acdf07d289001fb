"""From the feedback to the widget that shows the point, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import TOKENS, opened, text_of, until, write

from tutor.screens.quiz import QuizScreen
from tutor.widgets.token_splitter import TokenSplitter

DRAWN = """
[[questions]]
id = "q-drawn"
kind = "number"
goal = "count"
card = "bytes"
text = "How many bytes has `{p:word}`?"
explain = "Each letter has one."
compute = { experiment = "token-splitter", reading = "bytes", settings = { text = "{p:word}" } }
try_it = { card = "pieces", settings = { text = "{p:word}" } }
draw = { rows = [{ word = "heron" }, { word = "stork" }, { word = "crane" }] }
"""


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    root = write(tmp_path / "lessons")
    (root / "tokens.toml").write_text(TOKENS + DRAWN, encoding="utf-8")
    return root


async def test_the_point_is_tried_with_what_was_drawn_and_the_quiz_goes_on(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path / "data") as (app, pilot):
        await app.push_screen(QuizScreen(app.course.chapter("tokens")))
        await until(app, pilot, "How is text kept?")
        await pilot.press("1", "enter")
        await until(app, pilot, "Your answer is right: As bytes")
        assert "t try it" not in text_of(app)  # no widget shows this point
        await pilot.press("t", "enter")
        await until(app, pilot, "How many bytes has")
        word = next(word for word in ("heron", "stork", "crane") if word in text_of(app))
        await pilot.press("5", "enter")
        await until(app, pilot, "Your answer is right: 5", "t try it")
        await pilot.press("t")
        await until(app, pilot, "Frequent pieces are tokens", word)
        assert app.screen.query_one(TokenSplitter).settings.text == word  # at once, before the card's prediction
        assert app.store.place_in("tokens") is None and not app.store.predictions_made()
        await pilot.press("b")
        await until(app, pilot, "Your answer is right: 5")
        await pilot.press("enter")
        await until(app, pilot, "2 of 2 right")
        kept = app.store.answers("q-drawn")
        assert [(answer.correct, answer.response, answer.variant) for answer in kept] == [(True, "5", 0)]


async def test_asked_again_it_is_another_question(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path / "data") as (app, pilot):
        await app.push_screen(QuizScreen(app.course.chapter("tokens")))
        await until(app, pilot, "How is text kept?")
        await pilot.press("s")
        seen = []
        for _ in range(3):
            await until(app, pilot, "How many bytes has")
            seen.append(text_of(app).splitlines()[1])
            await pilot.press("4", "enter")
            await until(app, pilot, "Your answer is not right: 4", "The right answer: 5")
            await pilot.press("u")  # taking an answer back does not bring the same question back
        assert len(set(seen)) == 3 and app.store.answers() == []
