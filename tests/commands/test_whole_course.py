"""The plain commands carry the whole course: what the app has can be had line by line, without taking the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutor.course.load import facts, load_course
from tutor.course.schema import Chapter
from tutor.course.text import plain
from tutor.experiments.registry import EXPERIMENTS

COURSE = load_course()
CHAPTERS = COURSE.readable()
SHORT = [CHAPTERS[0], *(pytest.param(one, marks=pytest.mark.long) for one in CHAPTERS[1:])]
Tutor = Callable[..., Any]


def words(text: str) -> str:
    """Text without its line breaks."""
    return " ".join(text.split())


def said(chapter: Chapter, text: str) -> str:
    """Lesson text as a plain command says it, its first paragraph."""
    return words("\n".join(plain(text, facts(chapter))).partition("\n\n")[0])


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda one: one.id)
def test_every_card_goal_and_insight(tutor: Tutor, tmp_path: Path, chapter: Chapter) -> None:
    out = words(tutor("--data-dir", str(tmp_path), "read", chapter.id, "--all").out)
    texts = [*(card.text for card in chapter.cards), *(goal.text for goal in chapter.goals)]
    texts += [insight.text for insight in chapter.insights]
    assert not [text for text in texts if said(chapter, text)[:60] not in out]
    assert all(card.title in out for card in chapter.cards)


@pytest.mark.parametrize("chapter", [one for one in CHAPTERS if one.questions], ids=lambda one: one.id)
def test_every_question(tutor: Tutor, tmp_path: Path, chapter: Chapter) -> None:
    n = len(chapter.questions)
    out = words(tutor("--data-dir", str(tmp_path), "quiz", chapter.id, stdin=b":skip\n" * n).out)
    drawn = {question.id for question in chapter.questions if "{" in question.text}  # asked with drawn numbers
    assert not [q.id for q in chapter.questions if q.id not in drawn and said(chapter, q.text)[:60] not in out]
    assert f"Question {n} of {n}" in out


@pytest.mark.parametrize("chapter", SHORT, ids=lambda one: one.id)
def test_every_widget_of_a_card_in_words_and_rows(tutor: Tutor, tmp_path: Path, chapter: Chapter) -> None:
    lines = b"".join(b":skip\n" * len(card.predictions) + b":readings\n\n" for card in chapter.cards)
    out = tutor("--data-dir", str(tmp_path), "read", chapter.id, stdin=b"\n" + lines).out
    live = [EXPERIMENTS[card.widget.name] for card in chapter.cards if card.widget]
    assert out.count("\nLive: ") == len(live)
    for card in chapter.cards:
        if card.widget is not None:
            part = out.partition(card.title)[2].partition("\n:")[0]
            assert f"Live: {EXPERIMENTS[card.widget.name].title}." in part


def test_every_widget_on_its_own(tutor: Tutor) -> None:
    listed = [line.split()[0] for line in tutor("show", "--list").out.splitlines()]
    assert set(EXPERIMENTS) <= set(listed)


def test_every_lab(tutor: Tutor, tmp_path: Path) -> None:
    labs = {card.lab for chapter in CHAPTERS for card in chapter.cards if card.lab}
    rows = tutor("--data-dir", str(tmp_path), "lab", "--json").data
    assert {f"{row['lab']}.py" for row in rows} == labs
    for row in rows:
        program = (COURSE.lab(f"{row['lab']}.py") or Path()).read_text(encoding="utf-8")
        assert tutor("--data-dir", str(tmp_path), "lab", row["lab"]).out.splitlines() == program.splitlines()


def test_every_term(tutor: Tutor) -> None:
    assert tutor("glossary").out.splitlines() == [term.name for term in COURSE.terms.values()]
    assert [one["text"] for one in tutor("glossary", "--json").data] == [one.text for one in COURSE.terms.values()]


def test_progress_and_reviews(tutor: Tutor, tmp_path: Path) -> None:
    data = ("--data-dir", str(tmp_path))
    tutor(*data, "quiz", CHAPTERS[0].id, stdin=b"1\n\n:quit\n")
    said = tutor(*data, "progress").out
    assert CHAPTERS[0].title in said and "of 1 answer right" in said
    assert tutor(*data, "review", "--forecast").code == 0
