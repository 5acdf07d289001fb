"""The map in cells: a dot for each word, with its name on a free side of it; below, what the map hides.

Dots and the line from the selected word to its true neighbour are Braille, so that a dot has three heights in
a cell; in ASCII they are letters, and a digit says how many words share a cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.cells import View, percent
from tutor.experiments.embedding_map import Result
from tutor.experiments.word_space_picture import cut, paragraph

Line = list[Segment]
Cell = tuple[int, int]  # line and column

PLAIN, DIM, BOLD, HERE = Style(), Style(dim=True), Style(bold=True), Style(bold=True, reverse=True)
BRAILLE = 0x2800
BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row and column of dots in a cell
DOTS = (0x1B, 0x36, 0xE4)  # a word, at the top of its cell, in the middle, at the bottom
GAP = 1  # column between two names


@dataclass(frozen=True)
class Picture:
    """What is drawn, and what found no room."""

    lines: list[Line]
    unnamed: tuple[int, ...]  # the words in sight whose name found no free side


def picture(result: Result, view: View) -> Picture:
    """Draw the map in `view.height` lines; the last ones say what it shows."""
    if not result.words:
        return Picture([[Segment(line)] for line in paragraph(result.sentence(), view)][: view.height], ())
    told = [line for text in words(result) for line in paragraph(text, view)]
    height = max(1, view.height - len(told) - 1)
    dots = place(result, view.width, height)
    names, unnamed = name(result.words, dots, view.width, height)
    lines = compose(result, view, height, dots, names)
    legend = axes(result, len(unnamed), view)
    below = [[Segment(cut(legend, view.width, view), DIM)]]
    below += [[Segment(line)] for line in told]
    return Picture([*lines, *below][: max(0, view.height)], tuple(unnamed))


def words(result: Result) -> list[str]:
    """What is said below the map."""
    said = [result.lie(result.selected)] if len(result.words) > 1 else []
    return [text for text in (*said, result.complaint()) if text]


def axes(result: Result, unnamed: int, view: View) -> str:
    """What the axes show of the variance, how far one is in, and what found no room."""
    if len(result.words) < 2:
        return "a map needs two words at least"
    one, two, hidden = (percent(share) for share in (*result.explained, result.hidden))
    right, up = (">", "^") if view.ascii else ("→", "↑")
    parts = [f"variance {right} {one}  {up} {two}  hidden {hidden}"]
    if result.settings.zoom > 1:
        parts.append(f"zoom {result.settings.zoom:g}, {len(result.in_sight)} of {len(result.words)} words")
    if unnamed:
        parts.append(f"{unnamed} name{'s' * (unnamed > 1)} left out")
    return "   ".join(parts)


# ── where things go ──────────────────────────────────────────────────────────────────────────────────


def place(result: Result, width: int, height: int) -> dict[int, tuple[Cell, int]]:
    """For each word in sight its cell, and how high in it: 0 top, 1 middle, 2 bottom."""
    across, down = (result.frame[:, 0] + 1) / 2, (1 - result.frame[:, 1]) / 2
    columns = np.rint(across * (width - 1)).astype(int)
    thirds = np.rint(down * (3 * height - 1)).astype(int)
    return {i: ((int(thirds[i]) // 3, int(columns[i])), int(thirds[i]) % 3) for i in result.in_sight}


def name(
    words: tuple[str, ...], dots: dict[int, tuple[Cell, int]], width: int, height: int
) -> tuple[dict[int, Cell], list[int]]:
    """Where the names of the words in sight begin, and the words whose name has no free side.

    No name covers a dot or touches another name; beside a dot it touches no other dot.
    """
    taken = np.zeros((height, width), dtype=bool)
    for (y, x), _ in dots.values():
        taken[y, x] = True
    names: dict[int, Cell] = {}
    unnamed = []
    for i, (cell, _) in dots.items():
        n = len(words[i])
        for y, x in sides(cell, n):
            if not (0 <= y < height and x >= 0 and x + n <= width):
                continue
            around = taken[y, max(0, x - GAP) : x + n + GAP].copy()
            own = cell[1] - max(0, x - GAP)
            if y == cell[0] and 0 <= own < len(around):
                around[own] = False
            if not around.any():
                names[i] = (y, x)
                taken[y, x : x + n] = True
                break
        else:
            unnamed.append(i)
    return names, unnamed


def sides(cell: Cell, n: int) -> Iterator[Cell]:
    """Where a name of `n` letters may begin: right of its dot, left, above, below."""
    y, x = cell
    yield y, x + 1
    yield y, x - n
    for line in (y - 1, y + 1):
        yield line, x - n // 2
        yield line, x
        yield line, x - n + 1


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────────


def compose(
    result: Result, view: View, height: int, dots: dict[int, tuple[Cell, int]], names: dict[int, Cell]
) -> list[Line]:
    """The lines of the map."""
    here, true = result.selected, result.nearest[result.selected]
    canvas: dict[Cell, tuple[str, Style]] = {}
    if here in dots and true in dots and here != true:
        for cell, bits in stroke(dots[here], dots[true]).items():
            canvas[cell] = ("." if view.ascii else chr(BRAILLE | bits), DIM)
    shared = Counter(cell for cell, _ in dots.values())
    bits_at: Counter[Cell] = Counter()
    for cell, third in dots.values():
        bits_at[cell] |= DOTS[third]
    for i, (cell, _) in dots.items():
        mark = "o" if shared[cell] == 1 else str(min(9, shared[cell]))
        style = BOLD if i in (here, true) else canvas[cell][1] if shared[cell] > 1 and cell in canvas else PLAIN
        canvas[cell] = (mark if view.ascii else chr(BRAILLE | bits_at[cell]), style)
    if here in dots and here not in names:  # the selected word is always named, over what is there
        (y, x), _ = dots[here]
        n = len(result.words[here])
        names = {**names, here: (y, x + 1 if x + 1 + n <= view.width else max(0, x - n))}
    for i in sorted(names, key=lambda i: i == here):
        y, x = names[i]
        style = HERE if i == here else BOLD if i == true else PLAIN
        for offset, letter in enumerate(result.words[i]):
            canvas[y, x + offset] = (letter, style)
    return [row([canvas.get((y, x), (" ", PLAIN)) for x in range(view.width)]) for y in range(height)]


def row(cells: list[tuple[str, Style]]) -> Line:
    """One line, neighbours of the same style joined, without the blanks at its end."""
    line: Line = []
    for text, style in cells:
        if line and line[-1].style is style:
            line[-1] = Segment(line[-1].text + text, style)
        else:
            line.append(Segment(text, style))
    if line and line[-1].style is PLAIN:
        line[-1] = Segment(line[-1].text.rstrip(), PLAIN)
    return line


def stroke(start: tuple[Cell, int], end: tuple[Cell, int]) -> dict[Cell, int]:
    """The Braille dots of a straight line between two words, by cell."""
    (y0, x0), (y1, x1) = ((4 * y + third + 0.5, 2 * x + 0.5) for (y, x), third in (start, end))
    steps = max(2, round(2 * max(abs(y1 - y0), abs(x1 - x0)) / 2))
    bits: Counter[Cell] = Counter()
    for step in range(0, steps + 1, 2):  # every second dot, lighter than the words
        y, x = (round(a + (b - a) * step / steps) for a, b in ((y0, y1), (x0, x1)))
        bits[y // 4, x // 2] |= BITS[y % 4][x % 2]
    return dict(bits)
