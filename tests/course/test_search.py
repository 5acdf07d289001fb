"""Cards and terms are found by their words; a chapter that cannot be read is left out."""

from __future__ import annotations

from pathlib import Path

from tutor.course.load import Course, load_course
from tutor.course.search import MOST, Hit, entries, find


def read(course: Course) -> list[Hit]:
    """To the end of its steps."""
    steps = entries(course)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return list(end.value)


def test_every_card_and_every_term_can_be_found() -> None:
    course = load_course()
    hits = read(course)
    assert len(hits) == sum(len(chapter.cards) for chapter in course.readable()) + len(course.terms)
    for hit in hits:
        assert find(hit.title, [hit]) == [hit]


def test_facts_are_found_as_they_are_shown_and_marks_are_not(lessons: Path) -> None:
    hits = read(load_course(lessons))
    assert not find("{fact", hits) and not find("**", hits) and not find("term:", hits)


def test_a_broken_chapter_is_left_out(lessons: Path) -> None:
    everything = read(load_course(lessons))
    (lessons / "main/01-pieces.toml").write_text("[[")
    left = read(load_course(lessons))
    assert left and {hit.where for hit in left} == {hit.where for hit in everything} - {"Pieces"}


def test_a_hit_has_every_word_and_titles_come_first() -> None:
    hits = [
        Hit("card", "a/1", "Merging bytes", "A", "pairs of tokens"),
        Hit("card", "a/2", "Tokens", "A", "bytes"),
        Hit("term", "t", "token", "Glossary", "A piece of text."),
    ]
    assert [hit.id for hit in find("TOKENS", hits)] == ["a/2", "a/1"]
    assert [hit.id for hit in find("tokens pairs", hits)] == ["a/1"]
    assert find("tokens audio", hits) == find("  ", hits) == []
    assert len(find("a", hits[2:] * (MOST + 1))) == MOST
