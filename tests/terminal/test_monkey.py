"""Random keys, resizes and pastes everywhere: no traceback, no exit, an answer to every key, no memory that grows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from measure_monkey import GROWN, LONG, SIZES, Monkey, run
from watched_terminal import started

BUSY = 1.0  # seconds of CPU for an answer; on a quiet machine no more pass
FRAMES, LEFT = 400, 10  # keys at the end, and the MB at rest that their frames, two each, may leave behind
HELD = 2.0  # seconds of an answer in which nothing waited for a processor, whatever it waited for instead


def test_a_monkey_finds_nothing_in_a_thousand_keys() -> None:
    found = run(1_000, seed=6, burst=120, weighings=1, frames=FRAMES)
    held(found, screens=8)
    worked, drawn = found.memory[-2:]
    assert drawn - worked <= LEFT, found.memory


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_a_monkey_finds_nothing_in_a_hundred_thousand_keys(seed: int) -> None:
    found = run(100_000, seed=seed, burst=200)
    held(found, screens=30)
    early, late = found.early_and_late
    assert late <= GROWN * early, found.memory


def held(found: Monkey, screens: int) -> None:
    """`run` itself fails for a traceback, an exit and a key without an answer."""
    assert found.busiest <= BUSY, found.slowest_at
    assert found.held <= HELD, (found.held, found.slowest_key, found.slowest_at)
    assert len(found.seen) >= screens, found.seen
    assert found.left <= found.keys / 1000


def test_of_many_resizes_at_once_the_last_one_counts(tmp_path: Path) -> None:
    draw = random.Random(1)
    terminal = started(tmp_path)
    try:
        for _ in range(80):
            for _ in range(6):
                terminal.resize(draw.randint(20, 150), draw.randint(5, 50))
            terminal.resize(*draw.choice(SIZES))
            terminal.drawn_anew(LONG)
    finally:
        terminal.__exit__()
