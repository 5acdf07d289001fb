"""The screens with lessons that are broken, or missing, or a window that is too small for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import GLOSSARY, TOKENS, opened, text_of, write
from textual.pilot import Pilot

from tutor.screens.home import HomeScreen
from tutor.screens.quiz import QuizScreen


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    return write(tmp_path / "lessons")


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    for _ in range(3):
        await pilot.pause()


@pytest.mark.parametrize("content", ["[[", '"[/b]" = 1', '"[" = 1', ""])
async def test_a_broken_chapter_asked_for_at_the_start_is_said_at_home(
    content: str, lessons: Path, tmp_path: Path
) -> None:
    (lessons / "broken.toml").write_text(content, encoding="utf-8")
    async with opened(lessons, tmp_path, chapter="broken") as (app, pilot):
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen)
        assert "broken.toml:1" in str(next(iter(app._notifications)).message)


async def test_a_chapter_with_ids_that_occur_twice_can_be_read_to_its_end(lessons: Path, tmp_path: Path) -> None:
    goals, cards = (TOKENS[TOKENS.index(f"[[{name}]]") :].split("\n\n")[0] for name in ("goals", "cards"))
    (lessons / "tokens.toml").write_text(f"{TOKENS}\n{goals}\n{cards}\n", encoding="utf-8")
    (lessons / "glossary.toml").write_text(GLOSSARY * 2, encoding="utf-8")
    async with opened(lessons, tmp_path, chapter="tokens") as (app, pilot):
        await settled(pilot)
        await pilot.press("Q")
        await settled(pilot)
        assert isinstance(app.screen, QuizScreen)
        await pilot.press("s")
        await settled(pilot)
        assert text_of(app).count("Read again") == 2
        assert text_of(app).count("Card: Bytes before letters") == 4


async def test_a_window_that_was_too_small_for_a_while_gives_the_focus_back(lessons: Path, tmp_path: Path) -> None:
    async with opened(lessons, tmp_path) as (app, pilot):
        await pilot.press("p", "j", "enter")
        await settled(pilot)
        before = app.focused
        assert before is not None
        for size in [(59, 19), (1, 1), (20, 5)]:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert app.focused is None
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert app.focused is before
