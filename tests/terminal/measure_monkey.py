"""A monkey at the keyboard: seeded random keys, resizes and pastes in every screen and widget, the engine working.

It drives the real program and watches that it answers, goes on, and stays as large as it was. Now and then it goes
where a learner would go; there it types at random. It leaves out what is meant to leave the program: q, Ctrl+Q,
Ctrl+C and Ctrl+Z.

`python measure_monkey.py KEYS [SEED]` runs it and tells how it went.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import mean

from figures import Figure
from keystrokes import HOME, journey, keystroke
from watched_terminal import EndedError, Watched, cpu, memory, queued, started

from tutor.course.load import load_course
from tutor.engine import QUIET
from tutor.experiments.registry import EXPERIMENTS

SIZES = [(80, 24), (100, 30), (120, 40), (200, 60), (60, 20), (61, 33)]
ODD = [(59, 20), (60, 19), (20, 5), (2, 2), (1, 1), (250, 12), (40, 90)]
CHAPTERS = len(load_course().readable())
WIDGETS = len(EXPERIMENTS)
LONG = 30.0  # seconds in which a burst must be dealt with, whatever the machine does
GROWN = 1.1  # times the memory at rest of the first tenths of a long run, at most, in the last

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


# ── the run ──────────────────────────────────────────────────────────────────────────────────────────


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


def run(
    keys: int,
    seed: int,
    *,
    patience: float = LONG,
    burst: int = 60,
    weighings: int = 10,
    frames: int = 0,
    say: bool = False,
) -> Monkey:
    """Press so many keys, and then `frames` more at home, each with its frame, with a weighing before and after; raises
    AssertionError, with the last keys, for a traceback, an exit or no answer."""
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
            if frames:
                for _, key in zip(range(frames), cycle([b"j", b"k"]), strict=False):
                    terminal.drawn_anew(patience, key)
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
        said = terminal.tail.rpartition(b"\x1b[?1049l")[2].decode(errors="replace")
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
    yield Figure(20, f"{what}: left by the list of commands, and came back", found.left, "times")
    yield Figure(20, f"{what}: screens and places seen", len(found.places), "")
    yield Figure(20, f"{what}: the slowest answer to a key", found.slowest, "s", 1.0)
    yield Figure(20, f"{what}: the slowest that no wait for a processor explains", found.held, "s")
    yield Figure(20, f"{what}: memory at rest before the first", found.memory[0], "MB")
    yield Figure(20, f"{what}: memory at rest after 10, 20 and 30 %, mean", early, "MB")
    yield Figure(20, f"{what}: memory at rest after 80, 90 and 100 %, mean", late, "MB")
    yield Figure(20, f"{what}: memory at work, most", found.peak, "MB")


if __name__ == "__main__":
    went = run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1, burst=200, say=True)
    print(f"{went.keys:,} keys in {went.seconds:.0f} s; in a burst {went.slow_bursts:.3f} s a key at most")
    print(f"the slowest answer {went.slowest:.2f} s, to {went.slowest_key!r} at {went.slowest_at}")
    print(f"the busiest {went.busiest:.2f} s of CPU; {went.held:.2f} s at most without a wait for a processor")
    print(f"MB at rest: {', '.join(f'{size:.0f}' for size in went.memory)}")
    print(f"left by its own list of commands {went.left} times; {len(went.places)} places of {len(went.seen)} screens:")
    for name, times in went.seen.most_common():
        print(f"{times:6} {name}")
