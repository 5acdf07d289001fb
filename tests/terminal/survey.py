"""Every place of the app looked at once in a size, for all that a look can tell: layout, keys, characters."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bindings import Keys, got_out, writing
from glyphs import doubtful
from inspection import problems, shortened
from states import helped, hinted, noted, played, programs, recaps, terms
from stations import Visit, cards, labs, quiz, screens, visit, widgets

from tutor.screens.chapter import ChapterScreen
from tutor.study.rounds import items

Size = tuple[int, int]
SMALLEST: Size = (60, 20)  # of those that tutor takes, and the hardest
QUICK = "mask_and_softmax.py"  # an exercise that is run in no time


@dataclass
class Survey:
    """What was found, each finding with its place."""

    places: int = 0
    cards: int = 0
    questions: int = 0
    misplaced: list[str] = field(default_factory=list)  # texts cut, squeezed out, over each other, outside
    shortened: list[str] = field(default_factory=list)  # lines of pictures that end in an ellipsis
    keys: Keys = field(default_factory=Keys)
    glyphs: dict[str, str] = field(default_factory=dict)  # of ambiguous width, with the first place of each

    async def look(self, there: Visit, place: str) -> None:
        """Look at what is open now; where letters are typed, also whether Tab leads out."""
        self.places += 1
        self.misplaced += [f"{place}: {what}" for what in problems(there.screen)]
        self.shortened += [f"{place}: {line}" for line in shortened(there.screen)]
        for glyph in doubtful(there.screen):
            self.glyphs.setdefault(glyph, place)
        self.keys.look(there.screen, place)
        if writing(there.screen) and not await got_out(there):
            self.keys.no_back.append(f"{place}, where letters are typed")


@lru_cache
def survey(size: Size, *, whole: bool = False) -> Survey:
    """All screens, cards, widgets, labs and questions, and what their keys make of them; `whole`: also what stands
    there after each answer, and what each lab prints."""
    return asyncio.run(_survey(size, whole))


async def _survey(size: Size, whole: bool) -> Survey:
    found = Survey()
    with tempfile.TemporaryDirectory() as folder:
        async with visit(Path(folder), size, notes=True) as there:
            async for place in places(there, whole):
                await found.look(there, place)
            chapters = there.app.course.readable()
            found.cards = sum(len(chapter.cards) for chapter in chapters)
            found.questions = sum(len(chapter.questions) for chapter in chapters)
    return found


async def places(there: Visit, whole: bool = False) -> AsyncIterator[str]:
    """Each of them, opened; with help and a note over each kind."""
    over_help: set[str] = set()
    noted_on: set[str] = set()
    async for place in _places(there, whole):
        yield place
        for over in (helped(there, place, over_help), noted(there, place, noted_on), hinted(there, place)):
            async for name in over:
                yield name
        if isinstance(there.screen, ChapterScreen) and there.lives:
            await there.press("tab")
            yield f"{place}, in the widget"
            async for name in helped(there, f"{place}, in the widget", over_help):
                yield name


async def _places(there: Visit, whole: bool) -> AsyncIterator[str]:
    course = there.app.course
    run = sorted({card.lab for chapter in course.readable() for card in chapter.cards if card.lab})
    for walk in (
        screens(there), recaps(there), terms(there), cards(there), widgets(there), played(there), labs(there),
        programs(there, run if whole else [QUICK]), quiz(there, items(course.readable()), answered=whole),
    ):  # fmt: skip
        async for place in walk:
            yield place
