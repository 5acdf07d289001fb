"""Plain mode on a terminal that can do nothing but print lines, and progress on one without colour."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest
from pty_harness import Terminal

from tutor.study.store import Store

DUMB = {"TERM": "dumb", "PYTHONUTF8": "1"}


def dumb(data: Path, *arguments: str) -> Terminal:
    return Terminal(["--data-dir", str(data), *arguments], environment=DUMB, rows=60)


def answers(data: Path) -> list[tuple[str, bool]]:
    store = Store.open(data)
    found = [(answer.question_id, answer.correct) for answer in store.answers()]
    store.close()
    return found


def test_the_app_names_the_plain_commands_where_it_cannot_open(tmp_path: Path) -> None:
    with dumb(tmp_path) as terminal:
        assert terminal.ended() == 2
        assert b"`tutor read`, `tutor quiz` and `tutor review` work without one" in terminal.received


@pytest.mark.parametrize("leave", ["end of input", "interrupt", "kill"])
def test_an_answer_is_kept_once_its_feedback_shows_however_one_leaves(tmp_path: Path, leave: str) -> None:
    with dumb(tmp_path, "quiz", "text-to-tokens") as terminal:
        terminal.wait_for("Question 1 of", "Type the number of one choice.")
        terminal.send("3\r")
        terminal.wait_for("Enter goes on")
        assert "Your answer is" in terminal.text
        if leave == "kill":
            terminal.process.kill()
        else:
            terminal.send("\x04" if leave == "end of input" else "\x03")
        code = terminal.ended()
        assert code == {"end of input": 0, "interrupt": 130, "kill": -signal.SIGKILL}[leave]
        assert ("Everything is kept." in terminal.text) == (leave == "end of input")
        assert b"Traceback" not in terminal.received and b"\x1b" not in terminal.received
        assert re.findall(rb"[\x00-\x07\x0b-\x0c\x0e-\x1f]", terminal.received) == []
    assert len(answers(tmp_path)) == 1


def test_a_chapter_is_read_card_by_card_and_the_app_goes_on_there(tmp_path: Path) -> None:
    with dumb(tmp_path, "read", "text-to-tokens") as terminal:
        terminal.wait_for("After this chapter you can", "Enter goes on")
        terminal.send("\r")
        terminal.wait_for("Card 1 of", "Live: Token splitter.", "tokens in gpt2")
        terminal.send(":set text Unfortunately\r")
        terminal.wait_for("Met:")
        terminal.send("\r")
        terminal.wait_for("Card 2 of")
        terminal.send(":q\r")
        assert terminal.ended() == 0
    with Terminal(["--data-dir", str(tmp_path), "--colors", "none"]) as terminal:
        terminal.wait_for("Press c to continue where you were: Text to Tokens.")
        terminal.press("c")
        terminal.wait_for("card 2 of")


def test_progress_without_colour_and_without_leaving_the_home_row(tmp_path: Path) -> None:
    with dumb(tmp_path, "quiz", "text-to-tokens") as terminal:
        terminal.wait_for("Type the number of one choice.")
        terminal.send("1\r")
        terminal.wait_for("Enter goes on")
        terminal.send(":q\r")
        assert terminal.ended() == 0
    right = answers(tmp_path)[0][1]
    with Terminal(["--data-dir", str(tmp_path)], environment={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("Text to Tokens", "? keys")
        terminal.press("s")
        terminal.wait_for("1 day of study", f"{int(right)} of 1 answer right", "Most missed")
        terminal.press("j", "j", "j", "l")
        terminal.wait_for(f"{int(right)} of", "1 of", "questions tried")
        terminal.press("b", "d")
        terminal.wait_for("1 day", "Time runs")
        terminal.press("b")
        terminal.wait_for("Most missed")
        assert terminal.screen.overflowed == []
        assert not re.search(rb"\x1b\[[0-9;]*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])m", terminal.received)
