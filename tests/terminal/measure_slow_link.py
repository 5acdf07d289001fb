"""What a learner waits for at the end of a slow line: 9,600 and 57,600 bit/s, 200 ms there and back, SSH between.

Each time is in seconds from the key to the last byte of what it changes; that of the first screen from its first byte,
for several programs start at once here. The way to a screen is taken over a fast line; only its last key is measured.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from figures import Figure
from measures import MINIMAL
from pty_harness import Terminal
from slow_link import RATES, SlowTerminal
from walks import CARDS, COURSE, QUESTIONS

FAST = 10_000_000  # bits a second
REQUIREMENT = 3  # budgets, and that only changes are sent
START, SCREEN, KEY = "the first screen, from its first byte to its last", "a screen", "a key"
LIMITS = {START: (5.0, 1.5), SCREEN: (8.0, 2.5), KEY: (1.5, 1.0)}  # seconds, at each of the rates
HELD, REPEAT = 100, 1 / 30  # a key held down: how often it comes, and seconds between
QUIET = 0.7  # seconds after which no more is expected
ENTRIES = [entry.id for entry in COURSE.entries()]
LAB_CHAPTER, LAB_CARD = next((chapter, card) for chapter in COURSE.readable() for card in chapter.cards if card.lab)


def opened(chapter: str, *keys: str) -> list[str]:
    """The keys from the list of chapters to the beginning of one, and on."""
    return ["g", "j" * ENTRIES.index(chapter), "enter", "p" * len(COURSE.chapter(chapter).cards), *keys]


HEATMAP = opened("attention", "n")
LAB = opened(LAB_CHAPTER.id, "n" * (LAB_CHAPTER.cards.index(LAB_CARD) + 1))

HOME = "how language models work"
# what kind, what, the keys that lead there from the list of chapters, the key that is measured, what stands there then
Way = tuple[str, str, Sequence[str], str, str]
WAYS: list[Way] = [
    (KEY, "j in the list of chapters", ["g"], "j", HOME),
    (SCREEN, "a card of text", opened("text-to-tokens", "n"), "n", f"card 2 of {CARDS}"),
    (SCREEN, "a card with the attention heatmap", HEATMAP, "n", "√ scale"),
    (KEY, "a move of the heatmap's cursor", [*HEATMAP, "n", "tab", "up", "m"], "left", "√ scale"),
    (SCREEN, "a question of the quiz", opened("text-to-tokens"), "Q", f"question 1 of {QUESTIONS}"),
    (SCREEN, "progress", [], "s", "Progress"),
    (SCREEN, "playground", [], "p", "Playground"),
    (SCREEN, "a lab", LAB, "L", "r run"),
]


def figures() -> Iterator[Figure]:
    """All of them; takes about 40 s, in which hardly anything is computed."""
    with ThreadPoolExecutor(8) as at_once:
        minimal = [at_once.submit(start, bits, command=[sys.executable, "-c", MINIMAL]) for bits in RATES]
        session = [at_once.submit(walked, bits) for bits in RATES]
        tiers = {tier: at_once.submit(start, RATES[0], "--colors", tier) for tier in ("truecolor", "16", "none")}
        for n, bits in enumerate(RATES):
            for kind, what, seconds in session[n].result():
                beside = minimal[n].result() if kind == START else None
                yield Figure(REQUIREMENT, f"{what}, at {bits:,} bit/s", seconds, "s", LIMITS[kind][n], beside)
        for tier, one in tiers.items():
            what = f"{START}, at {RATES[0]:,} bit/s, colours: {tier}"
            yield Figure(REQUIREMENT, what, one.result(), "s", LIMITS[START][0], minimal[0].result())
    silent, answering = first_byte(False), first_byte(True)
    what = "a key to its first byte on a fast line, by a terminal that answers as by one that does not"
    yield Figure(REQUIREMENT, what, answering / silent, "", 1.5)


def start(bits: int, *arguments: str, command: Sequence[str] | None = None) -> float:
    """Seconds from the first to the last byte of the first screen of `tutor ARGUMENTS`, or of another command."""
    with (
        tempfile.TemporaryDirectory() as data,
        SlowTerminal(["--data-dir", data, *arguments], bits=bits, command=command) as terminal,
    ):
        terminal.wait_for("? keys")
        terminal.settle(QUIET)
        return terminal.last - terminal.first


def walked(bits: int, ways: Sequence[Way] = WAYS) -> list[tuple[str, str, float]]:
    """What kind, what, and its seconds, of everything that is measured in one session."""
    found = []
    with (
        tempfile.TemporaryDirectory() as data,
        SlowTerminal(["--data-dir", data, "--colors", "256"], bits=bits) as terminal,
    ):
        terminal.wait_for("? keys")
        terminal.settle(QUIET)
        found.append((START, START, terminal.last - terminal.first))
        for kind, what, keys, key, there in ways:
            terminal.bits = FAST
            press(terminal, *keys)
            terminal.settle(QUIET)
            terminal.bits = bits
            began = time.monotonic()
            terminal.press(key)
            terminal.wait_for(there)
            terminal.settle(QUIET)
            found.append((kind, what, terminal.last - began))
            terminal.bits = FAST
            while HOME not in terminal.text:
                press(terminal, "b")
        terminal.settle(QUIET)
        found.append((KEY, f"from the last of {HELD} times j, held down, to its last byte", held(terminal, bits)))
    return found


def press(terminal: Terminal, *keys: str) -> None:
    for key in keys:
        terminal.press(key)
        terminal.settle(0.3)


def held(terminal: SlowTerminal, bits: int) -> float:
    """Seconds from the end of a key held down in the list of chapters to the last byte."""
    terminal.bits = bits
    for n in range(HELD):
        terminal.press("k" if n % 2 else "j")
        terminal.read_for(REPEAT)
    began = time.monotonic()
    terminal.settle(QUIET)
    return terminal.last - began


def first_byte(answers: bool) -> float:
    """The median of seconds from a key to its first byte, with nothing between program and terminal."""
    with tempfile.TemporaryDirectory() as data, Terminal(["--data-dir", data]) as terminal:
        if answers:
            terminal.screen.write_process_input = terminal.send  # type: ignore[method-assign]
        terminal.wait_for("? keys")
        terminal.settle(QUIET)
        times = []
        for n in range(24):
            times.append(terminal.key_to_first_byte("k" if n % 2 else "j"))
            terminal.settle(0.05)
        return statistics.median(times)


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.value:8.2f} {figure.unit:2} {figure.minimal or 0:8.2f} {figure.kept!s:6} {figure.what}")
