"""What goes over the line: nothing while nothing happens, and little for a key, on every screen and in every widget."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

import pytest
from measure_bytes import (
    CURSOR,
    FIRST_SCREEN,
    HEAD,
    IDLE,
    KEY,
    MEDIAN_KEY,
    RUNNING,
    SCREEN,
    Sent,
    Walked,
    Walker,
    look_of,
    needed,
    walk,
)
from pty_harness import Screen
from pyte import Stream
from walks import FIELD, SCREENS, WIDGETS, keys_of, to_widget

SOON = 2.0  # seconds of silence on each screen in the short run
LONG = [
    pytest.param(colors, size, IDLE, 2, marks=pytest.mark.long)
    for colors, size in (("256", (80, 24)), ("256", (120, 40)), ("truecolor", (80, 24)), ("truecolor", (120, 40)))
]


def over(sent: Sequence[Sent], limit: float) -> list[Sent]:
    """Those that took more bytes."""
    return [one for one in sent if one.size > limit]


@pytest.mark.parametrize(("colors", "size", "idle", "times"), [("256", (80, 24), SOON, 1), *LONG])
def test_a_walk_through_everything(colors: str, size: tuple[int, int], idle: float, times: int) -> None:
    found: Walked = walk(colors, size, idle=idle, times=times)
    larger = found.factor * (1.5 if colors == "truecolor" else 1)
    assert found.idle == dict.fromkeys([*SCREENS, *WIDGETS], 0)
    assert found.first <= FIRST_SCREEN * larger
    assert over(found.keys, KEY * larger) == []
    assert over(found.screens, SCREEN * larger) == []
    assert statistics.median(one.size for one in found.keys) <= MEDIAN_KEY * larger
    assert len(found.moves) >= 4 and sum(one.size for one in found.moves) > 200
    assert over(found.moves, CURSOR * larger) == []
    assert len(found.heads) >= 4
    assert [one for one in found.heads if one.size > HEAD * one.needed + 50] == []
    assert [one for one in found.running if one.rate > RUNNING * larger] == []
    assert len(found.running) == 2 and all(one.rate > 0 for one in found.running)


def test_every_widget_has_keys_of_which_one_gives_its_twin() -> None:
    for widget in WIDGETS:
        assert len(keys_of(widget)) > 4 and ("t", True) in keys_of(widget)


HOSTILE = "a\x07b\x1b[31mc\x1b]0;title\x07d\x9be\x00f\x7fg\x85h\u202ei\u2066j"
RAW = [b"\x07", b"\x00", b"\x7f", b"\x1b]0;", *(char.encode() for char in "\x85\x9b\u202e\u2066")]


@pytest.mark.parametrize("widget", ["token-splitter", "attention-heatmap", "temperature-lab"])
def test_control_bytes_are_shown_not_sent(widget: str, tmp_path: Path) -> None:
    with Walker(tmp_path) as walker:
        walker.begin()
        assert [sent.where for sent in walker.follow(widget, to_widget(widget))][-1] == f"{widget} enter"
        walker.weigh(widget, ["e"], False, FIELD)
        before = len(walker.received)
        for keys in ([f"\x1b[200~{HOSTILE}\x1b[201~"], ["enter"], ["t"]):
            walker.weigh(widget, keys, False)
        sent = walker.received[before:]
        assert len(sent) > 500
        assert [code for code in RAW if code in sent] == []
        assert b"\x1b[31mc" not in sent
        assert walker.screen.overflowed == []


def shown(codes: str) -> Screen:
    screen = Screen(12, 2)
    Stream(screen).feed(codes)
    return screen


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("", 0),
        ("\x1b[1;1Ha", len("\x1b[1;1Ha")),
        ("\x1b[2;3Habc\x1b[2;12H▀", len("\x1b[2;3Habc\x1b[2;12H") + 3),
        ("\x1b[1;1H\x1b[38;5;196mab\x1b[48;5;17mc", len("\x1b[1;1H\x1b[38;5;196mab\x1b[48;5;17mc")),
        ("\x1b[1;1H\x1b[1ma\x1b[0m", len("\x1b[1;1H\x1b[1ma")),
    ],
)
def test_what_a_change_needs(codes: str, expected: int) -> None:
    before, after = (
        [[screen.buffer[y][x] for x in range(12)] for y in range(2)] for screen in (shown(""), shown(codes))
    )
    assert needed(before, after) == expected


def test_a_true_colour_takes_more() -> None:
    char = shown("\x1b[38;2;10;200;30ma").buffer[0][0]
    assert look_of(char, truecolor=True) == ("38;2;10;200;30",)
