"""How many places were looked at in how many sizes, and in how many of them text is cut."""

from __future__ import annotations

from collections.abc import Iterator

from figures import Figure
from glyphs import ALLOWED
from survey import SMALLEST, Size, survey

SMALL: tuple[Size, ...] = (SMALLEST,)
ASKED: tuple[Size, ...] = (*SMALL, (80, 24), (100, 30), (120, 40), (200, 60))
LARGE: tuple[Size, ...] = ((80, 24), (70, 22), (100, 30), (109, 27), (110, 33), (120, 40), (131, 24), (200, 60))


def figures(sizes: tuple[Size, ...] = ASKED) -> Iterator[Figure]:
    """Of the sizes that are asked for, in some minutes; the long tests look at `SMALL + LARGE`."""
    found = [survey(size) for size in sizes]
    names = ", ".join(f"{columns}x{rows}" for columns, rows in sizes)
    yield Figure(15, f"cards looked at in each of {names}", found[0].cards, "")
    yield Figure(15, "screens, cards, widgets, labs and questions looked at, in all", sum(s.places for s in found), "")
    yield Figure(15, "places with text cut, overlapping or outside", sum(len(s.misplaced) for s in found), "", limit=0)
    glyphs = {glyph for s in found for glyph in s.glyphs} - set("".join(ALLOWED.values()))
    yield Figure(16, "emoji and glyphs of ambiguous width, beside those allowed", len(glyphs), "", limit=0)
