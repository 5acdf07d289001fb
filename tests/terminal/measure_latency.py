"""How long a key takes: to the first byte of its answer and to the last, while the engine rests and while it works."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from figures import Figure
from measure_bytes import MINIMAL
from measures import HERE, TUTOR, Spread, at_work, key_times
from pty_harness import Terminal
from walks import CARDS, CHAPTER, WIDGETS

FIRST, FIRST_95, SETTLED = 30, 80, 100  # ms, on a machine with nothing else to do
HELD = 10.0  # ms a key of a burst
STATES = {
    "idle": "the engine idle",
    "writes": "while the model writes",
    "trains": "while word vectors are trained",
    "loads": "while models are loaded",
}
LAB = next(number for number, card in enumerate(CHAPTER.cards, 1) if card.lab)


def widget(name: str) -> list[str]:
    """The keys that lead to a widget in the playground."""
    return ["p", "g", *["j"] * WIDGETS.index(name), "enter"]


# the keys that lead there from home, what stands there then, and the keys to measure
PLACES: dict[str, tuple[list[str], str, list[str]]] = {
    "navigator": ([], "Enter open", ["j", "j", "k", "k"]),
    "card of text": (["enter", "n", "n"], f"card 2 of {CARDS}", ["n", "p"]),
    "quiz": (["enter", "Q", "j"], "question 1 of", ["j", "k"]),
    "progress": (["s"], "d days", ["j", "j", "k", "k"]),
    "heatmap": (widget("attention-heatmap"), "√ scale", ["up", "left", "down", "right"]),
    "temperature lab": (widget("temperature-lab"), "temperature", ["right", "right", "left", "left"]),
    "field": (["p", "enter", "e"], "Enter done", ["a", "b", "backspace", "backspace"]),
    "lab": (["enter", *["n"] * LAB, "L", "e"], "Tab done", ["a", "b", "backspace", "backspace"]),
}
BURSTS: dict[str, list[str]] = {
    "navigator": ["j"] * 7 + ["k"] * 7,
    "heatmap": ["left"] * 10 + ["right"] * 10,
    "field": ["a"] * 20 + ["backspace"] * 20,
}


class Keyboard(Terminal):
    """`tutor` with its engine in one of the `STATES`, at one of the `PLACES`."""

    def __init__(self, data: str, place: str, state: str = "idle") -> None:
        working = [sys.executable, str(HERE / "streaming.py"), data, "", state]
        super().__init__(command=[*TUTOR, "--data-dir", data] if state == "idle" else working)
        self.place_keys, self.there, self.keys = PLACES[place]
        self.state = state
        self.data = Path(data)

    def go(self) -> None:
        """To the place, once the engine works."""
        self.wait_for("Text to Tokens", "? keys")
        if self.state != "idle":
            at_work(self, self.data)
        for key in self.place_keys:
            self.press(key)
            self.settle(0.3 if key == "enter" else 0.05)
        self.wait_for(self.there)
        self.settle(0.5)


def keys_at(place: str, n: int, state: str = "idle") -> tuple[Spread, Spread]:
    """Seconds from each of `n` keys to the first byte that follows, and to the last."""
    with tempfile.TemporaryDirectory() as data, Keyboard(data, place, state) as terminal:
        terminal.go()
        return key_times(terminal, islice(cycle(terminal.keys), n))


def held(place: str, n: int = 200) -> float:
    """Seconds until the screen is still after `n` keys that arrive at once."""
    with tempfile.TemporaryDirectory() as data, Keyboard(data, place) as terminal:
        terminal.go()
        return burst(terminal, list(islice(cycle(BURSTS[place]), n)))


def burst(terminal: Terminal, keys: Sequence[str]) -> float:
    """Seconds from the first key to the last byte."""
    began = last = time.monotonic()
    terminal.press(*keys)
    while terminal.read(0.4):
        last = time.monotonic()
    return last - began


def minimal(n: int) -> tuple[Spread, Spread, float]:
    """The same of a list in a minimal app: first bytes, last bytes, and seconds for a burst of 200."""
    with Terminal(command=[sys.executable, "-c", MINIMAL]) as terminal:
        terminal.wait_for("5 ? keys")
        terminal.settle(0.5)
        first, settled = key_times(terminal, islice(cycle(["down", "down", "up", "up"]), n))
        return first, settled, burst(terminal, (["down"] * 7 + ["up"] * 7) * 14)


def figures(n: int = 24) -> Iterator[Figure]:
    """Each place in each state, `n` keys each; then bursts."""
    first_there, settled_there, burst_there = minimal(n)
    for place in PLACES:
        for state in STATES:
            first, settled = keys_at(place, n, state)
            when = STATES[state]
            there = (first_there, settled_there) if state == "idle" else None
            for what, spread, other, limits in (
                ("first byte", first, there and there[0], (FIRST, FIRST_95)),
                ("settled", settled, there and there[1], (SETTLED, None)),
            ):
                yield Figure(3, f"key in the {place}, {when}: {what}, median of {n}", 1000 * spread.median, "ms",
                             limits[0], 1000 * other.median if other else None)  # fmt: skip
                if limits[1]:
                    yield Figure(3, f"key in the {place}, {when}: {what}, 95 %", 1000 * spread.p95, "ms",
                                 limits[1], 1000 * other.p95 if other else None)  # fmt: skip
    for place in BURSTS:
        what = f"200 keys at once in the {place}, until the screen is still"
        yield Figure(3, what, held(place), "s", 200 * HELD / 1000, burst_there)
