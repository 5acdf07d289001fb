"""Where the learner stands: counted from the log, by ids alone."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from two_chapters import write

from tutor.course.load import load_course
from tutor.study.recall import FEW, Recall, plot
from tutor.study.report import as_data, gather, months, report
from tutor.study.schedule import Bin
from tutor.study.store import Answer, Store
from tutor.study.summary import PAUSE, Count, Summary, studied, summarise

NOON = datetime(2026, 3, 4, 12).timestamp()


def answer(
    question: str, correct: bool = True, *, at: float = NOON, revision: int = 1, chapter: str = "tokens"
) -> Answer:
    return Answer(f"{question}{at}", at, question, revision, chapter, 1, correct, "yes", 20.0, False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "lessons")


def summary(root: Path, *answers: Answer, cards: frozenset[str] = frozenset()) -> Summary:
    return summarise(load_course(root), answers, cards, [one.at for one in answers])


def test_the_latest_answer_says_whether_a_question_is_solid(root: Path) -> None:
    found = summary(
        root,
        answer("tokens-1", False),
        answer("tokens-1", True),
        answer("tokens-2", True),
        answer("tokens-2", False),
        answer("vectors-3", True, chapter="vectors"),
        cards=frozenset({"tokens-card", "gone"}),
    )
    (track,) = found.tracks
    tokens, vectors = track.chapters
    assert tokens.count == Count(cards=1, read=1, questions=3, tried=2, solid=1)
    assert vectors.count == Count(cards=1, read=0, questions=3, tried=1, solid=1)
    assert track.count == Count(cards=2, read=1, questions=6, tried=3, solid=2)
    assert tokens.goals[0].count == tokens.count
    assert [card.id for card in tokens.goals[0].read_again] == ["tokens-card"] and vectors.goals[0].read_again == ()
    assert [(m.question.id, m.wrong, m.answers) for m in found.missed] == [("tokens-1", 1, 2), ("tokens-2", 1, 2)]


def test_a_question_that_was_revised_or_moved_or_is_gone(root: Path) -> None:
    path = root / "tokens.toml"
    path.write_text(path.read_text("utf-8").replace('id = "tokens-1"', 'id = "tokens-1"\nrevision = 2'), "utf-8")
    found = summary(
        root,
        answer("tokens-1", False),  # to the revision before
        answer("vectors-1"),  # when it was in the other chapter
        answer("old", False),
        answer("old"),
    )
    tokens, vectors = found.tracks[0].chapters
    assert tokens.count.tried == 0 and vectors.count.solid == 1
    assert found.orphans == {"old": 2} and found.missed == ()
    assert found.study.answers == 4 and found.study.right == 2


def test_a_chapter_that_cannot_be_read_loses_nothing(root: Path) -> None:
    (root / "tokens.toml").write_text('id = "tokens', encoding="utf-8")
    found = summary(root, answer("tokens-1"), answer("vectors-1", chapter="vectors"))
    tokens, vectors = found.tracks[0].chapters
    assert "tokens.toml:1" in tokens.problem and tokens.count == Count() and vectors.count.tried == 1
    assert found.orphans == {}


def test_days_are_the_learners_own_and_time_stops_at_a_pause(root: Path) -> None:
    before, after = (datetime(2026, 3, day, *at).timestamp() for day, at in ((4, (23, 59)), (5, (0, 1))))
    found = summary(
        root, answer("tokens-1", at=before), answer("tokens-2", at=after), answer("tokens-3", at=after + 5000)
    )
    assert found.study.days == (date(2026, 3, 4), date(2026, 3, 5))
    assert found.study.seconds == pytest.approx(20 + 120 + 20)


@given(st.lists(st.floats(0, 1e6)), st.randoms())
def test_time_studied_does_not_hang_on_order_and_is_never_more_than_went_by(moments: list[float], random) -> None:
    seconds = studied(moments)
    assert 0 <= seconds <= (max(moments) - min(moments) if moments else 0) + 1e-6
    assert seconds <= PAUSE * max(0, len(moments) - 1)
    random.shuffle(moments)
    assert studied(moments) == pytest.approx(seconds)


@given(st.lists(st.dates(date(2020, 1, 1), date(2030, 12, 31)), unique=True))
def test_every_day_of_study_is_marked_once(days: list[date]) -> None:
    days.sort()
    for plain, mark in ((True, "#"), (False, "■")):
        lines = months(days, plain)
        assert sum(line.count(mark) for line in lines) == len(days)
        assert len(lines) == len({(day.year, day.month) for day in days})
        assert all(len(line) <= 60 and line.isascii() >= plain for line in lines)


bins = st.lists(st.builds(Bin, st.floats(0, 1), st.floats(0, 1), st.integers(1, 99)), max_size=10)


@given(bins, st.booleans())
def test_a_plot_fits_the_screen_and_means_are_weighed(made: list[Bin], ascii: bool) -> None:
    lines = plot(made, ascii)
    assert all(len(line) <= 120 and line.isascii() >= ascii for line in lines)
    assert bool(lines) == bool(made)
    recall = Recall(tuple(made), 0, ())
    if made:
        assert any(("O" if ascii else "●") in line for line in lines) <= any(one.n >= FEW for one in made)
        assert (
            min(one.recalled for one in made) - 1e-9
            <= (recall.recalled or 0)
            <= max(one.recalled for one in made) + 1e-9
        )
    else:
        assert recall.predicted is recall.recalled is None


def test_a_point_on_the_line_stands_in_the_place_of_its_dot() -> None:
    off = plot([Bin(0.8, 0.6, 50)])
    on = plot([Bin(0.8, 0.8, 50), Bin(0.6, 0.6, 3)])
    row = next(line for line in on if line.startswith(" 80 %"))
    assert row.count("●") == 1 and "·" not in row
    assert "○" in next(line for line in on if line.startswith(" 60 %"))
    below = next(line for line in off if line.startswith(" 60 %"))
    assert below.index("●") > below.index("·")  # right of the dots: less was recalled than predicted


def test_the_report_is_the_same_after_a_rebuild(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path / "data")
    for days in (9, 6, 2):
        monkeypatch.setattr(time, "time", lambda days=days: NOON - timedelta(days=days).total_seconds())
        for n in (1, 2, 3):
            store.record_answer(f"tokens-{n}", 1, "tokens", n != 2, "yes", seconds=5.0)
    store.undo(store.answers("tokens-3")[-1].id)
    monkeypatch.undo()
    course = load_course(root)
    first = as_data(report(course, gather(store), NOON))
    store.rebuild()
    assert as_data(report(course, gather(store), NOON)) == first
    store.close()
    memory = first["memory"]
    assert memory["questions"] == 3 and memory["reviews"] == 5 == sum(one["n"] for one in memory["bins"])
    assert memory["recalled"] == pytest.approx(3 / 5) and 0 < memory["predicted"] < 1
    assert first["answers"] == 8 and len(first["days"]) == 3
