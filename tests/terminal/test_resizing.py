"""The window is dragged to hundreds of sizes: all that the learner had is there, drawn as if it had never changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from measure_resizing import LEAST, PLACES, Tutor, drag, state_of

LONG = [pytest.param(place, 400, marks=pytest.mark.long) for place in PLACES]


@pytest.mark.parametrize(("place", "sizes"), [("a card with its widget", 60), ("the editor of a lab", 60), *LONG])
def test_hundreds_of_sizes_and_all_is_there(place: str, sizes: int, tmp_path: Path) -> None:
    go: Callable[[Tutor], None] = PLACES[place]
    with Tutor(tmp_path / "one") as dragged, Tutor(tmp_path / "other") as fresh:
        go(dragged)
        size = drag(dragged, random.Random(place), sizes)
        fresh.change(size)
        go(fresh)
        assert state_of(dragged) == state_of(fresh)
        for terminal in (dragged, fresh):
            assert b"Traceback" not in terminal.received
            terminal.leave()
        assert fresh.screen.overflowed == []


def test_a_window_too_small_says_what_it_needs_and_comes_back_as_it_was(tmp_path: Path) -> None:
    with Tutor(tmp_path) as terminal:
        PLACES["a card with its widget"](terminal)
        before = state_of(terminal)
        for columns, rows in ((LEAST[0] - 1, 24), (80, LEAST[1] - 1), (20, 3)):
            terminal.change((columns, rows))
            terminal.wait(lambda: "too small" in " ".join(terminal.text.split()), "that it is too small")
            if rows > 3:
                said = " ".join(terminal.text.split())
                assert f"{LEAST[0]} x {LEAST[1]}" in said and f"{columns} x {rows}" in said
        terminal.change((80, 24))
        terminal.wait(lambda: state_of(terminal) == before, "the screen as it was")


def test_of_a_storm_of_sizes_only_the_last_is_drawn_whole(tmp_path: Path) -> None:
    with Tutor(tmp_path) as terminal:
        PLACES["a card with its widget"](terminal)
        terminal.change((100, 30))
        before = len(terminal.received)
        terminal.change((99, 29))
        once = len(terminal.received) - before
        before = len(terminal.received)
        for columns in range(100, 130):
            terminal.resize(columns, 30)
        terminal.change((100, 30))
        assert len(terminal.received) - before <= 6 * once  # not thirty times
