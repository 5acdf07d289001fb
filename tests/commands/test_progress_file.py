"""`tutor export`, `import`, `reset` and `class report` on the course that ships."""

import csv
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tutor.course.load import load_course
from tutor.study import drafts
from tutor.study.store import Store

CHAPTER, OTHER = "text-to-tokens", "embeddings"


@pytest.fixture
def at(tutor: Callable, tmp_path: Path) -> Iterator[Callable]:
    """`at("home", "export", …)`: a command with its progress in the folder `home`."""
    yield lambda machine, *arguments, **more: tutor("--data-dir", str(tmp_path / machine), *arguments, **more)


@pytest.fixture
def studied(tmp_path: Path) -> Callable[..., list[str]]:
    """`studied("home", right=2)`: six answers to each of two chapters, the first so many right; their ids."""

    def study(machine: str, right: int = 2) -> list[str]:
        store, made = Store.open(tmp_path / machine), []
        for chapter in map(load_course().chapter, (CHAPTER, OTHER)):
            for n, question in enumerate(chapter.questions[:6]):
                more = (question.revision, chapter.id, n < right, 0)
                made.append(store.record_answer(question.id, *more, seconds=3.0))
            store.mark_card(chapter.id, chapter.cards[0].id)
            store.set_place(chapter.id, chapter.cards[1].id)
        store.undo(made[0])
        store.record_answer("q-of-old", 1, "chapter-of-old", True, "x", seconds=1.0)
        store.memories()
        store.close()
        return made

    return study


def test_progress_moves_to_another_machine_and_back(at: Callable, studied: Callable, tmp_path: Path) -> None:
    studied("home")
    studied("office")
    for machine in ("home", "office"):
        done = at(machine, "export", str(tmp_path / f"{machine}.json"))
        assert (done.code, done.err) == (0, "")
        assert done.out == f"{tmp_path / machine}.json: 13 answers, 2 cards read, 1 answer undone\n"
    done = at("home", "import", str(tmp_path / "office.json"))
    assert done.out == f"new from {tmp_path / 'office.json'}: 13 answers, 1 answer undone\n"
    assert at("home", "import", str(tmp_path / "office.json")).out.endswith(": nothing\n")
    at("office", "import", str(tmp_path / "home.json"))
    home, office = (at(machine, "export", "-") for machine in ("home", "office"))
    assert home.out == office.out and "26 answers" in home.err
    assert at("new", "import", "-", stdin=home.out.encode()).code == 0
    assert at("new", "export", "-").out == home.out
    before, after = (at(machine, "progress", "--json").data for machine in ("home", "new"))
    assert before == after
    assert "q-of-old (2)" in at("new", "progress").out


def test_a_file_that_cannot_be_taken_in_changes_nothing(at: Callable, studied: Callable, tmp_path: Path) -> None:
    studied("home")
    good = at("home", "export", "-").out
    for name, text in (("cut", good[:-200]), ("newer", good.replace('"version": 1', '"version": 9')), ("empty", "")):
        file = tmp_path / f"{name}.json"
        file.write_text(text)
        done = at("home", "import", str(file))
        assert (done.code, done.out) == (1, "") and done.err.startswith(f"tutor: {file} ") and done.err.count("\n") == 1
    done = at("home", "import", str(tmp_path / "none.json"))
    assert done.err == f"tutor: {tmp_path}/none.json: No such file or directory\n"
    assert at("home", "import", str(tmp_path / "home" / "progress.db")).code == 1
    assert at("home", "export", "-").out == good


def test_a_database_that_cannot_be_used_is_neither_exported_nor_changed(at: Callable, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "progress.db").write_bytes(b"garbage" * 1000)
    for arguments in (("export", str(tmp_path / "out.json")), ("reset", "all", "--yes")):
        done = at("home", *arguments)
        assert done.code == 1 and "progress.db" in done.err and done.err.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


def test_export_replaces_a_file_whole_and_never_the_progress(at: Callable, studied: Callable, tmp_path: Path) -> None:
    studied("home")
    out = tmp_path / "out.json"
    out.write_text("old")
    (tmp_path / "link.json").symlink_to(out)
    assert at("home", "export", str(tmp_path / "link.json")).code == 0
    assert (tmp_path / "link.json").is_symlink() and out.read_text() == at("home", "export", "-").out
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(out.stat().st_mode) == 0o666 & ~umask
    done = at("home", "export", str(tmp_path / "home" / "progress.db"))
    assert done.code == 2 and "is the progress itself" in done.err
    done = at("home", "export", str(tmp_path / "nowhere" / "out.json"))
    assert done.err == f"tutor: {tmp_path}/nowhere/out.json: No such file or directory\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "link.json", "out.json"]


def test_other_forms(at: Callable, studied: Callable, tmp_path: Path) -> None:
    studied("home")
    assert at("home", "export", str(tmp_path / "Answers.CSV")).out.endswith(": 12 answers\n")
    with (tmp_path / "Answers.CSV").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12 and rows[-1]["question"] == "q-of-old" and rows[-1]["response"] == '"x"'
    assert at("home", "export", "--csv", "-").out.splitlines() == (tmp_path / "Answers.CSV").read_text().splitlines()
    done = at("home", "export", "--anki", "-")
    assert done.err == "-: 11 questions met; 1 left out that the course no longer has\n"
    assert done.out.startswith("#separator:tab\n") and done.out.count("\nllm-tutor-") == 11
    first, second = (json.loads(at("home", "export", "--answers", "-").out) for _ in range(2))
    assert first == second and len(first["answers"]) == 12
    assert at("home", "export", "--csv", "--anki", "-").code == 2


def test_reset_asks_keeps_a_backup_and_leaves_the_rest(at: Callable, studied: Callable, tmp_path: Path) -> None:
    studied("home")
    before = at("home", "export", "-").out
    assert at("home", "reset", "chapter", OTHER).code == 2  # nobody answers
    done = at("home", "reset", "chapter", OTHER, stdin=b"no\n")
    assert done.code == 0 and done.out.endswith("Nothing was changed.\n")
    assert at("home", "export", "-").out == before
    done = at("home", "reset", "chapter", OTHER, stdin=b"yes\n")
    assert done.out.startswith("To be forgotten: 6 answers, 1 card read.\n")
    (backup,) = (tmp_path / "home").glob("progress.backup-*.json")
    assert str(backup) in done.out and backup.read_text() == before
    left = at("home", "progress", "--json").data
    assert at("home", "progress", "rebuild").out.startswith("6 memories")
    assert at("home", "progress", "--json").data == left
    assert json.loads(at("home", "export", "-").out)["answers"] == [
        row for row in json.loads(before)["answers"] if row["chapter"] != OTHER
    ]
    assert at("home", "import", str(backup)).out.endswith(": 6 answers, 1 card read\n")
    assert at("home", "export", "-").out == before


def test_reset_of_a_card_and_of_all(at: Callable, studied: Callable, tmp_path: Path) -> None:
    studied("home")
    question = load_course().chapter(CHAPTER).questions[1]
    learner = json.loads(at("home", "export", "--answers", "-").out)["learner"]
    assert "answer" in at("home", "reset", "card", question.card, "--yes").out
    assert question.id not in at("home", "export", "-").out
    assert at("home", "reset", "card", question.card, "--yes").out == "There is nothing to forget.\n"
    assert at("home", "reset", "all", "--yes").code == 0
    assert at("home", "export", "-").err == "-: nothing\n"
    assert len(list((tmp_path / "home").glob("progress.backup-*.json"))) == 2
    assert json.loads(at("home", "export", "--answers", "-").out)["learner"] != learner
    for arguments in (("card", "nonsense"), ("chapter", "nonsense"), ("card",), ("all", "nonsense"), ()):
        done = at("home", "reset", *arguments)
        assert done.code == 2 and done.err.count("\n") == 1


def test_reset_takes_the_drafts_along(at: Callable, studied: Callable, tmp_path: Path) -> None:
    studied("home")
    own, other = (load_course().chapter(chapter).questions[-1] for chapter in (CHAPTER, OTHER))

    def left() -> list[str]:
        store = Store.open(tmp_path / "home")
        found = [question.id for question in (own, other) if drafts.note(store, question.id)]
        store.close()
        return found

    store = Store.open(tmp_path / "home")
    for question in (own, other):
        drafts.keep_note(store, question.id, "unclear")
    store.close()
    assert at("home", "reset", "chapter", CHAPTER, "--yes").code == 0 and left() == [other.id]
    assert at("home", "reset", "all", "--yes").code == 0 and left() == []


def test_a_class_is_put_together(at: Callable, studied: Callable, tmp_path: Path) -> None:
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    for n in range(6):
        studied(f"learner-{n}", right=n)
        at(f"learner-{n}", "export", "--answers", str(sheets / f"{n}.json"))
    (sheets / "again.json").write_bytes((sheets / "0.json").read_bytes())
    (sheets / "notes.txt").write_text("not a sheet")
    found = at("teacher", "class", "report", str(sheets), "--json").data
    assert (found["learners"], found["answers"], found["left_out"]) == (6, 6 * 11, 6)
    rows = {row["question"]: row for row in found["questions"]}
    second = rows[load_course().chapter(CHAPTER).questions[1].id]
    assert (second["learners"], second["right"], second["difficulty"]) == (6, 4, 0.6667)
    assert second["discrimination"] > 0.5
    done = at("teacher", "class", "report", str(sheets), "--csv")
    assert [row["question"] for row in csv.DictReader(done.out.splitlines())] == list(rows)
    done = at("teacher", "class", "report", str(sheets))
    assert done.out.startswith("6 learners, 66 first answers\n") and max(map(len, done.out.splitlines())) <= 80
    assert "6 answers left out" in done.out and not (tmp_path / "teacher").exists()


def test_a_sheet_that_cannot_be_read_is_said_and_left_out(at: Callable, studied: Callable, tmp_path: Path) -> None:
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    done = at("teacher", "class", "report", str(sheets))
    assert done.code == 1 and done.err == f"tutor: {sheets} has no file that `tutor export --answers` has written\n"
    studied("home")
    at("home", "export", "--answers", str(sheets / "a.json"))
    at("home", "export", str(sheets / "b.json"))
    done = at("teacher", "class", "report", str(sheets))
    assert done.code == 1 and done.out.startswith("1 learner, 11 first answers\n")
    assert done.err == "tutor: b.json holds 'llm-tutor progress', not 'llm-tutor answers'\n"
    assert at("teacher", "class", "report", str(tmp_path / "none")).code == 1
