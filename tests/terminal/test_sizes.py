"""Every screen, card, widget and question in every size: nothing is cut, squeezed out, drawn over or outside."""

from __future__ import annotations

import pytest
from measure_sizes import LARGE, SMALL
from survey import SMALLEST, Size, survey

pytestmark = pytest.mark.xdist_group("survey")  # which is made once a process
LONG = [pytest.param(size, marks=pytest.mark.long) for size in LARGE]


def named(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", [*SMALL, *LONG], ids=named)
def test_all_text_fits_or_scrolls_and_says_so(size: Size) -> None:
    assert survey(size).misplaced == []


def test_no_line_of_a_picture_is_cut_short_in_the_smallest_window() -> None:
    assert survey(SMALLEST).shortened == []


@pytest.mark.long
@pytest.mark.parametrize("size", [*SMALL, *LARGE], ids=named)
def test_what_is_said_to_an_answer_fits_too(size: Size) -> None:
    assert survey(size, whole=True).misplaced == []
