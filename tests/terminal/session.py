"""A session of `tutor`, brought into each state that one may leave it in; and what it leaves behind.

A state is something the learner and the program are in the middle of.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from pty_harness import KEYS, Terminal

from tutor.course.load import load_course
from tutor.study.store import Store

TUTOR = (sys.executable, "-m", "tutor")
SCRIPT = (str(Path(sys.executable).with_name("tutor")),)  # the installed one
MARK = "TUTOR_SESSION"  # a variable that every process of a session inherits
PROCESSES = Path("/proc")
OFF = {b"25": b"h", b"7": b"h"}  # the cursor shows and lines wrap where nobody has asked for anything; all else is off
MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
KEYBOARD = re.compile(rb"\x1b\[([<>])[0-9]*u")
CHAPTER, CARD = next((chapter, card) for chapter in load_course().readable() for card in chapter.cards if card.lab)
WRITTEN = "# this is mine"
LAB = "import time\nprint('begun', flush=True)\nwhile True:\n    time.sleep(60)\n"


def modes_on(received: bytes) -> list[str]:
    """The modes of the terminal that were changed and not put back."""
    last = {mode: to for modes, to in MODES.findall(received) for mode in modes.split(b";")}
    left = [mode.decode() for mode, to in last.items() if to != OFF.get(mode, b"l")]
    depth = sum(1 if sign == b">" else -1 for sign in KEYBOARD.findall(received))
    return sorted(left) + ["keyboard"] * (depth > 0)


def descendants(mark: str) -> list[int]:
    """The processes that still run with this mark in their environment; always none where there is no /proc."""
    found = []
    for folder in PROCESSES.glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:  # ended meanwhile, or another user's
            continue
    return found


class Session(Terminal):
    """`tutor` in a terminal, with what is needed to see what it leaves behind.

    With `apart` its input ("stdin") or its output ("stdout") is a second terminal, which can be lost alone.
    """

    def __init__(self, data: Path, program: Sequence[str] = TUTOR, *, first: str = "", apart: str = "") -> None:
        """`first`: what a shell does before."""
        self.data, self.mark, self.apart = data, uuid.uuid4().hex, apart
        redirected, name, other, worker = "", "sh", -1, -1
        if apart:
            other, worker = pty.openpty()
            fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            redirected, name = {"stdin": '<"$0"', "stdout": '>"$0" 2>&1'}[apart], os.ttyname(worker)
        command = [*program, "--data-dir", str(data)]
        if apart or first:
            command = ["/bin/sh", "-c", f'{first}exec "$@" {redirected}', name, *command]
        super().__init__(command=command, environment={MARK: self.mark})
        self.typing = self.master
        if apart == "stdin":
            self.typing = other
        elif apart == "stdout":
            self.master = other
        self.before = termios.tcgetattr(self.typing)
        if apart:
            self.wait(lambda: b"\x1b[" in self.received, "the first bytes")
            os.close(worker)

    def __exit__(self, *_: object) -> None:
        for pid in descendants(self.mark):
            os.kill(pid, signal.SIGKILL)
        if self.apart:
            os.close(self.typing)
        super().__exit__(*_)

    def send(self, text: str) -> None:
        os.write(self.typing, text.encode("utf-8", "surrogateescape"))

    def lose(self, what: str) -> None:
        """Close one side: "stdin", "stdout", or where they are one the terminal."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self.typing if what == "stdin" else self.master)
        os.close(nothing)


# ── the states ───────────────────────────────────────────────────────────────────────────────────────

State = Callable[[Session], None]


def starting(session: Session) -> None:
    """Before the program has drawn anything."""
    session.read_for(0.05)


def first_paint(session: Session) -> None:
    session.wait(lambda: b"\x1b[?1049h" in session.received, "the other screen")


def home(session: Session) -> None:
    session.wait_for("? keys")


def loading(session: Session) -> None:
    """The first widget has just been asked for, and with it what it shows."""
    home(session)
    session.press("p")
    session.wait_for("Playground")
    session.press("enter")
    session.wait_for("working…")


def writing(session: Session) -> None:
    """The model writes in the temperature lab."""
    home(session)
    session.press("p", "G", "enter")
    session.wait_for("entropy", "s draw one")
    session.press("g")
    before = len(session.received)
    session.wait(lambda: len(session.received) > before + 1000, "a stream")


def training(session: Session) -> None:
    """Word vectors are trained."""
    home(session)
    session.press("p", "j", "j", "j", "j", "j", "enter")
    session.wait_for("g trains on")
    session.press("g")
    session.wait_for("g stops it")


def lab(session: Session) -> None:
    """A lab's program runs, which does not end by itself."""
    _open_lab(session)
    session.press("r")
    session.wait_for("begun")


def editing(session: Session) -> None:
    """The learner writes in a lab."""
    _open_lab(session)
    session.press("e")
    session.wait_for("Tab done")
    session.send(WRITTEN)
    session.wait_for(WRITTEN)


def answering(session: Session) -> None:
    """A question has been answered, and what is said to the answer can be read."""
    home(session)
    session.press("c")
    session.wait_for("L lab")
    session.press("Q")
    session.wait_for("question 1 of", "Enter commit")
    session.send("1" + KEYS["enter"])
    session.wait_for("answer", "c the card")


def modal(session: Session) -> None:
    home(session)
    session.press(":")
    session.wait_for("Search for commands")


def _open_lab(session: Session) -> None:
    home(session)
    session.press("c")
    session.wait_for("L lab")
    session.press("L")
    session.wait_for("r run")


STATES: dict[str, State] = {
    state.__name__: state
    for state in (starting, first_paint, home, loading, writing, training, lab, editing, answering, modal)
}


def prepare(data: Path) -> None:
    """A learner who was last at a card with a lab, which has become a program that does not end."""
    store = Store.open(data)
    store.set_place(CHAPTER.id, CARD.id)
    store.close()
    own = lab_file(data)
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(LAB, encoding="utf-8")


def lab_file(data: Path) -> Path:
    """Where the learner's own form of the lab is."""
    return data / "labs" / str(CARD.lab)
