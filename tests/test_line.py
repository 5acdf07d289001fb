"""The line to the terminal: when it is busy, what it does when nobody reads, and that it makes nobody wait."""

from __future__ import annotations

import os
import pty
import select
import time
import tty
from collections.abc import Iterator
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.line import CANCEL, CEASED, LATE, QUESTION, UNANSWERED, WINDOW, Line, Pace

LEAST, FIRST, MOST = WINDOW
SOON = 5.0  # seconds; nothing here measures with it


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal in which every byte goes through as it is: the program's, and the other."""
    master, program = pty.openpty()
    tty.setraw(program)
    yield program, master
    os.close(program)
    os.close(master)


def read(master: int, enough: bytes) -> bytes:
    """Read until something has come."""
    data = b""
    while enough not in data:
        assert select.select([master], [], [], SOON)[0], f"{enough!r} never came"
        data += os.read(master, 1 << 16)
    return data


# ── the pace ─────────────────────────────────────────────────────────────────────────────────────────


def answered(pace: Pace, now: float, size: int, took: float) -> float:
    """Send, ask and be answered; the time then."""
    pace.sent(size)
    pace.ask(now)
    pace.answered(now + took)
    return now + took


def test_a_terminal_that_never_answers_is_never_waited_for_nor_asked_for_ever() -> None:
    pace = Pace()
    asked = 0
    for second in range(100):
        pace.sent(10 * MOST)
        asked += pace.ask(second)
        assert not pace.full(second)
    assert asked == UNANSWERED


def test_a_fast_line_is_full_only_with_very_much() -> None:
    pace, now = Pace(), 0.0
    for n in range(10):
        now = answered(pace, now, 3000 << n, 0.2)  # far away, but fast
    pace.sent(MOST - 1)
    pace.ask(now)
    assert not pace.full(now)
    pace.sent(1)
    pace.ask(now)
    assert pace.full(now)


def test_a_slow_line_is_full_with_little() -> None:
    pace, now = Pace(), 0.0
    now = answered(pace, now, 4, 0.2)
    for _ in range(10):
        now = answered(pace, now, 1000, 0.2 + 1000 / 960)
    pace.sent(LEAST)
    pace.ask(now)
    assert pace.full(now)
    pace.answered(now + 1)
    assert not pace.full(now + 1)


def test_a_late_answer_is_waited_for() -> None:
    pace, now = Pace(), 0.0
    now = answered(pace, now, 4, 0.2)
    pace.sent(1)
    pace.ask(now)
    assert not pace.full(now + 0.2 + LATE / 2)
    assert pace.full(now + 0.2 + LATE * 2)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.floats(0, 100), st.booleans()), max_size=50))
def test_whatever_the_answers_the_window_has_its_bounds_and_all_is_answered_in_the_end(
    events: list[tuple[int, float, bool]],
) -> None:
    pace, now = Pace(), 0.0
    for size, seconds, answer in events:
        now += seconds
        if answer:
            pace.answered(now)  # more answers than questions, too
        else:
            pace.sent(size)
            pace.ask(now)
        assert LEAST <= pace.window <= MOST
    for _ in events:
        pace.answered(now)
    assert pace.unanswered == 0 and not pace.full(now)


def test_an_answer_that_got_lost_holds_up_a_quick_line_for_a_moment_only() -> None:
    pace = Pace()
    now = answered(pace, 0.0, 100, 0.2)
    pace.sent(100)
    pace.ask(now)
    assert now + 1 < pace.lost_at < now + 4


@pytest.mark.parametrize("rate", [300, 1_200, 5_760])  # bytes a second
def test_an_answer_that_only_takes_long_is_not_given_up(rate: int) -> None:
    pace = Pace()
    now = answered(pace, 0.0, 4, 0.2)
    for size in (4_366, 2_000, LEAST):  # the first screen, and smaller ones
        pace.sent(size)
        pace.ask(now)
        there = now + 0.2 + size / rate
        assert there < pace.lost_at
        pace.answered(there)
        now = there


def test_a_line_that_stands_still_is_given_up_less_and_less_often_until_it_answers() -> None:
    pace = Pace()
    now = answered(pace, 0.0, 100, 0.2)
    waits = []
    while pace.answers:
        pace.sent(100)
        pace.ask(now)
        waits.append(pace.lost_at - now)
        now = pace.lost_at
        pace.give_up(now)
        assert not pace.full(now)
    assert len(waits) == CEASED and waits == sorted(waits) and waits[-1] > 3 * waits[0]
    pace.ask(now)
    pace.answered(now)  # late, to a question that was given up
    assert pace.answers
    assert pace.quickest == pytest.approx(0.2)


# ── the line ─────────────────────────────────────────────────────────────────────────────────────────


def test_all_arrives_in_order(terminal: tuple[int, int]) -> None:
    program, master = terminal
    line = Line(program, lambda: None)
    sent = [b"%d " % i for i in range(10_000)]
    for piece in sent:
        line.write(piece)
    line.ask()
    assert read(master, QUESTION) == b"".join(sent) + QUESTION
    line.stop()


def test_when_nobody_reads_writing_waits_for_nobody_and_the_line_says_when_it_is_free(
    terminal: tuple[int, int],
) -> None:
    program, master = terminal
    free = Event()
    line = Line(program, free.set)
    began = time.monotonic()
    line.write(b"x" * 100_000)
    assert line.busy
    assert time.monotonic() - began < 1
    assert not free.is_set()
    line.write(b"end")
    read(master, b"end")
    assert free.wait(SOON)
    assert not line.busy
    line.stop()


def test_what_is_unanswered_makes_it_busy_until_the_answer_comes(terminal: tuple[int, int]) -> None:
    program, master = terminal
    free = Event()
    line = Line(program, free.set)
    line.write(b"x")
    line.ask()
    line.answered()
    line.write(b"x" * line.pace.window)
    line.ask()
    read(master, b"xx" + QUESTION)
    assert line.busy
    line.answered()
    assert free.is_set() and not line.busy
    line.stop()


def test_an_answer_that_got_lost_is_not_waited_for_for_ever(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.line.LOST", 0.3)
    program, _ = terminal
    free = Event()
    line = Line(program, free.set)
    line.ask()
    line.answered()
    line.write(b"x" * line.pace.window)
    line.ask()
    assert line.busy
    assert free.wait(SOON)
    line.stop()


def test_the_last_words_come_through_a_jam(terminal: tuple[int, int]) -> None:
    program, master = terminal
    line = Line(program, lambda: None)
    line.write(b"x" * 1_000_000)
    began = time.monotonic()
    line.clear()
    line.write(b"goodbye")
    line.stop()
    assert time.monotonic() - began < 1
    assert len(read(master, CANCEL + b"goodbye")) < 50_000


def test_a_terminal_that_is_gone_takes_no_time_and_is_told_once() -> None:
    master, program = pty.openpty()
    os.close(master)
    told: list[str] = []
    line = Line(program, lambda: None, lambda: told.append("gone"))
    for _ in range(100):
        line.write(b"x" * 1000)
        line.ask()
    line.stop(SOON)
    assert not line.busy
    assert told == ["gone"]
    os.close(program)
