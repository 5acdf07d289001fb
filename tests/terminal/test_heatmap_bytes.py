"""What the attention heatmap sends: the cells that changed, and nothing while nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_harness import Terminal

from tutor.experiments.registry import EXPERIMENTS

WALK = ["up", "left", "left", "up", "up", "right", "down", "left", "up", "left", "down", "down", "right", "up"]


@pytest.fixture(params=[(80, 24), (120, 40)])
def heatmap(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """The widget in the playground, with 256 colours."""
    columns, rows = request.param
    with Terminal(["--colors", "256", "--data-dir", str(tmp_path)], columns=columns, rows=rows) as terminal:
        terminal.wait_for("? keys")
        terminal.press("p")
        terminal.wait_for("Attention heatmap")
        terminal.press(*["down"] * list(EXPERIMENTS).index("attention-heatmap"), "enter")
        terminal.wait_for("Layer 1 of 6", "√ scale")
        terminal.settle(0.6)
        yield terminal


def test_a_move_of_the_cursor_sends_little(heatmap: Terminal) -> None:
    sent = []
    for key in WALK:
        heatmap.press(key)
        sent.append(heatmap.settle())
    assert sum(sent) > 1000 and max(sent) <= 600  # a move beyond the edge sends nothing
    assert heatmap.settle(1.0) == 0


def test_another_head_sends_less_than_a_screen(heatmap: Terminal) -> None:
    sent = []
    for key in ("2", "3", "."):
        heatmap.press(key)
        sent.append(heatmap.settle())
    assert min(sent) > 0 and max(sent) <= 5000
    heatmap.press(".")  # and back, so that no cell differs from what it was
    heatmap.settle()
    heatmap.press(",")
    heatmap.settle()
    assert "Layer 2 of 6  Head 3 of 6" in heatmap.text
    heatmap.press("3")
    assert heatmap.settle() == 0
