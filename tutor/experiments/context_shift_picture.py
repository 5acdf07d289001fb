"""How the context shift is drawn: a line a layer, with the cosine as a bar and what either vector is near to.

A `|` in the bar stands where two unrelated tokens would be.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.cells import View, bar, fit, visible, visible_bytes
from tutor.experiments.context_shift import Result
from tutor.experiments.temperature_picture import wrap

Line = list[Segment]

BOLD, DIM = Style(bold=True), Style(dim=True)
LAYER, COSINE = 6, 6  # columns
MARK = "|"


def picture(result: Result, view: View) -> list[Line]:
    """At most `view.height` lines: headings, a line a layer, then as there is room GloVe's line and words on it all."""
    length = min(24, max(15, view.width // 5))
    rest = max(0, view.width - LAYER - COSINE - 2 - length - 2)
    widths = (length, rest // 2, rest - rest // 2)
    cosines = result.cosines
    room = view.height - len(cosines) - 1
    notes = explained(result, view) if room > 1 else []
    static = "GloVe: always 1" if result.static_near else "not in GloVe"
    beside = static if room < 1 else ""
    last = visible_bytes(result.first.pieces[-1], "_" if view.ascii else "␣", view.ascii)
    title = f"last token: {last}" if not result.whole else beside
    begun = "near in the" if widths[1] >= len("near in the second") else "near,"
    headings = [title, f"{begun} first", f"{begun} second"]
    lines = [_line("layer", "cosine", [_fit(h, w, view) for h, w in zip(headings, widths, strict=True)], DIM)]
    for layer, cosine in enumerate(cosines):
        near = [
            _listed((_label(piece, view) for piece in place.near[layer]), width, view)
            for place, width in zip((result.first, result.second), widths[1:], strict=True)
        ]
        cells = [marked(cosine, result.unrelated[layer], length, view.ascii), *near]
        lines.append(_line(str(layer), f"{cosine:.2f}", cells))
    if room >= 1:
        near = [
            _listed((visible(word, ascii=view.ascii) for word in result.static_near), width, view)
            for width in widths[1:]
        ]
        known = bool(result.static_near)
        cells = [marked(1.0, None, length, view.ascii) if known else _fit("not in the table", length, view), *near]
        lines.append(_line("GloVe", "1.00" if known else "", cells))
    lines += [[Segment(fit(note, view.width, _end(view)), DIM)] for note in ["", *notes][: max(0, room - 1)]]
    return lines[: view.height]


def marked(cosine: float, unrelated: float | None, width: int, ascii: bool) -> str:
    """A bar of `cosine` (none below 0) with the mark of `unrelated` in it."""
    drawn = bar(cosine, width, ascii)
    if unrelated is None:
        return drawn
    at = min(width - 1, max(0, round(unrelated * width)))
    return drawn[:at] + MARK + drawn[at + 1 :]


def explained(result: Result, view: View) -> list[str]:
    """What the picture shows, in lines that fit."""
    said = (
        f"Layer 0 is the embedding. {MARK} is where two unrelated tokens are.",
        "Near: what the model would say next if the layer were its last (the logit lens).",
        "What stands after the word changes nothing: the model reads from left to right.",
        "GloVe has one vector for the word, whatever stands around it.",
        result.tokens(),
    )
    return wrap(" ".join(said).rstrip(), view.width, view.ascii)


def _line(layer: str, cosine: str, cells: list[str], style: Style | None = None) -> Line:
    return [Segment(f"{layer.rjust(LAYER - 1)} {cosine.rjust(COSINE)}  {' '.join(cells)}", style)]


def _listed(names: Iterable[str], width: int, view: View) -> str:
    """As many names as have room, two spaces between them, in exactly `width` cells."""
    line = ""
    for name in names:
        if cell_len(line) + 2 + cell_len(name) > width and line:
            break
        line = f"{line}  {name}" if line else _fit(name, min(width, cell_len(name)), view)
    return fit(line, width)


def _label(piece: bytes, view: View) -> str:
    return visible_bytes(piece, "_" if view.ascii else "␣", view.ascii)


def _fit(text: str, width: int, view: View) -> str:
    return fit(text, width, _end(view))


def _end(view: View) -> str:
    return "~" if view.ascii else "…"
