"""What is measured: starts, keys, commands, the model. Times are in seconds, of wall clock."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from pty_harness import Terminal
from streaming import AT_WORK

HERE = Path(__file__).parent
TUTOR = [sys.executable, "-m", "tutor"]
MINIMAL = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("? keys")

Minimal().run()
"""


@dataclass(frozen=True)
class Spread:
    """Some times of the same thing."""

    times: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """95 of 100 are at most this."""
        return sorted(self.times)[max(0, -(-len(self.times) * 95 // 100) - 1)]


def run(command: Sequence[str]) -> float:
    """From the start of a program to its end."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)
    return time.monotonic() - began


def command(n: int, *arguments: str) -> Spread:
    """`tutor ARGUMENTS`, start to finish."""
    return Spread(tuple(run([*TUTOR, *arguments]) for _ in range(n)))


def importing(n: int, module: str) -> Spread:
    """A Python that imports a module and ends."""
    return Spread(tuple(run([sys.executable, "-c", f"import {module}"]) for _ in range(n)))


def key_times(terminal: Terminal, keys: Iterable[str], quiet: float = 0.08) -> tuple[Spread, Spread]:
    """From each key to the first byte that follows, and to the last one before the line is `quiet`."""
    first, settled = [], []
    for key in keys:
        terminal.settle(quiet)
        terminal.press(key)
        began = time.monotonic()
        if not terminal.read(2.0):
            raise AssertionError(f"nothing came for {key!r}\n{terminal.text}")
        first.append(time.monotonic() - began)
        last = time.monotonic()
        while terminal.read(quiet):
            last = time.monotonic()
        settled.append(last - began)
    return Spread(tuple(first)), Spread(tuple(settled))


def keys_at(place: str, n: int, *, streaming: bool, size: tuple[int, int] = (80, 24)) -> tuple[Spread, Spread]:
    """`n` keys in the "navigator" or the "heatmap", idle or while the model writes in the same process."""
    chapter = "attention" if place == "heatmap" else ""
    with tempfile.TemporaryDirectory() as data:
        if streaming:
            program = [sys.executable, str(HERE / "streaming.py"), data, chapter]
        else:
            program = [*TUTOR, "--data-dir", data, *(["--chapter", chapter] if chapter else [])]
        with Terminal(command=program, columns=size[0], rows=size[1]) as terminal:
            terminal.wait_for("? keys")
            if streaming:
                at_work(terminal, data)
            keys = ["j", "j", "k", "k"]
            if place == "heatmap":
                keys = ["up", "left", "down", "right"]
                terminal.press("n", "n")
                terminal.wait_for("Tab to the widget", "√ scale")
                terminal.press("tab")
                terminal.wait_for("←→ key")
                terminal.press("up", "m")
                terminal.settle(0.5)
            return key_times(terminal, islice(cycle(keys), n))


def at_work(terminal: Terminal, data: str | Path) -> None:
    """Wait until the engine of `streaming.py`, which keeps its progress in `data`, has begun its work."""
    terminal.wait((Path(data) / AT_WORK).exists, "the work of the engine")


def quitting(n: int) -> Spread:
    """From q to the end of the process, while the model writes."""
    times = []
    for _ in range(n):
        with (
            tempfile.TemporaryDirectory() as data,
            Terminal(command=[sys.executable, str(HERE / "streaming.py"), data, ""]) as terminal,
        ):
            at_work(terminal, data)
            terminal.press("q")
            began = time.monotonic()
            while terminal.process.poll() is None:
                terminal.read(0.01)
            times.append(time.monotonic() - began)
    return Spread(tuple(times))


def peak_memory(*arguments: str) -> dict[str, float]:
    """The most memory of `tutor ARGUMENTS` at any time, in bytes: "resident", and on Linux "own", shared with no other.

    Resident is the system's own count for the process. The other is looked up every few milliseconds while it runs.
    """
    process = subprocess.Popen([*TUTOR, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    pages, own = Path(f"/proc/{process.pid}/smaps_rollup"), 0
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        with contextlib.suppress(OSError):  # it may end at this moment
            own = max(own, sum(int(line.split()[1]) for line in pages.read_text().splitlines() if "Private_" in line))
        time.sleep(0.003)
    if status:
        raise AssertionError(f"tutor {arguments} ended with {status}")
    found = {"resident": usage.ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0)}
    return found | ({"own": own * 1024.0} if own else {})


def race(turns: int) -> dict[str, float]:
    """Processor seconds of each contestant, see race.py."""
    done = subprocess.run([sys.executable, str(HERE / "race.py"), str(turns)], check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(done.stdout)
    return found
