"""A course of two chapters with questions, and a learner at its keyboard."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import patch

from small_course import opened, text_of
from textual.pilot import Pilot

from tutor.app import TutorApp
from tutor.study.store import Store

DAY = 86400.0

TRACKS = """
[[track]]
id = "llm"
title = "How LLMs Work"
summary = "All of it."
[[track.parts]]
id = "part"
title = "From Text to Numbers"
"""

ENTRY = """
[[track.parts.chapters]]
id = "{0}"
title = "{1}"
summary = "A chapter."
file = "{0}.toml"
"""

CHAPTER = """
id = "{0}"
title = "{1}"
minutes = 5
[[goals]]
id = "{0}-goal"
text = "Know {0}."
[[cards]]
id = "{0}-card"
title = "All about {0}"
text = "This is the card on {0}."
[[insights]]
id = "{0}-insight"
text = "So it is."
"""

QUESTION = """
[[questions]]
id = "{0}-{2}"
kind = "blank"
goal = "{0}-goal"
card = "{0}-card"
text = "{1} {2}: the word is ___."
answers = ["yes"]
explain = "Because of {0} {2}."
"""

CHAPTERS = {"tokens": "Text to Tokens", "vectors": "Embeddings"}


def write(root: Path, questions: int = 3) -> Path:
    """Write the course's files under `root`; every answer is `yes`."""
    root.mkdir()
    entries = "".join(ENTRY.format(*names) for names in CHAPTERS.items())
    (root / "tracks.toml").write_text(TRACKS + entries, encoding="utf-8")
    for names in CHAPTERS.items():
        asked = "".join(QUESTION.format(*names, n) for n in range(1, questions + 1))
        (root / f"{names[0]}.toml").write_text(CHAPTER.format(*names) + asked, encoding="utf-8")
    return root


def answered(data: Path, *questions: str, days_ago: float = 9.0, correct: bool = True) -> None:
    """Have the questions answered some days ago."""
    store = Store.open(data)
    for n, question in enumerate(questions):
        with patch("time.time", return_value=time.time() - days_ago * DAY + n):
            store.record_answer(question, 1, question.partition("-")[0], correct, "yes", seconds=6.0)
    store.close()


class Learner:
    """Presses keys and looks."""

    def __init__(self, app: TutorApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def answer(self, word: str) -> None:
        await self.press(*word, "enter")

    async def until_shows(self, *texts: str) -> None:
        for _ in range(1000):
            if self.shows(*texts):
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"{texts} never came; the screen is\n{self.text}")

    @property
    def text(self) -> str:
        return text_of(self.app)

    def shows(self, *texts: str) -> bool:
        return all(text in self.text for text in texts)


@asynccontextmanager
async def learner(root: Path, data: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Learner]:
    async with opened(root, data, size=size) as (app, pilot):
        await pilot.pause()
        yield Learner(app, pilot)
