"""Many sessions on one host: idle ones sleep, and each takes little memory."""

from __future__ import annotations

import pytest
from measure_many import SHOWN, TARGET, TRAINS, apart, many, measurable

MOST = {
    "on home": TARGET,
    "at the attention heatmap": TARGET,
    "after all widgets": 60.0,
}  # MB a further session


pytestmark = pytest.mark.skipif(not measurable(), reason="this system does not tell the memory of a process")


@pytest.mark.parametrize(
    ("n", "shown", "seconds"), [(4, ["on home"], 3.0), pytest.param(20, list(SHOWN), 10.0, marks=pytest.mark.long)]
)
def test_a_further_session_takes_little_and_an_idle_one_sleeps(n: int, shown: list[str], seconds: float) -> None:
    found = many(n, shown=shown, seconds=seconds)
    assert found.woken <= n  # a minimal Textual app wakes ten times a second
    assert found.idle <= 0.01 * n
    assert found.memory.keys() == set(shown)
    assert all(taken <= MOST[what] for what, taken in found.memory.items()), found.memory
    assert found.last <= 3 * found.first


@pytest.mark.long
def test_a_session_has_little_for_itself_at_every_widget() -> None:
    found = apart()
    assert max(taken for name, taken in found.items() if name != TRAINS) <= TARGET, found
