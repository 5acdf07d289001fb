"""Only what changed is drawn again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.strip import Strip

from tutor.widgets.cell_lines import CellLines, Line, changed

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


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield CellLines()


async def test_lines_show_what_is_put() -> None:
    app = Host()
    async with app.run_test(size=(30, 3)) as pilot:
        for lines in (
            [[Segment("words 漢字")], [Segment("label  "), Segment("01")]],
            [[Segment("label  "), Segment("x")]],
        ):
            app.query_one(CellLines).put(lines)
            await pilot.pause()
            shown = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
            assert shown == [*("".join(segment.text for segment in line) for line in lines), "", ""][:3]
