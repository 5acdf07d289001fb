"""How the attention heatmap is drawn: queries in rows, keys in columns, the part that is masked left open.

A matrix that has the room is drawn one line a row; a larger one in half-blocks, two rows a line; one that
is larger still is looked at through a window around the cursor. Where there is no colour, glyphs of
growing density stand for magnitudes, one line a row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments import cells
from tutor.experiments.attention import Result, percent
from tutor.experiments.cells import KEY, QUERY, View, fit, hue, magnitude, shade
from tutor.experiments.heads import scores
from tutor.experiments.raster import DIM, HERE, LEVELS, MASKED, Line, full, has_halves, quantised, raster, runs, shrink

Origin = tuple[int, int]  # the first row and the first column that are shown

BOLD = Style(bold=True)
TALL = 18  # lines from which the keys have room for labels of their own
CAPTION = 13  # columns for what stands over a small picture
SHORT = {"previous": "prev", "first": "1st", "same": "same", "induction": "ind"}
LEGEND = (0.0, 0.0625, 0.25, 0.5625, 1.0)  # weights at quarters of the scale


@dataclass(frozen=True)
class Picture:
    """Lines from top to bottom. Right of column `left` of the body no character crosses every second column."""

    top: list[Line]  # what is looked at, in numbers and words
    body: list[Line]  # the matrix with its labels, or the gallery; then the legend
    left: int
    origin: Origin

    def lines(self) -> list[Line]:
        return [*self.top, *self.body]


@dataclass(frozen=True)
class Frame:
    """How a matrix of so many tokens fits into so much room."""

    lines: int  # for the matrix
    halves: bool  # two rows a line
    label: int  # columns of a query's label
    tall: int  # lines of the keys' labels, 0 where there is no room for them
    width: int  # columns a key

    @property
    def per_line(self) -> int:
        return 2 if self.halves else 1

    @property
    def left(self) -> int:
        """Columns left of the matrix."""
        return self.per_line * (self.label + 1) + 1


def picture(result: Result, view: View, *, gallery: bool = False, origin: Origin = (0, 0)) -> Picture:
    """Draw `result`; with `gallery` all heads of its layer. `origin` is kept as long as it shows the cursor."""
    top = summary(result, view)
    room = view.height - len(top) - (view.height >= 9)
    labels = [result.label(i, view.ascii) for i in range(result.t)]
    frame = fit_frame(labels, view, room)
    size = frame.lines * frame.per_line, max(1, (view.width - frame.left) // frame.width)
    row = scroll(origin[0], result.query, size[0], result.t, frame.per_line)
    column = scroll(origin[1], result.key, size[1], result.t)
    shown = slice(row, min(result.t, row + size[0])), slice(column, min(result.t, column + size[1]))
    part = f"rows {row}-{shown[0].stop - 1}, keys {column}-{shown[1].stop - 1} of {result.t}"
    if gallery:
        body, part = draw_gallery(result, view, room), ""
    else:
        body, part = draw_matrix(result, view, frame, labels, shown), part if min(size) < result.t else ""
    if view.height >= 9:
        body.append(legend(view, part))
    return Picture(top, body, frame.left, (row, column))


# ── the matrix ───────────────────────────────────────────────────────────────────────────────────────


def fit_frame(labels: list[str], view: View, room: int) -> Frame:
    """Labels for all keys where the whole matrix fits below them; half-blocks where it would not fit without."""
    t, longest = len(labels), max(map(cell_len, labels))
    most = 2 if has_halves(view) else 1  # rows a line
    tall = min(7, longest)
    if view.height < TALL or t > most * (room - tall - 1):
        tall = 0
    lines = max(1, room - tall - 1)
    halves = most == 2 and t > lines
    label = min(8, max(6, longest)) if halves else min(12, max(11, longest))
    narrow = Frame(lines, halves, label, tall, width=1)
    return replace(narrow, width=2) if 2 * t <= view.width - narrow.left else narrow


def draw_matrix(result: Result, view: View, frame: Frame, labels: list[str], shown: tuple[slice, slice]) -> list[Line]:
    """The chosen head's matrix, as much of it as is `shown`, with its labels."""
    rows, columns = shown
    here = (result.query - rows.start, result.key - columns.start)
    queries = [query_label(label, frame.label, y == here[0], view) for y, label in enumerate(labels[rows])]
    if frame.halves:
        queries += [[Segment(" " * (frame.label + 1))]] * (len(queries) % 2)
        queries = [a + b for a, b in zip(queries[::2], queries[1::2], strict=True)]
    matrix = raster(quantised(result.matrix)[rows, columns], view, frame.width, frame.halves, here)
    return [
        *key_labels(labels[columns], frame),
        key_marker(labels[result.key], here[1], frame, view),
        *([*label, Segment(" "), *row] for label, row in zip(queries, matrix, strict=True)),
    ]


def scroll(first: int, cursor: int, shown: int, total: int, step: int = 1) -> int:
    """The first of `shown` places out of `total`: `first` if that shows the cursor, else the cursor amid them."""
    last = max(0, -(-(total - shown) // step) * step)
    first = first // step * step
    if not first <= cursor < first + shown:
        first = cursor - (shown - step) // 2
    return max(0, min(last, first // step * step))


def query_label(text: str, width: int, here: bool, view: View) -> Line:
    """A row's token, right-aligned; the cursor's is reversed and points at its row."""
    end = "~" if view.ascii else "…"
    text = fit(text, width, end).rstrip()
    pad = Segment(" " * (width - cell_len(text)))
    if not here:
        return [pad, Segment(text + " ")]
    return [pad, Segment(text, HERE), Segment(">" if view.ascii else "▸")]


def key_labels(labels: list[str], frame: Frame) -> list[Line]:
    """The columns' tokens written downwards, their ends at the matrix."""
    columns = []
    for label in labels:
        glyphs: list[str] = []
        for char in label:
            if glyphs and cell_len(char) == 0:
                glyphs[-1] += char
            else:
                glyphs.append(char)
        if len(glyphs) > frame.tall:
            glyphs = [*glyphs[: frame.tall - 1], ":"]
        columns.append([""] * (frame.tall - len(glyphs)) + glyphs)
    lines = ("".join(fit(column[y], frame.width, "*") for column in columns) for y in range(frame.tall))
    return [[Segment(" " * frame.left), Segment(line, DIM)] for line in lines]


def key_marker(label: str, column: int, frame: Frame, view: View) -> Line:
    """The line above the matrix: which way the axes run, and the cursor's key."""
    line = [Segment(" " * (frame.left - 13)), Segment("query", hue(QUERY, view)), Segment(" \\ ")]
    line += [Segment("key", hue(KEY, view)), Segment("  ")]
    mark = Segment("v" if view.ascii else "▾", BOLD)
    name = fit(label, 12, "~" if view.ascii else "…").rstrip()
    name = name if cell_len(name) == len(name) else ""  # it stands in columns that may change alone
    before = column * frame.width
    if frame.left + before + 2 + len(name) <= view.width:
        return [*line, Segment(" " * before), mark, Segment(" "), Segment(name, HERE)]
    return [*line, Segment(" " * max(0, before - len(name) - 1)), Segment(name, HERE), Segment(" "), mark]


# ── all heads of the layer ───────────────────────────────────────────────────────────────────────────


def draw_gallery(result: Result, view: View, room: int) -> list[Line]:
    """Every head of the layer as a small picture with what it attends to most; the chosen one is marked."""
    n = result.n_head
    halves = has_halves(view)
    balanced = {-(-n // rows) for rows in range(1, n + 1)}
    side, per_row = max((gallery_side(view, room, n, per_row, halves), per_row) for per_row in balanced)
    side = side // result.t * result.t or side  # no pixel is drawn larger than another
    box = min(view.width // per_row, max(CAPTION, side * (1 if halves else 2) + 2))
    named = captions(result, box)
    lines: list[Line] = []
    for first in range(0, n, per_row):
        shown = range(first, min(n, first + per_row))
        tiles = [tile(result, view, head, named[head], side, box, halves) for head in shown]
        lines += [[segment for part in parts for segment in part] for parts in zip(*tiles, strict=True)]
    if len(lines) < room:
        lines.append([Segment("arrows: head, layer; Enter opens it"[: view.width], DIM)])
    return lines[:room]


def gallery_side(view: View, room: int, n: int, per_row: int, halves: bool) -> int:
    """Pixels along the side of a picture when `per_row` stand in a row."""
    wide = view.width // per_row - 1
    high = room // -(-n // per_row) - 1
    return max(1, min(wide, 2 * high) if halves else min(wide // 2, high))


def captions(result: Result, box: int) -> list[str]:
    """Every head's number and strongest habit, in full if that fits `box` columns for all of them."""
    strongest = [scores(matrix, result.ids).strongest for matrix in result.attention[result.layer - 1]]
    full = [f"{i} {kind} {percent(score)}" for i, (kind, score) in enumerate(strongest, 1)]
    short = [f"{i} {SHORT[kind]} {cells.percent(score)}" for i, (kind, score) in enumerate(strongest, 1)]
    return full if max(map(len, full)) < box - 1 else [caption[: box - 2] for caption in short]


def tile(result: Result, view: View, head: int, caption: str, side: int, box: int, halves: bool) -> list[Line]:
    """One head in `box` columns: its caption, then its matrix."""
    matrix = result.attention[result.layer - 1, head]
    pixels = shrink(quantised(matrix), side)
    chosen = head == result.head - 1
    lines = raster(pixels, view, 1 if halves else 2, halves)
    height = -(-side // 2) if halves else side
    mark = (">" if view.ascii else "▸") if chosen else " "
    text = [Segment(mark + caption, HERE if chosen else None)]
    return [Segment.adjust_line_length(line, box) for line in [text, *lines, *[[]] * (height - len(lines))]]


# ── words ────────────────────────────────────────────────────────────────────────────────────────────


def summary(result: Result, view: View) -> list[Line]:
    """The head and its scores, the cursor's cell, the query's row."""
    where = f"Layer {result.layer} of {result.n_layer}  Head {result.head} of {result.n_head}"
    measured = "  ".join(f"{kind} {percent(score)}" for kind, score in vars(result.scores).items())
    query, key = result.label(result.query, view.ascii), result.label(result.key, view.ascii)
    end = "~" if view.ascii else "…"
    tall = view.height >= TALL
    beside_cell = 0 if tall or view.width < 70 else cell_len(where) + 2
    value = "masked" if result.masked else f"{100 * result.weight:.1f} %"
    level = MASKED if result.masked else round(result.weight**0.5 * LEVELS)
    used = beside_cell + len(f"query {result.query}   key {result.key}   {value} ██")
    room = max(1, (view.width - used) // 2)
    query, key = (fit(text, min(room, cell_len(text)), end) for text in (query, key))
    swatch = Segment(*full(level, view.tier, view.ascii, 2))
    cell = [Segment(f"query {result.query} {query}  key {result.key} {key}  {value} "), swatch]
    lines = [[Segment(where, BOLD)], cell]
    if beside_cell:  # on the right, so that a move of the cursor does not send it again
        lines = [[*cell, Segment(" " * (view.width - beside_cell + 2 - width_of(cell))), Segment(where, BOLD)]]
    elif cell_len(where) + 3 + cell_len(measured) <= view.width:
        lines[0].append(Segment("   " + measured, DIM))
    elif tall:
        lines.insert(1, [Segment(fit(measured, view.width, end), DIM)])
    told = [result.row_sentence(n, view.ascii) + "." for n in (3, 2, 1)]
    lines.append([Segment(next((t for t in told if cell_len(t) <= view.width), fit(told[-1], view.width, end)))])
    if result.skipped:
        lines.append([Segment(fit(result.cut_sentence(), view.width, end), DIM)])
    return lines


def legend(view: View, part: str) -> Line:
    """What the colours or glyphs mean; which `part` of the matrix is shown."""
    line: Line = []
    if magnitude(0, view.tier) is None:
        for i, glyph in enumerate(shade(step / 5, view.ascii) for step in range(5)):
            line += [Segment(f"{100 * (i / 5) ** 2:.0f} "), Segment(glyph * (2 if part else 3)), Segment(" ")]
    else:
        steps = 5 if view.width >= 60 and not part else 3
        for weight in LEGEND[:-1]:
            line.append(Segment(f"{100 * weight:.0f} "))
            x = weight**0.5
            line += runs(full(round((x + i / steps / 4) * LEVELS), view.tier, view.ascii, 1) for i in range(steps))
            line.append(Segment(" "))
    line.append(Segment("100 %"))
    for words in (
        [Segment(*full(MASKED, view.tier, view.ascii, 1)), Segment(" masked")],
        [Segment(part)],
        [Segment("sqrt scale" if view.ascii else "√ scale")],
    ):
        if width_of(words) and width_of([*line, *words]) + 2 <= view.width:
            line += [Segment("  "), *words]
    return line


def width_of(line: Line) -> int:
    """Columns."""
    return sum(segment.cell_length for segment in line)
