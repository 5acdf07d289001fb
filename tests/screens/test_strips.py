from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from tutor.screens.strips import keep_nothing


def test_a_line_without_caches_is_cut_and_joined_as_with_them() -> None:
    segments = [Segment("one two"), Segment(" three")]
    kept = Strip(segments)
    keep_nothing()
    bare = Strip(segments)
    for cut in ((0, 3), (2, 9), (5, 13)):
        assert bare.crop(*cut) == bare.crop(*cut) == kept.crop(*cut)
    assert bare.divide([4, 8, 13]) == bare.divide([4, 8, 13]) == kept.divide([4, 8, 13])
    assert bare.adjust_cell_length(20) == kept.adjust_cell_length(20)


def test_a_line_keeps_nothing_of_what_was_made_of_it() -> None:
    keep_nothing()
    line = Strip([Segment("one two")])
    cut = line.crop(0, 3)
    assert line.crop(0, 3) is not cut
    assert line._crop_cache is line._divide_cache
    assert not line._crop_cache
