"""How a training of word vectors is drawn: the loss and the neighbours on the left, the map on the right.

On the map `>` stands before the chosen word, `+` before its nearest ones, a dot before others and for words
whose name has no room.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.cells import View, colour, fit, fitting, percent, visible
from tutor.experiments.word2vec import CLOSE, Floats, Result

Line = list[Segment]

BOLD, DIM, HERE = Style(bold=True), Style(dim=True), Style(bold=True, reverse=True)
PLAIN = Style()
CURVE = "#878787"
AXIS = 6  # columns of the numbers beside the curve
ROWS = " ▁▂▃▄▅▆▇█"
ROWS_ASCII = " .:-=+*%#"  # eighths too, as growing density


@dataclass(frozen=True)
class Picture:
    """Lines from top to bottom: across, then two parts side by side."""

    top: list[Line]
    left: list[Line]
    width: int  # columns of the left part, the gap after it included
    right: list[Line]

    def lines(self) -> list[Line]:
        beside = (
            [*Segment.adjust_line_length(left, self.width), *right]
            for left, right in zip(self.left, self.right, strict=True)
        )
        return [*self.top, *beside]


def picture(result: Result, view: View, state: str = "") -> Picture:
    """Exactly `view.height` lines; `state` is said beside the numbers."""
    width = min(40, max(24, view.width // 3))
    room = view.height - 1
    curve_height = max(3, room // 3)
    left = curve(result, replace(view, width=width - 2, height=curve_height))
    left += neighbours(result, replace(view, width=width - 2, height=room - curve_height))
    return Picture(
        [summary(result, view, state)],
        left,
        width,
        word_map(result, replace(view, width=view.width - width, height=room)),
    )


def summary(result: Result, view: View, state: str) -> Line:
    """Where the training is, in numbers."""
    states = ("It ran away: lower the rate, then x.", "ran away: lower rate, x") if result.diverged else (state,)
    said = f"step {result.steps:<6,} loss {result.loss:<5.2f} rate {result.rate:<5.3g}"
    vocabulary = f" {len(result.corpus.words):,} words"
    if cell_len(said + vocabulary + states[0]) + 2 <= view.width:
        said += vocabulary
    room = max(0, view.width - cell_len(said) - 2)
    return [Segment(f"{said}  "), Segment(fitting(room, *states, end=_end(view)), DIM)]


def curve(result: Result, view: View) -> list[Line]:
    """The loss of every step from the first to the last, as columns up from 0; each is a mean where steps share one."""
    room = max(1, view.width - AXIS)
    parts = np.array_split(result.losses, min(room, result.steps)) if result.steps else []
    means = [float(part.mean()) for part in parts]
    top = max([result.chance, *means])
    glyphs = ROWS_ASCII if view.ascii else ROWS
    eighths = [round(mean / top * view.height * 8) for mean in means]
    fill = Style(color=colour(CURVE, view.tier))
    lines: list[Line] = []
    for y in range(view.height):
        floor = 8 * (view.height - 1 - y)
        label = f"{top:.3g}" if y == 0 else "nats" if y == 1 else "0" if y == view.height - 1 else ""
        columns = "".join(glyphs[min(8, max(0, height - floor))] for height in eighths)
        lines.append([Segment(label.rjust(AXIS - 1) + " ", DIM), Segment(columns, fill)])
    return lines


def neighbours(result: Result, view: View) -> list[Line]:
    """The words nearest to the chosen one, with their cosines."""
    lines: list[Line] = []
    if result.known:
        lines.append([Segment(fit(f"near to {_shown(result.word, view)}", view.width, _end(view)), BOLD)])
        for word, cosine in result.nearest[: view.height - 1]:
            lines.append([Segment(fit(_shown(word, view), view.width - 6, _end(view))), Segment(f"{cosine:6.2f}")])
    else:
        lines.append([Segment(fit(f"no vector: {_shown(result.word, view)}", view.width, _end(view)), BOLD)])
        least = result.settings.min_count
        rare = "it is not in this text" if least == 1 else f"it is there fewer than {least} times"
        lines.append([Segment(fit(rare, view.width, _end(view)))])
    return [*lines, *([] for _ in range(view.height - len(lines)))][: view.height]


def word_map(result: Result, view: View) -> list[Line]:
    """The mapped words at their places; both axes are stretched to fill the room."""
    plane, share = result.plane
    places = np.array([plane[word] for word in result.mapped])
    height = view.height - 1
    rows: list[list[tuple[int, str, Style]]] = [[] for _ in range(height)]
    close = {word for word, _ in result.nearest[:CLOSE]}
    at = np.column_stack([_spread(places[:, 0], view.width - 1), _spread(-places[:, 1], height - 1)]).tolist()
    for word, (x, y) in zip(result.mapped, at, strict=True):
        mark, style = (">", HERE) if word == result.word else ("+", BOLD) if word in close else (_dot(view), PLAIN)
        _place(rows, x, y, mark, _shown(word, view), style, view.width)
    part = f"{percent(share)} of the variance"
    marks = (f"; + near {_shown(result.word, view)}", "; + near") if result.known else ("",)
    caption = fitting(view.width, *(f"map of {part}{mark}" for mark in marks), f"{part}{marks[-1]}", end=_end(view))
    return [*(_row(row) for row in rows), [Segment(caption, DIM)]]


def _spread(values: Floats, last: int) -> list[int]:
    """Whole numbers from 0 to `last`, the middle for 0."""
    farthest = float(np.abs(values).max()) or 1.0
    return [round(value) for value in ((values / farthest + 1) / 2 * last).tolist()]


def _place(
    rows: list[list[tuple[int, str, Style]]], x: int, y: int, mark: str, word: str, style: Style, width: int
) -> None:
    """Put a word right or left of its place or a line beside it, where nothing stands; else its mark alone."""
    size = cell_len(word)
    for row in (y, y - 1, y + 1):
        for start, text in ((x, mark + word), (x - size, word + mark)):
            if 0 <= row < len(rows) and start >= 0 and start + size + 1 <= width and _free(rows[row], start, size + 1):
                rows[row].append((start, text, style))
                return
    if _free(rows[y], x, 1):
        rows[y].append((x, mark, style))


def _free(row: list[tuple[int, str, Style]], start: int, size: int) -> bool:
    """No text of the row stands in these columns, nor beside them."""
    return all(start + size < at or at + cell_len(text) < start for at, text, _ in row)


def _row(row: list[tuple[int, str, Style]]) -> Line:
    line: Line = []
    end = 0
    for start, text, style in sorted(row, key=lambda placed: placed[0]):
        line += [Segment(" " * (start - end)), Segment(text, style)]
        end = start + cell_len(text)
    return line


def _shown(word: str, view: View) -> str:
    return visible(word, ascii=view.ascii)


def _dot(view: View) -> str:
    return "." if view.ascii else "·"


def _end(view: View) -> str:
    return "~" if view.ascii else "…"
