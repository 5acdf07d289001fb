"""Every key of every screen and widget, as the running app has it bound: plain, with a way back, named, and alive."""

from __future__ import annotations

from pathlib import Path

import pytest
from measure_keys import AT_FIRST, dead
from stations import visit
from survey import SMALLEST, survey

from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.lab import LabScreen
from tutor.screens.playground import WidgetScreen
from tutor.screens.progress import ProgressScreen

pytestmark = pytest.mark.xdist_group("survey")  # which is made once a process
FIRST = "token-splitter"


def test_no_action_needs_more_than_plain_keys_and_every_place_has_a_plain_way_back() -> None:
    found = survey(SMALLEST).keys
    assert (found.not_plain, found.no_back, found.no_vim) == ({}, [], [])


def test_every_key_is_named_in_our_own_words() -> None:
    found = survey(SMALLEST).keys
    assert (found.unnamed, found.not_ours) == ([], [])


def test_where_a_widget_is_written_in_the_key_line_says_what_tab_does() -> None:
    assert survey(SMALLEST).keys.tab_unsaid == []


@pytest.mark.parametrize(
    "name", [FIRST, *(pytest.param(name, marks=pytest.mark.long) for name in EXPERIMENTS if name != FIRST)]
)
async def test_every_key_that_is_shown_does_something_in_a_widget(name: str, tmp_path: Path) -> None:
    async with visit(tmp_path) as there:

        async def again() -> None:
            await there.home()
            await there.push(WidgetScreen(name))

        assert set(await dead(there, again)) <= AT_FIRST.get(name, set())


@pytest.mark.long
async def test_every_key_that_is_shown_does_something_on_a_screen(tmp_path: Path) -> None:
    async with visit(tmp_path) as there:
        app = there.app

        async def card() -> None:
            screen = await there.chapter("text-to-tokens")
            await there.turn(screen, 1)

        async def open_lab() -> None:
            await there.home()
            await there.push(LabScreen("bpe_encode.py"))

        async def open_progress() -> None:
            await there.home()
            screen = ProgressScreen()
            await there.push(screen)
            await there.until(lambda: screen.report is not None)

        async def open_glossary() -> None:
            await there.home()
            app.action_glossary()
            await there.until(lambda: "terms" in there.text)

        for again in (there.home, card, open_lab, open_progress, open_glossary):
            assert (again.__name__, await dead(there, again)) == (again.__name__, [])
