"""How the attention heatmap is drawn: queries in rows, keys in columns, the part that is masked left open.

A matrix that has the room is drawn one line a row; a larger one in half-blocks, two rows a line; one that
is larger still is looked at through a window around the cursor. Where there is no colour, glyphs of
growing density stand for magnitudes, one line a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.attention import Result, percent
from tutor.experiments.cells import KEY, QUERY, Tier, View, colour, fit, hue, magnitude, shade
from tutor.experiments.heads import scores

Line = list[Segment]
Origin = tuple[int, int]  # the first row and the first column that are shown

CURSOR = "#ff5fd7"  # not on the scale, and bluish where the scale is yellowish to colour-blind eyes
MASKED, BLANK, UNDER_CURSOR = -1, -2, -3  # pixels that are not weights
LEVELS = 64  # of a weight
BOLD, DIM, HERE = Style(bold=True), Style(dim=True), Style(bold=True, reverse=True)
TALL = 18  # lines from which the keys have room for labels of their own
CAPTION = 13  # columns for what stands over a small picture
SHORT = {"previous": "prev", "first": "first", "same": "same", "induction": "ind"}
LEGEND = (0.0, 0.0625, 0.25, 0.5625, 1.0)  # weights at quarters of the scale


@dataclass(frozen=True)
class Picture:
    """Its parts from top to bottom; `labels` stand left of `matrix`."""

    top: list[Line]  # what is looked at, in numbers and words; then the keys, or the gallery
    labels: list[Line]  # the queries
    matrix: list[Line]  # cells one column wide, all
    bottom: list[Line]  # the legend
    origin: Origin = (0, 0)
    shown: tuple[int, int] = (0, 0)  # rows and columns

    def lines(self) -> list[Line]:
        body = [label + row for label, row in zip(self.labels, self.matrix, strict=True)]
        return [*self.top, *body, *self.bottom]


def picture(result: Result, view: View, *, gallery: bool = False, origin: Origin = (0, 0)) -> Picture:
    """Draw `result`; with `gallery` all heads of its layer. `origin` is kept as long as it shows the cursor."""
    bottom = legend(result, view) if view.height >= 9 else []
    top = summary(result, view)
    room = view.height - len(top) - len(bottom)
    if gallery:
        return Picture([*top, *draw_gallery(result, view, room)], [], [], bottom)
    return draw_matrix(result, view, top, bottom, room, origin)


# ── the matrix ───────────────────────────────────────────────────────────────────────────────────────


def draw_matrix(result: Result, view: View, top: list[Line], bottom: list[Line], room: int, origin: Origin) -> Picture:
    """The chosen head in `room` lines."""
    labels = [result.label(i, view.ascii) for i in range(result.t)]
    per_line = 2 if has_halves(view) else 1
    tall = min(7, max(map(cell_len, labels)))  # lines of vertical labels, where all fits below them
    tall = tall if view.height >= TALL and result.t <= per_line * (room - tall - 1) else 0
    lines = max(1, room - tall - 1)
    halves = has_halves(view) and result.t > lines
    label = min(8 if halves or view.width < 60 else 12, max(6 if halves else 11, *map(cell_len, labels)))
    left = (2 if halves else 1) * (label + 1) + 1
    width = 2 if 2 * result.t <= view.width - left else 1  # cells a key
    rows = min(result.t, lines * (2 if halves else 1))
    columns = max(1, min(result.t, (view.width - left) // width))
    row0 = scroll(origin[0], result.query, rows, result.t, 2 if halves else 1)
    column0 = scroll(origin[1], result.key, columns, result.t)
    rows = min(rows, result.t - row0)

    pixels = quantised(result.matrix)[row0 : row0 + rows, column0 : column0 + columns]
    cursor = (result.query - row0, result.key - column0)
    names = [query_label(labels[i], label, i == result.query, view) for i in range(row0, row0 + rows)]
    if halves:
        names += [[Segment(" " * (label + 1))]] * (rows % 2)
        names = [a + b for a, b in zip(names[::2], names[1::2], strict=True)]
    keys = [
        *key_labels(labels[column0 : column0 + columns], tall, left, width),
        key_marker(result, view, left, cursor[1], width),
    ]
    if (rows, columns) != (result.t, result.t):
        part = f"queries {row0}-{row0 + rows - 1}, keys {column0}-{column0 + columns - 1} of 0-{result.t - 1}"
        bottom = [*bottom[:-1], beside(bottom[-1], part, view.width)] if bottom else []
    return Picture(
        [*top, *keys],
        [[*name, Segment(" ")] for name in names],
        raster(pixels, view, width, halves, cursor),
        bottom,
        (row0, column0),
        (rows, columns),
    )


def scroll(first: int, cursor: int, shown: int, total: int, step: int = 1) -> int:
    """The first of `shown` places out of `total`: `first` if that shows the cursor, else the cursor amid them."""
    last = max(0, -(-(total - shown) // step) * step)
    if not first <= cursor < first + shown:
        first = cursor - shown // 2
    return max(0, min(last, first // step * step))


def query_label(text: str, width: int, here: bool, view: View) -> Line:
    """A row's token, right-aligned; the cursor's is reversed and points at its row."""
    end = "~" if view.ascii else "…"
    text = fit(text, width, end).rstrip()
    pad = Segment(" " * (width - cell_len(text)))
    if not here:
        return [pad, Segment(text + " ")]
    return [pad, Segment(text, HERE), Segment(">" if view.ascii else "▸", BOLD)]


def key_labels(labels: list[str], tall: int, left: int, width: int) -> list[Line]:
    """The columns' tokens written downwards in `tall` lines, their ends at the matrix."""
    columns = []
    for label in labels:
        glyphs: list[str] = []
        for char in label:
            if glyphs and cell_len(char) == 0:
                glyphs[-1] += char
            else:
                glyphs.append(fit(char, width, "*"[: cell_len(char) > width]))
        if len(glyphs) > tall:
            glyphs = [*glyphs[: tall - 1], fit(":", width)]
        columns.append([" " * width] * (tall - len(glyphs)) + glyphs)
    return [[Segment(" " * left), Segment("".join(column[y] for column in columns), DIM)] for y in range(tall)]


def key_marker(result: Result, view: View, left: int, column: int, width: int) -> Line:
    """The line above the matrix: which way the axes run, and the cursor's key."""
    corner = fit("query \\ key" if left >= 13 else "", left - 1).rjust(left - 1) + " "
    words = corner.rstrip().split("\\")
    axes = [Segment(" " * (left - 1 - len(corner.strip())))]
    if len(words) == 2:
        axes += [Segment("query", hue(QUERY, view)), Segment(" \\ "), Segment("key", hue(KEY, view))]
    x = left + column * width
    mark, name = (
        "v" if view.ascii else "▾",
        fit(result.label(result.key, view.ascii), 12, "~" if view.ascii else "…").rstrip(),
    )
    after = x + 2 + cell_len(name) <= view.width
    gap = column * width - (0 if after else cell_len(name) + 1)
    text = [Segment(mark, BOLD), Segment(" "), Segment(name, HERE)]
    return [*axes, Segment(" " * (1 + max(0, gap))), *(text if after else reversed(text))]


# ── pixels ───────────────────────────────────────────────────────────────────────────────────────────


def has_halves(view: View) -> bool:
    """Two colours fit in a cell."""
    return view.tier in ("truecolor", "256") and not view.ascii


def quantised(weights: NDArray[np.float32]) -> NDArray[np.int64]:
    """The pixels of a causal matrix: square roots of weights in `LEVELS` steps, `MASKED` above the diagonal."""
    levels: NDArray[np.int64] = np.rint(np.sqrt(np.clip(weights, 0, 1)) * LEVELS).astype(np.int64)
    levels[np.triu_indices(len(levels), 1)] = MASKED
    return levels


def raster(
    pixels: NDArray[np.int64], view: View, width: int, halves: bool, cursor: tuple[int, int] | None = None
) -> list[Line]:
    """Lines of cells for pixels; a pixel is `width` cells wide and a line high, with `halves` half a line."""
    if not halves:
        return [
            runs((full(level, view, width, (y, x) == cursor) for x, level in enumerate(row)))
            for y, row in enumerate(pixels.tolist())
        ]
    pixels = np.repeat(pixels, width, axis=1)
    if cursor is not None:  # one cell of two, so that the other still shows its value
        pixels[cursor[0], cursor[1] * width] = UNDER_CURSOR
    if len(pixels) % 2:
        pixels = np.vstack([pixels, np.full_like(pixels[:1], BLANK)])
    return [
        runs(half(upper, lower, view, x % 2) for x, (upper, lower) in enumerate(zip(*pair, strict=True)))
        for pair in zip(pixels[::2].tolist(), pixels[1::2].tolist(), strict=True)
    ]


@lru_cache(maxsize=8192)
def full(level: int, view: View, width: int, here: bool) -> Segment:
    """One pixel in cells of its own."""
    mark = ("[]" if width == 2 else "+") if here else ""
    if level == MASKED:
        return Segment(mark, HERE) if mark else Segment(fit("-" if view.ascii else "·", width), DIM)
    background = magnitude(level / LEVELS, view.tier)
    if background is None:
        return Segment(mark, HERE) if mark else Segment(shade(level / LEVELS, view.ascii) * width)
    ink = colour("#000000" if level > 0.55 * LEVELS else "#ffffff", view.tier)
    return Segment(
        mark or " " * width, Style(bgcolor=background, color=ink, bold=True) if mark else Style(bgcolor=background)
    )


@lru_cache(maxsize=16384)
def half(upper: int, lower: int, view: View, odd: int) -> Segment:
    """One cell for the two pixels above each other in it."""
    above, below = ink(upper, view.tier), ink(lower, view.tier)
    if above is None and below is None:
        return Segment(" " if upper == BLANK or odd else "·", DIM)
    if above is None:
        return Segment("▄", Style(color=below))
    return Segment("▀", Style(color=above, bgcolor=below))


def ink(pixel: int, tier: Tier) -> str | None:
    """The colour of a pixel, None for one that has none."""
    if pixel == UNDER_CURSOR:
        return colour(CURSOR, tier)
    return magnitude(pixel / LEVELS, tier) if pixel >= 0 else None


def runs(segments: object) -> Line:
    """Neighbours of the same style joined."""
    return list(Segment.simplify(segments))  # type: ignore[arg-type]


# ── all heads of the layer ───────────────────────────────────────────────────────────────────────────


def draw_gallery(result: Result, view: View, room: int) -> list[Line]:
    """Every head of the layer as a small picture with what it attends to most; the chosen one is marked."""
    n = result.n_head
    halves = has_halves(view)
    balanced = {-(-n // rows) for rows in range(1, n + 1)}
    side, per_row = max((gallery_side(view, room, n, per_row, halves), per_row) for per_row in balanced)
    side = side // result.t * result.t or side  # no pixel is drawn larger than another
    box = min(view.width // per_row, max(CAPTION, side * (1 if halves else 2) + 2))
    lines: list[Line] = []
    for first in range(0, n, per_row):
        tiles = [tile(result, view, head, side, box, halves) for head in range(first, min(n, first + per_row))]
        lines += [[segment for part in parts for segment in part] for parts in zip(*tiles, strict=True)]
    if len(lines) < room:
        lines.append([Segment(fit("arrows choose head and layer, Enter opens it", view.width), DIM)])
    return lines[:room]


def gallery_side(view: View, room: int, n: int, per_row: int, halves: bool) -> int:
    """Pixels along the side of a picture when `per_row` stand in a row."""
    wide = view.width // per_row - 1
    high = room // -(-n // per_row) - 1
    return max(1, min(wide, 2 * high) if halves else min(wide // 2, high))


def tile(result: Result, view: View, head: int, side: int, box: int, halves: bool) -> list[Line]:
    """One head in `box` columns: its caption, then its matrix."""
    matrix = result.attention[result.layer - 1, head]
    pixels = shrink(quantised(matrix), side)
    chosen = head == result.head - 1
    lines = raster(pixels, view, 1 if halves else 2, halves)
    height = -(-side // 2) if halves else side
    kind, score = scores(matrix, result.ids).strongest
    mark = (">" if view.ascii else "▸") if chosen else " "
    caption = fit(f"{mark}{head + 1} {SHORT[kind]} {percent(score)}", box - 1, "").rstrip()
    text = [Segment(caption, HERE if chosen else None)]
    return [Segment.adjust_line_length(line, box) for line in [text, *lines, *[[]] * (height - len(lines))]]


def shrink(pixels: NDArray[np.int64], side: int) -> NDArray[np.int64]:
    """At most `side` pixels a side: each the strongest of those it stands for, so that no peak is lost."""
    t = len(pixels)
    if t <= side:
        return np.repeat(np.repeat(pixels, side // t, axis=0), side // t, axis=1)
    edges = np.arange(side) * t // side
    strongest: NDArray[np.int64] = np.maximum.reduceat(np.maximum.reduceat(pixels, edges, axis=0), edges, axis=1)
    return strongest


# ── words ────────────────────────────────────────────────────────────────────────────────────────────


def summary(result: Result, view: View) -> list[Line]:
    """The head and its scores, the cursor's cell, the query's row."""
    where = f"Layer {result.layer} of {result.n_layer}  Head {result.head} of {result.n_head}"
    measured = "  ".join(f"{kind} {percent(score)}" for kind, score in vars(result.scores).items())
    query, key = result.label(result.query, view.ascii), result.label(result.key, view.ascii)
    value = "masked" if result.masked else f"{100 * result.weight:.1f} %"
    level = MASKED if result.masked else round(result.weight**0.5 * LEVELS)
    end = "~" if view.ascii else "…"
    tall = view.height >= TALL
    used = (0 if tall else cell_len(where) + 3) + len(f"query {result.query}   key {result.key}   100.0 % ██")
    room = (view.width - used) // 2
    cell = [
        Segment("query", hue(QUERY, view)),
        Segment(f" {result.query} {fit(query, min(room, cell_len(query)), end)}  "),
        Segment("key", hue(KEY, view)),
        Segment(f" {result.key} {fit(key, min(room, cell_len(key)), end)}  "),
        Segment(value + " ", BOLD),
        full(level, view, 2, False),
    ]
    head = [Segment(where + "   ", BOLD)]
    if tall:
        beside_head = cell_len(where) + 3 + cell_len(measured) <= view.width
        about = [Segment(fit(measured, min(view.width, cell_len(measured)), end), DIM)]
        lines = [head + about, cell] if beside_head else [head, about, cell]
    else:
        lines = [head + cell] if room >= 5 else [head, cell]
    told = [result.row_sentence(n, view.ascii) + "." for n in (3, 2, 1)]
    lines.append([Segment(next((t for t in told if cell_len(t) <= view.width), fit(told[-1], view.width, end)))])
    if result.skipped:
        lines.append([Segment(fit(result.cut_sentence(), view.width, end), DIM)])
    return lines


def legend(result: Result, view: View) -> list[Line]:
    """What the colours or glyphs mean."""
    line: Line = []
    if magnitude(0, view.tier) is None:
        for i, glyph in enumerate(shade(step / 5, view.ascii) for step in range(5)):
            line += [Segment(f"{100 * (i / 5) ** 2:.0f} "), Segment(glyph * 3), Segment(" ")]
    else:
        steps = 5 if view.width >= 60 else 3
        for weight in LEGEND[:-1]:
            line.append(Segment(f"{100 * weight:.0f} "))
            x = weight**0.5
            line += [full(round((x + i / steps / 4) * LEVELS), view, 1, False) for i in range(steps)]
            line.append(Segment(" "))
    line.append(Segment("100 %"))
    for words in (
        [full(MASKED, view, 1, False), Segment(" masked")],
        [Segment("sqrt scale" if view.ascii else "√ scale")],
    ):
        if sum(segment.cell_length for segment in [*line, *words]) + 2 <= view.width:
            line += [Segment("  "), *words]
    return [line]


def beside(line: Line, text: str, width: int) -> Line:
    """`text` at the end of `line`, where there is room."""
    used = sum(segment.cell_length for segment in line)
    return [*line, Segment(text.rjust(width - used), DIM)] if used + 2 + cell_len(text) <= width else line
