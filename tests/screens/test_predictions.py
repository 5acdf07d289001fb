"""A card with two predictions: asked in a row, each with its truth; then the widget, with the text in focus."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import TOKENS, opened, text_of, until, write

from tutor.widgets.base import LiveWidget
from tutor.widgets.card import Page
from tutor.widgets.prediction import Outcomes

SECOND = """
[[cards.predictions]]
id = "how-many-now"
text = "And *two herons*?"
settings = { text = "two herons", encodings = ["gpt2"] }
[[cards.predictions.outcomes]]
text = "one token"
when = ["tokens == 1"]
explain = "No token crosses a space."
[[cards.predictions.outcomes]]
text = "more"
when = ["tokens > 1"]
explain = "A space begins another token."
[[cards.challenges]]
"""
SIZES = pytest.mark.parametrize("size", [(80, 24), (60, 20)])


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    root = write(tmp_path / "lessons")
    (root / "tokens.toml").write_text(TOKENS.replace("[[cards.challenges]]", SECOND, 1), encoding="utf-8")
    return root


@SIZES
@pytest.mark.parametrize("keys", ["11", "1s", "s1", "ss"])
async def test_after_the_last_the_text_has_the_focus_made_or_skipped(
    lessons: Path, tmp_path: Path, size: tuple[int, int], keys: str
) -> None:
    async with opened(lessons, tmp_path, size=size, chapter="tokens") as (app, pilot):
        await pilot.press("right", "right")
        for asked, key, truth in zip(("is heron?", "And two herons?"), keys, ("two or more", "more"), strict=True):
            await until(app, pilot, f"Before you see it: {'How many tokens ' if asked[0] == 'i' else ''}{asked}")
            assert isinstance(app.focused, Outcomes) and app.focused.highlighted is None
            assert not app.screen.query(LiveWidget)
            await pilot.press(key)
            if key == "1":
                await until(app, pilot, f"It is: {truth}.")
        await until(app, pilot, "Tab to the widget")
        assert isinstance(app.focused, Page)
        widget = app.screen.query_one(LiveWidget)
        assert widget.settings.text == "doormat"  # type: ignore[attr-defined]
        await pilot.press("tab")
        assert app.focused is widget
        made = {one for one, key in zip(("how-many", "how-many-now"), keys, strict=True) if key == "1"}
        assert set(app.store.predictions_made()) == made


async def test_a_key_too_many_does_not_answer_the_next(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await pilot.press("right", "right")
        await until(app, pilot, "is heron?")
        pane = app.screen.query_one("PredictionPane")
        pane.action_commit(1)  # type: ignore[attr-defined]
        pane.action_commit(2)  # type: ignore[attr-defined]
        pane.action_skip()  # type: ignore[attr-defined]
        await until(app, pilot, "You said: one", "And two herons?")
        await pilot.pause()
        assert app.store.predictions_made() == {"how-many": ("0", False)}
        assert text_of(app).count("It is:") == 1
