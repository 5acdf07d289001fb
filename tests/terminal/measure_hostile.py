"""Text that does harm, sent through every place where text comes in, and what of it reaches the terminal.

A walk is a run of the real program, or of many command lines, whose whole output is read by `vocabulary`.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import vocabulary
from figures import Figure
from hostile_text import NAME, ONE_THREAD, SAMPLES, everything, in_settings, installed, paste, samples, spoil
from pty_harness import Terminal

from tutor.course.load import load_course
from tutor.course.schema import Blank, Number, Predict
from tutor.experiments.registry import EXPERIMENTS
from tutor.pasting import MOST

PASTE = 1 << 20  # characters
KEPT = re.compile(r"The first ([0-9,]+) of the")  # what follows stands on the next line, behind something else
QUIET = 0.12  # seconds without a byte


def pasted(text: str) -> str:
    """As a terminal sends it: what would end the paste is taken out."""
    return "\x1b[200~" + text.replace("\x1b[201~", "") + "\x1b[201~"


def in_every_field(folder: Path, seed: int, most: int | None = None) -> Terminal:
    """The app after a paste of all samples into the fields of each widget (`most` of them, drawn), shown in each of
    its forms, into a word that is complained of, into the answers of a quiz and a note, into search and commands;
    its progress is in the folder `progress_in`."""
    draw = random.Random(seed)
    environment = {**ONE_THREAD, **hostile_course(folder, seed)}
    terminal = Terminal(["--data-dir", str(progress_in(folder))], environment=environment, cwd=folder)
    terminal.wait_for("? keys")
    terminal.settle()
    for name in draw.sample(list(EXPERIMENTS), most or len(EXPERIMENTS)):
        widget(terminal, name)
        terminal.press("e")
        terminal.settle(QUIET)
        put(terminal, draw)
        terminal.press("tab")
        put(terminal, draw)
        terminal.press("enter", "t")
        terminal.settle(QUIET)
        home(terminal)
    widget(terminal, "context-shift")
    terminal.press("w")
    put(terminal, draw)
    terminal.press("enter")
    terminal.wait_for("is not in the first sentence")
    home(terminal)
    in_the_quiz(terminal, draw)
    home(terminal)
    for keys, there in ((["/"], "Search"), ([":"], "Search for commands")):
        terminal.press(*keys)
        terminal.wait_for(there)
        put(terminal, draw)
        terminal.press("escape", "escape")
        terminal.settle(0.3)  # or the next key would come with the last Escape, as Alt and a key do
        terminal.wait(
            lambda there=there: there not in terminal.screen.display[0] and "No matches" not in terminal.text, "home"
        )  # type: ignore[misc]
    return terminal


def progress_in(folder: Path) -> Path:
    """The folder for the progress in `folder`, with a name that does harm."""
    return folder / f"data{NAME}"


def put(terminal: Terminal, draw: random.Random) -> None:
    """Paste all samples, in an order that is drawn."""
    terminal.send(pasted(" ".join(draw.sample(list(samples()), len(SAMPLES)))))
    terminal.settle(QUIET)


def widget(terminal: Terminal, name: str) -> None:
    """From home to a widget in the playground."""
    terminal.press("p")
    terminal.wait_for("Playground")
    terminal.press("g", *["j"] * list(EXPERIMENTS).index(name), "enter")
    terminal.wait(lambda: "Playground" not in terminal.text, name)
    terminal.settle(QUIET)


def home(terminal: Terminal) -> None:
    terminal.press("escape", "escape", "b", "b", "b")
    terminal.wait_for("c continue")


def in_the_quiz(terminal: Terminal, draw: random.Random) -> None:
    """From home: into a note, a number, a blank and a text that a question lets one vary, which is then tried in a
    widget. A question of a word that its lesson has wrong is complained of; the others are skipped."""
    at, chapter = next((n, one) for n, one in enumerate(load_course().readable()) if one.id == "embeddings")
    terminal.press("g", *["j"] * at, "enter")
    terminal.wait_for("goals")
    terminal.press("Q")
    done = set[object]()
    for number, question in enumerate(chapter.questions, 1):
        terminal.wait_for(f"question {number} of {len(chapter.questions)}")
        if number == 1:
            terminal.press("f")
            terminal.wait_for("What is wrong")
            put(terminal, draw)
            terminal.press("enter")
            terminal.wait_for("Your note is kept")
        leave = ["s"]
        match question:
            case Number() if Number not in done:
                put(terminal, draw)
                terminal.press("enter")
                terminal.wait_for("Type a number, such as")
                leave = ["tab", "s"]
            case Blank() if Blank not in done:
                put(terminal, draw)
                terminal.press("enter")
                terminal.wait_for("Your answer is not right")
                leave = ["enter"]
            case Predict(vary=str()):
                terminal.press("e")
                put(terminal, draw)
                terminal.press("enter", "3", "enter")
                terminal.wait_for("t try it")
                terminal.press("t")
                terminal.wait(lambda: "question" not in terminal.place, "the widget to try it in")
                terminal.settle(QUIET)
                terminal.press("b")
                leave = ["enter"]
            case Predict(experiment="context-shift"):
                terminal.press("1", "enter")
                terminal.wait_for("is not in the first sentence")
            case Number() | Blank():
                leave = ["tab", "s"]
        done.add(type(question))
        terminal.settle(QUIET)
        terminal.press(*leave)


def in_a_notice(terminal: Terminal, folder: Path) -> None:
    """From home: the progress is deleted, and the app says so, with the name of its folder."""
    for path in progress_in(folder).glob("progress.db*"):
        path.unlink()
    terminal.press("T")
    terminal.wait_for("anew")
    terminal.settle(QUIET)


def in_the_lab(terminal: Terminal) -> None:
    """From home: what a program in the lab prints, and what is pasted into it."""
    chapter = load_course().readable()[0]
    at = next(n for n, card in enumerate(chapter.cards, 1) if card.lab)
    terminal.press("g", "enter")
    terminal.wait_for("goals")
    for card in range(1, at + 1):
        terminal.press("n")
        terminal.wait_for(f"card {card} of")
    terminal.press("L")
    terminal.wait_for("Lab: ")
    terminal.press("e")
    terminal.send(
        "\x01" + pasted(f"print({everything()!r})\nraise ValueError({everything()!r})\n# " + " ".join(samples()) + "\n")
    )
    terminal.settle(QUIET)
    terminal.press("tab", "r")
    terminal.wait_for("exit code")
    terminal.press("z")
    terminal.settle(QUIET)


def one_megabyte(terminal: Terminal) -> tuple[float, int]:
    """Paste a megabyte into the token splitter's field, which is open; seconds to the next key's answer, and what was
    kept."""
    sent = pasted(paste(PASTE)).encode("utf-8")
    began = time.monotonic()
    Thread(target=_write, args=(terminal.master, sent + b"x"), daemon=True).start()
    terminal.wait(lambda: terminal.screen.display[1].rstrip().endswith("x"), "the key after the paste")
    seconds = time.monotonic() - began
    terminal.wait(lambda: KEPT.search(terminal.text) is not None, "what was kept")
    kept = KEPT.search(terminal.text)
    assert kept is not None
    return seconds, int(kept[1].replace(",", ""))


def _write(master: int, data: bytes) -> None:
    while data:
        data = data[os.write(master, data[:4096]) :]


def figures() -> Iterator[Figure]:
    """Of the paste; that nothing harmful is sent is 0 or a failure."""
    with TemporaryDirectory() as folder, in_every_field(Path(folder), 1) as terminal:
        yield Figure(
            16,
            "control characters and unknown codes sent, all fields",
            len(vocabulary.faults(terminal.received)),
            "",
            0,
        )
        terminal.press("p", "enter")
        terminal.wait_for("1-4 encodings")
        terminal.press("e")
        terminal.wait_for("Enter done")
        seconds, kept = one_megabyte(terminal)
        yield Figure(16, "a paste of 1 MB: until the next key is answered", seconds, "s", 1.0)
        yield Figure(16, "a paste of 1 MB: kept of it", kept, "characters", MOST)


def hostile_course(folder: Path, seed: int) -> dict[str, str]:
    """The environment of a program in a folder of harmful name, whose lessons set harmful texts and words."""
    return installed(folder / NAME, in_settings(seed))


def hostile_progress(data: Path) -> None:
    """Every text of a learner's progress with a sample after it."""
    spoil(data / "progress.db", NAME)
