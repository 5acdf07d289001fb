"""Every way out ends the process at once, leaves the terminal as it was, and keeps what was shown as done."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pty_harness import KEYS, Terminal

from tutor.course.load import load_course
from tutor.study.store import Store

SOON = 0.5  # seconds
TRIES = 3  # a busy machine may be slow once
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l")  # main screen, cursor, pasting
CHAPTER = "text-to-tokens"
CARDS = len(load_course().chapter(CHAPTER).cards)


@contextmanager
def tutor(data: Path, *arguments: str) -> Iterator[Terminal]:
    with Terminal([*arguments, "--data-dir", str(data)]) as terminal:
        terminal.wait_for("? keys")
        yield terminal


@contextmanager
def streaming(data: Path) -> Iterator[Terminal]:
    """The temperature lab while the model writes in it."""
    with tutor(data) as terminal:
        terminal.press("p", "G", "enter")
        terminal.wait_for("entropy", "s draw one")
        terminal.press("g")
        before = len(terminal.received)
        terminal.wait(lambda: len(terminal.received) > before + 2000, "a stream")
        yield terminal


def soon_gone(opened: Callable[[Path], object], leave: Callable[[Terminal], None], data: Path) -> list[Terminal]:
    """Open and leave until it is quick, a few times at most; the terminals, which stay readable."""
    seconds, left = [], []
    for _ in range(TRIES):
        with opened(data) as terminal:  # type: ignore[attr-defined]
            leave(terminal)
            began = time.monotonic()
            while terminal.process.poll() is None and time.monotonic() < began + 20:
                terminal.read(0.01)
            seconds.append(time.monotonic() - began)
            terminal.settle(0.05)
            left.append(terminal)
        if seconds[-1] <= SOON:
            return left
    raise AssertionError(f"it took {seconds} seconds to leave")


def restored(terminal: Terminal) -> bool:
    return all(code in terminal.received for code in RESTORED) and not terminal.screen.alternate


@pytest.mark.parametrize("keys", [["q"], ["b", "b", "q"], ["e", "enter", "q"]], ids=" ".join)
def test_quitting_while_the_model_writes_takes_no_time(keys: list[str], tmp_path: Path) -> None:
    for terminal in soon_gone(streaming, lambda terminal: terminal.press(*keys), tmp_path):
        assert terminal.process.returncode == 0
        assert restored(terminal)
        assert b"Traceback" not in terminal.received


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_signals_end_the_session_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    def leave(terminal: Terminal) -> None:
        terminal.process.send_signal(number)

    for terminal in soon_gone(streaming, leave, tmp_path):
        assert terminal.process.returncode == 0
        assert restored(terminal)


@pytest.mark.parametrize("ignored", ["", "trap '' HUP; "], ids=["", "SIGHUP ignored"])
def test_a_closed_terminal_ends_the_process(ignored: str, tmp_path: Path) -> None:
    """SIGHUP reaches only the terminal's foreground; where it is ignored, reading tells that nobody is there."""

    @contextmanager
    def opened(data: Path) -> Iterator[Terminal]:
        arguments = [sys.executable, "-m", "tutor", "--data-dir", str(data), "--chapter", CHAPTER]
        with Terminal(command=["/bin/sh", "-c", f'{ignored}exec "$@"', "sh", *arguments]) as terminal:
            terminal.wait_for("goals")
            terminal.press("n")
            terminal.wait_for(f"card 1 of {CARDS}", "13 tokens")
            yield terminal

    def leave(terminal: Terminal) -> None:
        os.close(terminal.master)
        terminal.master = os.open(os.devnull, os.O_RDONLY)

    soon_gone(opened, leave, tmp_path)
    with tutor(tmp_path) as again:
        again.press("c")
        again.wait_for(f"card 1 of {CARDS}")


def test_the_shell_gets_its_terminal_back_and_gives_it_again(tmp_path: Path) -> None:
    with Terminal(command=["/bin/sh", "-i"], environment={"PS1": "shell> ", "ENV": ""}) as terminal:
        terminal.wait_for("shell>")
        terminal.send(f"{sys.executable} -m tutor --data-dir {tmp_path}\n")
        terminal.wait_for("? keys")
        terminal.settle()
        before = terminal.text
        terminal.send("\x1a")
        terminal.wait_for("Stopped", "shell>")
        assert not terminal.screen.alternate
        terminal.send("fg\n")
        terminal.wait(lambda: terminal.text == before, "the same screen again")
        terminal.press("q")
        terminal.wait(lambda: terminal.text.count("shell>") == 3, "the shell's screen")
        terminal.send("exit\n")
        assert terminal.ended() == 0


def test_killed_while_reading_nothing_is_lost(tmp_path: Path) -> None:
    with tutor(tmp_path, "--chapter", CHAPTER) as terminal:
        terminal.wait_for("goals")
        for number in (1, 2, 3):
            terminal.press("n")
            terminal.wait_for(f"card {number} of {CARDS}")
        terminal.process.kill()
        terminal.process.wait()
    with tutor(tmp_path) as again:
        again.wait_for(f"2 of {CARDS} cards")
        again.press("c")
        again.wait_for(f"card 3 of {CARDS}")
        again.process.kill()
        again.process.wait()
    cards = load_course().chapter(CHAPTER).cards
    store = Store.open(tmp_path)
    assert store.warning is None
    assert store.cards_read(CHAPTER) == {card.id for card in cards[:2]}
    store.close()


def test_killed_in_the_quiz_no_answer_is_lost_that_was_shown_as_given(tmp_path: Path) -> None:
    questions = load_course().chapter(CHAPTER).questions
    for asked in range(1, 4):
        with tutor(tmp_path, "--chapter", CHAPTER) as terminal:
            terminal.wait_for("goals" if asked == 1 else "Press Enter to begin")
            terminal.press("Q")
            terminal.wait_for(f"question {asked} of {len(questions)}", "Enter commit")
            terminal.send("1" + KEYS["enter"])
            terminal.wait_for("answer", "c the card")
            terminal.process.kill()
            terminal.process.wait()
    store = Store.open(tmp_path)
    assert store.warning is None
    assert [answer.question_id for answer in store.answers()] == [question.id for question in questions[:3]]
    store.close()
