"""Take the screenshots of this folder again: python docs/screenshots/make.py"""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.study.store import Store

HERE = Path(__file__).parent
# name -> size, chapter and card, keys pressed there
SHOTS: dict[str, tuple[tuple[int, int], tuple[str, str] | None, list[str]]] = {
    "home": ((80, 24), None, []),
    "tokens": ((80, 24), ("text-to-tokens", "tokens-first-look"), ["tab"]),
    "attention": ((120, 36), ("attention", "attention-first-heatmap"), ["tab", "4"]),
    "temperature": ((100, 30), ("generation", "generation-first-temperature"), ["1"]),
    "quiz": ((80, 24), ("text-to-tokens", "quiz"), ["enter", "2", "enter"]),
}


async def shoot(name: str) -> None:
    """Write `name`.svg; fonts are the reader's own, nothing is fetched."""
    size, place, keys = SHOTS[name]
    with tempfile.TemporaryDirectory() as folder:
        app = TutorApp(load_course(), Store.open(Path(folder)), tier="truecolor")
        async with app.run_test(size=size) as pilot:
            if place:
                app.open_chapter(*place)
            for key in [*keys, ""]:
                await pilot.pause(1.0)  # let the engine answer
                if key:
                    await pilot.press(key)
            svg = app.export_screenshot(title="tutor")
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    (HERE / f"{name}.svg").write_text(
        svg.replace("Fira Code", "ui-monospace, Menlo, Consolas, monospace"), encoding="utf-8"
    )


for shot in SHOTS:
    asyncio.run(shoot(shot))
