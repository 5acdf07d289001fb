"""The progress screen by keyboard: chapters, goals, days, memory, what was missed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_course import opened, text_of
from textual.pilot import Pilot
from two_chapters import answered, write

from tutor.app import TutorApp
from tutor.screens.chapter import ChapterScreen
from tutor.screens.progress import ProgressScreen


async def until(pilot: Pilot[None], app: TutorApp, ready: Callable[[str], bool]) -> str:
    """Let the app work until the screen is `ready`; what it then shows."""
    for _ in range(2000):
        if ready(text_of(app)):
            return text_of(app)
        await pilot.pause(0.01)
    raise AssertionError(f"never came; the screen is\n{text_of(app)}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    answered(tmp_path / "data", "tokens-1", "tokens-2")
    answered(tmp_path / "data", "tokens-1", days_ago=2, correct=False)
    return write(tmp_path / "lessons")


async def test_chapters_goals_and_a_card_to_read_again(root: Path, tmp_path: Path) -> None:
    tracks, entry = root / "tracks.toml", "[[track.parts.chapters]]\n"
    coming = f'{entry}id = "coming"\ntitle = "Coming"\nsummary = "Not written."\n{entry}'
    tracks.write_text(tracks.read_text().replace(entry, coming, 1))
    async with opened(root, tmp_path / "data") as (app, pilot):
        await pilot.press("s")
        text = await until(pilot, app, lambda text: "days of study" in text)
        row = next(line for line in text.splitlines() if "Text to Tokens" in line)
        assert row.split()[0] == "2"  # as at home, where the one to come is listed
        assert " 0/1 " in row and " 2/3 " in row and row.rstrip().endswith("1/3")
        await pilot.press("j", "j", "j", "enter")
        text = await until(pilot, app, lambda text: "1 of 3 solid" in text)
        assert "Know tokens." in text and "Read again: All about tokens" in text
        await pilot.press("j", "enter")
        text = await until(pilot, app, lambda text: "This is the card on tokens" in text)
        assert isinstance(app.screen, ChapterScreen)
        await pilot.press("right", "b", "b")
        await until(pilot, app, lambda text: " 1/1 " in text)  # counted again: the card has been read
        assert isinstance(app.screen, ProgressScreen)


async def test_days_memory_and_what_was_missed(root: Path, tmp_path: Path) -> None:
    async with opened(root, tmp_path / "data") as (app, pilot):
        await pilot.press("s")
        await until(pilot, app, lambda text: "days of study" in text)
        await pilot.press("d")
        assert " days" in await until(pilot, app, lambda text: "■" in text)
        await pilot.press("b", "m")
        text = await until(pilot, app, lambda text: "recalled, by what was predicted" in text)
        assert "Recalled in 0 % of 1 review" in text
        await pilot.press("b", "w")
        text = await until(pilot, app, lambda text: "1 of 2 answers wrong" in text)
        assert "tokens 1" in text.lower()
        await pilot.press("enter")
        await until(pilot, app, lambda text: "This is the card on tokens" in text)


async def test_before_the_first_answer_every_page_says_so(tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path / "data") as (app, pilot):
        await pilot.press("s")
        await until(pilot, app, lambda text: "Nothing has been done yet." in text and "0/3" in text)
        for key, said in (
            ("w", "No answer has been wrong"),
            ("m", "No question has been answered"),
            ("d", "Nothing has"),
        ):
            await pilot.press(key)
            await until(pilot, app, lambda text, said=said: said in text)
            await pilot.press("b")
