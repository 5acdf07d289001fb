"""`tutor course` and `tutor check`."""

import json
import re

import pytest

from tutor.course.load import load_course

COUNTS = ("goals", "cards", "widgets", "challenges", "predictions", "insights")


def test_course_lists_every_chapter(tutor):
    tracks = tutor("course", "--json").data["tracks"]
    listed = [chapter["id"] for track in tracks for chapter in track["chapters"]]
    assert listed == [entry.id for entry in load_course().entries()]
    for chapter in (chapter for track in tracks for chapter in track["chapters"]):
        assert chapter["title"] and chapter["part"]
        assert "error" not in chapter
        assert all(isinstance(chapter[name], int) for name in COUNTS)
        assert set(chapter["questions"]) == {"one", "several", "number", "blank", "predict", "order", "match", "code"}
        assert chapter["ready"] == (chapter["cards"] > 0)


def test_course_counts_what_the_chapter_holds(tutor):
    tracks = tutor("course", "--json").data["tracks"]
    counts = next(chapter for track in tracks for chapter in track["chapters"] if chapter["id"] == "text-to-tokens")
    chapter = load_course().chapter("text-to-tokens")
    assert counts["cards"] == len(chapter.cards)
    assert counts["widgets"] == len([card for card in chapter.cards if card.widget])
    assert sum(counts["questions"].values()) == len(chapter.questions)
    assert counts["predictions"] == sum(len(card.predictions) for card in chapter.cards)


def test_course_for_people_names_every_chapter(tutor):
    done = tutor("course")
    assert done.code == 0
    for entry in load_course().entries():
        assert f" {entry.id} " in done.out
        assert entry.title in done.out


BROKEN = """
[[track]]
id = "t"
title = "T"
summary = "All of it"
parts = [{ id = "p", title = "P", chapters = [
  { id = "bad", title = "Bad", summary = "Broken", file = "bad.toml" },
  { id = "later", title = "Later", summary = "Coming" },
] }]
"""


@pytest.fixture
def broken(tmp_path):
    (tmp_path / "tracks.toml").write_text(BROKEN)
    (tmp_path / "glossary.toml").write_text("term = []\n")
    (tmp_path / "bad.toml").write_text('id = "bad"\ntitle = 3\n')
    return tmp_path


def test_broken_chapter_is_said_in_its_place(tutor, broken, monkeypatch):
    monkeypatch.setattr("tutor.course.load.lessons_root", lambda: broken)
    bad, later = tutor("course", "--json").data["tracks"][0]["chapters"]
    assert not bad["ready"] and "bad.toml:" in bad["error"]
    assert not later["ready"] and "error" not in later
    done = tutor("course")
    assert done.code == 0
    assert "Bad: broken: " in done.out
    assert "Later: coming" in done.out


def test_check_reports_problems_by_file_and_line(tutor, broken):
    done = tutor("check", str(broken))
    assert done.code == 1
    assert done.err == ""
    lines = done.out.splitlines()
    assert any("bad.toml:" in line for line in lines)
    assert all(re.match(r".+\.toml:\d+: .", line) for line in lines)


def test_check_as_data(tutor, broken):
    done = tutor("check", str(broken), "--json")
    assert done.code == 1
    problems = json.loads(done.out)
    assert [sorted(problem) for problem in problems] == [["file", "line", "message"]] * len(problems)
    assert tutor("check", str(broken)).out.splitlines() == ["{file}:{line}: {message}".format(**p) for p in problems]


def test_shipped_lessons_have_no_problems(tutor):
    done = tutor("check")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("no problems\n")


def test_a_course_without_chapters_is_empty(tutor, tmp_path, monkeypatch):
    (tmp_path / "tracks.toml").write_text("track = []\n")
    monkeypatch.setattr("tutor.course.load.lessons_root", lambda: tmp_path)
    assert tutor("course") == (0, "", "")
