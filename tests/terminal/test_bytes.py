"""What goes over the line: nothing while nothing happens, little for a key, and no code that was not asked for."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from pty_harness import Terminal

from tutor.course.load import load_course
from tutor.experiments.registry import EXPERIMENTS

CHAPTER = load_course().chapter("text-to-tokens")
CARDS, QUESTIONS = len(CHAPTER.cards), len(CHAPTER.questions)
WIDGETS = list(EXPERIMENTS)  # in the order of the playground
HEATMAP = WIDGETS.index("attention-heatmap")
KEY, MEDIAN_KEY, SCREEN, FIRST_SCREEN = 5_000, 1_000, 30_000, 45_000  # bytes

OLD = ("token-splitter", "attention-heatmap", "temperature-lab")  # named below

# where it is quiet: the keys that lead there from home, and what stands there then
PLACES: dict[str, tuple[Sequence[str], str]] = {
    "home": ([], "? keys"),
    "text card": (["enter", "n", "n"], f"card 2 of {CARDS}"),
    "token splitter": (["p", "enter"], "1-4 encodings"),
    "token splitter, writing": (["p", "enter", "e"], "Enter done"),
    "attention heatmap": (["p", *["j"] * HEATMAP, "enter"], "√ scale"),
    "temperature lab": (["p", "G", "enter"], "entropy"),
    "quiz": (["enter", "Q"], "Enter commit"),
    "glossary": (["o"], "Glossary"),
    "insights": (["i"], "Key insights"),
    "search": (["slash", "t", "o", "k"], "found"),
    "help": (["?"], "Keys that work here"),
    "commands": ([":"], "Search"),
    "review": (["r"], "Review"),
    "mixed quiz": (["m"], "Enter"),
    "progress": (["s"], "Progress"),
    **{name: (["p", *["j"] * WIDGETS.index(name), "enter"], "? keys") for name in WIDGETS if name not in OLD},
}


class Tutor(Terminal):
    def __init__(
        self, data: Path, *flags: str, size: tuple[int, int] = (80, 24), environment: Mapping[str, str] | None = None
    ) -> None:
        arguments = ["--data-dir", str(data), *flags]
        super().__init__(arguments, columns=size[0], rows=size[1], environment=environment)
        self.wait_for("Text to Tokens", f" {QUESTIONS} ")
        self.settle()

    def go(self, place: str) -> None:
        keys, there = PLACES[place]
        for key in keys:
            self.press("/" if key == "slash" else key)
            self.settle(0.15)
        self.wait_for(there)
        self.settle()


@pytest.mark.parametrize("group", range(5))
def test_nothing_is_sent_while_nothing_happens(group: int, tmp_path: Path) -> None:
    with ExitStack() as stack:
        terminals = {}
        for place in list(PLACES)[group::5]:
            terminals[place] = stack.enter_context(Tutor(tmp_path / place.replace(" ", "-")))
            terminals[place].go(place)
            terminals[place].settle(0.5)
        end = time.monotonic() + 3.0
        sent = {place: terminal.read(max(0.0, end - time.monotonic())) for place, terminal in terminals.items()}
        assert {place: data for place, data in sent.items() if data} == {}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_first_screen(size: tuple[int, int], tmp_path: Path) -> None:
    with Tutor(tmp_path, "--colors", "256", size=size) as terminal:
        assert len(terminal.received) <= FIRST_SCREEN


# what a learner does, from home on: keys, whether that opens another screen or picture, and what stands there then
WAY: list[tuple[Sequence[str], bool, str]] = [
    (["j"], False, "Enter open"),
    (["j"], False, "Enter open"),
    (["k"], False, "Enter open"),
    (["pagedown"], False, "Enter open"),
    (["g"], False, "Enter open"),
    (["?"], True, "Keys that work here"),
    (["b"], True, "Enter open"),
    (["/"], True, "Search"),
    (["t"], False, "found"),
    (["o"], False, "found"),
    (["backspace"], False, "found"),
    (["escape"], True, "Enter open"),
    (["o"], True, "Glossary"),
    (["j"], False, "Glossary"),
    (["j"], False, "Glossary"),
    (["b"], True, "Enter open"),
    (["enter"], True, "goals"),
    (["n"], True, f"card 1 of {CARDS}"),
    (["tab"], False, "1-4 encodings"),
    (["l"], False, "token 2 of"),
    (["l"], False, "token 3 of"),
    (["j"], False, "in o200k_base"),
    (["k"], False, "in gpt2"),
    (["i"], False, "464"),
    (["e"], False, "Enter done"),
    (["a"], False, "53 bytes"),
    (["b"], False, "54 bytes"),
    (["backspace"], False, "53 bytes"),
    (["enter"], False, "1-4 encodings"),
    (["2"], False, "cl100k_base"),
    (["t"], True, "encoding"),
    (["t"], True, "words"),
    (["z"], True, "1-4 encodings"),
    (["z"], True, f"card 1 of {CARDS}"),
    (["z"], True, f"card 1 of {CARDS}"),
    (["Q"], True, f"question 1 of {QUESTIONS}"),
    (["j"], False, "> 1"),
    (["j"], False, "> 2"),
    (["enter"], False, "c the card"),
    (["enter"], True, f"question 2 of {QUESTIONS}"),
    (["b"], True, "b back"),
    (["b"], True, "Enter open"),
    (["p"], True, "Playground"),
    (["j"] * HEATMAP, False, "Playground"),
    (["enter"], True, "√ scale"),
    (["k"], False, "√ scale"),
    (["h"], False, "√ scale"),
    (["2"], False, "Head 2 of 6"),
    (["."], False, "Layer 2 of 6"),
    (["m"], False, "√ scale"),
    (["g"], True, "Layer 2 of 6"),
    (["l"], False, "Head 3 of 6"),
    (["g"], True, "√ scale"),
    (["b"], True, "Playground"),
    (["G"], False, "Playground"),
    (["enter"], True, "entropy"),
    (["l"], False, "1.05"),
    (["h"], False, "1.00"),
    (["tab"], False, ">top-k"),
    (["l"], False, "entropy"),
    (["s"], False, "entropy"),
    (["s"], False, "entropy"),
    (["T"], True, "entropy"),
]


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.long)], ids=str)
def test_a_key_costs_little(size: tuple[int, int], tmp_path: Path) -> None:
    with Tutor(tmp_path, "--colors", "256", size=size) as terminal:
        keys: dict[str, int] = {}
        screens: dict[str, int] = {}
        for number, (pressed, opens, there) in enumerate(WAY):
            before = len(terminal.received)
            terminal.press(*pressed)
            terminal.wait_for(there)
            terminal.settle()
            (screens if opens else keys)[f"{number} {pressed[0]} {there}"] = len(terminal.received) - before
        factor = size[0] * size[1] / (80 * 24)
        assert {where: cost for where, cost in keys.items() if cost > KEY * factor} == {}
        assert {where: cost for where, cost in screens.items() if cost > SCREEN * factor} == {}
        assert statistics.median(keys.values()) <= MEDIAN_KEY


# ── what the learner puts in ─────────────────────────────────────────────────────────────────────────

HOSTILE = "a\x07b\x1b[31mc\x1b]0;title\x07d\x9be\x00f\x7fg\x85h\u202ei\u2066j"
RAW = [b"\x07", b"\x00", b"\x7f", b"\x1b]0;", *(char.encode() for char in "\x85\x9b\u202e\u2066")]


@pytest.mark.parametrize("place", ["token splitter", "attention heatmap", "temperature lab"])
def test_control_bytes_are_shown_not_sent(place: str, tmp_path: Path) -> None:
    with Tutor(tmp_path, "--colors", "256") as terminal:
        terminal.go(place)
        terminal.press("e")
        terminal.wait_for("Enter done")
        before = len(terminal.received)
        terminal.send(f"\x1b[200~{HOSTILE}\x1b[201~")
        terminal.settle(0.5)
        terminal.press("enter")
        terminal.settle(0.5)
        terminal.press("t")
        terminal.settle(0.5)
        sent = terminal.received[before:]
        assert len(sent) > 500
        assert [code for code in RAW if code in sent] == []
        assert b"\x1b[31mc" not in sent
        assert terminal.screen.overflowed == []
