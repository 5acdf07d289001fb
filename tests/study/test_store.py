from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.study import database
from tutor.study.store import Mark, Store, data_folder


def record(store: Store, question: str, correct: bool = True, **more: object) -> str:
    fields = {"revision": 1, "chapter_id": "tokens", "response": 0, "seconds": 2.5} | more
    return store.record_answer(question, correct=correct, **fields)  # type: ignore[arg-type]


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


def test_everything_comes_back(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    assert store.warning is None and store.saved
    assert store.place() is None and store.progress() == {}
    record(store, "q-one", correct=False, response={"text": "naïve \ud800 🦙"}, hinted=True)
    record(store, "q-one", revision=2, round=2)
    store.set_place("tokens", "bytes")
    store.set_place("attention", "query")
    store.set_place("tokens", "words")
    store.mark_card("tokens", "bytes")
    store.mark_card("tokens", "bytes")
    store.meet_challenge("few-tokens")
    store.meet_challenge("few-tokens")
    store.record_prediction("guess", "two tokens", False)
    store.record_prediction("guess", "one token", True)
    store.set_setting("theme", "night")
    store.set_setting("theme", "day")
    store.close()

    store = Store.open(tmp_path)
    first, second = store.answers("q-one")
    assert (first.correct, first.hinted, first.seconds, first.round) == (False, True, 2.5, 1)
    assert first.response == {"text": "naïve \ud800 🦙"} and first.at <= second.at
    assert store.answers(chapter_id="attention") == [] and store.answers() == [first, second]
    assert store.last_round("tokens") == [second] and store.last_round("attention") == []
    assert store.place() == ("tokens", "words")
    assert (store.place_in("attention"), store.place_in("generation")) == ("query", None)
    assert store.cards_read("tokens") == {"bytes"} and store.challenges_met() == {"few-tokens"}
    assert store.predictions_made() == {"guess": ("two tokens", False)}
    assert (store.setting("theme"), store.setting("colour")) == ("day", None)
    assert (store.progress()["tokens"].cards, store.progress()["tokens"].solid) == (1, 1)
    assert store.progress()["tokens"].marks == {"q-one": Mark(2, True)}
    assert store.progress()["tokens"].cards_read == {"bytes"} and store.progress()["attention"].place == "query"
    store.close()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.booleans(), st.integers(1, 3))))
def test_progress_is_what_the_log_says(log: list[tuple[str, str, bool, int]]) -> None:
    store = Store(database.in_memory(), None, None)
    expected: dict[str, dict[str, Mark]] = {}
    for question, chapter, correct, revision in log:
        record(store, question, correct, chapter_id=chapter, revision=revision)
        expected.setdefault(chapter, {})[question] = Mark(revision, correct)
    assert {chapter: progress.marks for chapter, progress in store.progress().items()} == expected
    assert [(a.question_id, a.chapter_id, a.correct, a.revision) for a in store.answers()] == log
    store.close()


ANSWER_UNTIL_KILLED = """
import sys
from pathlib import Path
from tutor.study.store import Store
store = Store.open(Path(sys.argv[1]))
while True:
    print(store.record_answer("q", 1, "c", True, [1, 2], seconds=1.0), flush=True)
"""


def test_a_killed_process_loses_nothing_it_showed(tmp_path: Path) -> None:
    rng = random.Random(7)
    shown: list[str] = []
    for _ in range(30):
        process = start(ANSWER_UNTIL_KILLED, tmp_path)
        assert process.stdout is not None and process.stdin is not None
        for _ in range(rng.randrange(1, 60)):
            shown.append(process.stdout.readline().strip())
        for _ in range(rng.randrange(20_000)):  # so that the kill falls anywhere between two lines
            pass
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
        shown.extend(line for line in rest.split("\n")[:-1])  # a line cut short was not shown
        process.wait()
        process.stdin.close()
        process.stdout.close()
    assert sound(tmp_path)
    store = Store.open(tmp_path)
    kept = [answer.id for answer in store.answers()]
    store.close()
    assert store.warning is None
    assert len(set(kept)) == len(kept) and set(shown) <= set(kept)
    assert len(kept) - len(shown) <= 30  # at most the one being written at each kill


ANSWER_200 = """
import sys
from pathlib import Path
from tutor.study.store import Store
input()
store = Store.open(Path(sys.argv[1]))
for i in range(200):
    store.record_answer(f"{sys.argv[2]}-{i}", 1, "c", True, i, seconds=1.0)
print(store.warning)
"""


def test_two_sessions_at_once_lose_nothing(tmp_path: Path) -> None:
    processes = [start(ANSWER_200, tmp_path, name) for name in ("left", "right")]
    for process in processes:  # both open the new file at the same moment
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == ["None", "None"]
    store = Store.open(tmp_path)
    assert {a.question_id for a in store.answers()} == {f"{side}-{i}" for side in ("left", "right") for i in range(200)}
    store.close()
    assert sound(tmp_path)


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
print(len(store.answers()), on_disk, len(said), said == [store.warning])
print(said[0])
"""


def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    counts, warning = run(FILL_THE_DISK, tmp_path)
    answered, on_disk, warnings, same = counts.split()
    assert (answered, warnings, same) == ("400", "1", "True")  # nothing lost in this session, said once
    assert warning.startswith("Progress is not being saved: ") and str(tmp_path) in warning
    store = Store.open(tmp_path)
    assert [a.question_id for a in store.answers()] == [f"q-{i}" for i in range(int(on_disk))]
    assert 0 < int(on_disk) < 400
    store.close()
    assert sound(tmp_path)


OPEN_WITH_NO_ROOM = """
import resource, sys
from pathlib import Path
from tutor.study.store import Store
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
store = Store.open(Path(sys.argv[1]))
store.record_answer("new", 1, "c", True, 0, seconds=1.0)
print(store.warning)
print([a.question_id for a in store.answers()])
"""

OPEN_READ_ONLY = """
import os, sys
from pathlib import Path
import platformdirs, sqlite3
from tutor.study.store import Store
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
store = Store.open(Path(sys.argv[1]))
store.record_answer("new", 1, "c", True, 0, seconds=1.0)
print(store.warning)
print([a.question_id for a in store.answers()])
"""


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that a user without rights can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("code", [OPEN_WITH_NO_ROOM, OPEN_READ_ONLY], ids=["full", "read-only"])
def test_old_progress_is_seen_where_nothing_can_be_written(open_to_all: Path, code: str) -> None:
    store = Store.open(open_to_all)
    record(store, "old")
    store.close()
    before = (open_to_all / "progress.db").read_bytes()
    (open_to_all / "progress.db").chmod(0o444)
    open_to_all.chmod(0o555)
    warning, answers = run(code, open_to_all)
    assert warning.startswith("Progress is not being saved: ") and "progress.db" in warning
    assert answers == "['old', 'new']"
    assert (open_to_all / "progress.db").read_bytes() == before


@pytest.mark.parametrize("place", ["a-file", "a-file/below", "/proc/no-such-folder"])
def test_a_folder_that_cannot_be(tmp_path: Path, place: str) -> None:
    (tmp_path / "a-file").write_text("not a folder")
    works_in_memory(Store.open(tmp_path / place), "cannot be opened", "--data-dir")


def works_in_memory(store: Store, *words: str) -> None:
    assert store.warning is not None and not store.saved and "\n" not in store.warning
    assert all(word in store.warning for word in words), store.warning
    written = record(store, "q")
    assert [a.id for a in store.answers()] == [written]
    store.close()


def spoil(folder: Path, how: str) -> bytes:
    store = Store.open(folder)
    for i in range(200):
        record(store, f"q-{i}")
    store.close()
    path = folder / "progress.db"
    raw = path.read_bytes()
    spoilt = {
        "garbage": random.Random(1).randbytes(9000),
        "text": b"not a database at all\n" * 400,
        "truncated": raw[: len(raw) // 2 + 100],
        "holed": raw[:8192] + bytes(4096) + raw[12288:],
    }[how]
    path.write_bytes(spoilt)
    return spoilt


@pytest.mark.parametrize("how", ["garbage", "text", "truncated", "holed"])
def test_a_damaged_file_is_kept(tmp_path: Path, how: str) -> None:
    spoilt = spoil(tmp_path, how)
    (tmp_path / "progress.damaged-1.db").write_bytes(b"an older copy")
    for _ in range(2):  # a second start keeps no second copy
        works_in_memory(Store.open(tmp_path), "is damaged", "progress.damaged-2.db", "move the file away")
    assert (tmp_path / "progress.db").read_bytes() == spoilt
    assert (tmp_path / "progress.damaged-1.db").read_bytes() == b"an older copy"
    assert (tmp_path / "progress.damaged-2.db").read_bytes() == spoilt
    assert not (tmp_path / "progress.damaged-3.db").exists()


def test_a_file_that_fails_while_open(tmp_path: Path) -> None:
    said: list[str] = []
    store = Store.open(tmp_path, said.append)
    record(store, "q")
    other = sqlite3.connect(tmp_path / "progress.db")
    other.execute("DROP TABLE answers")
    other.close()
    assert store.answers() == [] and not store.saved and said == [store.warning]
    works_in_memory(store, "no such table")
    works_in_memory(Store.open(tmp_path), "no such table")


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "progress.db")
    db.execute("CREATE TABLE songs (title TEXT)")
    db.close()
    before = (tmp_path / "progress.db").read_bytes()
    works_in_memory(Store.open(tmp_path), "another program")
    assert (tmp_path / "progress.db").read_bytes() == before


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    db = sqlite3.connect(tmp_path / "progress.db")
    db.execute(f"PRAGMA user_version = {database.VERSION + 1}")
    db.close()
    before = (tmp_path / "progress.db").read_bytes()
    works_in_memory(Store.open(tmp_path), "newer tutor", f"schema {database.VERSION + 1}")
    assert (tmp_path / "progress.db").read_bytes() == before


def test_an_older_schema_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path)
    record(store, "q")
    store.close()
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, ("ALTER TABLE answers ADD COLUMN note TEXT",)))
    monkeypatch.setattr(database, "VERSION", database.VERSION + 1)
    store = Store.open(tmp_path)
    assert store.warning is None and len(store.answers()) == 1
    store.close()
    db = sqlite3.connect(tmp_path / "progress.db")
    assert db.execute("SELECT note FROM answers").fetchall() == [(None,)]
    assert db.execute("PRAGMA user_version").fetchone()[0] == database.VERSION
    db.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path)
    record(store, "q")
    store.close()
    db = sqlite3.connect(tmp_path / "progress.db")
    db.execute("CREATE TABLE notes (text TEXT)")  # in the way of the migration's second step
    db.close()
    steps = ("ALTER TABLE answers ADD COLUMN note TEXT", "CREATE TABLE notes (text TEXT)")
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, steps))
        patch.setattr(database, "VERSION", database.VERSION + 1)
        works_in_memory(Store.open(tmp_path), "already exists")
    store = Store.open(tmp_path)
    assert store.warning is None and len(store.answers()) == 1
    store.close()


def test_the_platform_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder(tmp_path / "elsewhere") == tmp_path / "elsewhere"
    assert "llm-tutor" in data_folder().parts


def test_importing_study_is_light() -> None:
    code = "import tutor.study.store, tutor.study.grading, sys; print(*sys.modules)"
    assert {"textual", "rich", "numpy", "torch"}.isdisjoint(run(code)[0].split())
