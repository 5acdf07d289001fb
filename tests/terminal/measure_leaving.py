"""Every way out of every state: how long it takes, and what it leaves behind in the terminal and among the processes.

A way is how the session ends; the states stand in session.py.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from figures import Figure
from measures import MINIMAL
from pty_harness import Terminal
from session import MARK, STATES, TUTOR, Session, descendants, modes_on, prepare

SOON, LONGEST = 0.5, 10.0  # seconds: to leave in, and after which it is given up


@dataclass(frozen=True)
class Way:
    leave: Callable[[Session], None]
    first: str = ""  # what a shell does before
    apart: str = ""  # what is a terminal of its own
    gone: bool = False  # nobody is left to see the terminal restored
    program: Sequence[str] = TUTOR


def signalled(number: signal.Signals) -> Callable[[Session], None]:
    return lambda session: session.process.send_signal(number)


def lose_output(session: Session) -> None:
    """A terminal that takes nothing any more is noticed when something is sent to it."""
    session.lose("stdout")
    session.press("\x0c")  # draw anew


IGNORED = "trap '' HUP; "
# a shell that handles a signal hands on the default, so the program itself has a handler before `tutor` begins
HANDLED = """
import signal, sys
signal.signal(signal.SIGHUP, lambda *_: None)
from tutor.cli import main
sys.exit(main())
"""
HANDLING = (sys.executable, "-c", HANDLED)
WAYS: dict[str, Way] = {
    "SIGHUP": Way(signalled(signal.SIGHUP)),
    "SIGHUP, ignored before": Way(signalled(signal.SIGHUP), IGNORED),
    "SIGHUP, handled before": Way(signalled(signal.SIGHUP), program=HANDLING),
    "SIGTERM": Way(signalled(signal.SIGTERM)),
    "SIGINT": Way(signalled(signal.SIGINT)),
    "terminal closed": Way(lambda session: session.lose("terminal"), gone=True),
    "terminal closed, SIGHUP ignored": Way(lambda session: session.lose("terminal"), IGNORED, gone=True),
    "terminal closed, SIGHUP handled": Way(lambda session: session.lose("terminal"), gone=True, program=HANDLING),
    "stdin lost": Way(lambda session: session.lose("stdin"), apart="stdin"),
    "stdout lost": Way(lose_output, apart="stdout", gone=True),
    "q": Way(lambda session: session.press("q")),
}
QUITTING = {
    "home": "with nothing under way",
    "writing": "while the model writes",
    "training": "while word vectors are trained",
}


@dataclass(frozen=True)
class Left:
    """How a session was left."""

    seconds: float
    code: int | None  # None: it had to be killed
    modes: list[str]  # of the terminal, not put back
    settings: bool  # the terminal's own are as before
    processes: list[int]  # that still run
    received: bytes


def left(data: Path, state: str, way: Way) -> Left:
    """Go into the state and leave by the way."""
    prepare(data)
    with Session(data, way.program, first=way.first, apart=way.apart) as session:
        STATES[state](session)
        began = time.monotonic()
        way.leave(session)
        while session.process.poll() is None and time.monotonic() < began + LONGEST:
            if not session.read(0.01):
                time.sleep(0.002)  # a terminal that is closed is not waited for
        seconds = time.monotonic() - began
        session.settle(0.05)
        return Left(
            seconds=seconds,
            code=session.process.poll(),
            modes=[] if way.gone else modes_on(session.received),
            settings=way.gone or way.apart == "stdin" or termios.tcgetattr(session.typing) == session.before,
            processes=descendants(session.mark),
            received=session.received,
        )


@contextmanager
def in_a_shell(data: Path) -> Iterator[Terminal]:
    """`tutor` as the job of a shell that can stop it."""
    with Terminal(command=["/bin/sh", "-i"], environment={"PS1": "shell> ", "ENV": "", MARK: data.name}) as terminal:
        terminal.wait_for("shell>")
        terminal.send(f"{sys.executable} -m tutor --data-dir {data}\n")
        terminal.wait_for("? keys")
        terminal.settle(0.8)  # something is still loaded behind the first paint
        yield terminal


def stop(terminal: Terminal) -> None:
    """Ctrl+Z; the shell has its terminal back as it was."""
    terminal.send("\x1a")
    terminal.wait(
        lambda: "Stopped" in terminal.text and terminal.text.rstrip().endswith("shell>"), "the shell's next prompt"
    )
    assert modes_on(terminal.received) == [] and not terminal.screen.alternate
    assert termios.tcgetattr(terminal.master)[3] & termios.ECHO


def differs_after_a_stop() -> int:
    """How many lines of the screen are not as they were, after Ctrl+Z and the shell's `fg`."""
    with tempfile.TemporaryDirectory() as folder, in_a_shell(Path(folder)) as terminal:
        before = terminal.text.splitlines()
        stop(terminal)
        terminal.send("fg\n")
        terminal.wait_for("? keys")
        terminal.settle(1.0)
        return sum(line != old for line, old in zip(terminal.text.splitlines(), before, strict=True))


def figures(
    states: Sequence[str] = tuple(STATES), ways: Sequence[str] = ("SIGHUP", "terminal closed")
) -> Iterator[Figure]:
    """Every state by the usual ways, every way out of one state, and by q where nothing takes it for a letter."""
    pairs = dict.fromkeys([*product(states, ways), *product(["writing"], WAYS), *product(QUITTING, ["q"])])
    lefts = {pair: _left_in_a_folder(*pair) for pair in pairs}
    for way in [way for way in WAYS if way != "q"]:
        of_way = [one for (_, by), one in lefts.items() if by == way]
        yield Figure(9, f"{way}: to the end of the process, slowest", max(one.seconds for one in of_way), "s", SOON)
    quickest, modes = _minimal()
    for one in ("modes", "processes"):
        left_on = sum(len(getattr(each, one)) for each in lefts.values())
        what = "modes of the terminal left on" if one == "modes" else "processes left"
        yield Figure(9, f"{what}, {len(lefts)} ways out", left_on, "", 0, modes if one == "modes" else None)
    for state, when in QUITTING.items():
        beside = quickest if state == "home" else None
        yield Figure(10, f"q {when}: to the end of the process", lefts[state, "q"].seconds, "s", SOON, beside)
    yield Figure(13, "lines of the screen that Ctrl+Z and `fg` change", differs_after_a_stop(), "lines", 0)


def _left_in_a_folder(state: str, way: str) -> Left:
    with tempfile.TemporaryDirectory() as folder:
        return left(Path(folder), state, WAYS[way])


def _minimal() -> tuple[float, int]:
    """Of a minimal Textual app: seconds to quit, and how many modes of the terminal it leaves on at a SIGHUP."""
    program = (sys.executable, "-c", MINIMAL)
    quits, hangs_up = Way(lambda session: session.press("\x11"), program=program), WAYS["SIGHUP"]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        return left(data, "home", quits).seconds, len(left(data, "home", replace(hangs_up, program=program)).modes)
