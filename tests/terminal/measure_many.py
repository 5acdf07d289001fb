"""Many sessions on one host: the memory that one more takes, the processor time of all while nobody types.

Memory is the proportional set size of Linux: a page that several processes share counts in parts. What one more
session takes is by how much the sum over all sessions grows with it. Where there is no /proc there are no figures.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from figures import Figure
from measures import MINIMAL
from pty_harness import Terminal

from tutor.engine import QUIET
from tutor.experiments.registry import EXPERIMENTS

PROCESSES = Path("/proc")
MINIMAL_APP = (sys.executable, "-c", MINIMAL)
TARGET = 45.0  # MB a further session may take on any screen but one that trains
TRAINS = "word2vec-live"
IDLE = 10.0  # seconds, unless said otherwise


def measurable() -> bool:
    """Whether this system tells the memory of a process."""
    return (PROCESSES / "self" / "smaps_rollup").exists()


def memory(pid: int, *kinds: str) -> float:
    """The proportional set size of a process in MB, or its memory of these kinds."""
    lines = (PROCESSES / str(pid) / "smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.partition(":")[0] in (kinds or ("Pss",))) / 1024


def processor(pid: int) -> int:
    """The processor time a process has taken, in clock ticks (hundredths of a second)."""
    fields = (PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def switches(pid: int) -> int:
    """How often a thread of a process has gone to sleep or was put to it: those that wake are counted here."""
    status = "".join(file.read_text() for file in (PROCESSES / str(pid) / "task").glob("*/status"))
    return sum(int(line.split()[1]) for line in status.splitlines() if "ctxt_switches" in line)


@dataclass(frozen=True)
class Many:
    """What was measured of n sessions."""

    memory: dict[str, float]  # what a further session takes, in MB, by what it shows
    idle: float  # seconds of processor time of all, while they are left alone
    woken: int  # how often a thread of any woke in that time
    first: float  # seconds to the first paint of the first one
    last: float  # and of the last one, all others being there


def program(data: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "tutor", "--data-dir", data)


def home(session: Terminal) -> None:
    """As it comes up, once all is imported that is imported behind the learner's back."""


def heatmap(session: Terminal) -> None:
    at("attention-heatmap", session)
    session.wait_for("Layer", "masked")


def at(name: str, session: Terminal) -> None:
    """At one widget of the playground."""
    session.press("p")
    session.wait_for("Playground")
    session.press(*["j"] * list(EXPERIMENTS).index(name), "enter")
    title = EXPERIMENTS[name].title
    session.wait(lambda: title in session.screen.display[0], title)


def everything(session: Terminal) -> None:
    """All widgets, one after the other, and home again."""
    to("r review", session)
    session.press("p")
    for entry in EXPERIMENTS.values():
        session.wait_for("Playground")
        session.press("enter")
        session.wait(lambda entry=entry: entry.title in session.screen.display[0], entry.title)  # type: ignore[misc]
        rest([session], 1.2)
        to("Playground", session)
        session.press("j")
    to("r review", session)


def to(text: str, session: Terminal) -> None:
    """Go back until `text` is on the screen."""
    while text not in session.text:
        session.press("escape")
        end = time.monotonic() + 1.5
        while text not in session.text and time.monotonic() < end:
            session.read(0.1)


SHOWN: dict[str, Callable[[Terminal], None]] = {
    "on home": home, "at the attention heatmap": heatmap, "after all widgets": everything,
}  # fmt: skip


def rest(sessions: Sequence[Terminal], quiet: float = QUIET + 1, ticks: int = 1) -> None:
    """Wait until none of them computes any more, and the engine has let go of what can be read again.

    `ticks`: what all may still compute in that time, in hundredths of a second.
    """
    before = -1
    while (now := sum(processor(session.process.pid) for session in sessions)) - before > ticks:
        before = now
        end = time.monotonic() + quiet
        while time.monotonic() < end:
            for session in sessions:
                session.read(quiet / 10 / len(sessions))


def many(
    n: int,
    command: Callable[[str], Sequence[str]] = program,
    shown: Sequence[str] = tuple(SHOWN),
    seconds: float = IDLE,
    ticks: int = 1,
) -> Many:
    """Start n sessions of n users, one after the other, leave them alone for so many seconds, then use two of them.

    `ticks`: see `rest`.
    """
    with ExitStack() as stack:
        sessions: list[Terminal] = []
        paints = []
        for _ in range(n):
            session = stack.enter_context(_session(stack, command))
            paints.append(time.monotonic() - session.started)
            sessions.append(session)
            if len(sessions) == 1:
                rest(sessions, ticks=ticks)
                alone = _sum(sessions)  # with all that the others will share
        rest(sessions, ticks=ticks)
        taken = (_sum(sessions) - alone) / (n - 1)
        pids = [session.process.pid for session in sessions]
        worked, woken = sum(map(processor, pids)), sum(map(switches, pids))
        time.sleep(seconds)
        idle = (sum(map(processor, pids)) - worked) / 100
        woken = sum(map(switches, pids)) - woken
        found = {"on home": taken}
        for what in shown[1:]:
            for session in sessions[:2]:  # the first brings what is shared
                before = _sum(sessions)
                SHOWN[what](session)
                rest(sessions)
            taken += _sum(sessions) - before
            found[what] = taken
        return Many(found, idle, woken, paints[0], paints[-1])


def apart() -> dict[str, float]:
    """What a further session has for itself at each widget, in MB, beside one that is there too."""
    with ExitStack() as stack:
        first = stack.enter_context(_session(stack))
        everything(first)
        found = {}
        for name in EXPERIMENTS:
            to("r review", first)
            at(name, first)
            with _session(stack) as other:
                at(name, other)
                rest([first, other])
                found[name] = memory(other.process.pid, "Private_Dirty", "Private_Clean")
        return found


def figures(n: int = 20) -> Iterator[Figure]:
    """Those of n sessions, beside as many of a minimal Textual app."""
    if not measurable():
        return
    ours = many(n)
    minimal = many(n, lambda data: MINIMAL_APP, shown=["on home"], ticks=n)  # it never rests quite
    for what, taken in ours.memory.items():
        beside, most = minimal.memory.get(what), None if what == "after all widgets" else TARGET
        yield Figure(19, f"memory of a further session {what}, {n} at once", round(taken, 1), "MB", most, beside)
    one = apart()
    training = one.pop(TRAINS)
    at_most = f"memory of a further session at a widget, most of {len(one)}, 2 at once"
    yield Figure(19, at_most, round(max(one.values()), 1), "MB", TARGET)
    yield Figure(
        19, f"memory of a further session at {EXPERIMENTS[TRAINS].title}, which trains", round(training, 1), "MB"
    )
    idle = f"processor time of {n} sessions in {IDLE:.0f} idle seconds"
    yield Figure(19, idle, ours.idle, "s", 0.01 * n / 4, minimal.idle)
    yield Figure(19, f"{n} sessions waking up in {IDLE:.0f} idle seconds", ours.woken, "times", 0, minimal.woken)
    yield Figure(19, f"first paint of session {n} against the first's", ours.last / ours.first, "", 2.0)


def _session(stack: ExitStack, command: Callable[[str], Sequence[str]] = program) -> Terminal:
    """A session of a learner of its own, at its first screen."""
    data = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
    own = {"HOME": data, "XDG_CACHE_HOME": f"{data}/cache", "XDG_CONFIG_HOME": f"{data}/config"}
    session = Terminal(command=command(data), environment=own)
    session.wait_for("? keys")
    return session


def _sum(sessions: Sequence[Terminal]) -> float:
    return sum(memory(session.process.pid) for session in sessions)
