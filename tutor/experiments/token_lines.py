"""Lines of text in which every encoding's tokens stand in the same columns.

Wherever some encoding begins a token there is a column for the boundary. A character whose bytes some
encoding puts into different tokens is as wide as its bytes written as <E6>; the encodings that leave it
whole show it whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.experiments.cells import drawn, visible_bytes

if TYPE_CHECKING:
    from tutor.experiments.tokens import Cut, Result

Place = tuple[int, int]  # a block of the text and a line in it


@dataclass(slots=True)
class Part:
    """What one or more encodings show of a character between two boundaries."""

    start: int  # bytes
    end: int
    shown: str
    width: int  # cells, at least those of `shown`
    seam: bool  # some encoding begins a token here: a column for the boundary stands before it


@dataclass(slots=True)
class Glyph:
    """One character with its marks, never broken over two lines."""

    start: int
    end: int
    shown: str
    parts: list[Part]

    @property
    def width(self) -> int:
        """Cells, without the boundary before it."""
        return sum(part.width + part.seam for part in self.parts) - self.parts[0].seam

    def joined(self) -> Part:
        """The character whole, as wide as its parts."""
        return Part(self.start, self.end, self.shown, self.width, self.parts[0].seam)


@dataclass(slots=True)
class Line:
    """One line of the text: a column for the boundary, then its glyphs."""

    glyphs: list[Glyph]

    @property
    def start(self) -> int:
        return self.glyphs[0].start

    @property
    def end(self) -> int:
        return self.glyphs[-1].end

    def columns(self) -> Iterator[tuple[int, Part]]:
        """Every part with the column it begins in; its boundary stands one before."""
        x = 0
        for glyph in self.glyphs:
            for part in glyph.parts:
                x += part.seam or x == 0
                yield x, part
                x += part.width

    def column(self, offset: int) -> int:
        """The column in which the byte at `offset` stands."""
        return next((x for x, part in self.columns() if offset < part.end), 0)

    def offset(self, column: int) -> int:
        """The byte that stands in a column, or the nearest to the left."""
        return max((part.start for x, part in self.columns() if x <= max(1, column)), default=self.start)


class Layout:
    """A result laid out in lines of `width` cells. Only the lines that are asked for are made."""

    def __init__(self, result: Result, width: int, ids: bool = False, ascii: bool = False) -> None:
        """`ids`: with room for its id under every token; `ascii`: with ASCII only."""
        self.result, self.width, self.ids, self.ascii = result, max(1, width), ids, ascii
        self._lines: dict[int, list[Line]] = {}

    def lines(self, block: int) -> list[Line]:
        """The lines of one block of the text."""
        if block not in self._lines:
            if len(self._lines) > 100:
                self._lines.clear()
            self._lines[block] = self._wrap(*self._glyphs(block))
        return self._lines[block]

    def find(self, offset: int) -> Place:
        """The line that holds the byte at `offset`."""
        blocks = self.result.blocks
        block = min(bisect_right(blocks, offset), len(blocks) - 1)
        starts = [line.start for line in self.lines(block)]
        return block, max(0, bisect_right(starts, offset) - 1)

    def line(self, place: Place) -> Line:
        return self.lines(place[0])[place[1]]

    def step(self, place: Place, n: int) -> Place:
        """`n` lines further down, or up when negative, as far as there are lines."""
        block, i = place
        while n > 0 and (i + 1 < len(self.lines(block)) or block + 1 < len(self.result.blocks)):
            block, i = (block, i + 1) if i + 1 < len(self.lines(block)) else (block + 1, 0)
            n -= 1
        while n < 0 and (i or block):
            block, i = (block, i - 1) if i else (block - 1, len(self.lines(block - 1)) - 1)
            n += 1
        return block, i

    def _glyphs(self, block: int) -> tuple[list[Glyph], set[int]]:
        """The glyphs of a block, and where in it every encoding begins a token."""
        raw, blocks = self.result.raw, self.result.blocks
        start, end = (blocks[block - 1] if block else 0), blocks[block]
        begins = [{cut.start(i) for i in between(cut, start, end)} for cut in self.result.cuts]
        seams, common = set.union(*begins), set.intersection(*begins)
        glyphs = []
        at = start
        for source, shown in drawn(raw[start:end].decode(), "␣", self.ascii):
            after = at + len(source.encode())
            edges = [at, *sorted(seams.intersection(range(at + 1, after))), after]
            parts = []
            for a, b in pairwise(edges):
                piece = shown if len(edges) == 2 else visible_bytes(raw[a:b], "␣", self.ascii)
                parts.append(Part(a, b, piece, cell_len(piece), a in seams))
            glyph = Glyph(at, after, shown, parts)
            parts[-1].width += max(0, cell_len(shown) - glyph.width)
            glyphs.append(glyph)
            at = after
        if self.ids:
            for cut in self.result.cuts:
                _make_room(cut, [part for glyph in glyphs for part in glyph.parts])
        return glyphs, common

    def _wrap(self, glyphs: list[Glyph], common: set[int]) -> list[Line]:
        """Break after line breaks; where it is too wide, between tokens of all encodings if there is a place."""
        lines: list[Line] = []
        line: list[Glyph] = []
        used = 0
        for i, glyph in enumerate(glyphs):
            if line and used + glyph.parts[0].seam + glyph.width > self.width:
                places = range(len(line), len(line) // 2, -1)
                full = [*line, glyph]
                at = next((k for k in places if full[k].start in common), 0)
                at = at or next((k for k in places if full[k].parts[0].seam), len(line))
                lines.append(Line(line[:at]))
                line = line[at:]
                used = sum(g.width + g.parts[0].seam for g in line) + bool(line and not line[0].parts[0].seam)
            used += glyph.width + (glyph.parts[0].seam or not line)
            line.append(glyph)
            ends = self.result.raw[glyph.start : glyph.end] == b"\n"
            if ends and i + 1 < len(glyphs) and self.result.raw[glyph.end : glyph.end + 1] != b"\n":
                lines.append(Line(line))
                line, used = [], 0
        return [*lines, Line(line)] if line else lines


def between(cut: Cut, start: int, end: int) -> range:
    """The numbers of the tokens with a byte from `start` to before `end`."""
    return range(cut.at(start), cut.at(end - 1) + 1) if end > start else range(0)


def _make_room(cut: Cut, parts: list[Part]) -> None:
    """Widen the last part of every token that is narrower than its id."""
    i = 0
    for token in between(cut, parts[0].start, parts[-1].end):
        width = 0
        while i < len(parts) and parts[i].end <= cut.ends[token]:
            width += parts[i].width + (parts[i].seam if width else 0)
            i += 1
        if width:
            parts[i - 1].width += max(0, len(str(cut.ids[token])) - width)
