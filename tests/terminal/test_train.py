"""`tutor train` on a terminal: what it shows, and how Ctrl+C ends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up import write_stories
from pty_harness import Terminal

SLOW = 120.0  # seconds, for PyTorch on a busy machine
C = {"LC_ALL": "C", "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_stories(tmp_path_factory.mktemp("stories"))


def training(stories: Path, out: Path) -> Terminal:
    files = ["--corpus", str(stories), "--valid", str(stories.with_name("valid.txt")), "--out", str(out)]
    return Terminal(["train", "tiny", *files, "--tokens", "409600"], environment=C)


def ended(terminal: Terminal) -> int:
    terminal.wait(lambda: terminal.process.poll() is not None, "the end of the run", SLOW)
    return terminal.ended()


def test_a_run_is_shown_in_ascii_and_ctrl_c_says_how_it_goes_on(stories: Path, tmp_path: Path) -> None:
    with training(stories, tmp_path / "out") as terminal:
        terminal.wait(lambda: "step 2/100" in terminal.text, "the second step", SLOW)
        bar, numbers = terminal.text.splitlines()[:2]
        assert set(bar) == {"#"} and numbers.startswith("step 2/100  0.0 M tokens  loss ")
        terminal.send("\x03")
        assert ended(terminal) == 130
        last = terminal.text.rstrip().splitlines()[-1]
        assert last.startswith("stopped after step ") and last.endswith("; the same command goes on from there")
        assert terminal.received.isascii() and b"Traceback" not in terminal.received
        assert terminal.received.rindex(b"\x1b[?25h") > terminal.received.rindex(b"\x1b[?25l")
    with training(stories, tmp_path / "out") as terminal:
        terminal.wait(lambda: "reading" in terminal.text, "the beginning", SLOW)
        terminal.send("\x03")
        assert ended(terminal) == 130
        assert "stopped at once; the same command goes on from the last checkpoint" in terminal.text


@pytest.mark.parametrize("at", ["while PyTorch is loaded", "while the corpus is read"])
def test_ctrl_c_before_the_first_step_says_that_it_begins_again(stories: Path, tmp_path: Path, at: str) -> None:
    with training(stories, tmp_path / "out") as terminal:
        if at == "while the corpus is read":
            terminal.wait(lambda: b"reading" in terminal.received, "the beginning", SLOW)
        else:
            terminal.wait(lambda: "libtorch" in maps(terminal.process.pid), "PyTorch", SLOW)
        terminal.send("\x03")
        assert ended(terminal) == 130
        said = terminal.text.rstrip().splitlines()
        assert said[-1] == "stopped before the first checkpoint; the same command begins again"
        assert b"Traceback" not in terminal.received and terminal.received.isascii()
        assert terminal.received.count(b"\x1b[?25l") == 0 or terminal.received.rstrip().count(b"\x1b[?25h") > 0


def maps(pid: int) -> str:
    """What files the process has loaded."""
    try:
        return Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    except OSError:
        return ""
