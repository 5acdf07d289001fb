"""`tutor quiz` killed while a script answers: what was told is kept once, and the next start goes on there."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tutor.course.load import load_course
from tutor.course.schema import AnyQuestion
from tutor.study.asking import ask
from tutor.study.rounds import Item, resume
from tutor.study.store import Store

CHAPTER = load_course().chapter("text-to-tokens")
LINES = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}  # each line is told at once
TOLD = {
    # the prompt, which may be folded, the answer, and the beginning of what is said
    "answers": re.compile(r"^Type [^.]*\. [^:\n]+\n.", re.M),
    "undos": re.compile(r"^Your answer is taken back\.", re.M),
    "flags": re.compile(r"^Your note is kept\.", re.M),
}
LOG = {
    "answers": "SELECT question FROM answers ORDER BY n",
    "undos": "SELECT question FROM undos JOIN answers ON answers.id = undos.answer ORDER BY undos.at",
    "flags": "SELECT question FROM flags ORDER BY n",
}


@dataclass
class Script:
    """Lines to type, and the questions that each table of the log gets by them, in order."""

    lines: list[str] = field(default_factory=list)
    implies: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in LOG})


def some_answer(question: AnyQuestion, rng: random.Random) -> str:
    """What can be typed in answer, right or wrong."""
    asked = ask(question)
    numbers = [str(n + 1) for n in range(len(asked.items))]
    match asked.kind:
        case "number":
            return rng.choice(["3", "12"])
        case "blank":
            return rng.choice(["en", "UNK"])
        case "order" | "match":
            return " ".join(rng.sample(numbers, len(numbers)))
        case "several":
            return " ".join(rng.sample(numbers, 2))
    return rng.choice(numbers)


def script(open_items: list[Item], rng: random.Random) -> Script:
    """Answers to all that is open, with some taken back, some skipped, and some notes."""
    made = Script()
    for item in open_items:
        also = rng.random()
        if also < 0.1:
            made.lines.append(":skip")
            continue
        if also < 0.2:
            made.lines.append(f":flag {rng.random()}")
            made.implies["flags"].append(item.id)
        for _ in range(2 if also > 0.8 else 1):
            made.lines += [some_answer(item.question, rng), ":undo"]
            made.implies["answers"].append(item.id)
            made.implies["undos"].append(item.id)
        made.lines[-1] = ""  # the last of them stands
        made.implies["undos"].pop()
    return made


def open_items(folder: Path) -> list[Item]:
    """What the next start has to ask."""
    store = Store.open(folder)
    with closing(store):
        assert store.saved
        return resume(CHAPTER, store.last_round(CHAPTER.id)).open


def study(folder: Path, lines: list[str], rng: random.Random | None) -> str:
    """What `tutor quiz` told until it was killed at a moment that `rng` chooses, or until it ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "--data-dir", str(folder), "quiz", CHAPTER.id],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=LINES,
    )  # fmt: skip
    assert process.stdin and process.stdout and process.stderr
    with process, suppress(BrokenPipeError):
        process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        process.stdin.close()
        told = b""
        if rng is not None:
            enough = rng.choice([0, rng.randrange(8000)])  # bytes: nothing yet, or in the middle of the talk
            moment = rng.uniform(0, 0.01 if enough else 0.6)  # seconds after that
            while len(told) < enough and (more := os.read(process.stdout.fileno(), 64)):
                told += more
            with suppress(subprocess.TimeoutExpired):
                process.wait(moment)
            process.kill()
        told += process.stdout.read()
        assert process.stderr.read() == b""
    assert process.returncode in ((0,) if rng is None else (0, -9))
    return told.decode(errors="ignore")  # cut anywhere, also within a character


def log(folder: Path) -> dict[str, list[str]]:
    """The questions in each table of the log, in order; the file must be sound."""
    if not (folder / "progress.db").exists():
        return {table: [] for table in LOG}
    with closing(sqlite3.connect(folder / "progress.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {table: [q for (q,) in db.execute(query)] if table in tables else [] for table, query in LOG.items()}


@pytest.mark.parametrize("moments", [8, pytest.param(300, marks=pytest.mark.long)])
def test_killed_at_random_moments_all_that_was_told_is_kept_once(tmp_path: Path, moments: int) -> None:
    rng = random.Random(moments)
    before, kept_at = log(tmp_path), Counter[int]()
    for _ in range(moments):
        asked = open_items(tmp_path) if before["answers"] else [Item(CHAPTER, q) for q in CHAPTER.questions]
        made = script(asked, rng)
        told = study(tmp_path, made.lines, rng)
        after = log(tmp_path)
        first = re.search(r"^Question (\d+) of (\d+)\.", told, re.M)
        if first:
            place = CHAPTER.questions.index(asked[0].question) + 1
            assert first.groups() == (str(place), str(len(CHAPTER.questions)))
        for table, pattern in TOLD.items():
            assert after[table][: len(before[table])] == before[table]
            new = after[table][len(before[table]) :]
            assert new == made.implies[table][: len(new)]
            assert len(new) - len(pattern.findall(told)) in (0, 1), (table, told)
        kept_at[len(after["answers"]) - len(before["answers"])] += 1
        before = after
    assert len(kept_at) > 2  # killed early and late

    rest = open_items(tmp_path)
    told = study(tmp_path, [line for item in rest for line in (some_answer(item.question, rng), "")], None)
    assert f"Question {CHAPTER.questions.index(rest[0].question) + 1} of" in told
    store = Store.open(tmp_path)
    with closing(store):
        standing = store.answers()
        times = Counter((answer.round, answer.question_id) for answer in standing)
        assert set(times.values()) == {1}
        rounds = max(answer.round for answer in standing)
        assert len(standing) == rounds * len(CHAPTER.questions)
        assert store.times_answered(rest[0].id) == log(tmp_path)["answers"].count(rest[0].id)
        counted = {question: memory.answers for question, memory in store.memories().items()}
        assert counted == Counter(answer.question_id for answer in standing)
