"""Text that does harm to a terminal which gets it raw, and the places from which it may come.

`installed` puts a copy of the program, with other lessons, into a folder: the real one runs there.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import tomli

import tutor

NAME = "a\x1b[31mb\u202ec\u200bd\x07\x7f"  # of files and folders; no slash, no NUL
ONE_THREAD = {"OMP_NUM_THREADS": "1"}
PACKAGE = Path(tutor.__file__).parent
LESSONS = PACKAGE / "lessons" if (PACKAGE / "lessons").is_dir() else PACKAGE.parent / "lessons"

SAMPLES = {
    "colour": "\x1b[31m",
    "title": "\x1b]0;owned\x07",
    "reset": "\x1bc",
    "report": "\x1b[c",
    "clipboard": "\x1b]52;c;aGk=\x07",
    "device": "\x1bP$q\x1b\\",
    "link": "\x1b]8;;http://x.example\x1b\\",
    "main screen": "\x1b[?1049l",
    "cursor": "\x1b[2J\x1b[H",
    "C1": "\x9b31m",
    "C1 title": "\x9d0;owned\x9c",
    "all of C0": "".join(map(chr, range(32))),
    "delete": "\x7f",
    "all of C1": "".join(map(chr, range(0x80, 0xA0))),
    "right to left": "\u202egnp.exe\u202c",
    "isolates": "\u2066\u2067\u2068\u2069",
    "marks of direction": "\u200e\u200f\u061c",
    "no width": "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "lines": "\u2028\u2029\x85\x0b\x0c",
    "many marks": "e" + "\u0301\u0323" * 150,
    "a mark alone": "\u0301",
    "private": "\ue000\uf8ff\U000f0000\U0010fffd",
    "tags": "".join(chr(0xE0000 + ord(c)) for c in "run") + "\U000e007f\U000e0001",
    "no characters": "\ufffe\uffff\U0001fffe",
    "selectors": "x\ufe0f\u180b\U000e0100",
    "fillers": "\u115f\u1160\u3164\uffa0\u2800\u034f",
    "family": "\U0001f469\u200d\U0001f467",
    "flag and skin": "\U0001f1e9\U0001f1ea\U0001f44b\U0001f3fd",
    "four bytes": "\U0001d54f\U00010348\U0001f600",
    "annotation": "\ufff9\ufffa\ufffb",
    "markup": "[red]x[/] [/nothing] [@click=app.quit]q[/] [bold",
    "right to left letters": "\u05d0\u0627\u0644",
    "backspace": "xx\b\b",
}


def samples() -> Iterable[str]:
    """Every sample between two letters, so that one sees whether it came through."""
    return (f"a{sample}b" for sample in SAMPLES.values())


def everything(separator: str = " ") -> str:
    """All samples in one text."""
    return separator.join(samples())


def paste(length: int, seed: int = 1) -> str:
    """So many characters of samples and words, mixed; a terminal lets no end of a paste through."""
    draw = random.Random(seed)
    pieces, words = list(samples()), ["the", "cat", "sat", "on", "naïve", "日本", "q", "\n", "\t"]
    text, size = [], 0
    while size < length:
        text.append(draw.choice(pieces if draw.random() < 0.3 else words) + " ")
        size += len(text[-1])
    return "".join(text)[:length]


# ── lessons ──────────────────────────────────────────────────────────────────────────────────────────

Change = Callable[[tuple[str, ...], str], str]  # from the place of a string and the string to another
NO_TEXT = {
    "id",
    "file",
    "kind",
    "goal",
    "lab",
    "experiment",
    "reading",
    "generator",
    "goals",
    "when",
    "see",
    "vary",
    "name",
}


def installed(folder: Path, change: Change) -> dict[str, str]:
    """Put the program with lessons whose strings are changed into `folder`; the environment that runs it."""
    package = folder / "tutor"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("data", "lessons", "__pycache__"))
    (package / "data").symlink_to(PACKAGE / "data")
    for path in LESSONS.rglob("*"):
        to = package / "lessons" / path.relative_to(LESSONS)
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".toml":
            to.write_text(toml(changed(tomli.loads(path.read_text(encoding="utf-8")), change, (path.stem,))), "utf-8")
        elif path.is_file():
            shutil.copyfile(path, to)
    return {"PYTHONPATH": str(folder)}


def changed(value: Any, change: Change, at: tuple[str, ...] = ()) -> Any:
    """`value` with every string in it changed."""
    if isinstance(value, str):
        return change(at, value)
    if isinstance(value, list):
        return [changed(item, change, at) for item in value]
    if isinstance(value, dict):
        return {key: changed(item, change, (*at, key)) for key, item in value.items()}
    return value


def toml(table: dict[str, Any]) -> str:
    """A table as TOML, every table in it inline."""
    return "".join(f"{quoted(key)} = {inline(value)}\n" for key, value in table.items())


def inline(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {inline(item)}" for key, item in value.items()) + "}"
    return json.dumps(value) if isinstance(value, bool | int | float) else quoted(str(value))


def quoted(text: str) -> str:
    """A string of TOML in ASCII."""
    plain = {'"', "\\"}
    return '"' + "".join(c if " " <= c < "\x7f" and c not in plain else f"\\U{ord(c):08X}" for c in text) + '"'


def in_settings(seed: int) -> Change:
    """Samples as the texts of settings, which may hold anything; all of them in a word, which is complained of."""
    draw = random.Random(seed)

    def change(at: tuple[str, ...], text: str) -> str:
        if not {"settings", "recipe"} & set(at) or at[-1] not in ("text", "first", "word"):
            return text
        return text + (everything() if at[-1] == "word" else " ".join(draw.sample(list(samples()), 4)))

    return change


def in_fields(fields: Collection[str], sample: str) -> Change:
    """A sample in every string that is called by one of these names."""

    def change(at: tuple[str, ...], text: str) -> str:
        return f"{text}{sample}" if at[-1] in fields else text

    return change


# ── progress ─────────────────────────────────────────────────────────────────────────────────────────


def spoil(database: Path, sample: str) -> None:
    """Put a sample into every text of a learner's progress that is no key of the log."""
    with sqlite3.connect(database) as store:
        for (table,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for column in store.execute(f"PRAGMA table_info({table})").fetchall():
                if column[2] == "TEXT" and column[1] not in ("id", "of", "answer"):
                    store.execute(f"UPDATE OR IGNORE {table} SET {column[1]} = {column[1]} || ?", [sample])
    store.close()
