"""The four panels of word space as lines: a list with bars, page by page, and what there is to say about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap

import numpy as np
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.cells import View, bar, fit, visible
from tutor.experiments.word_space import CAUTION, Found, Panel, Result, by_size, fine

Line = list[Segment]

BOLD, DIM, PLAIN = Style(bold=True), Style(dim=True), Style()
LONGEST = 48  # columns of a bar
NAME = (8, 19)  # columns of a word, at least and at most
LENGTH = "   both of length 1"  # said of the two vectors where there is room
SIDE_BY_SIDE = 60  # columns from which both ends of the axis have room beside each other


def picture(result: Result, view: View, at: int | None = None) -> list[Line]:
    """At most `view.height` lines of the panel. Row `at` of its list is marked, and on the page that is shown."""
    if result.unknown:
        lines = [[Segment(line)] for word in result.unknown for line in paragraph(str(word), view)]
    else:
        lines = PANELS[result.settings.panel](result, view, at)
    return [Segment.adjust_line_length(line, view.width, pad=False) for line in lines[: max(0, view.height)]]


def n_rows(result: Result, width: int) -> int:
    """How many rows the panel's list has in a picture `width` columns wide."""
    if result.unknown:
        return 0
    panel = result.settings.panel
    if panel == "bias":
        return max(map(len, leans(result, width).values()))
    return {"neighbours": len(result.neighbours), "cosine": len(result.products), "analogy": len(result.answers)}[panel]


def neighbours(result: Result, view: View, at: int | None) -> list[Line]:
    """The nearest words with their cosines."""
    title = f"nearest to {result.word} by cosine, of {len(result.vectors):,} words"
    rows = view.height - 1
    return [[Segment(cut(title, view.width, view), DIM)], *ranking(result.neighbours, view, rows, at, lambda _: "")]


def analogy(result: Result, view: View, at: int | None) -> list[Line]:
    """The answers, the inputs marked among them, and what letting them in or leaving them out does."""
    assert result.analogy is not None
    verdict = paragraph(result.verdict(), view)
    inputs = "inputs left out" if result.settings.exclude else "inputs let in"
    title: Line = [Segment(result.analogy.target, BOLD), Segment(f"   nearest of {len(result.vectors):,} words, ", DIM)]
    rows = view.height - 1 - len(verdict)
    return [
        [*title, Segment(inputs, BOLD)],
        *ranking(result.answers, view, rows, at, result.mark),
        *([Segment(line)] for line in verdict),
    ]


def ranking(found: Sequence[Found], view: View, rows: int, at: int | None, mark: Callable[[str], str]) -> list[Line]:
    """A page of words with their places, cosines and bars."""
    width = min(NAME[1], max(NAME[0], *(len(word) for word, _ in found)))
    marked = max(len(mark(word)) for word, _ in found)
    room = min(LONGEST, max(0, view.width - width - marked - 13))
    lines = []
    for i in page(len(found), rows, at):
        word, cosine = found[i]
        strong = BOLD if i == at else PLAIN
        lines.append(
            [
                Segment(f"{pointer(i == at, view)}{i + 1:>3} {fit(word, width)} {cosine:5.2f} ", strong),
                Segment(bar(cosine, room, view.ascii)),
                Segment(f" {mark(word)}".rstrip()),
            ]
        )
    return lines


def cosine(result: Result, view: View, at: int | None) -> list[Line]:
    """The products that add up to the cosine, the largest first, each with the two numbers it is made of."""
    assert result.numbers is not None
    one, two = result.numbers
    products, order = result.products, by_size(result.products)
    degree = " degrees" if view.ascii else "°"
    same = f"same sign in {result.same_sign} of {len(products)}"
    title = f"cosine {fine(result.cosine)}   angle {result.angle:.0f}{degree}   {same}"
    if len(title) + len(LENGTH) <= view.width:
        title += LENGTH
    names = [cut(word, 8, view).rjust(8) for word in (result.word, result.other)]
    room = max(0, view.width - 39)
    shown = page(len(products), view.height - 3, at)
    others = np.delete(products[order], list(shown)).sum()
    largest = float(np.abs(products).max())
    times = "x" if view.ascii else "×"
    lines: list[Line] = [
        [Segment(title, BOLD)],
        [Segment(f"   dim  {names[0]}   {names[1]}   product", DIM)],
    ]
    for i in shown:
        d = order[i]
        factors = f"{pointer(i == at, view)} {d + 1:>3}  {one[d]:+8.3f} {times} {two[d]:+7.3f}"
        numbers = Segment(f"{factors} = {products[d]:+.3f} ", BOLD if i == at else PLAIN)
        lines.append([numbers, Segment(signed(float(products[d]) / largest, room, view))])
    if len(shown) < len(products):
        lines.append([Segment(f"  the other {len(products) - len(shown)} add up to".ljust(27) + f"{others:+.3f}")])
    return lines


def bias(result: Result, view: View, at: int | None) -> list[Line]:
    """The word on the axis, the occupations on both sides of it, and the caution."""
    low, high = result.middle
    caution = paragraph(CAUTION, view)
    most = max(abs(lean) for _, lean in [*result.leans, (result.word, result.lean)])
    inside = "among" if low <= result.lean <= high else "outside"
    half = f"{low:+.2f} to {high:+.2f}"
    yours = f"{result.word} leans {result.lean:+.2f}, {inside} the middle half of all words ({half})"
    if cell_len(yours) > view.width:
        yours = f"{result.word} {result.lean:+.2f}, {inside} the middle half ({half})"
    said = paragraph(yours, view)
    columns = leans(result, view.width)
    total = max(map(len, columns.values()))
    shown = page(total, view.height - len(caution) - len(said) - 1, at)
    part = f"   rows {shown[0] + 1}-{shown[-1] + 1} of {total}" if len(shown) < total else ""
    width = view.width // len(columns)
    titles = "".join(fit(cut(f"  {title}", width, view), width) for title in columns).rstrip() + part
    lines: list[Line] = [*([Segment(line, BOLD)] for line in said), [Segment(titles, DIM)]]
    for i in shown:
        cells = [leaning(found[i], most, width, view) if i < len(found) else "" for found in columns.values()]
        words = "".join(cell.ljust(width) for cell in cells)[1:]
        lines.append([Segment(pointer(i == at, view)), Segment(words, BOLD if i == at else PLAIN)])
    return [*lines, *([Segment(line, DIM)] for line in caution)]


def leans(result: Result, width: int) -> dict[str, list[Found]]:
    """The occupations from both ends of the axis, the furthest first; all in one list where there is no room."""
    if width < SIDE_BY_SIDE:
        return {"lean to she (-) or he (+)": list(result.leans)}
    return {
        "lean to she": [found for found in result.leans if found[1] < 0],
        "lean to he": [found for found in reversed(result.leans) if found[1] >= 0],
    }


def leaning(found: Found, most: float, width: int, view: View) -> str:
    """An occupation, its lean and a bar as long."""
    name, lean = found
    return f"  {name:<13} {lean:+.2f} {bar(abs(lean) / most, min(LONGEST, max(0, width - 24)), view.ascii)}"


PANELS: dict[Panel, Callable[[Result, View, int | None], list[Line]]] = {
    "neighbours": neighbours,
    "cosine": cosine,
    "analogy": analogy,
    "bias": bias,
}


def page(total: int, rows: int, at: int | None) -> range:
    """The rows of the page that shows row `at`."""
    rows = max(1, rows)
    first = (at or 0) // rows * rows
    return range(first, min(total, first + rows))


def pointer(here: bool, view: View) -> str:
    return (">" if view.ascii else "▸") if here else " "


def signed(value: float, width: int, view: View) -> str:
    """A bar of `value` (-1 to 1) from a line in the middle, in half cells."""
    room = (width - 1) // 2
    if room < 1:
        return ""
    block, left, right, axis = ("#", "", "", "|") if view.ascii else ("█", "▐", "▌", "│")
    halves = round(min(1.0, abs(value)) * room) * 2 if view.ascii else round(min(1.0, abs(value)) * room * 2)
    whole, rest = divmod(halves, 2)
    if value < 0:
        return (left * rest + block * whole).rjust(room) + axis + " " * room
    return " " * room + axis + (block * whole + right * rest).ljust(room)


def cut(text: str, width: int, view: View) -> str:
    """`text`, shortened where it is wider than `width`."""
    return fit(text, width, "~" if view.ascii else "…").rstrip()


def paragraph(text: str, view: View) -> list[str]:
    """`text` safe to show, in lines as wide as the view."""
    lines = wrap(visible(text, ascii=view.ascii), max(1, view.width))
    return [line if cell_len(line) <= view.width else fit(line, view.width, "") for line in lines]
