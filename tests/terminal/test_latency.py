"""Generous limits, for a busy machine; `python tests/bench table` measures exactly, against the targets."""

from __future__ import annotations

import pytest
from measure_latency import BURSTS, PLACES, STATES, held, keys_at


@pytest.mark.parametrize(
    ("place", "state"), [("field", "trains"), ("temperature lab", "writes"), ("progress", "loads")]
)
def test_a_key_is_answered_while_the_engine_works(place: str, state: str) -> None:
    first, settled = keys_at(place, 12, state)
    assert first.median <= 0.1 and settled.median <= 0.3


@pytest.mark.long
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("place", PLACES)
def test_keys_are_answered_at_once(place: str, state: str) -> None:
    first, settled = keys_at(place, 40, state)
    assert first.median <= 0.06
    assert first.p95 <= 0.16
    assert settled.median <= 0.2


@pytest.mark.long
@pytest.mark.parametrize("place", BURSTS)
def test_keys_held_down_are_done_with_soon(place: str) -> None:
    assert held(place) <= 20
