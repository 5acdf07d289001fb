"""`tutor doctor` asks the terminal what it can do: one that answers, one that does not; it is left as it was."""

from __future__ import annotations

import json
import termios
import time

import pytest
from pty_harness import Terminal

from tutor.commands.terminal_answers import PATIENCE, QUESTIONS

ANSWERS = {
    "all of it": "\x1bP>|tmux 3.4\x1b\\\x1b[?1u\x1b[?2026;2$y\x1b[?1006;2$y\x1b[?65;4c",
    "only DA1": "\x1b[?1;2c",
    "nothing": "",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_terminal_is_asked_and_left_as_it_was(answer: str) -> None:
    with Terminal(["doctor", "--json"], environment={"TMUX": "x"}) as terminal:
        before = termios.tcgetattr(terminal.master)
        terminal.wait(lambda: QUESTIONS in terminal.received, "the questions")
        asked = time.monotonic()
        terminal.send(ANSWERS[answer])
        assert terminal.ended() == 0
        assert time.monotonic() - asked < PATIENCE + 10
        assert termios.tcgetattr(terminal.master) == before
        found = json.loads(terminal.received.partition(QUESTIONS)[2])["terminal"]
    said = [found[name] for name in ("name", "kitty_keyboard", "synchronized_output", "mouse")]
    expected = {"all of it": ["tmux 3.4", True, True, True], "only DA1": [None, False, False, None]}
    assert said == expected.get(answer, [None] * 4)
    assert found["can_draw"] is True
