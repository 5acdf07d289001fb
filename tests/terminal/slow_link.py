"""The installed program at the far end of a slow line: a terminal like that of pty_harness, with a modem between.

Both directions take a byte each 10 bits (start, eight, stop), and 0.1 s more on the way. How the program notices
that the line is slow depends on what lies between, which reads ahead of the line:

* SERIAL: nothing does, as on a serial console. The kernel's own buffer (20 KB on Linux) fills and writing blocks.
* SSH: OpenSSH's server reads as long as the client's window of 1 MB has room, so that writing never blocks.
"""

from __future__ import annotations

import fcntl
import math
import os
import select
import socket
import struct
import termios
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice

from pty_harness import Terminal

DELAY = 0.1  # seconds, each way
SERIAL, SSH = 64, 1 << 20  # bytes read ahead of the line
RATES = (9_600, 57_600)  # bits a second
PIECE = 0.01  # seconds of the line carried at once


class Way:
    """One direction: bytes in, the same bytes out at their time."""

    def __init__(self, ahead: int) -> None:
        """`ahead`: how many bytes it takes before they can go."""
        self.ahead = ahead
        self._queue = bytearray()
        self._free = 0.0  # when the line has carried what it has been given
        self._carried: deque[tuple[float, bytes]] = deque()

    @property
    def room(self) -> int:
        """How many bytes it takes now."""
        return max(0, self.ahead - len(self._queue))

    def put(self, data: bytes) -> None:
        self._queue += data

    def due(self, now: float, rate: float) -> bytes:
        """What has arrived by now, at `rate` bytes a second."""
        size = max(1, round(rate * PIECE))
        while self._queue and self._free <= now:
            piece = bytes(self._queue[:size])
            del self._queue[:size]
            self._free = max(self._free, now - PIECE) + len(piece) / rate
            self._carried.append((self._free + DELAY, piece))
        arrived = b""
        while self._carried and self._carried[0][0] <= now:
            arrived += self._carried.popleft()[1]
        return arrived

    def next(self) -> float:
        """When something happens next."""
        times = [at for at, _ in islice(self._carried, 1)]
        return min([*times, self._free] if self._queue else times, default=math.inf)


class SlowTerminal(Terminal):
    """A terminal behind a line of `bits` a second."""

    def __init__(
        self,
        arguments: Sequence[str] = (),
        *,
        bits: int,
        ahead: int = SSH,
        answers: bool = True,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """`ahead`: bytes read ahead of the line; `answers`: whether the terminal answers what it is asked."""
        super().__init__(arguments, columns=columns, rows=rows, environment=environment, command=command)
        self.bits = bits  # may be changed at any time
        self.cut = False  # while it is, nothing comes from the program, though keys go to it
        self.first = self.last = math.nan  # when the first and the last byte arrived
        self._program = self.master
        here, self._there = socket.socketpair()
        self.master = here.detach()
        self._over = threading.Event()
        self._relay = threading.Thread(target=self._carry, args=(ahead,), daemon=True)
        self._relay.start()
        if answers:
            self.screen.write_process_input = self.send  # type: ignore[method-assign]

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._over.set()
        self._relay.join()
        self._there.close()
        os.close(self._program)

    def _size(self, columns: int, rows: int) -> None:
        fd = getattr(self, "_program", self.master)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float) -> bytes:
        data = super().read(seconds)
        if data:
            self.last = time.monotonic()
            self.first = self.last if math.isnan(self.first) else self.first
        return data

    def _carry(self, ahead: int) -> None:
        down, up = Way(ahead), Way(SSH)
        listening = [self._program, self._there]
        while not self._over.is_set():
            soon = min(up.next(), math.inf if self.cut else down.next()) - time.monotonic()
            reads = not self.cut and down.room > 0
            sources = [one for one in listening if reads or one is self._there]
            ready, _, _ = select.select(sources, [], [], min(0.05, max(0.0, soon)))
            if self._there in ready:
                typed = self._there.recv(1 << 16)
                up.put(typed)
                if not typed:  # the terminal is closed
                    listening.remove(self._there)
            if self._program in ready:
                try:
                    down.put(os.read(self._program, min(down.room, 1 << 16)))
                except OSError:  # the program has ended
                    listening.remove(self._program)
            with suppress(OSError):
                if not self.cut:
                    self._there.sendall(down.due(time.monotonic(), self.bits / 10))
            with suppress(OSError):
                os.write(self._program, up.due(time.monotonic(), self.bits / 10))
