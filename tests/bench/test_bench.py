"""Generous limits, for a busy machine; `python tests/bench` measures exactly, against the targets."""

from __future__ import annotations

import pytest
from measures import Spread, keys_at, quitting


def test_the_95th_of_100_is_the_95th() -> None:
    assert Spread(tuple(range(100, 0, -1))).p95 == 95
    assert Spread((3.0, 1.0, 2.0)).p95 == 3.0


@pytest.mark.long
@pytest.mark.parametrize("place", ["navigator", "heatmap"])
def test_keys_are_answered_while_the_model_writes(place: str) -> None:
    first, _ = keys_at(place, 40, streaming=True)
    assert first.median <= 0.06
    assert first.p95 <= 0.16


def test_the_bench_finds_the_model_at_work() -> None:
    first, settled = keys_at("navigator", 2, streaming=True)
    assert len(first.times) == 2 and all(0 < a <= b for a, b in zip(first.times, settled.times, strict=True))


@pytest.mark.long
def test_quitting_while_the_model_writes() -> None:
    assert min(quitting(3).times) <= 0.5
