"""Over a slow line the learner sees the newest picture, not the ones between; and a jam stops nobody from leaving."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from measure_slow_link import LIMITS, START, WAYS, figures, first_byte, walked
from pty_harness import KEYS, Terminal
from slow_link import RATES, SERIAL, SSH, SlowTerminal

FAST, SLOW = 10_000_000, 9_600  # bits a second
REPEAT = 1 / 30  # seconds between the keys of one that is held down
NOISE = 1.0  # seconds that a busy machine may take for a frame or two
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l")  # main screen, cursor, pasting


def begun(data: Path, ahead: int = SSH, answers: bool = True) -> SlowTerminal:
    """The first screen, arrived over a fast line."""
    terminal = SlowTerminal(["--data-dir", str(data), "--colors", "256"], bits=FAST, ahead=ahead, answers=answers)
    terminal.wait_for("Enter open")
    terminal.settle(0.5)
    return terminal


def cells(terminal: Terminal) -> list[object]:
    """All that is seen: of a blank that is its background."""
    shown = [terminal.screen.buffer[y][x] for y in range(24) for x in range(80)]
    return [(" ", char.bg, char.underscore) if char.data == " " else char for char in shown]


def seconds_on_the_line(size: int) -> float:
    return size * 10 / SLOW


def test_a_key_held_down_sends_a_few_frames_and_the_last_one_soon(tmp_path: Path) -> None:
    keys = ["j"] * 60 + ["k", "j"] * 20
    with Terminal(["--data-dir", str(tmp_path / "fast"), "--colors", "256"]) as fast:
        fast.wait_for("Enter open")
        fast.send("".join(keys))
        fast.settle(1.0)
    with begun(tmp_path / "slow") as slow:
        slow.bits = SLOW
        slow.press("j")
        frame = slow.settle(0.8)
        before = len(slow.received)
        for key in ["k", *keys]:
            slow.press(key)
            slow.read_for(REPEAT)
        released = time.monotonic()
        slow.settle(1.0)
        assert len(slow.received) - before <= 20 * frame
        assert slow.last - released <= 4 * seconds_on_the_line(frame) + 0.2 + NOISE
        assert cells(slow) == cells(fast)


def test_a_stream_that_is_stopped_stands_still_soon(tmp_path: Path) -> None:
    with begun(tmp_path) as terminal:
        terminal.press("p", "G", "enter")
        terminal.wait_for("entropy", "s draw one")
        terminal.settle(0.6)
        terminal.bits = SLOW
        before = len(terminal.received)
        terminal.press("g")
        terminal.wait(lambda: len(terminal.received) > before + 2500, "a stream")
        stopped = time.monotonic()
        at = len(terminal.received)
        terminal.press("g")
        terminal.settle(1.0)
        frames = terminal.received[before:at].split(b"\x1b[5n")
        largest = max(map(len, frames))
        assert len(frames) > 3
        assert terminal.last - stopped <= 3 * seconds_on_the_line(largest) + 0.2 + NOISE


def test_what_a_screen_takes_of_the_faster_line() -> None:
    """Of each kind one; its bytes decide, and a busy machine may take some more."""
    found = walked(RATES[1], WAYS[:2])
    assert len(found) == 2 + 2
    assert [(what, seconds) for kind, what, seconds in found if seconds > LIMITS[kind][1] + NOISE] == []
    assert found[0][0] == START


def test_a_terminal_that_answers_waits_no_longer_for_a_key() -> None:
    ratios = list[float]()
    while len(ratios) < 3 and min(ratios, default=9.0) > 2:  # the machine's speed changes
        ratios.append(first_byte(True) / first_byte(False))
    assert min(ratios) <= 2, ratios


@pytest.mark.long
def test_what_each_screen_takes_of_a_slow_line() -> None:
    found = list(figures())
    assert len(found) > 2 * len(WAYS)
    assert [one for one in found if one.limit is None or one.value > one.limit + NOISE] == []


def test_a_lost_answer_holds_up_the_keys_for_a_moment_only(tmp_path: Path) -> None:
    """As when a line drops bytes, or something beside the terminal takes them."""
    losing: list[str] = []
    with Terminal(["--data-dir", str(tmp_path)]) as terminal:

        def answer(data: str) -> None:
            if losing and "[0n" in data:
                losing.clear()
            else:
                terminal.send(data)

        terminal.screen.write_process_input = answer  # type: ignore[method-assign]
        terminal.wait_for("? keys")
        for key in "jkj":
            terminal.press(key)
            terminal.settle()
        losing.append("the next")
        terminal.press("k")
        terminal.settle()
        assert not losing
        assert terminal.key_to_first_byte("j") < 8  # it was twenty


def test_nothing_that_was_asked_is_answered_to_the_shell(tmp_path: Path) -> None:
    shell = ["/bin/sh", "-i"]
    with SlowTerminal(bits=FAST, command=shell, environment={"PS1": "shell> ", "ENV": ""}) as terminal:
        terminal.wait_for("shell>")
        terminal.send(f"{sys.executable} -m tutor --data-dir {tmp_path}\n")
        terminal.wait_for("Enter open")
        terminal.settle(0.6)
        terminal.bits = SLOW
        terminal.press("j")
        terminal.settle(0.8)
        terminal.send("jjkq")
        terminal.wait(lambda: terminal.text.count("shell>") == 2, "the shell")
        terminal.settle(0.6)
        assert terminal.text.rstrip().endswith("\nshell>")
        assert "[0n" not in terminal.text


def worked(terminal: Terminal) -> tuple[int, int]:
    """Processor time of the program (ticks) and its memory (bytes), where the system tells; else it is given time."""
    system = Path(f"/proc/{terminal.process.pid}")
    if not system.exists():
        terminal.read_for(1.0)
        return 0, 0
    times = (system / "stat").read_text().rpartition(")")[2].split()
    return int(times[11]) + int(times[12]), int((system / "statm").read_text().split()[1]) * 4096


def rested(terminal: Terminal) -> int:
    """Wait until the program has done all it was asked; its memory."""
    ticks = [worked(terminal)[0]]
    while len(ticks) < 4 or len(set(ticks[-3:])) > 1:  # on a busy machine it may get no time for a while
        terminal.read_for(0.2)
        ticks.append(worked(terminal)[0])
    return worked(terminal)[1]


@pytest.mark.parametrize("answers", [False, pytest.param(True, marks=pytest.mark.long)], ids=["silent", "answering"])
def test_nobody_reads(answers: bool, tmp_path: Path) -> None:
    """Keys are dealt with, memory stays as it is, and q leaves at once."""
    with begun(tmp_path, ahead=SERIAL, answers=answers) as terminal:
        rested(terminal)  # it loads the models now
        terminal.cut = True
        sizes = []
        for _ in range(3):
            terminal.send("jk" * 30 + KEYS["enter"] + "b")
            sizes.append(rested(terminal))
        terminal.press("q")
        began = time.monotonic()
        while terminal.process.poll() is None and time.monotonic() < began + 20:
            terminal.read(0.01)
        assert time.monotonic() - began <= 0.5 + NOISE
        assert terminal.process.returncode == 0
        assert sizes[2] - sizes[1] < 4_000_000
        terminal.cut = False
        terminal.settle(0.4)
        assert all(code in terminal.received for code in RESTORED)
        assert not terminal.screen.alternate
        assert b"Traceback" not in terminal.received
