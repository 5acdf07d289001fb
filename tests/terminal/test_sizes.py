"""Every screen, card, widget and question in every size: nothing is cut, squeezed out, drawn over or outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from bindings import writing
from inspection import shortened
from measure_sizes import LARGE, SMALL
from stations import visit
from survey import SMALLEST, Size, survey

from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.playground import WidgetScreen
from tutor.widgets.keys import named as keys_of
from tutor.widgets.keys import spell
from tutor.widgets.lines import STAY

pytestmark = pytest.mark.xdist_group("survey")  # which is made once a process
LONG = [pytest.param(size, marks=pytest.mark.long) for size in LARGE]


def named(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", [*SMALL, *LONG], ids=named)
def test_all_text_fits_or_scrolls_and_says_so(size: Size) -> None:
    assert survey(size).misplaced == []


def test_no_line_of_a_picture_is_cut_short_in_the_smallest_window() -> None:
    assert survey(SMALLEST).shortened == []


async def test_none_is_after_a_key_either(tmp_path: Path) -> None:
    found: set[str] = set()
    async with visit(tmp_path, SMALLEST) as there:
        for widget in EXPERIMENTS:
            await there.home()
            screen = WidgetScreen(widget)
            await there.push(screen)
            for entry in [entry for entry in keys_of(screen) if entry.short and entry.what not in STAY]:
                for key in [k for k, one in screen.active_bindings.items() if spell(k) in entry.keys] * 2:
                    await there.press(key)
                    found |= {f"{widget}, {entry.what}: {line}" for line in shortened(screen)}
                    if writing(screen):
                        await there.press("enter")
                        there.lives[0].focus()
    assert found == set()


@pytest.mark.long
@pytest.mark.parametrize("size", [*SMALL, *LARGE], ids=named)
def test_what_is_said_to_an_answer_fits_too(size: Size) -> None:
    assert survey(size, whole=True).misplaced == []
