"""Matrices of attention as pixels in cells: a line a row, or in half-blocks two rows a line.

Where there is no colour, glyphs of growing density stand for magnitudes, always a line a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.cells import Tier, View, colour, fit, magnitude, shade

Line = list[Segment]
Cell = tuple[str, Style]
Pixels = NDArray[np.int64]  # (rows, columns): steps of the scale, or one of these two
MASKED, UNDER_CURSOR = -1, -2
LEVELS = 64  # steps of the scale, which is the square root of a weight
CURSOR = "#ff5fd7"  # not on the scale, and bluish where the scale is yellowish to colour-blind eyes
PLAIN, DIM, HERE = Style(), Style(dim=True), Style(bold=True, reverse=True)


def has_halves(view: View) -> bool:
    """Two colours fit in a cell."""
    return view.tier in ("truecolor", "256") and not view.ascii


def quantised(weights: NDArray[np.float32]) -> Pixels:
    """The pixels of a causal matrix: square roots of weights in `LEVELS` steps, `MASKED` above the diagonal."""
    levels: Pixels = np.rint(np.sqrt(np.clip(weights, 0, 1)) * LEVELS).astype(np.int64)
    levels[np.triu_indices(len(levels), 1)] = MASKED
    return levels


def raster(pixels: Pixels, view: View, width: int, halves: bool, cursor: tuple[int, int] | None = None) -> list[Line]:
    """Lines of cells for pixels; a pixel is `width` cells wide and a line high, with `halves` half a line."""
    if not halves:
        return [
            runs(full(level, view.tier, view.ascii, width, (y, x) == cursor) for x, level in enumerate(row))
            for y, row in enumerate(pixels.tolist())
        ]
    pixels = np.repeat(pixels, width, axis=1)
    if cursor is not None:  # one cell of two, so that the other still shows its value
        pixels[cursor[0], cursor[1] * width] = UNDER_CURSOR
    if len(pixels) % 2:
        pixels = np.vstack([pixels, np.full_like(pixels[:1], MASKED)])
    return [
        runs(half(upper, lower, view.tier, x % 2) for x, (upper, lower) in enumerate(zip(*pair, strict=True)))
        for pair in zip(pixels[::2].tolist(), pixels[1::2].tolist(), strict=True)
    ]


@lru_cache(maxsize=4096)
def full(level: int, tier: Tier, ascii: bool, width: int, here: bool = False) -> Cell:
    """One pixel in cells of its own."""
    background = ink(level, tier)
    if here:
        text = colour("#000000" if level > 0.55 * LEVELS else "#ffffff", tier)
        return "[]" if width == 2 else "+", style(text, background, bold=True) if background else HERE
    if level == MASKED:
        return fit("-" if ascii else "·", width), DIM
    if background is None:
        return shade(level / LEVELS, ascii) * width, PLAIN
    return " " * width, style(None, background)


@lru_cache(maxsize=16384)
def half(upper: int, lower: int, tier: Tier, odd: int) -> Cell:
    """One cell for the two pixels above each other in it; `odd` columns of the masked part are left empty."""
    above, below = ink(upper, tier), ink(lower, tier)
    if above is None and below is None:
        return " " if odd else "·", DIM
    return ("▄", style(below, None)) if above is None else ("▀", style(above, below))


@lru_cache
def style(text: str | None, background: str | None, bold: bool | None = None) -> Style:
    """The one style with these colours, so that `runs` may compare by identity."""
    return Style(color=text, bgcolor=background, bold=bold)


def ink(pixel: int, tier: Tier) -> str | None:
    """The colour of a pixel, None for one that has none."""
    if pixel == UNDER_CURSOR:
        return colour(CURSOR, tier)
    return magnitude(pixel / LEVELS, tier) if pixel >= 0 else None


def runs(cells: Iterable[Cell]) -> Line:
    """Neighbours of the same style joined."""
    line: Line = []
    for _, group in groupby(cells, key=lambda cell: id(cell[1])):
        texts, styles = zip(*group, strict=True)
        line.append(Segment("".join(texts), styles[0]))
    return line


def shrink(pixels: Pixels, side: int) -> Pixels:
    """At most `side` pixels a side: each the strongest of those it stands for, so that no peak is lost."""
    t = len(pixels)
    if t <= side:
        return np.repeat(np.repeat(pixels, side // t, axis=0), side // t, axis=1)
    edges = np.arange(side) * t // side
    strongest: Pixels = np.maximum.reduceat(np.maximum.reduceat(pixels, edges, axis=0), edges, axis=1)
    return strongest
