"""What goes over the line: nothing while nothing happens, and little for a key, on every screen and in every widget."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import pytest
from changed_cells import look_of, needed
from measure_bytes import (
    CURSOR,
    FIRST_SCREEN,
    HEAD,
    IDLE,
    KEY,
    MEDIAN_KEY,
    RUNNING,
    SCREEN,
    WAKING,
    Sent,
    Walked,
    Walker,
    walk,
)
from pty_harness import Screen
from pyte import Stream
from walks import SCREENS, WIDGETS, keys_of

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
    assert {place: times for place, times in found.woken.items() if times > WAKING} == {}
    assert found.first <= FIRST_SCREEN * larger
    assert over(found.keys, KEY * larger) == []
    assert over(found.screens, SCREEN * larger) == []
    assert statistics.median(one.size for one in found.keys) <= MEDIAN_KEY * larger
    assert len(found.moves) >= 4 and sum(one.size for one in found.moves) > 200
    assert over(found.moves, CURSOR * larger) == []
    assert len(found.heads) >= 4
    assert [one for one in found.heads if one.size > HEAD * one.needed] == []
    assert [one for one in found.running if one.rate > RUNNING * larger] == []
    assert len(found.running) == 2 and all(one.rate > 0 for one in found.running)


class Scripted(Walker):
    """No program, but what is told of one each time that it is left alone: bytes, wakings, hundredths of a second."""

    def __init__(self, *told: tuple[int, int, int]) -> None:
        self.told, self.received, self.done, self.left = list(told), b"", [0, 0], list[float]()

    def read_for(self, seconds: float) -> None:
        self.left.append(seconds)
        sent, woken, worked = self.told.pop(0)
        self.received += b"x" * sent
        self.done = [self.done[0] + woken, self.done[1] + worked]

    def woken(self) -> int:
        return self.done[0]

    def _worked(self) -> int:
        return self.done[1]


@pytest.mark.parametrize(
    ("told", "counts", "times"),
    [
        ([(0, 1, 0)], (0, 1), 1),
        ([(1, 2, 0), (0, 0, 0)], (1, 2), 1),  # a byte now and then
        ([(0, 99, 1), (0, 0, 0)], (0, 99), 1),  # a timer
        ([(900, 30, 40), (0, 1, 0)], (0, 1), 2),  # what a key led to was not over
        ([(900, 30, 40), (4, 1, 0)], (4, 1), 2),
        ([(9, 30, 40)] * 3, (9, 30), 3),
        ([(0, 3, 40)], (0, 3), 1),
    ],
)
def test_only_a_program_that_computed_is_left_alone_again(
    told: list[tuple[int, int, int]], counts: tuple[int, int], times: int
) -> None:
    walker = Scripted(*told)
    assert walker.idle(SOON) == counts
    assert walker.left == [SOON, IDLE, IDLE][:times]


def test_every_widget_has_keys_of_which_one_gives_its_twin() -> None:
    for widget in WIDGETS:
        assert len(keys_of(widget)) > 4 and ("t", True) in keys_of(widget)


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
