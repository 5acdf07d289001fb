"""A course of three chapters: one that reads well, one that is broken, one that is to come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.experiments.cells import Tier
from tutor.study.store import Store

TRACKS = """
[[track]]
id = "llm"
title = "How LLMs Work"
summary = "All of it."
[[track.parts]]
id = "part"
title = "From Text to Numbers"
[[track.parts.chapters]]
id = "tokens"
title = "Text to Tokens"
summary = "How text is cut."
file = "tokens.toml"
[[track.parts.chapters]]
id = "broken"
title = "A Broken Chapter"
summary = "Something is wrong with it."
file = "broken.toml"
[[track.parts.chapters]]
id = "later"
title = "A Later Chapter"
summary = "Not written yet."
"""

GLOSSARY = """
[[term]]
id = "token"
name = "token"
text = "A piece of text with a number."
[[term]]
id = "byte"
name = "byte"
text = "A number from 0 to 255."
see = ["token"]
"""

TOKENS = """
id = "tokens"
title = "Text to Tokens"
minutes = 5

[[goals]]
id = "count"
text = "Count the tokens of a text."

[[cards]]
id = "bytes"
title = "Bytes before letters"
text = "Text is kept as [bytes](term:byte)."

[[cards]]
id = "pieces"
title = "Pieces"
text = "Frequent pieces are [tokens](term:token)."
first = "Write a word."
[cards.widget]
name = "token-splitter"
settings = { text = "doormat", encodings = ["gpt2"] }
[[cards.predictions]]
id = "how-many"
text = "How many tokens is *heron*?"
settings = { text = "heron", encodings = ["gpt2"] }
[[cards.predictions.outcomes]]
text = "one"
when = ["tokens == 1"]
explain = "It is frequent enough."
[[cards.predictions.outcomes]]
text = "two or more"
when = ["tokens >= 2"]
explain = "It is too rare to have an id of its own."
[[cards.challenges]]
id = "two-words"
text = "Write exactly two words."
goals = ["words == 2"]
recipe = { text = "two words" }

[[cards]]
id = "program"
title = "A program"
text = "It counts."
lab = "count.py"

[[questions]]
id = "q-bytes"
kind = "one"
goal = "count"
card = "bytes"
text = "How is text kept?"
[[questions.choices]]
text = "As bytes"
correct = true
explain = "Every file is bytes."
[[questions.choices]]
text = "As words"
explain = "Words are found later."

[[insights]]
id = "insight"
text = "A model reads numbers."
"""


def write(root: Path) -> Path:
    """Write the course's files under `root`."""
    (root / "labs").mkdir(parents=True)
    for name, text in {"tracks": TRACKS, "glossary": GLOSSARY, "tokens": TOKENS, "broken": 'id = "broken'}.items():
        (root / f"{name}.toml").write_text(text, encoding="utf-8")
    (root / "labs" / "count.py").write_text("for i in range(3):\n    print('line', i)\n", encoding="utf-8")
    return root


@asynccontextmanager
async def opened(
    root: Path, data: Path, *, size: tuple[int, int] = (80, 24), tier: Tier = "256", chapter: str | None = None
) -> AsyncIterator[tuple[TutorApp, Pilot[None]]]:
    """The app with this course and this learner's data."""
    app = TutorApp(load_course(root), Store.open(data), tier=tier, chapter=chapter)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield app, pilot


def text_of(app: TutorApp) -> str:
    """The screen as text."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def until(app: TutorApp, pilot: Pilot[None], *texts: str) -> None:
    """Let the app work until the screen shows all these, however its lines are broken."""
    for _ in range(3000):
        if all(text in " ".join(text_of(app).split()) for text in texts):
            return
        await pilot.pause(0.01)
    raise AssertionError(f"never showed {texts}; the screen was\n{text_of(app)}")


async def happens(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    """Let the app work until `ready()`."""
    for _ in range(3000):
        if ready():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"never came; the screen is\n{text_of(pilot.app)}")  # type: ignore[arg-type]
