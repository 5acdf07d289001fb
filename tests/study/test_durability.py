"""What is shown is kept: processes that are killed, that write at once, and that have no room to write."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.study.schedule import replay
from tutor.study.store import Store

VERSION_1 = Path(__file__).parent / "files" / "progress-v1.db"
OLD = {"answers": 7, "cards": 1}  # how many are in it


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def run(code: str, *arguments: object) -> list[str]:
    process = start(code, *arguments)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return output.splitlines()


def sound(folder: Path) -> bool:
    db = sqlite3.connect(folder / "progress.db")
    try:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        db.close()


# ── killed ───────────────────────────────────────────────────────────────────────────────────────────

# Each line says what the learner was told; it comes after the call that wrote it has returned.
STUDY_UNTIL_KILLED = """
import json, random, sys
from pathlib import Path
from tutor.study.schedule import Rating
from tutor.study.store import Store
rng = random.Random(sys.argv[2])
def show(kind, *what):
    print(json.dumps([kind, *what]), flush=True)
store = Store.open(Path(sys.argv[1]))
show("warning", store.warning)
while True:
    question = f"q-{rng.randrange(30)}"
    correct, seconds = rng.random() < 0.8, rng.uniform(2, 40)
    answer = store.record_answer(question, 1, "c", correct, [1, 2], seconds=seconds, source="review")
    show("answers", answer)
    also = rng.random()
    if also < 0.1:
        store.undo(answer)
        show("undos", answer)
    elif also < 0.2:
        store.rate(answer, Rating.EASY)
        show("ratings", answer)
    elif also < 0.3:
        store.flag(question, 1, answer)
        show("flags", answer)
    elif also < 0.4:
        show("memory", question, store.memories()[question].answers)
    elif also < 0.5:
        store.mark_card("c", answer)
        show("cards", answer)
"""
KEPT = {
    "answers": "SELECT id FROM answers",
    "undos": "SELECT answer FROM undos",
    "ratings": "SELECT answer FROM ratings",
    "flags": "SELECT note FROM flags",
    "cards": "SELECT card FROM cards",
}


@pytest.mark.parametrize("moments", [20, pytest.param(300, marks=pytest.mark.long)])
def test_a_killed_process_loses_nothing_it_showed(tmp_path: Path, moments: int) -> None:
    rng = random.Random(7)
    shutil.copy(VERSION_1, tmp_path / "progress.db")
    shown: dict[str, set[str]] = {kind: set() for kind in KEPT}
    for moment in range(moments):
        process = start(STUDY_UNTIL_KILLED, tmp_path, moment)
        assert process.stdout is not None and process.stdin is not None
        lines = [process.stdout.readline() for _ in range(rng.choice([0, 1, 2, rng.randrange(200)]))]
        time.sleep(rng.uniform(0, 0.002 if lines else 0.4))  # with none read, some are killed as they open the file
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.read().splitlines(keepends=True)
        process.wait()
        process.stdin.close()
        process.stdout.close()
        for kind, what, *_ in (json.loads(line) for line in lines if line.endswith("\n")):  # or it was not shown
            assert what is None or kind != "warning"
            if kind in shown:
                shown[kind].add(what)

        assert sound(tmp_path)
        store = Store.open(tmp_path)
        assert store.warning is None
        for kind, query in KEPT.items():
            kept = [what for (what,) in store._read(query)]
            assert len(set(kept)) == len(kept) and shown[kind] <= set(kept)
            assert len(kept) <= len(shown[kind]) + moment + 1 + OLD.get(kind, 0)  # one in the making at each kill
        assert store.memories() == replay(store.answers(), store.ratings())
        store.close()
    assert all(shown.values())


# ── two at once ──────────────────────────────────────────────────────────────────────────────────────

ANSWER_MANY = """
import sys
from pathlib import Path
from tutor.study.store import Store
input()
store = Store.open(Path(sys.argv[1]))
for i in range(int(sys.argv[3])):
    answer = store.record_answer(f"q-{i % 40}", 1, sys.argv[2], i % 3 > 0, i, seconds=1.0)
    if i % 10 == 0:
        store.undo(answer)
    if i % 50 == 0:
        store.memories()
print(store.warning)
"""


@pytest.mark.parametrize(("version", "n"), [("new", 1000), ("1", 30)])
def test_two_sessions_at_once_lose_nothing(tmp_path: Path, version: str, n: int) -> None:
    if version == "1":
        shutil.copy(VERSION_1, tmp_path / "progress.db")
    processes = [start(ANSWER_MANY, tmp_path, name, n) for name in ("left", "right")]
    for process in processes:  # both open the file at the same moment, and create it or bring it up to date
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == ["None", "None"]
    store = Store.open(tmp_path)
    for side in ("left", "right"):
        assert [a.response for a in store.answers(chapter_id=side)] == [i for i in range(n) if i % 10]
    assert store.memories() == replay(store.answers(), store.ratings())  # none is of a log that had grown meanwhile
    store.close()
    assert sound(tmp_path)


# ── no room ──────────────────────────────────────────────────────────────────────────────────────────

FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from tutor.study.store import Store
said = []
store = Store.open(Path(sys.argv[1]), said.append)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
on_disk = 0
for i in range(400):
    store.record_answer(f"q-{i}", 1, "c", True, "x" * 300, seconds=1.0)
    on_disk += store.saved
print(len(store.answers()), on_disk, len(said), said == [store.warning], len(store.memories()))
print(said[0])
"""


def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    counts, warning = run(FILL_THE_DISK, tmp_path)
    answered, on_disk, warnings, same, memories = counts.split()
    assert (answered, warnings, same, memories) == (
        "400",
        "1",
        "True",
        "400",
    )  # nothing lost in this session, said once
    assert warning.startswith("Progress is not being saved: ") and str(tmp_path) in warning
    store = Store.open(tmp_path)
    assert [a.question_id for a in store.answers()] == [f"q-{i}" for i in range(int(on_disk))]
    assert 0 < int(on_disk) < 400 and len(store.memories()) == int(on_disk)
    store.close()
    assert sound(tmp_path)


OPEN_WITH_NO_ROOM = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
"""
OPEN_READ_ONLY = """
import os, platformdirs, sqlite3, fsrs.scheduler, tutor.study.schedule
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
"""
OPEN = """
import sys
from pathlib import Path
from tutor.study.store import Store
{restrict}
store = Store.open(Path(sys.argv[1]))
store.record_answer("new", 1, "c", True, 0, seconds=1.0)
print(store.warning)
print(*(a.question_id for a in store.answers()))
print(*sorted(store.memories()))
"""


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that a user without rights can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("version", ["now", "1"])
@pytest.mark.parametrize("restrict", [OPEN_WITH_NO_ROOM, OPEN_READ_ONLY], ids=["full", "read-only"])
def test_old_progress_is_seen_where_nothing_can_be_written(open_to_all: Path, restrict: str, version: str) -> None:
    path = open_to_all / "progress.db"
    shutil.copy(VERSION_1, path)
    if version == "now":
        Store.open(open_to_all).close()
    before = path.read_bytes()
    path.chmod(0o444)
    open_to_all.chmod(0o555)
    warning, answers, memories = run(OPEN.format(restrict=restrict), open_to_all)
    assert warning.startswith("Progress is not being saved: ") and "progress.db" in warning
    assert answers.split()[0] == "why-bytes" and answers.split()[-1] == "new" and len(answers.split()) == 8
    assert memories == "count-merges guess-top new which-split why-bytes"
    assert path.read_bytes() == before
