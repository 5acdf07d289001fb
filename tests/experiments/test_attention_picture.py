"""The drawing of the heatmap, read back from its cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_attention import made
from rich.cells import cell_len
from rich.console import Console

from tutor.experiments import attention
from tutor.experiments.attention import Settings
from tutor.experiments.attention_picture import SHORT, captions, picture, scroll, width_of
from tutor.experiments.cells import View, colour, magnitude, shade
from tutor.experiments.heads import KINDS
from tutor.experiments.raster import CURSOR, LEVELS, MASKED, Line, quantised, raster, shrink

TIERS = ["truecolor", "256", "16", "none"]
WORDS = ["The", " dog", "\n", " 漢字", "é", "<", " a-very-long-token", "."]
results = st.builds(made, st.lists(st.sampled_from(WORDS), max_size=40), n_head=st.integers(1, 8))
views = st.builds(View, st.integers(40, 120), st.integers(7, 45), st.sampled_from(TIERS), st.booleans(), st.booleans())


def text(lines: list[Line]) -> str:
    return "\n".join("".join(segment.text for segment in line) for line in lines)


@given(results, views, st.booleans(), st.data())
def test_a_picture_keeps_to_its_view(result: attention.Result, view: View, gallery: bool, data: st.DataObject) -> None:
    places = st.integers(0, result.t - 1)
    looked = result.at(Settings(query=data.draw(places), key=data.draw(places), head=result.n_head))
    drawn = picture(looked, view, gallery=gallery, origin=(data.draw(places), data.draw(places)))
    lines = drawn.lines()
    assert len(lines) <= max(view.height, len(drawn.top) + 3)
    assert max(map(width_of, lines)) <= view.width
    shown = text(lines)
    assert shown.isascii() or not view.ascii
    assert all(ord(c) >= 32 for c in shown.replace("\n", ""))
    for line in drawn.body:
        column = 0
        for char in text([line]):
            assert cell_len(char) < 2 or column < drawn.left or (column - drawn.left) % 2 == 0
            column += cell_len(char)
    coloured = [s for line in lines for s in line if s.style and (s.style.color or s.style.bgcolor)]
    assert bool(coloured) == (view.tier in ("256", "truecolor"))


@pytest.mark.parametrize("tier", ["truecolor", "256"])
@pytest.mark.parametrize("t", [5, 6])
def test_half_blocks_hold_two_weights(tier: str, t: int) -> None:
    result = made(["a"] * (t - 1))
    view = View(80, 24, tier)  # type: ignore[arg-type]
    lines = raster(quantised(result.matrix), view, 1, halves=True)
    cells = [[(char, s.style) for s in line for char in s.text] for line in lines]
    for q in range(t):
        for k in range(t):
            glyph, style = cells[q // 2][k]
            expected = magnitude(round(float(result.matrix[q, k]) ** 0.5 * LEVELS) / LEVELS, tier)  # type: ignore[arg-type]
            if k > q:
                assert glyph in ("·", " ", "▄") and (glyph != "▄" or q % 2 == 0)
            elif q % 2 == 0:
                assert glyph == "▀" and style.color.name == expected
            else:
                assert (style.bgcolor if glyph == "▀" else style.color).name == expected


@pytest.mark.parametrize("ascii", [False, True])
def test_glyphs_stand_for_weights_where_there_is_no_colour(ascii: bool) -> None:
    result = made(["a", "b"], [0, 0.3, 0.7])
    line = text(raster(quantised(result.matrix), View(20, 9, "none", ascii), 2, halves=False)[-1:])
    assert line == shade(0.0, ascii) * 2 + shade(0.3**0.5, ascii) * 2 + shade(0.7**0.5, ascii) * 2


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(("words", "halves"), [(5, False), (30, True)])
def test_cursor_and_mask_are_told_by_more_than_colour(tier: str, words: int, halves: bool) -> None:
    view = View(80, 24, tier)  # type: ignore[arg-type]
    result = made([" w"] * words).at(Settings(query=words - 1, key=2))
    drawn = picture(result, view)
    shown = text(drawn.body)
    assert shown.count("▾") == 1 and shown.count("▸") == 1 and "·" in shown
    at = next(line for line in text(drawn.body).split("\n") if "▾" in line).index("▾")
    if halves and tier in ("truecolor", "256"):
        marks = [
            (x, y)
            for y, line in enumerate(drawn.body)
            for x, style in enumerate(s.style for s in line for _ in s.text)
            if style
            and colour(CURSOR, view.tier) in (style.color and style.color.name, style.bgcolor and style.bgcolor.name)
        ]
    else:
        marks = [(line.index("["), y) for y, line in enumerate(shown.split("\n")) if "[]" in line]
    row = next(y for y, line in enumerate(shown.split("\n")) if "▸" in line)
    assert marks == [(at, row)]


def test_the_row_and_the_cell_are_in_words() -> None:
    result = made([" dog", " it"], [0.09, 0.61, 0.3]).at(Settings())
    for size in ((78, 10), (46, 30), (120, 40)):
        shown = text(picture(result, View(*size)).top)
        assert "Layer 1 of 2  Head 1 of 3" in shown
        assert "query 2 ␣it  key 1 ␣dog  61.0 %" in shown
        assert "' it' looks 61 % at ' dog'" in shown
    assert "masked" in text(picture(result.at(Settings(query=1, key=2)), View(78, 10)).top)


@pytest.mark.parametrize("tier", TIERS)
def test_the_legend_says_what_the_scale_is(tier: str) -> None:
    last = text(picture(made([" a"]), View(80, 12, tier)).body[-1:])  # type: ignore[arg-type]
    numbers = ["0", "6", "25", "56", "100 %"] if tier in ("256", "truecolor") else ["0", "4", "16", "36", "64", "100 %"]
    assert all(f"{n} " in last + " " for n in numbers)
    assert "· masked" in last and "√ scale" in last


def test_a_part_of_a_matrix_is_said_to_be_one() -> None:
    result = made([" w"] * 120).at(Settings())
    for tier in ("256", "none"):
        assert "of 121" in text(picture(result, View(78, 12, tier)).body[-1:])  # type: ignore[arg-type]


@pytest.mark.parametrize("tier", TIERS)
def test_the_gallery_shows_every_head_and_marks_the_chosen(tier: str) -> None:
    result = made([" w"] * 30, n_head=6).at(Settings(head=4))
    for size in ((78, 12), (70, 34), (120, 40)):
        shown = text(picture(result, View(*size, tier), gallery=True).body)  # type: ignore[arg-type]
        assert [n for n in range(1, 7) if f" {n} " in shown.replace("▸", " ")] == [1, 2, 3, 4, 5, 6]
        assert shown.count("▸") == 1 and "▸4 " in shown and "·" in shown


@given(results, st.integers(3, 40))
def test_the_gallery_names_all_habits_in_full_or_all_in_short(result: attention.Result, box: int) -> None:
    named = captions(result, box)
    assert len(named) == result.n_head and max(map(len, named)) < box
    full = [any(f" {kind} " in caption and caption.endswith(" %") for kind in KINDS) for caption in named]
    short = [
        any(f"{i} {kind} ".startswith(caption[: len(f"{i} {kind} ")]) for kind in SHORT.values())
        for i, caption in enumerate(named, 1)
    ]
    assert all(full) or all(short)


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 9))
def test_a_small_picture_loses_no_peak(t: int, side: int, seed: int) -> None:
    pixels = quantised(made(["a"] * (t - 1), seed=seed).matrix)
    small = shrink(pixels, side)
    assert small.shape[0] == small.shape[1] <= max(side, t)
    assert len(small) <= side and small.max() == pixels.max()
    assert (np.diag(small) >= 0).all() and (small[np.triu_indices(len(small), len(small) // t or 1)] == MASKED).all()


@given(st.integers(0, 300), st.integers(0, 299), st.integers(1, 60), st.integers(1, 300), st.sampled_from([1, 2]))
@example(first=1, cursor=8, shown=4, total=11, step=2)  # from a window that had begun in the middle of a step
def test_the_window_shows_the_cursor_and_rests_while_it_does(
    first: int, cursor: int, shown: int, total: int, step: int
) -> None:
    shown *= step
    cursor %= total
    found = scroll(first, cursor, shown, total, step)
    assert found <= cursor < found + shown and found % step == 0
    assert scroll(found, cursor, shown, total, step) == found


def test_draw_prints_the_lines() -> None:
    result = made([" dog"])
    console = Console(width=78, color_system=None, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        console.print(attention.draw(result, View(78, 12, "none")), end="")
    drawn = text(picture(result, View(78, 12, "none")).lines())
    assert [line.rstrip() for line in captured.get().rstrip("\n").split("\n")] == [
        line.rstrip() for line in drawn.split("\n")
    ]
