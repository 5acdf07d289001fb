"""A monkey at the keyboard: seeded random keys, resizes and pastes in every screen and widget, the engine working.

It drives the real program and watches that it answers, goes on, and stays as large as it was. Now and then it goes
where a learner would go; there it types at random. It leaves out what is meant to leave the program: q, Ctrl+Q,
Ctrl+C and Ctrl+Z.

`python measure_monkey.py KEYS [SEED]` runs it and tells how it went.
"""

from __future__ import annotations

import os
import random
import re
import select
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import pyte
import vocabulary
from figures import Figure
from keystrokes import HOME, journey, keystroke
from pty_harness import KEYBOARD, Terminal

from tutor.course.load import load_course
from tutor.engine import QUIET
from tutor.experiments.registry import EXPERIMENTS

SIZES = [(80, 24), (100, 30), (120, 40), (200, 60), (60, 20), (61, 33)]
ODD = [(59, 20), (60, 19), (20, 5), (2, 2), (1, 1), (250, 12), (40, 90)]
CHAPTERS = len(load_course().readable())
WIDGETS = len(EXPERIMENTS)
TAIL = 1 << 16  # bytes
LONG = 30.0  # seconds in which a burst must be dealt with, whatever the machine does
GROWN = 1.1  # times the memory at rest of the first tenths of a long run, at most, in the last
STILL, BUSY = 0.6, 0.2  # seconds, and the part of them that the interface takes at most once all is dealt with

# ── what it watches ──────────────────────────────────────────────────────────────────────────────────


@dataclass
class Monkey:
    """How it went."""

    keys: int = 0
    seconds: float = 0.0
    slowest: float = 0.0  # seconds until a key was answered, all before it having been dealt with
    slowest_key: bytes = b""
    busiest: float = 0.0  # the most seconds of CPU that the interface took for such an answer
    held: float = 0.0  # the most seconds of such an answer in which no thread waited for a processor
    slowest_at: str = ""  # the title of the screen there
    slow_bursts: float = 0.0  # the most seconds a key took within a burst, on average
    left: int = 0  # how often it left the program by the list of commands, and came back
    seen: Counter[str] = field(default_factory=Counter)  # title of a screen -> how often it was found there
    places: Counter[str] = field(default_factory=Counter)  # title and place: which card, which question
    memory: list[float] = field(default_factory=list)  # MB resident at home and at rest, now and then
    peak: float = 0.0  # MB resident at any time

    @property
    def early_and_late(self) -> tuple[float, float]:
        """MB at rest after the first three stretches and after the last three: one alone tells little."""
        return mean(self.memory[1:4]), mean(self.memory[-3:])


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


class EndedError(Exception):
    """The program is no more."""


# ── the run ──────────────────────────────────────────────────────────────────────────────────────────


def started(data: Path, environment: dict[str, str] | None = None) -> Watched:
    """The program at its first screen."""
    told = data / "waits.txt"
    command = [sys.executable, str(Path(__file__).with_name("watched.py")), str(told), "--data-dir", str(data)]
    terminal = Watched(command=command, environment={"OMP_NUM_THREADS": "1", **(environment or {})})
    terminal.told = told
    terminal.wait_for("? keys")
    return terminal


def memory(pid: int) -> tuple[float, float]:
    """MB resident, now and at most so far."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    now, most = (int(status[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def weighed(terminal: Watched, found: Monkey) -> None:
    """Go home, rest until the engine has let go of what can be read again, and see how large the program is."""
    terminal.put(HOME.encode())
    terminal.settled(LONG)
    end = time.monotonic() + QUIET + 1
    while (left := end - time.monotonic()) > 0:
        terminal.drain(left)
    now, most = memory(terminal.process.pid)
    found.memory.append(now)
    found.peak = max(found.peak, most)


def cpu(pid: int) -> float:
    """Seconds of CPU that the first thread, the interface's, has taken so far."""
    fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def queued(pid: int) -> float:
    """Seconds that the threads of the program, and this process, were ready to run and had no processor."""
    files = [Path("/proc/self/schedstat"), *Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(file.read_text().split()[1]) for file in files if file.exists()) / 1e9


def run(
    keys: int, seed: int, *, patience: float = LONG, burst: int = 60, weighings: int = 10, say: bool = False
) -> Monkey:
    """Press so many keys; raises AssertionError, with the last of them, for a traceback, an exit or no answer."""
    draw, found = random.Random(seed), Monkey()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        terminal = started(Path(folder))
        try:
            sent: list[bytes] = []
            due = 0
            while found.keys < keys:
                if found.keys >= due:
                    weighed(terminal, found)
                    due += max(1, keys // weighings)
                    if say:
                        at = f"{found.keys:7,} keys {time.monotonic() - began:6.0f} s"
                        print(f"{at}  {found.memory[-1]:.0f} MB, at most {found.peak:.0f}", flush=True)
                try:
                    sent = list(_burst(terminal, draw, burst))
                    found.keys += len(sent)
                    key = keystroke(draw, (terminal.screen.columns, terminal.screen.lines))
                    _watch(terminal, found, len(sent), key, patience)
                    found.keys += 1
                except (EndedError, OSError):
                    _came_back(terminal, sent)
                    terminal.__exit__()
                    found.left += 1
                    terminal = started(Path(folder))
                except AssertionError as error:
                    raise AssertionError(f"seed {seed}, after {found.keys:,} keys: {error}\n{sent}") from None
            weighed(terminal, found)
            found.seconds = time.monotonic() - began
            return found
        finally:
            terminal.__exit__()


def _burst(terminal: Watched, draw: random.Random, most: int) -> Iterator[bytes]:
    """Type something: go somewhere, or resize, and then keys at random; yields what was typed."""
    if draw.random() < 0.3:
        for keys in journey(draw, CHAPTERS, WIDGETS):
            for key in keys:
                terminal.put(key.encode())
                yield key.encode()
            terminal.drain(0.05 if keys else 0)
    if draw.random() < 0.15:
        for _ in range(draw.randint(1, 4)):
            terminal.resize(*draw.choice(ODD))
        terminal.resize(*draw.choice(SIZES))
    size = (terminal.screen.columns, terminal.screen.lines)
    for _ in range(draw.randint(1, most)):
        key = keystroke(draw, size)
        terminal.put(key)
        yield key


def _watch(terminal: Watched, found: Monkey, keys: int, key: bytes, patience: float) -> None:
    """Wait until all is dealt with; then see how long one more key takes, and where we are."""
    found.slow_bursts = max(found.slow_bursts, terminal.settled(patience) / keys)
    pid = terminal.process.pid
    before, waited = cpu(pid), queued(pid)
    taken, came = terminal.drawn_anew(patience, key)
    found.busiest = max(found.busiest, cpu(pid) - before)
    found.held = max(found.held, taken - (queued(pid) - waited))
    assert (faults := terminal.obeyed()) == [], faults
    lines = terminal.look(came)
    if taken > found.slowest:
        found.slowest, found.slowest_key, found.slowest_at = taken, key[:40], lines[0].strip()
    text = "\n".join(lines)
    assert "Traceback" not in text, text
    title, _, place = re.sub(r"\s{2,}", "\t", lines[0].strip()).partition("\t")
    for mark, name in DIALOGS.items():
        if mark in text:
            title, place = name, ""
    found.seen[title] += 1
    found.places[f"{title} | {place}"] += 1


def _came_back(terminal: Watched, sent: list[bytes]) -> None:
    """The program has ended: by itself, through its list of commands, or not as it should."""
    while terminal.drain(0.2):
        pass
    code = terminal.process.wait(10)
    if code or b"Traceback" in terminal.tail:
        said = terminal.tail[terminal.tail.rfind(b"\x1b[?1049l") :].decode(errors="replace")
        raise AssertionError(f"it ended with {code} after {sent}\n{said}")


DIALOGS = {
    "Keys that work here": "help",
    "What is wrong with this question": "note",
    "Search for commands": "commands",
    "This window is too small": "too small",
}


def figures(keys: int = 20_000, seed: int = 1) -> Iterator[Figure]:
    """Of a run on a quiet machine."""
    found = run(keys, seed, burst=200)
    what = f"{keys:,} random keys, resizes and pastes"
    early, late = found.early_and_late
    yield Figure(20, f"{what}: tracebacks and exits", 0, "", 0)
    yield Figure(20, f"{what}: screens and places seen", len(found.places), "")
    yield Figure(20, f"{what}: the slowest answer to a key", found.slowest, "s", 1.0)
    yield Figure(20, f"{what}: memory at rest before the first", found.memory[0], "MB")
    yield Figure(20, f"{what}: memory at rest after 10, 20 and 30 %, mean", early, "MB")
    yield Figure(20, f"{what}: memory at rest after 80, 90 and 100 %, mean", late, "MB")
    yield Figure(20, f"{what}: memory at work, most", found.peak, "MB")


if __name__ == "__main__":
    went = run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1, say=True)
    print(f"{went.keys:,} keys in {went.seconds:.0f} s; in a burst {went.slow_bursts:.3f} s a key at most")
    print(f"the slowest answer {went.slowest:.2f} s, to {went.slowest_key!r} at {went.slowest_at}")
    print(f"the busiest {went.busiest:.2f} s of CPU; {went.held:.2f} s at most without a wait for a processor")
    print(f"left by its own list of commands {went.left} times; {len(went.places)} places of {len(went.seen)} screens:")
    for name, times in went.seen.most_common():
        print(f"{times:6} {name}")
