"""A broken file is said where it is asked for, and breaks nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.course.load import LessonError, facts, load_course
from tutor.course.locate import lessons_root
from tutor.course.schema import Predict


def test_what_a_course_gives(lessons: Path) -> None:
    course = load_course(lessons)
    assert [entry.id for entry in course.entries()] == ["pieces", "whole", "later"]
    assert course.entry("whole").title == "Whole"
    assert [course.is_ready(name) for name in ("pieces", "whole", "later", "nowhere")] == [True, True, False, False]
    chapter = course.chapter("pieces")
    assert chapter is course.chapter("pieces")
    assert isinstance(chapter.questions[4], Predict)
    assert facts(chapter)["marmalade-tokens"].value == 4
    assert course.term("byte").name == "byte"  # type: ignore[union-attr]
    assert course.term("nothing") is None
    assert course.lab("count.py") == (lessons / "labs/count.py").resolve()
    assert course.lab("../tracks.toml") is None
    assert course.lab("none.py") is None


def test_a_broken_chapter_leaves_the_others(lessons: Path) -> None:
    path = lessons / "main/01-pieces.toml"
    path.write_text(path.read_text().replace("hint = ", "hnit = ").replace("minutes = 5", 'minutes = "5"'))
    course = load_course(lessons)
    with pytest.raises(LessonError) as error:
        course.chapter("pieces")
    assert [(p.file, p.message) for p in error.value.problems] == [
        (str(path), "`minutes` must be a whole number, not text"),
        (str(path), "unknown field `hnit`; did you mean `hint`?"),
    ]
    assert str(error.value) == f"{path}:3: `minutes` must be a whole number, not text"
    assert course.chapter("whole").title == "Whole"
    assert course.term("token")


@pytest.mark.parametrize(
    "content", [b"[[", b"\xff", b"x = 1", b"", b"a = " + b"[" * 9000, b"a = " + b"[" * 400 + b"]" * 400]
)
def test_a_chapter_that_is_no_lesson_raises_lesson_error(lessons: Path, content: bytes) -> None:
    (lessons / "main/02-whole.toml").write_bytes(content)
    course = load_course(lessons)
    with pytest.raises(LessonError):
        course.chapter("whole")
    assert course.chapter("pieces").title == "Pieces"


@pytest.mark.parametrize("char", ["\\u001b]0;title\\u0007", "\\u009b31m", "\\u202e", "\\r", "\u2066"])
def test_what_a_terminal_would_obey_is_refused_in_texts_and_taken_in_settings(lessons: Path, char: str) -> None:
    path = lessons / "main/01-pieces.toml"
    good = path.read_text()
    path.write_text(good.replace('title = "', f'title = "{char}', 1))
    with pytest.raises(LessonError, match=r"pieces.toml:\d+: the character U\+[0-9A-F]{4} cannot be shown"):
        load_course(lessons).chapter("pieces")
    path.write_text(good.replace('text = "one two"', f'text = "{char}"', 1))
    assert load_course(lessons).chapter("pieces").title == "Pieces"


def test_a_chapter_that_is_no_file_is_said_and_not_waited_for(lessons: Path) -> None:
    path = lessons / "main/02-whole.toml"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(LessonError, match="it is not a file"):
        load_course(lessons).chapter("whole")
    path.unlink()
    path.write_bytes(b"#" * (1 << 22) + b"\n")
    with pytest.raises(LessonError, match="more than"):
        load_course(lessons).chapter("whole")


def test_a_link_in_a_circle_is_no_path(lessons: Path) -> None:
    path = lessons / "main/02-whole.toml"
    path.unlink()
    path.symlink_to(path.name)
    course = load_course(lessons)
    assert not course.is_ready("whole")
    with pytest.raises(LessonError):
        course.chapter("whole")


def test_a_chapter_that_is_there_twice_is_one_clear_line(lessons: Path) -> None:
    tracks = lessons / "tracks.toml"
    tracks.write_text(tracks.read_text().replace('id = "later"', 'id = "whole"'))
    with pytest.raises(LessonError, match="the chapter id `whole` is there twice"):
        load_course(lessons)


def test_a_chapter_is_read_again_once_it_is_mended(lessons: Path) -> None:
    path = lessons / "main/02-whole.toml"
    good = path.read_text()
    path.write_text("[[")
    course = load_course(lessons)
    with pytest.raises(LessonError):
        course.chapter("whole")
    path.write_text(good)
    assert course.chapter("whole").title == "Whole"


def test_a_chapter_to_come_and_one_that_is_not_there(lessons: Path) -> None:
    course = load_course(lessons)
    with pytest.raises(LessonError, match="Later: this chapter is still to come"):
        course.chapter("later")
    with pytest.raises(KeyError):
        course.chapter("nowhere")
    (lessons / "main/02-whole.toml").unlink()
    assert not course.is_ready("whole")
    with pytest.raises(LessonError, match="cannot be read"):
        course.chapter("whole")


def test_a_broken_glossary_breaks_no_chapter(lessons: Path) -> None:
    (lessons / "glossary.toml").write_text('[[term]]\nid = "token"\n')
    course = load_course(lessons)
    assert course.term("token") is None
    assert [p.message for p in course.glossary_problems] == ["`name` is missing", "`text` is missing"]
    assert course.chapter("pieces").title == "Pieces"


def test_broken_tracks_are_one_clear_line(lessons: Path) -> None:
    (lessons / "tracks.toml").write_text("[[track]\n")
    with pytest.raises(LessonError) as error:
        load_course(lessons)
    assert str(error.value).startswith(f"{lessons / 'tracks.toml'}:1: ")
    assert "\n" not in str(error.value)


def test_the_lessons_that_are_shipped_are_found() -> None:
    assert (lessons_root() / "tracks.toml").is_file()
    course = load_course()
    assert all(course.chapter(entry.id).id == entry.id for entry in course.entries() if course.is_ready(entry.id))


@pytest.mark.parametrize("module", ["load", "text", "check"])
def test_what_importing_it_brings(module: str) -> None:
    code = f"import sys, tutor.course.{module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"textual", "numpy", "torch"} & set(done.stdout.split())


def test_two_threads_may_read_at_once() -> None:
    code = """
import sys, threading
from tutor.course.load import load_course
course = load_course()
sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=course.readable) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
    for _ in range(5):  # only what is new to a process can go wrong
        assert subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE).returncode == 0
