"""Only what changed is drawn again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.strip import Strip

from tutor.widgets.cell_lines import CellLines, Line, Mosaic, changed, cut

STYLES = [None, Style(bold=True), Style(reverse=True)]
segments = st.tuples(st.text("ab漢é ", max_size=4), st.sampled_from(STYLES)).map(lambda pair: Segment(*pair))
lines = st.lists(segments, max_size=5)


def cells(line: Line) -> list[tuple[str, Style]]:
    return [(char, style or Style()) for text, style, _ in line for char in text]


@given(lines, lines)
def test_what_is_not_sent_again_is_as_it_was(old: Line, new: Line) -> None:
    width = max(Strip(old).cell_length, Strip(new).cell_length) + 1
    columns = changed(old, new)
    before, after = (Strip(line).adjust_cell_length(width) for line in (old, new))
    if columns == 0:
        assert [c for c, _ in cells(list(before))] == [c for c, _ in cells(list(after))]
    elif columns < width:
        assert before.crop(columns).text == after.crop(columns).text
    assert changed(new, new) == 0


@given(st.lists(st.tuples(st.text("ab", max_size=5), st.sampled_from(STYLES)), max_size=6), st.integers(0, 9))
def test_the_pieces_of_a_line_make_the_line(parts: list[tuple[str, Style | None]], left: int) -> None:
    line = [Segment(text, style) for text, style in parts]
    width = Strip(line).cell_length
    pieces = [cut(line, 0, left), *(cut(line, x, x + 4) for x in range(left, max(left, width), 4))]
    assert [cell for piece in pieces for cell in cells(piece)] == cells(line)


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield CellLines()
        yield Mosaic()


async def test_lines_and_tiles_show_what_is_put() -> None:
    app = Host()
    async with app.run_test(size=(30, 8)) as pilot:
        await pilot.pause()
        app.query_one(CellLines).put([[Segment("words 漢字")]])
        mosaic = app.query_one(Mosaic)
        mosaic.put([[Segment("label  "), Segment("0123456789")], [Segment("漢 "), Segment("x")]], left=7)
        await pilot.pause()
        shown = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
        assert shown == ["words 漢字", "", "", "", "label  0123456789", "漢 x", "", ""]
        mosaic.put([[Segment("label  "), Segment("01x")]], left=7)
        await pilot.pause()
        shown = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
        assert shown[4:] == ["label  01x", "", "", ""]
