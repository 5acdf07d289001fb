"""How the head gallery is drawn: every head as a small picture beside its name and score, as many as fit.

Braille dots stand where the attention is strong: they show a stripe that half-blocks of the same size would blur, and
another order of all heads is a few kilobytes. In ASCII there are glyphs of growing density.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from rich.cells import cell_len
from rich.segment import Segment

from tutor.experiments import cells
from tutor.experiments.attention import percent
from tutor.experiments.attention_picture import BOLD, SHORT, Picture, legend, scroll, width_of
from tutor.experiments.cells import View, fit
from tutor.experiments.head_gallery import Head, Result, mean, name
from tutor.experiments.raster import DIM, HERE, LEVELS, Line, Pixels, quantised, raster

WORDS = 6  # columns beside a small picture
STRONG = 0.1  # a dot is a weight of this or more
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a Braille cell, from the top


def picture(result: Result, view: View, first: int = 0) -> Picture:
    """The chosen head and the loss in words, then the heads; row `first` is kept at the top if that shows it."""
    top = [scores_line(result, view), loss_line(result, view)]
    room = view.height - len(top) - 1
    n = per_row(result, view.width)
    rows = -(-len(result.order) // n)
    box = view.width // n
    height = max(3, min(room // rows, (box - WORDS) // 2))
    shown = max(1, room // height)
    first = scroll(first, result.order.index(result.chosen) // n, shown, rows)
    part = result.order[first * n : (first + shown) * n]
    top.append(order_line(result, view, first * n, part))
    body: list[Line] = []
    for start in range(0, len(part), n):
        tiles = [tile(result, view, head, box, height) for head in part[start : start + n]]
        body += [[segment for line in lines for segment in line] for lines in zip(*tiles, strict=True)]
    if len(body) < room:
        body.append(scale(view))
    return Picture(top, body[: max(1, room)], view.width, (first, 0))


def per_row(result: Result, width: int) -> int:
    """Heads in a row of `width` columns: those of a layer, if they fit."""
    return max(1, min(result.seen.n_head, width // (WORDS + 4)))


# ── words ────────────────────────────────────────────────────────────────────────────────────────────


def scores_line(result: Result, view: View) -> Line:
    """The chosen head and all its scores."""
    off = "  OFF" if result.chosen in result.off else ""
    head = Segment(f"Head {name(result.chosen)}{off}", BOLD)
    scores = vars(result.scores[result.chosen]).items()
    full, short = (
        "   " + "  ".join(f"{called} {percent(score)}" for called, score in named)
        for named in (scores, [(SHORT[kind], score) for kind, score in scores])
    )
    return crop([head, Segment(full if len(head.text + full) <= view.width else short)], view)


def loss_line(result: Result, view: View) -> Line:
    """The loss, and what the heads that are off did to it; with none off, what the chosen one would do."""
    line = [Segment(f"Loss {result.loss:.3f} nats a token")]
    if result.off:
        off = " ".join(name(head) for head in sorted(result.off))
        line += [Segment(f" {result.change:+.3f}", BOLD)]
        line += [Segment(f" against all on ({mean(result.on):.3f}); off: {off}")]
    elif result.chosen in result.alone:
        rise = result.alone[result.chosen]
        told = f"{'falls' if rise < 0 else 'rises'} by {abs(rise):.3f}"
        line += [Segment(f"; without head {name(result.chosen)} it "), Segment(told, BOLD)]
    else:
        line.append(Segment(f"; switched off one by one: {len(result.alone)} of {len(result.scores)}", DIM))
    return crop(line, view)


def order_line(result: Result, view: View, first: int, part: list[Head]) -> Line:
    """Which tokens got worse; on the right, how the heads are sorted and which of them are shown."""
    total = len(result.order)
    by = "in their places" if result.sort == "place" else f"by {result.sort}"
    right = by if len(part) == total else f"{by}, {first + 1}-{first + len(part)} of {total}"
    room = view.width - len(right) - 2
    worse = ""
    for i, rise in result.worse:
        more = f"{'  ' if worse else 'worse: '}{result.seen.label(i, view.ascii)} {rise:+.2f}"
        if cell_len(worse + more) > room:
            break
        worse += more
    return crop([Segment(fit(worse, max(0, room) + 2)), Segment(right, DIM)], view)


def scale(view: View) -> Line:
    """What the small pictures are made of."""
    if view.ascii:
        return legend(replace(view, tier="none"), "")
    told = f"a dot: {100 * STRONG:.0f} % of a query's attention or more; queries down, keys to the right"
    if len(told) > view.width:
        told = f"a dot: {100 * STRONG:.0f} % or more; queries down, keys right"
    return [Segment(told[: view.width], DIM)]


def crop(line: Line, view: View) -> Line:
    return Segment.adjust_line_length(line, view.width, pad=False) if width_of(line) > view.width else line


# ── heads ────────────────────────────────────────────────────────────────────────────────────────────


def tile(result: Result, view: View, head: Head, box: int, height: int) -> list[Line]:
    """One head in `box` columns and `height` lines: three lines of words, the small picture beside them."""
    here = result.chosen == head
    mark = (">" if view.ascii else "▸") if here else " "
    kind, told = value(result, head)
    words = [
        [Segment(mark, BOLD), Segment(name(head), HERE if here else BOLD)],
        [Segment(" off", BOLD) if head in result.off else Segment(f" {kind}", DIM)],
        [Segment(f"{told:>5}")],
    ]
    small = thumbnail(result, view, head, min(box - WORDS, 2 * height), height)
    lines: list[Line] = []
    for y in range(height):
        beside = words[y] if y < len(words) else []
        line = [*Segment.adjust_line_length(beside, WORDS), *(small[y] if y < len(small) else [])]
        lines.append(Segment.adjust_line_length(line, box))
    return lines


def value(result: Result, head: Head) -> tuple[str, str]:
    """What stands beside a head: what it is sorted by, or its strongest kind."""
    if result.sort == "loss":
        return "loss", f"{result.alone[head]:+.2f}".replace("0.", ".", 1) if head in result.alone else ""
    scores = result.scores[head]
    kind = scores.strongest[0] if result.sort == "place" else result.sort
    return SHORT[kind], cells.percent(getattr(scores, kind))


def thumbnail(result: Result, view: View, head: Head, width: int, height: int) -> list[Line]:
    """The attention of one head in `width` x `height` cells."""
    key = (head, width, height, view.ascii)
    if key not in result.small:
        pixels = quantised(result.seen.attention[head])
        if view.ascii:
            result.small[key] = raster(strongest(pixels, height, width), replace(view, tier="none"), 1, halves=False)
        else:
            result.small[key] = braille(strongest(pixels, 4 * height, 2 * width))
    return result.small[key]


def strongest(pixels: Pixels, rows: int, columns: int) -> Pixels:
    """So many pixels: each the strongest of those it stands for, or one of them again where there are too few."""
    t = len(pixels)
    edges = [np.arange(n) * t // n for n in (rows, columns)]
    return np.maximum.reduceat(np.maximum.reduceat(pixels, edges[0], axis=0), edges[1], axis=1)


def braille(pixels: Pixels) -> list[Line]:
    """Dots for weights of `STRONG` and more, eight pixels a cell."""
    dots = pixels >= STRONG**0.5 * LEVELS
    lines: list[Line] = []
    for y in range(0, len(dots), 4):
        blocks = (dots[y : y + 4, x : x + 2] for x in range(0, dots.shape[1], 2))
        signs = (sum(_DOTS[i][j] for i, j in np.argwhere(block)) for block in blocks)
        lines.append([Segment("".join(chr(0x2800 + sign) if sign else " " for sign in signs))])
    return lines
