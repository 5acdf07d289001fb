"""Resizing the window through a pseudo-terminal, in places that have something to lose."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Figure
from pty_harness import Terminal

from tutor.course.load import load_course
from tutor.screens.base import LEAST

Size = tuple[int, int]
CHAPTER, LAB = "text-to-tokens", "generation"
CARDS = load_course().chapter(CHAPTER).cards
WRITTEN = "print('resized')"


class Tutor(Terminal):
    def __init__(self, data: Path) -> None:
        super().__init__(["--data-dir", str(data), "--colors", "256"])
        self.wait_for("Text to Tokens", "cards", "? keys")
        self.settle()

    def change(self, size: Size) -> None:
        """Another size, and the screen for it."""
        self.resize(*size)
        self.settle(0.4)

    def turn_to(self, number: int, chapter: str = CHAPTER) -> None:
        """From home to a card of a chapter."""
        course = load_course()
        self.press("g", *["j"] * [entry.id for entry in course.entries()].index(chapter), "enter")
        self.wait_for("goals")
        for n in range(1, number + 1):
            self.press("n")
            self.wait_for(f"card {n} of {len(course.chapter(chapter).cards)}")

    def leave(self) -> None:
        self.process.kill()
        self.process.wait()


def card(terminal: Tutor) -> None:
    """Another encoding, the ids, and the cursor on the fourth token."""
    terminal.turn_to(1)
    terminal.press("tab", "l", "l", "l", "i")
    terminal.settle(0.4)


def field(terminal: Tutor) -> None:
    """A text typed on, its field still open."""
    terminal.turn_to(1)
    terminal.press("tab")
    terminal.wait(lambda: "own text" in terminal.text, "the widget's keys")
    terminal.press("e")
    terminal.wait_for("Enter done")
    terminal.send(" resized")
    terminal.settle(0.4)


def quiz(terminal: Tutor) -> None:
    """A choice that is not committed yet."""
    terminal.turn_to(1)
    terminal.press("Q")
    terminal.wait_for("question 1 of")
    terminal.press("3")
    terminal.settle(0.4)


def lab(terminal: Tutor) -> None:
    """A line typed into a program."""
    number = next(n for n, card in enumerate(CARDS, 1) if card.lab and not card.widget)
    terminal.turn_to(number)
    terminal.press("L")
    terminal.wait_for("r run")
    terminal.press("e")
    terminal.wait_for("Tab done")
    terminal.send(WRITTEN + "\r")
    terminal.settle(0.4)


def streaming(terminal: Tutor) -> None:
    """A hundred tokens from a seed, which go on arriving."""
    terminal.press("p", "G", "enter")
    terminal.wait_for("entropy")
    terminal.press("g")
    terminal.settle(0.2)


PLACES: dict[str, Callable[[Tutor], None]] = {
    "a card with its widget": card,
    "a field that is written in": field,
    "a quiz": quiz,
    "the editor of a lab": lab,
    "the temperature lab while it streams": streaming,
}


def drag(terminal: Tutor, chance: random.Random, n: int) -> Size:
    """So many sizes, some at once and some waited for; the last is a size that tutor can be read in."""
    for i in range(n):
        size = chance.randint(40, 200), chance.randint(10, 60)
        terminal.resize(*size)
        if i % 10 == 9:
            terminal.read_for(0.05)
    size = chance.randint(LEAST[0], 200), chance.randint(LEAST[1], 60)
    terminal.change(size)
    return size


def state_of(terminal: Tutor) -> list[str]:
    """The screen, once nothing more has come for a while."""
    while terminal.settle(0.6):
        pass
    return terminal.text.splitlines()


def figures(sizes: int = 60) -> Iterator[Figure]:
    """A drag through so many sizes in every place, beside a fresh program of the last size."""
    differ = 0
    with tempfile.TemporaryDirectory() as folder:
        for n, (place, go) in enumerate(PLACES.items()):
            with Tutor(Path(folder) / f"{n}") as dragged, Tutor(Path(folder) / f"{n}-fresh") as fresh:
                go(dragged)
                fresh.change(drag(dragged, random.Random(place), sizes))
                go(fresh)
                differ += state_of(dragged) != state_of(fresh)
    yield Figure(15, "resizes done between 40x10 and 200x60", sizes * len(PLACES), "")
    yield Figure(15, "places that were not as in a fresh program afterwards", differ, f"of {len(PLACES)}", limit=0)
