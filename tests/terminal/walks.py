"""Ways through every screen and every widget, as data, for what is measured and tested on them.

A way begins at the list of chapters. Each step has the keys to press, whether another screen or picture comes of
them, and what stands on the screen then. Steps of many keys only lead somewhere.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from textual.binding import Binding

from tutor.course.load import load_course
from tutor.course.schema import Blank, Match, Number, Order, SeveralChoices
from tutor.experiments.registry import EXPERIMENTS
from tutor.study.store import Store
from tutor.widgets.base import LiveWidget

Step = tuple[Sequence[str], bool, str]  # keys, whether they open something, what stands there then

COURSE = load_course()
CHAPTER = COURSE.chapter("text-to-tokens")
CARDS, QUESTIONS = len(CHAPTER.cards), len(CHAPTER.questions)
WIDGETS = list(EXPERIMENTS)  # in the order of the playground
FIELD = "Enter done"  # stands in the line of keys while one writes


# the first chapter, from its beginning whatever card it was left at
OPEN: list[Step] = [(["enter"], True, "Text to Tokens  "), (["p"] * (CARDS + 1), True, "goals")]


def _card(what: str) -> list[Step]:
    """To the first card that has this."""
    number = next(number for number, card in enumerate(CHAPTER.cards, 1) if getattr(card, what))
    return [*OPEN, (["n"] * number, True, f"card {number} of {CARDS}")]


def _quiz() -> list[Step]:
    """A note on the first question, then one of each kind answered, the others skipped."""
    steps: list[Step] = [*OPEN, (["Q"], True, f"question 1 of {QUESTIONS}"), (["f"], True, "What is wrong")]
    steps += [(["a"], False, "What is wrong"), (["enter"], True, "Your note is kept")]
    kinds = set()
    for number, question in enumerate(CHAPTER.questions, 1):
        following = f"question {number + 1} of {QUESTIONS}" if number < QUESTIONS else "right"
        if type(question) in kinds:
            leave = ["tab"] if isinstance(question, Number | Blank) else []
            steps.append(([*leave, "s"], True, following))
            continue
        kinds.add(type(question))
        match question:
            case Number() | Blank():
                keys = ["7", "1", "backspace"]
            case SeveralChoices():
                keys = ["1", "j", "space", "k"]
            case Match():
                keys = [*map(str, range(1, len(question.pairs) + 1)), "up"]
            case Order():
                keys = ["1", "space", "down", "space", "up"]
            case _:
                keys = ["j", "2", "k", "1"]
        answer: list[Step] = [*(([key], False, "question") for key in keys), (["enter"], False, "c the card")]
        steps += [*answer, (["u"], True, "taken back"), *answer] if number == 1 else answer
        steps.append((["enter"], True, following))
    return steps


SCREENS: dict[str, list[Step]] = {
    "home": [
        (["j"], False, "Enter open"),
        (["j"], False, "Enter open"),
        (["k"], False, "Enter open"),
        (["pagedown"], False, "Enter open"),
        (["G"], False, "Enter open"),
        (["g"], False, "Enter open"),
        (["T"], True, "Enter open"),
        (["?"], True, "Keys that work here"),  # the name of the theme goes with the screen, else it would after a while
        (["b"], True, "Enter open"),
    ],
    "help": [(["?"], True, "Keys that work here"), (["j"], False, "Keys"), (["b"], True, "Enter open")],
    "palette": [([":"], True, "Search"), (["t"], False, "Text"), (["h"], False, "Theme"), (["down"], False, "Theme")],
    "search": [
        (["/"], True, "Search"),
        (["t"], False, "found"),
        (["o"], False, "found"),
        (["down"], False, "found"),
        (["backspace"], False, "found"),
    ],
    "glossary": [
        (["o"], True, "Glossary"),
        (["j"], False, "Glossary"),
        (["j"], False, "Glossary"),
        (["pagedown"], False, "Glossary"),
        (["G"], False, "Glossary"),
    ],
    "insights": [(["i"], True, "Key insights"), (["j"], False, "Key insights"), (["pagedown"], False, "Key insights")],
    "progress": [
        (["s"], True, "Progress"),
        (["j"], False, "Progress"),
        *((keys, True, there) for page in "dmw" for keys, there in (([page], "b back"), (["b"], "w most missed"))),
    ],
    "chapter": [
        *OPEN,
        (["n"], True, f"card 1 of {CARDS}"),
        (["n"], True, f"card 2 of {CARDS}"),
        (["pagedown"], False, f"card 2 of {CARDS}"),
        (["p"], True, f"card 1 of {CARDS}"),
        (["tab"], False, "1-4 encodings"),
        (["l"], False, "token 2 of"),
        (["t"], True, "encoding"),
        (["t"], True, "words"),
        (["z"], True, "1-4 encodings"),
        (["z"], True, f"card 1 of {CARDS}"),
        (["z"], True, f"card 1 of {CARDS}"),
        (["H"], False, f"card 1 of {CARDS}"),
    ],
    "prediction": [
        *_card("predictions"),
        (["j"], False, "Before you see it"),
        (["k"], False, "Before you see it"),
        (["1"], True, "ou said:"),
    ],
    "quiz": _quiz(),
    "flag": [
        *OPEN,
        (["Q"], True, "question"),
        (["f"], True, "What is wrong"),
        (["a"], False, "What is wrong"),
        (["b"], False, "What is wrong"),
    ],
    "mixed": [
        (["m"], True, "Mark the chapters"),
        (["space"], False, "Mark the chapters"),
        (["j"], False, "Mark the chapters"),
        (["space"], False, "10 questions"),
        (["right"], False, "Mark the chapters"),
        (["left"], False, "Mark the chapters"),
        (["enter"], True, "question 1 of"),
        (["s"], True, "question 2 of"),
    ],
    "review": [
        (["r"], True, "Begin"),
        (["j"], False, "Begin"),
        (["k"], False, "Begin"),
        (["enter"], True, "question 1 of"),
        (["7"], False, "question 1 of"),
        (["enter"], False, "Remembered"),
        (["3"], False, "Remembered"),
        (["left"], False, "Remembered"),
    ],
    "lab": [
        *_card("lab"),
        (["L"], True, "Lab:"),
        (["e"], False, "Tab done"),
        (["a"], False, "Lab:"),
        (["backspace"], False, "Lab:"),
        (["down"], False, "Lab:"),
        (["pagedown"], False, "Lab:"),
        (["tab"], False, "r run"),
        (["r"], False, "2 tokens"),
        (["z"], True, "Lab:"),
        (["j"], False, "Lab:"),
        (["z"], True, "Lab:"),
    ],
    "playground": [(["p"], True, "Playground"), (["j"], False, "Playground"), (["G"], False, "Playground")],
}


# what a widget gives another picture for, as another screen would be
OPENING = {"twin", "gallery", "one", "open", "close", "panel", "step_panel"}
SPELLED = {"full_stop": ".", "comma": ",", "plus": "+", "minus": "-", "equals_sign": "=", "slash": "/"}


def keys_of(widget: str) -> list[tuple[str, bool]]:
    """A key for each thing that a widget does, and whether that opens another picture."""
    found: dict[str, bool] = {}
    if widget == "temperature-lab":  # its keys are those of the slider that has the focus
        found = dict.fromkeys(["right", "left", "tab"], False)
    actions = set()
    for one in EXPERIMENTS[widget].load_widget().__mro__:
        for binding in vars(one).get("BINDINGS", ()) if issubclass(one, LiveWidget) else ():
            assert isinstance(binding, Binding)
            if binding.action not in actions:
                actions.add(binding.action)
                key = SPELLED.get(first := binding.key.split(",")[0], first)
                found[key] = found.get(key, False) or binding.action.partition("(")[0] in OPENING
    return sorted(found.items(), key=lambda pair: pair[1])  # what opens something comes last


def to_widget(widget: str) -> list[Step]:
    """From home to a widget in the playground."""
    below = ["g", *["j"] * WIDGETS.index(widget)]
    return [(["p"], True, "Playground"), (below, False, "Playground"), (["enter"], True, EXPERIMENTS[widget].title)]


def answered_long_ago(data: Path) -> None:
    """Have a question of another chapter due for review."""
    chapter = COURSE.chapter("embeddings")
    question = next(q for q in chapter.questions if isinstance(q, Blank))
    store = Store.open(data)
    store.record_answer(question.id, question.revision, chapter.id, True, question.answers[0], seconds=20.0)
    store.close()
    with contextlib.closing(sqlite3.connect(data / "progress.db")) as database, database:
        database.execute("UPDATE answers SET at = at - 30 * 86400")
