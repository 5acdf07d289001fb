"""The picture of the token splitter: every encoding a row, every character in the same column of all rows.

Wherever some encoding begins a token there is a column for the boundary, drawn in the rows of the encodings
that begin one there and blank in the others. A character whose bytes some encoding puts into different
tokens is as wide as its bytes written as <E6>; the encodings that leave it whole show it whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tutor.experiments.cells import TOKEN_SHADES, View, bar, colour, drawn, fit, token_style, visible_bytes

if TYPE_CHECKING:
    from tutor.experiments.tokens import Cut, Result

QUIET, STRONG = Style(dim=True), Style(bold=True)
CURSOR, CURSOR_LIGHT = ("#ffaf5f", "#1c1c1c"), ("#5f00af", "#ffffff")  # ground and text
Place = tuple[int, int]  # a block of the text and a line in it


@dataclass(frozen=True)
class Cursor:
    """The token of encoding number `band` that holds the byte at `offset`."""

    band: int
    offset: int


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


class Page:
    """A result laid out for a view. Only the lines that are asked for are made."""

    def __init__(self, result: Result, view: View, ids: bool = False) -> None:
        """`ids`: a row of ids under every row of tokens."""
        self.result, self.view, self.ids = result, view, ids
        widest = max(len(cut.name) for cut in result.cuts) + 1
        self.gutter = widest if view.width >= 4 * widest else 0
        self.width = max(1, view.width - self.gutter)
        self.rows_per_line = len(result.cuts) * (2 if ids else 1)
        self.gap = int(self.rows_per_line > 1)
        room = view.height - len(result.cuts)
        spare = room - self.rows_per_line  # beside one line of text, in the order of what matters least
        self.detail, self.facts, self.rule, self.margin = (spare >= n for n in (1, 2, 3, 8))
        self.room = max(0, room - self.facts - self.detail - self.rule)  # rows for the text
        self.n_lines = max(1, (self.room - self.margin + self.gap) // (self.rows_per_line + self.gap))
        self._lines: dict[int, list[Line]] = {}

    # ── lines ────────────────────────────────────────────────────────────────────────────────────────

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

    def shown(self, top: int) -> list[Line]:
        """The lines of the page that begins with the line of byte `top`."""
        if not self.result.raw:
            return []
        places = [self.find(top)]
        while len(places) < self.n_lines and (below := self.step(places[-1], 1)) != places[-1]:
            places.append(below)
        return [self.line(place) for place in places]

    def scroll(self, top: int, offset: int) -> int:
        """The top, moved as little as needed to have the byte at `offset` on the page."""
        if not self.result.raw:
            return 0
        here, last = self.find(offset), self.step(self.find(len(self.result.raw)), 1 - self.n_lines)
        first = min(max(self.find(top), self.step(here, 1 - self.n_lines)), here, last)
        return self.line(first).start

    def _glyphs(self, block: int) -> tuple[list[Glyph], set[int]]:
        """The glyphs of a block, and where in it every encoding begins a token."""
        raw, blocks = self.result.raw, self.result.blocks
        start, end = (blocks[block - 1] if block else 0), blocks[block]
        begins = [{cut.start(i) for i in _between(cut, start, end)} for cut in self.result.cuts]
        seams, common = set.union(*begins), set.intersection(*begins)
        glyphs = []
        at = start
        for source, shown in drawn(raw[start:end].decode(), "␣", self.view.ascii):
            after = at + len(source.encode())
            edges = [at, *sorted(seams.intersection(range(at + 1, after))), after]
            parts = []
            for a, b in pairwise(edges):
                piece = shown if len(edges) == 2 else visible_bytes(raw[a:b], "␣", self.view.ascii)
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

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────────

    def rows(self, cursor: Cursor | None = None, top: int = 0) -> list[Text]:
        """The whole picture, `view.height` rows."""
        lines = self.shown(top)
        rows = [Text()] * self.margin
        for line in lines:
            for band, cut in enumerate(self.result.cuts):
                rows += self._band(line, band, cut, cursor)
            rows += [Text()] * self.gap
        if not lines:
            rows.append(_text([("Write a text to see its tokens.", QUIET)]))
        roomy = self.margin + 3 * (self.rows_per_line + self.gap)  # so that what stands below seldom moves
        area = min(self.room, max(len(rows), roomy))
        del rows[area:]
        rows += [Text()] * (area - len(rows) + self.rule)
        if self.detail:
            rows.append(self._detail(cursor))
        if self.facts:
            rows.append(self._facts(lines))
        rows += [self._summary(cut) for cut in self.result.cuts]
        rows += [Text()] * (self.view.height - len(rows))
        for row in rows:
            row.no_wrap = True
            row.truncate(self.view.width)
        return rows[-self.view.height :] if len(rows) > self.view.height else rows

    def _band(self, line: Line, band: int, cut: Cut, cursor: Cursor | None) -> list[Text]:
        """One encoding's row of a line, and its row of ids."""
        active = cursor is not None and cursor.band == band
        chosen = cut.at(cursor.offset) if cursor is not None and active else None
        row: list[tuple[str, Style]] = [(fit(cut.name, self.gutter), STRONG if active else QUIET)]
        x = self.gutter
        tokens = _between(cut, line.start, line.end)
        shades = dict(zip(tokens, self._shades(band, tokens), strict=True))
        columns: dict[int, int] = {}  # token -> where it begins in the row
        for glyph in line.glyphs:
            whole = cut.ends[cut.at(glyph.start)] >= glyph.end
            for part in [glyph.joined()] if whole else glyph.parts:
                token = cut.at(part.start)
                style = self._style(token, shades[token], token == chosen)
                if part.seam or part.start == line.start:
                    row.append(self._boundary(style, cut.start(token) == part.start))
                    x += 1
                columns.setdefault(token, x)
                row.append((fit(part.shown, part.width), style))
                x += part.width
        rows = [_text(row)]
        if self.ids:
            row, ends = [(" " * (self.gutter + 1), QUIET)], [*list(columns.values())[1:], x + 1]
            for (token, begin), end in zip(columns.items(), ends, strict=True):
                number = fit(str(cut.ids[token]), end - begin - 1, "")
                row += [(number, STRONG if token == chosen else QUIET), (" ", QUIET)]
            rows.append(_text(row))
        return rows

    def _shades(self, band: int, tokens: range) -> list[int]:
        """A shade for each token. Where an encoding begins a token with the first one, both have the same."""
        first, cut = self.result.cuts[0], self.result.cuts[band]
        shades: list[int] = []
        for token in tokens:
            start = cut.start(token)
            leader = first.at(start)
            shade = leader if first.start(leader) == start else shades[-1] + 3 if shades else leader + 3
            if shades and (shade - shades[-1]) % len(TOKEN_SHADES) == 0:
                shade += 1
            shades.append(shade)
        return shades

    def _style(self, token: int, shade: int, chosen: bool) -> Style:
        tier, dark = self.view.tier, self.view.dark
        if not chosen:
            return token_style(token if tier in ("16", "none") else shade, self.view)
        if tier == "none":
            return Style(bold=True, reverse=True)
        if tier == "16":
            return Style(bold=True, color="black" if dark else "white", bgcolor="cyan" if dark else "blue")
        ground, text = CURSOR if dark else CURSOR_LIGHT
        return Style(bold=True, color=colour(text, tier), bgcolor=colour(ground, tier))

    def _boundary(self, style: Style, begins: bool) -> tuple[str, Style]:
        """The column before a part: a line where a token begins, else what is inside the token."""
        if not begins:
            return " ", style
        return ("|" if self.view.ascii else "▏" if style.bgcolor else "│"), style if style.bgcolor else Style.null()

    def _detail(self, cursor: Cursor | None) -> Text:
        """All about the token under the cursor."""
        if cursor is None or not self.result.raw:
            return Text()
        cut = self.result.cuts[cursor.band]
        index = cut.at(cursor.offset)
        raw, number = cut.token(index), cut.ids[index]
        shown = visible_bytes(raw, ascii=self.view.ascii)
        kind = "special token" if number in cut.special else "token"
        return Text.assemble(
            (fit(shown, min(cell_len(shown), self.view.width // 3), self._end), STRONG),
            (f"  {kind} {index + 1:,} of {len(cut):,} in {cut.name}  id ", QUIET),
            (str(number), STRONG),
            (f"  {many(len(raw), 'byte')} ", QUIET),
            raw.hex(" ").upper(),
        )

    def _facts(self, lines: list[Line]) -> Text:
        """The size of the text, and how much of it the page shows."""
        result, size = self.result, len(self.result.raw)
        if lines and lines[-1].end - lines[0].start < size:
            drawn_here = f"{lines[0].start + 1:,} to {lines[-1].end:,} drawn"
            facts = f"{many(result.words, 'word')}  {size:,} bytes counted, {drawn_here}"
        else:
            counts = ((result.words, "word"), (result.characters, "character"), (size, "byte"))
            facts = "  ".join(many(n, what) for n, what in counts)
        return _text([(facts, QUIET)])

    def _summary(self, cut: Cut) -> Text:
        """One encoding in numbers."""
        result, n = self.result, len(cut)
        digits = max(len(f"{len(other):,}") for other in result.cuts)
        words = f"{n / result.words:.2f}" if result.words else "-"
        size = f"{len(result.raw) / n:.2f}" if n else "-"
        name = fit(cut.name, self.gutter or min(12, self.view.width), self._end)
        row = Text.assemble(
            (name, STRONG if cut is result.cuts[0] else ""),
            (f"{n:>{digits},}", STRONG),
            f" token{' ' if n == 1 else 's'}  {words:>5} a word  {size:>5} bytes a token  ",
        )
        room = min(24, self.view.width - row.cell_len)
        if room >= 8:
            most = max(len(other) for other in result.cuts) or 1
            row.append(bar(n / most, room, self.view.ascii).rstrip(), QUIET)
        return row

    @property
    def _end(self) -> str:
        return ".." if self.view.ascii else "…"


def many(n: int, what: str) -> str:
    """A number and what is counted."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _text(pieces: list[tuple[str, Style]]) -> Text:
    """One row; neighbours of one style become one piece."""
    row = Text()
    for style, group in groupby(pieces, key=lambda piece: piece[1]):
        row.append("".join(piece for piece, _ in group), style)
    return row


def _between(cut: Cut, start: int, end: int) -> range:
    """The numbers of the tokens with a byte from `start` to before `end`."""
    return range(cut.at(start), cut.at(end - 1) + 1) if end > start else range(0)


def _make_room(cut: Cut, parts: list[Part]) -> None:
    """Widen the last part of every token that is narrower than its id."""
    i = 0
    for token in _between(cut, parts[0].start, parts[-1].end):
        width = 0
        while i < len(parts) and parts[i].end <= cut.ends[token]:
            width += parts[i].width + (parts[i].seam if width else 0)
            i += 1
        if width:
            parts[i - 1].width += max(0, len(str(cut.ids[token])) - width)
