"""The line to the terminal: writing to it never waits, and it tells when more would only queue up.

A slow line hides how slow it is. What has been written may wait in the kernel (20 KB on Linux) and in ssh (up to a
megabyte), so a write that goes through says little about what the learner sees. So the terminal is asked to answer
behind what was sent (DSR and its report, ECMA-48 8.3.35; every emulator since the VT100 knows them), and as long as
too much is unanswered, or an answer is late, the line is busy. How much is too much is found as TCP finds it: twice
as much after an answer that came in time, half after a late one. A terminal that never answers is busy only while the
kernel takes no more.
"""

from __future__ import annotations

import math
import os
import select
import termios
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread

QUESTION, ANSWER = b"\x1b[5n", "\x1b[0n"
CANCEL = b"\x18"  # ends a code that was cut off
CHUNK = 4096  # bytes written at once
WRITTEN = 1024  # bytes that may wait to be written
WINDOW = (512, 4096, 65536)  # unanswered bytes: least, at first, most
LATE = 0.1  # seconds an answer may take beyond the quickest one
LOST = 20.0  # seconds after which no answer is expected any more, at most
SPARE, SLOWEST = 2.0, 240  # seconds it is waited for beyond what a line of so many bytes a second needs
CEASED = 4  # times on end that no answer came, after which the terminal has ceased to answer
PARTING = (0.2, 1.0)  # seconds to wait at the end: for the kernel to take what is written, for answers to come
UNANSWERED = 8  # questions to a terminal that has never answered


class Pace:
    """How many bytes may be on their way to a terminal, from the times its answers take. Times are in seconds."""

    def __init__(self) -> None:
        self.answers = False  # whether it has ever answered
        self.window = WINDOW[1]
        self.quickest = math.inf
        self.took = 0.0  # by the last answer
        self.unanswered = 0  # bytes of which it is not known that they have arrived
        self._asked: deque[tuple[float, int, int]] = deque()  # when, bytes since the question before, and unanswered
        self._sent = 0  # since the last question
        self._given_up = 0  # times on end
        self._sure = -math.inf  # from when on an answer belongs to its question: those given up may yet come

    def full(self, now: float) -> bool:
        """Whether more would only queue up."""
        late = now - self.waiting_since > self.quickest + LATE
        return self.answers and (late or self.unanswered >= self.window)

    @property
    def waiting_since(self) -> float:
        """When the oldest question was asked that is still open; infinity without one."""
        return self._asked[0][0] if self._asked and self.answers else math.inf

    @property
    def lost_at(self) -> float:
        """When the oldest open question is given up: what a learner sees stands still until then, so that the time is
        short on a quick line; each time on end it is twice as long, since the line may only stand still as well."""
        if not self._asked or not self.answers:
            return math.inf
        asked, _, under_way = self._asked[0]
        return asked + min(LOST, (SPARE + 4 * self.took + under_way / SLOWEST) * 2.0**self._given_up)

    @property
    def answered_by(self) -> float:
        """When all should have been answered that was asked; minus infinity if nothing is open."""
        if not self._asked or not self.answers:
            return -math.inf
        return self._asked[-1][0] + max(self.quickest + LATE, 2 * self.took)

    def sent(self, size: int) -> None:
        """So many bytes were sent."""
        self._sent += size

    def ask(self, now: float) -> bool:
        """Whether to ask now, which is then taken as done."""
        if not self.answers and len(self._asked) >= UNANSWERED:
            return False
        self.unanswered += self._sent
        self._asked.append((now, self._sent, self.unanswered))
        self._sent = 0
        return True

    def answered(self, now: float) -> None:
        """An answer arrived: to the oldest question, for they come in order."""
        if not self._asked:
            return
        asked, size, under_way = self._asked.popleft()
        self.unanswered -= size
        self.answers = True
        self._given_up = 0
        self.took = now - asked
        if asked >= self._sure:
            self.quickest = min(self.quickest, self.took)
        least, _, most = WINDOW
        if self.took > self.quickest + LATE:
            self.window = max(least, min(self.window, under_way) // 2)
        elif 2 * under_way >= self.window:  # what was not used has proved nothing
            self.window = min(most, 2 * self.window)

    def give_up(self, now: float) -> None:
        """Expect no answer to what was asked."""
        self._asked.clear()
        self.unanswered = 0
        self._given_up += 1
        self._sure = now + LOST
        self.answers = self._given_up < CEASED


class Line:
    """One thread that writes to the terminal, and what is known of what has arrived there."""

    def __init__(self, fileno: int, on_free: Callable[[], None], on_gone: Callable[[], None] = lambda: None) -> None:
        """What is called on some thread: `on_free` when the line is no longer busy after it has said that it is,
        `on_gone` once when the terminal is found to be gone."""
        self.pace = Pace()
        self._fileno, self._never_waits = opened(fileno)
        self._on_free, self._on_gone = on_free, on_gone
        self._gone = False
        self._waiting = bytearray()  # to be written
        self._writing = 0  # bytes that the kernel has been given and has not taken
        self._refused = False  # whether somebody was told that it is busy
        self._ending = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, name="output", daemon=True)
        self._thread.start()

    # ── for the app's thread ─────────────────────────────────────────────────────────────────────────

    def write(self, data: bytes) -> None:
        """Send `data` as soon as there is room; after `clear`, as much of it as there is room for now."""
        with self._changed:
            if self._ending:
                self._put(data)
                return
            self._waiting += data
            self.pace.sent(len(data))
            self._changed.notify_all()

    def ask(self) -> None:
        """Have the terminal say when all that was written so far has arrived."""
        with self._changed:
            if self.pace.ask(time.monotonic()):
                self.write(QUESTION)

    @property
    def busy(self) -> bool:
        """Whether to hold back what can wait; `on_free` tells when not to."""
        with self._changed:
            self._refused = self._is_busy
            return self._refused

    def clear(self) -> None:
        """Make way for the last words: wait for what will soon have arrived, and drop the rest.

        What the terminal still answers then would be typed to the shell. So a line that is slow, and not dead, is
        waited for; see PARTING.
        """
        with self._changed:
            answers = 0.0 if self._is_gone() else self.pace.answered_by - time.monotonic()
            patience = min(PARTING[1], max(PARTING[0] if self._pending else 0.0, answers))
            if self._changed.wait_for(lambda: not self._pending and not self._unanswered, patience):
                return
            self._waiting.clear()
            self._ending = True
            self._changed.notify_all()
            with suppress(termios.error):
                termios.tcflush(self._fileno, termios.TCOFLUSH)
        self.write(CANCEL)

    def stop(self, seconds: float = 0.1) -> None:
        """Write what waits, as far as that is done in so many seconds, and end."""
        with self._changed:
            self._changed.wait_for(lambda: not self._pending, 0 if self._ending else seconds)
            self._waiting.clear()
            self._ending = True
            self._changed.notify_all()
        self._thread.join(0.05)
        if self._never_waits and not self._thread.is_alive():
            os.close(self._fileno)

    # ── for the thread that reads ────────────────────────────────────────────────────────────────────

    def answered(self) -> None:
        """The terminal has answered."""
        with self._changed:
            self.pace.answered(time.monotonic())
            self._tell()

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def _pending(self) -> int:
        return len(self._waiting) + self._writing

    @property
    def _unanswered(self) -> bool:
        return self.pace.waiting_since < math.inf

    @property
    def _is_busy(self) -> bool:
        return self._pending > WRITTEN or self.pace.full(time.monotonic())

    def _is_gone(self) -> bool:
        try:
            termios.tcgetattr(self._fileno)
        except termios.error:
            return True
        return self._gone

    def _tell(self) -> None:
        """Something has changed; called with the lock held."""
        self._changed.notify_all()
        if self._refused and not self._is_busy:
            self._refused = False
            self._on_free()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._ending:
                    now = time.monotonic()
                    patience = self.pace.lost_at - now
                    if patience <= 0:
                        self.pace.give_up(now)
                        self._tell()
                    else:
                        self._changed.wait(patience if patience < math.inf else None)
                if not self._waiting:
                    return
                chunk = bytes(self._waiting[:CHUNK])
                del self._waiting[:CHUNK]
                self._writing = len(chunk)
            while chunk and (taken := self._put(chunk)) < len(chunk):
                select.select([], [self._fileno], [])
                chunk = b"" if self._ending else chunk[taken:]
            with self._changed:
                self._writing = 0
                self._tell()

    def _put(self, data: bytes) -> int:
        """How many bytes the terminal has taken now; one that is gone takes all."""
        if self._ending and not self._never_waits:
            return 0
        try:
            return os.write(self._fileno, data)
        except BlockingIOError:
            return 0
        except OSError:
            if not self._gone:
                self._gone = True
                self._on_gone()
            return len(data)


def opened(fileno: int) -> tuple[int, bool]:
    """The terminal at `fileno` opened anew so that writing never waits, and whether that could be done.

    The file at hand is the shell's too, whose ways must not change.
    """
    try:
        return os.open(os.ttyname(fileno), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK), True
    except OSError:  # no terminal, or somebody else's
        return fileno, False
