"""The installed program in a real pseudo-terminal, its screen read by pyte.

Waiting is for something: for a text on the screen, for silence on the line, or for the end of the process.
"""

from __future__ import annotations

import copy
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte
from wcwidth import wcwidth

KEYS = {
    "enter": "\r", "tab": "\t", "space": " ", "escape": "\x1b", "backspace": "\x7f", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "home": "\x1b[H", "end": "\x1b[F",
}  # fmt: skip
OF_THE_TERMINAL = ("NO_COLOR", "COLORTERM", "TMUX", "STY", "TERM_PROGRAM", "COLUMNS", "LINES")
PATIENCE = 20.0  # seconds before a wait is given up; nothing here measures with it


KEYBOARD = re.compile(rb"\x1b\[[<>=][0-9;]*u")  # the codes of kitty's keyboard protocol, which pyte would print
UNFINISHED = re.compile(rb"\x1b(\[[0-9;<>=?]*)?$")  # a code of which more is to come


class Screen(pyte.Screen):
    """A screen that keeps what was on it while a program has the alternate one, as terminals do."""

    def __init__(self, columns: int, rows: int) -> None:
        self.alternate = False
        self.overflowed: list[str] = []  # what was written beyond the last column
        super().__init__(columns, rows)

    def draw(self, data: str) -> None:
        if not data.isascii() or self.cursor.x + len(data) > self.columns:
            fits = self.columns - self.cursor.x
            if sum(max(0, wcwidth(char)) for char in data) > fits:
                self.overflowed.append(data)
        super().draw(data)

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        super().set_mode(*modes, **kwargs)
        if 1049 in modes and kwargs.get("private"):
            self._kept = copy.deepcopy((self.buffer, self.cursor))
            self.alternate = True
            self.erase_in_display(2)

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        super().reset_mode(*modes, **kwargs)
        if 1049 in modes and kwargs.get("private") and self.alternate:
            self.buffer, self.cursor = self._kept
            self.alternate = False
            self.dirty.update(range(self.lines))


class Terminal:
    """One run of a program in a terminal of `columns` x `rows`."""

    def __init__(
        self,
        arguments: Sequence[str] = (),
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """`arguments` of `tutor`, or another `command` altogether."""
        self.screen = Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._unfinished = b""
        self.received = b""
        self.master, worker = pty.openpty()
        self._size(columns, rows)
        outside = {
            k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLORTERM", "TMUX", "COLUMNS", "LINES")
        }
        env = {**outside, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})}
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "tutor", *arguments],
            stdin=worker, stdout=worker, stderr=worker, env=env, cwd=cwd, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(worker)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size, as a terminal does."""
        self.screen.resize(rows, columns)
        self._size(columns, rows)
        self.process.send_signal(signal.SIGWINCH)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────

    def read(self, seconds: float) -> bytes:
        """What arrives within `seconds`, as soon as anything does; empty when nothing does or it has ended."""
        ready, _, _ = select.select([self.master], [], [], max(0.0, seconds))
        if not ready:
            return b""
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:  # Linux says so when the other side is closed
            return b""
        self.received += data
        shown = KEYBOARD.sub(b"", self._unfinished + data)
        unfinished = UNFINISHED.search(shown)
        self._unfinished = unfinished[0] if unfinished else b""
        self._stream.feed(shown.removesuffix(self._unfinished))
        return data

    def read_for(self, seconds: float) -> None:
        """Read all that comes in this time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def wait(self, ready: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Read until `ready()`; fails with the screen when that does not come in so many seconds."""
        end = time.monotonic() + patience
        while not ready():
            over = time.monotonic() > end or (not self.read(0.2) and self.process.poll() is not None)
            if over and not ready():
                raise AssertionError(f"never came: {what}\n{self.text}\n(exit code {self.process.poll()})")

    def wait_for(self, *texts: str) -> None:
        """Read until every text stands on the screen."""
        self.wait(lambda: all(text in self.text for text in texts), " and ".join(map(repr, texts)))

    def settle(self, quiet: float = 0.25) -> int:
        """Read until nothing has come for `quiet` seconds; returns how many bytes did."""
        before = len(self.received)
        while self.read(quiet):
            pass
        return len(self.received) - before

    @property
    def place(self) -> str:
        """The end of the title line: which card, which question."""
        return self.screen.display[0].rstrip().rpartition("  ")[2]

    @property
    def text(self) -> str:
        """The screen, a line a row, without trailing spaces."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    # ── typing ───────────────────────────────────────────────────────────────────────────────────────

    def send(self, text: str) -> None:
        """Type raw characters."""
        os.write(self.master, text.encode("utf-8", "surrogateescape"))

    def press(self, *keys: str) -> None:
        """Press named keys or characters, one after the other."""
        for key in keys:
            self.send(KEYS.get(key, key))

    def key_to_first_byte(self, key: str) -> float:
        """Seconds from a key to the first byte of what it changes, the line having been silent before."""
        self.press(key)
        began = time.monotonic()
        end = began + PATIENCE
        while time.monotonic() < end:
            if self.read(1.0):
                return time.monotonic() - began
        raise AssertionError(f"nothing came for {key!r}\n{self.text}")

    def ended(self) -> int:
        """Wait for the program to end; its exit code."""
        self.wait(lambda: self.process.poll() is not None, "the end of the program")
        while self.read(0.05):
            pass
        return int(self.process.returncode)
