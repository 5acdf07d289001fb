"""The program in a terminal that is looked at only when it is asked to draw all anew, and what it takes meanwhile."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time
from pathlib import Path

import pyte
import vocabulary
from pty_harness import KEYBOARD, Terminal

TAIL = 1 << 16  # bytes
STILL, BUSY = 0.6, 0.2  # seconds, and the part of them that the interface takes at most once all is dealt with


class EndedError(Exception):
    """The program is no more."""


class Watched(Terminal):
    """The program in a terminal that is looked at only when it is asked to draw all anew."""

    tail = b""  # the last that came
    unread = b""  # what came and was not looked at yet, see `obeyed`
    owed = 0  # answers to the question whether all has arrived
    told = Path()  # the file into which it writes what it waits for, see `watched`
    typing = False  # in the middle of something that no terminal would interrupt

    def drain(self, seconds: float) -> bytes:
        """What arrives within `seconds`, not drawn; the terminal's own answers are given."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        try:
            data = os.read(self.master, 1 << 16) if ready else b""
        except OSError:
            return b""
        self.answer(data)
        return data

    def read(self, seconds: float) -> bytes:
        data = super().read(seconds)
        self.answer(data)
        return data

    def answer(self, data: bytes) -> None:
        """To each question whether all has arrived, as terminals do."""
        self.owed += (self.tail[-3:] + data).count(b"\x1b[5n")
        self.tail = (self.tail + data)[-TAIL:]
        self.unread += data
        if not self.typing:
            self.put(b"")

    def put(self, data: bytes) -> None:
        """Type bytes, then the answers that are due, reading meanwhile: neither side waits for ever."""
        self.typing = True
        while data or self.owed:
            if not data:
                data, self.owed = b"\x1b[0n" * self.owed, 0
            _, ready, _ = select.select([], [self.master], [], 0.05)
            if ready:
                data = data[os.write(self.master, data[:512]) :]
            elif not self.drain(0):
                self.alive()
        self.typing = False

    def settled(self, patience: float) -> float:
        """Wait until all that was typed is dealt with, or so many seconds; those that took.

        Lines that come tell nothing: a burst may draw the whole screen, and have more to deal with. Nor does a
        silent line: the program may be computing, or drawing what it then does not send.
        """
        began = now = time.monotonic()
        taken = STILL
        while taken > BUSY * STILL and now - began < patience:
            before, end = cpu(self.process.pid), now + STILL
            while now < end:
                self.drain(end - now)
                now = time.monotonic()
            self.alive()
            taken = cpu(self.process.pid) - before
        return max(0.0, now - began - STILL)

    def alive(self) -> None:
        if self.process.poll() is not None:
            raise EndedError

    def drawn_anew(self, patience: float, key: bytes = b"") -> tuple[float, bytes]:
        """Type `key`, and ask for the whole screen; the seconds until its last line came, and all that came."""
        rows = self.screen.lines
        began, came, lines = time.monotonic(), b"", set[int]()
        self.put(key + b"\x0c")
        while len(lines) < rows:
            data = self.drain(0.2)
            came += data
            lines = {int(row) for row in re.findall(rb"\x1b\[(\d+);1H", came)}
            self.alive()
            if time.monotonic() - began > patience:
                seen = "\n".join(self.look(came)) + f"\n{self.tail[-3000:]!r}"
                said = f"no answer within {patience:g} s; {len(lines)} of {rows} lines came"
                raise AssertionError(f"{said}\n{seen}\n{self.waits()}")
        return time.monotonic() - began, came

    def obeyed(self) -> list[str]:
        """What a terminal would obey in all that came since the last time, beside the codes that are ours."""
        came, escape, rest = self.unread.rpartition(b"\x1b")  # the last code may be cut
        self.unread = escape + rest
        return vocabulary.faults(came, vocabulary.OF_COPYING)

    def waits(self) -> str:
        """What each task and thread of the program waits for."""
        self.process.send_signal(signal.SIGUSR2)
        end = time.monotonic() + 5
        while not self.told.exists() and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(1)  # until all of it is written
        return self.told.read_text(encoding="utf-8") if self.told.exists() else "it does not tell where it stands"

    def look(self, came: bytes) -> list[str]:
        """The lines of a screen drawn anew."""
        screen = pyte.Screen(self.screen.columns, self.screen.lines)
        pyte.ByteStream(screen).feed(KEYBOARD.sub(b"", came))
        return [line.rstrip() for line in screen.display]


def started(data: Path, environment: dict[str, str] | None = None) -> Watched:
    """The program at its first screen."""
    told = data / "waits.txt"
    command = [sys.executable, str(Path(__file__).with_name("watched.py")), str(told), "--data-dir", str(data)]
    terminal = Watched(command=command, environment={"OMP_NUM_THREADS": "1", **(environment or {})})
    terminal.told = told
    terminal.wait_for("? keys")
    return terminal


# ── what it takes ────────────────────────────────────────────────────────────────────────────────────


def memory(pid: int) -> tuple[float, float]:
    """MB resident, now and at most so far."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    now, most = (int(status[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def cpu(pid: int) -> float:
    """Seconds of CPU that the first thread, the interface's, has taken so far."""
    fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def queued(pid: int) -> float:
    """Seconds that the threads of the program, and this process, were ready to run and had no processor."""
    files = [Path("/proc/self/schedstat"), *Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(file.read_text().split()[1]) for file in files if file.exists()) / 1e9
