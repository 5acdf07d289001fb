from __future__ import annotations

import gc
import weakref

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from tutor.screens.strips import keep_less


def test_a_line_without_caches_is_cut_and_joined_as_with_them() -> None:
    segments = [Segment("one two"), Segment(" three")]
    kept = Strip(segments)
    keep_less()
    bare = Strip(segments)
    for cut in ((0, 3), (2, 9), (5, 13)):
        assert bare.crop(*cut) == bare.crop(*cut) == kept.crop(*cut)
    assert bare.divide([4, 8, 13]) == bare.divide([4, 8, 13]) == kept.divide([4, 8, 13])
    assert bare.adjust_cell_length(20) == kept.adjust_cell_length(20)


def test_a_line_keeps_nothing_of_what_was_made_of_it() -> None:
    keep_less()
    line = Strip([Segment("one two")])
    cut = line.crop(0, 3)
    assert line.crop(0, 3) is not cut
    assert line._crop_cache is line._divide_cache
    assert not line._crop_cache


class Page(Screen[None]):
    CSS = "Static { border: solid red; background: #0000ff80; }"

    def compose(self) -> ComposeResult:
        yield Static("text")


async def test_the_lines_of_a_screen_go_with_it() -> None:
    keep_less()
    app: App[None] = App()
    async with app.run_test() as pilot:
        await app.push_screen(Page())
        await pilot.pause()
        lines = weakref.ref(app.screen.query_one(Static)._styles_cache)
        assert lines()._cache  # type: ignore[union-attr]
        await app.pop_screen()
        await pilot.pause()
        gc.collect()
        assert lines() is None
