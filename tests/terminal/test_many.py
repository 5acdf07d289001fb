"""Many sessions on one host: idle ones sleep, and each takes little memory."""

from __future__ import annotations

import pytest
from measure_many import SHOWN, TARGET, further, many, measurable

MOST = {"on home": TARGET, "at the attention heatmap": 65.0, "after all widgets": 85.0}  # MB a further session


@pytest.mark.parametrize(
    ("n", "shown", "seconds"), [(4, ["on home"], 3.0), pytest.param(20, list(SHOWN), 10.0, marks=pytest.mark.long)]
)
def test_a_further_session_takes_little_and_an_idle_one_sleeps(n: int, shown: list[str], seconds: float) -> None:
    if not measurable():
        assert not further([1.0, 1.0, 1.0])
        return
    found = many(n, shown=shown, seconds=seconds)
    assert found.woken <= n  # a minimal Textual app wakes ten times a second
    assert found.idle <= 0.01 * n
    assert found.memory.keys() == set(shown)
    assert all(taken <= MOST[what] for what, taken in found.memory.items()), found.memory
    assert found.last <= 3 * found.first
