"""What the learner has left goes: no screen and no widget stays in memory behind it."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.home import HomeScreen
from tutor.study.store import Store

PLACES = {
    "playground": ["p", *(key for _ in EXPERIMENTS for key in ("enter", "wait", "escape", "wait", "j")), "enter"],
    "cards": ["enter", "enter", *["n", "wait"] * 16],
    "quiz": ["enter", "u", "wait", *["1", "enter", "wait", "n"] * 4],
    "search": ["slash", *"token", "wait", "enter", "wait"],
    "glossary": ["g", "wait", "j", "enter"],
    "palette and help": ["question_mark", "wait", "escape", "ctrl+p", "wait", *"theme", "wait"],
    "progress": ["i", "wait", "tab", "wait"],
}


async def rest(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("place", PLACES)
async def test_nothing_stays_behind(place: str, tmp_path: Path) -> None:
    app = TutorApp(load_course(), Store.open(tmp_path))
    async with app.run_test() as pilot:
        for key in PLACES[place]:
            await (rest(pilot) if key == "wait" else pilot.press(key))
        assert not isinstance(app.screen, HomeScreen)
        for _ in range(12):
            if not isinstance(app.screen, HomeScreen):
                await pilot.press("escape")
        await rest(pilot)
        assert isinstance(app.screen, HomeScreen)
        gc.collect()
        assert not [node for node in gc.get_objects() if isinstance(node, Widget) and not node.is_attached]
