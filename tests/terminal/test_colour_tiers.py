"""No code that was not asked for: only the tier's colours, and one line where the app cannot be drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from measure_colours import COLOR, MOUSE, codes, opened, tour
from pty_harness import Terminal


@pytest.mark.parametrize(
    ("flags", "environment"),
    [(["--colors", "none"], {"COLORTERM": "truecolor"}), ([], {"NO_COLOR": "1"})],
    ids=["flag", "NO_COLOR"],
)
def test_without_colours_no_colour_code_is_sent(flags: list[str], environment: dict[str, str], tmp_path: Path) -> None:
    found = codes(tour(tmp_path, *flags, environment=environment))
    assert found & COLOR == set()
    assert {1, 7} & found  # what stands out does so in another way


def test_with_16_colours_only_those_and_without_the_mouse_no_mouse(tmp_path: Path) -> None:
    sent = tour(tmp_path, "--colors", "16", "--no-mouse")
    assert not {38, 48} & codes(sent)
    assert COLOR & codes(sent)
    assert [code for code in MOUSE if code in sent] == []


def test_with_256_colours_no_24_bit_ones(tmp_path: Path) -> None:
    sent = tour(tmp_path, "--colors", "256", environment={"COLORTERM": "truecolor"})
    assert 1005 in codes(sent) and 1002 not in codes(sent)
    assert MOUSE[1] in sent


def test_with_true_colours(tmp_path: Path) -> None:
    with opened(tmp_path, environment={"COLORTERM": "truecolor"}) as terminal:
        assert 1002 in codes(terminal.received)


# ── where the app cannot be drawn ────────────────────────────────────────────────────────────────────


def test_a_dumb_terminal_gets_one_line(tmp_path: Path) -> None:
    with Terminal(["--data-dir", str(tmp_path)], environment={"TERM": "dumb"}) as terminal:
        assert terminal.ended() == 2
        sent = terminal.received
    assert b"\x1b" not in sent
    assert sent.count(b"\n") == 1 and b"tutor read" in sent


def test_without_a_terminal_there_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tutor", "--data-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=30)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1 and b"tutor read" in done.stderr and b"\x1b" not in done.stderr
