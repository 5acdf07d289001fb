"""What the app draws is as wide as it believes, on every terminal."""

from __future__ import annotations

import pytest
from glyphs import ALLOWED
from survey import SMALLEST, survey

pytestmark = pytest.mark.xdist_group("survey")  # which is made once a process


def test_no_emoji_and_no_character_of_ambiguous_width_but_those_allowed() -> None:
    allowed = "".join(ALLOWED.values())
    assert {glyph: place for glyph, place in survey(SMALLEST).glyphs.items() if glyph not in allowed} == {}
