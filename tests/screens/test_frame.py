from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from hostile_text import SAMPLES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tutor.screens.frame import PLAIN, Changes, Frame, Look, cells_of, switch

pyte = pytest.importorskip("pyte")

WIDTH, HEIGHT = 16, 3
CONSOLE = Console(file=StringIO(), color_system="256", force_terminal=True)
LOOKING = (
    "none",
    "bold",
    "red",
    "red on blue",
    "on blue",
    "dim green",
    "bold italic on red",
    "underline",
    "reverse green",
)
STYLES = [Style.parse(look) for look in LOOKING]
LINE = st.lists(st.tuples(st.text("ab │▀", min_size=1, max_size=WIDTH), st.sampled_from(STYLES)), max_size=4)
GRAPHEMES = st.lists(st.sampled_from(["a", " ", "字", "e\u0301", "👍"]), min_size=1, max_size=8).map("".join)
WIDE = st.lists(st.tuples(GRAPHEMES, st.sampled_from(STYLES)), max_size=4)


def strip(pieces: list[tuple[str, Style]], width: int = WIDTH) -> Strip:
    return Strip([Segment(text, style) for text, style in pieces]).adjust_cell_length(width)


def whole(lines: list[Any]) -> LayoutUpdate:
    return LayoutUpdate([[strip(line)] for line in lines], Region(0, 0, WIDTH, HEIGHT))


def wholes(line: st.SearchStrategy[Any]) -> st.SearchStrategy[CompositorUpdate]:
    return st.lists(line, min_size=HEIGHT, max_size=HEIGHT).map(whole)


@st.composite
def parts(draw: Any, line: st.SearchStrategy[Any]) -> CompositorUpdate:
    """One row between two columns, which is cut in two."""
    y = draw(st.integers(0, HEIGHT - 1))
    x1, cut, x2 = sorted(draw(st.sets(st.integers(0, WIDTH), min_size=3, max_size=3)))
    ends = [[] for _ in range(HEIGHT)]
    chops: list[dict[int, Strip | None]] = [{} for _ in range(HEIGHT)]
    ends[y] = [cut, x2]
    chops[y] = {x1: strip(draw(line), cut - x1), cut: strip(draw(line), x2 - cut)}
    return ChopsUpdate(chops, [(y, x1, x2)], ends)


def sent(frame: Frame, update: CompositorUpdate) -> str:
    """What is sent for an update."""
    frame.take(update, ColorSystem.EIGHT_BIT)
    return Changes(frame).render_segments(CONSOLE)


def seen(char: Any) -> Any:
    """A cell as it is seen: of a blank that is its background and its lines."""
    if char.data != " " or char.underscore or char.strikethrough or char.reverse:
        return char
    return char._replace(fg="default", bold=False, italics=False)


def shown(sent: list[str]) -> list[Any]:
    """What a terminal shows after that: every cell with its look."""
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    screen.reset_mode(pyte.modes.DECAWM)
    for text in sent:
        stream.feed(text)
    return [[seen(screen.buffer[y][x]) for x in range(WIDTH)] for y in range(HEIGHT)]


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine, which is no fault of the frame's
@given(st.lists(st.one_of(wholes(LINE), parts(LINE)), min_size=1, max_size=6))
def test_the_terminal_shows_the_same_as_if_all_were_sent(updates: list[CompositorUpdate]) -> None:
    frame = Frame()
    changes = [sent(frame, update) for update in updates]
    assert shown(changes) == shown([update.render_segments(CONSOLE) for update in updates])


@given(st.lists(st.one_of(wholes(WIDE), parts(WIDE)), max_size=6), wholes(WIDE))
def test_a_whole_screen_with_wide_characters_is_right_whatever_was_there(
    updates: list[CompositorUpdate], last: CompositorUpdate
) -> None:
    frame = Frame()
    changes = [sent(frame, update) for update in (*updates, last)]
    assert shown(changes) == shown([last.render_segments(CONSOLE)])


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_what_nobody_has_spelled_out_is_not_sent_either(sample: str) -> None:
    codes = sent(Frame(), whole([[(f"a{sample}b", Style())]] * HEIGHT))
    assert "a" in codes and re.sub(r"\x1b\[([0-9;]*[mH]|K)", "", codes).isprintable()


@given(wholes(st.one_of(LINE, WIDE)))
def test_nothing_is_sent_twice_unless_it_was_forgotten(update: CompositorUpdate) -> None:
    frame = Frame()
    first = sent(frame, update)
    assert sent(frame, update) == ""
    frame.forget()
    assert sent(frame, update) == first


def test_a_screen_of_another_size_is_sent_whole() -> None:
    frame = Frame()
    sent(frame, whole([[("a" * WIDTH, STYLES[0])]] * HEIGHT))
    narrow = LayoutUpdate([[strip([("a" * 8, STYLES[0])], 8)]] * HEIGHT, Region(0, 0, 8, HEIGHT))
    assert sent(frame, narrow).count("a") == 8 * HEIGHT
    assert sent(frame, narrow) == ""


def test_only_the_changed_cells_are_sent() -> None:
    frame = Frame()
    for text, expected in (("a" * 16, "a" * 16), ("aab" + "a" * 13, "b"), ("c" + "a" * 14 + "d", "caad")):
        update = whole([[(text, STYLES[0])], [], []])
        codes = sent(frame, update)
        assert "".join(c for c in codes if c in "abcd") == expected


@given(WIDE)
def test_a_cell_stands_in_every_column(pieces: list[tuple[str, Style]]) -> None:
    line = Strip([Segment(text, style) for text, style in pieces])
    cells = cells_of(line, ColorSystem.EIGHT_BIT)
    assert len(cells) == line.cell_length
    assert "".join(text for text, _ in cells) == line.text


def test_a_pen_changes_as_little_as_it_can() -> None:
    red, red_on_blue, bold = ("", "31", ""), ("", "31", "44"), ("1", "31", "44")
    assert switch(red, red) == ""
    assert switch(PLAIN, red) == "\x1b[31m"
    assert switch(red, red_on_blue) == "\x1b[44m"
    assert switch(red_on_blue, red) == "\x1b[49m"
    assert switch(red_on_blue, bold) == "\x1b[1m"
    assert switch(bold, PLAIN) == "\x1b[0m"


ATTRIBUTES = st.sets(st.sampled_from(["1", "3", "4", "5", "7", "9"])).map(lambda codes: ";".join(sorted(codes)))
LOOKS = st.tuples(ATTRIBUTES, st.sampled_from(["", "31", "38;5;215"]), st.sampled_from(["", "44", "48;5;234"]))


@given(LOOKS, LOOKS)
def test_a_pen_changes_to_what_it_should_be(pen: Look, look: Look) -> None:
    def drawn(codes: str) -> Any:
        screen = pyte.Screen(2, 1)
        pyte.Stream(screen).feed(codes + "x")
        return screen.buffer[0][0]

    assert drawn(switch(PLAIN, pen) + switch(pen, look)) == drawn(switch(PLAIN, look))


@given(st.lists(st.tuples(st.one_of(wholes(LINE), parts(LINE)), st.booleans()), min_size=1, max_size=8))
def test_what_was_held_back_is_sent_as_it_is_in_the_end(updates: list[tuple[CompositorUpdate, bool]]) -> None:
    frame, out = Frame(), []
    for update, free in updates:
        frame.take(update, ColorSystem.EIGHT_BIT)
        if free:
            out.append(Changes(frame).render_segments(CONSOLE))
    out.append(Changes(frame).render_segments(CONSOLE))
    assert not frame.behind
    assert shown(out) == shown([update.render_segments(CONSOLE) for update, _ in updates])
