"""The picture of the token splitter: every encoding a row, every character in the same column of all rows.

A boundary is drawn in the rows of the encodings that begin a token there; the others are blank in its column.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tutor.experiments.cells import TOKEN_SHADES, View, bar, colour, fit, many, token_style, visible_bytes
from tutor.experiments.token_lines import Layout, Line, between

if TYPE_CHECKING:
    from tutor.experiments.tokens import Cut, Result

QUIET, STRONG = Style(dim=True), Style(bold=True)
CURSOR, CURSOR_LIGHT = ("#ffaf5f", "#1c1c1c"), ("#5f00af", "#ffffff")  # ground and text


@dataclass(frozen=True)
class Cursor:
    """The token of encoding number `band` that holds the byte at `offset`."""

    band: int
    offset: int


class Page(Layout):
    """As many lines as a view has room for, the token under the cursor and the encodings in numbers."""

    def __init__(self, result: Result, view: View, ids: bool = False) -> None:
        """`ids`: a row of ids under every row of tokens."""
        widest = max(len(cut.name) for cut in result.cuts) + 1
        self.gutter = widest if view.width >= 4 * widest else 0
        super().__init__(result, view.width - self.gutter, ids, view.ascii)
        self.view = view
        self.rows_per_line = len(result.cuts) * (2 if ids else 1)
        self.gap = int(self.rows_per_line > 1)
        room = view.height - len(result.cuts)
        spare = room - self.rows_per_line  # beside one line of text; what matters most comes first
        self.detail, self.facts, self.rule = (spare >= n for n in (1, 2, 3))
        self.room = max(0, room - self.facts - self.detail - self.rule)  # rows for the text
        self.n_lines = max(1, (self.room + self.gap) // (self.rows_per_line + self.gap))

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

    def rows(self, cursor: Cursor | None = None, top: int = 0) -> list[Text]:
        """The whole picture, `view.height` rows."""
        lines = self.shown(top)
        rows: list[Text] = []
        for line in lines:
            for band, cut in enumerate(self.result.cuts):
                rows += self._band(line, band, cut, cursor)
            rows += [Text()] * self.gap
        if not lines:
            rows.append(_text([("Write a text to see its tokens.", QUIET)]))
        roomy = 3 * (self.rows_per_line + self.gap)  # so that what stands below seldom moves
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
        tokens = between(cut, line.start, line.end)
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
            return Style(bold=True, color="bright_white", bgcolor="blue")
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
        place, listed = f"{index + 1:,} of {len(cut):,}", raw.hex(" ").upper()
        shorter = [f"{kind} {place}"] if number in cut.special else [f"{kind} {place}", place]
        forms = [
            Text.assemble(
                (fit(shown, min(cell_len(shown), self.view.width // 3), self._end), STRONG),
                (f"  {where}  id ", QUIET),
                (str(number), STRONG),
                (f"  {many(len(raw), 'byte')} ", QUIET),
            )
            for where in (f"{kind} {place} in {cut.name}", *shorter)
        ]
        for said in forms:
            if len(listed) <= self.view.width - said.cell_len:
                return said.append(listed)
        room = max(0, self.view.width - forms[0].cell_len - len(self._end))
        return forms[0].append(listed[: room // 3 * 3] + self._end)

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
        a_word = f"{n / result.words:.2f}" if result.words else "-"
        words = f"{result.words / n:.2f}" if n else "-"
        size = f"{len(result.raw) / n:.2f}" if n else "-"
        name = fit(cut.name, self.gutter or min(12, self.view.width), self._end)
        row = Text.assemble(
            (name, STRONG if cut is result.cuts[0] else ""),
            (f"{n:>{digits},}", STRONG),
            f" token{' ' if n == 1 else 's'}  {a_word:>5} a word  {words:>5} words a token  ",
        )
        if self.view.width - row.cell_len >= 40:
            row.append(f"{size:>5} bytes a token  ")
        room = min(24, self.view.width - row.cell_len)
        if room >= 8:
            most = max(len(other) for other in result.cuts) or 1
            row.append(bar(n / most, room, self.view.ascii).rstrip(), QUIET)
        return row

    @property
    def _end(self) -> str:
        return ".." if self.view.ascii else "…"


def _text(pieces: list[tuple[str, Style]]) -> Text:
    """One row; neighbours of one style become one piece."""
    row = Text()
    for style, group in groupby(pieces, key=lambda piece: piece[1]):
        row.append("".join(piece for piece, _ in group), style)
    return row
