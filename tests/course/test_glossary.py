"""The terms that a text speaks of, by link and by name."""

from __future__ import annotations

from pathlib import Path

from tutor.course.glossary import cards_about, found, named, names, taught, underlined
from tutor.course.load import load_course
from tutor.course.schema import Term


def term(name: str) -> Term:
    return Term(id=name.split(" (")[0].replace(" ", "-"), name=name, text="")


TERMS = [term("attention"), term("attention head"), term("byte-pair encoding (BPE)"), term("bias (in embeddings)")]


def test_what_is_underlined_comes_in_order_and_once() -> None:
    texts = ["[A](term:b) and [a card](card:c)", "[c](term:a), [b](term:b)"]
    assert underlined(texts) == ["b", "a"]


def test_a_term_goes_by_its_name_alone_or_by_its_short_form() -> None:
    assert names(TERMS[2]) == ["byte-pair encoding", "byte-pair encoding (bpe)", "bpe"]
    assert names(TERMS[3]) == ["bias", "bias (in embeddings)"]


def test_names_are_found_as_whole_words_the_longest_first_where_they_stand() -> None:
    assert named(["BPE is no bias.", "Two Attention heads"], TERMS) == ["byte-pair-encoding", "bias", "attention-head"]
    assert named(["inattention, biased"], TERMS) == [] == named(["attention"], [])


def test_the_terms_taught_so_far(lessons: Path) -> None:
    course = load_course(lessons)
    chapters = course.readable()
    so_far = [[term.id for term in taught(course, chapter)] for chapter in chapters]
    linked = [underlined(card.text for card in chapter.cards) for chapter in chapters]
    assert so_far[-1] == list(dict.fromkeys(one for ids in linked for one in ids))
    for chapter, ids in zip(chapters, linked, strict=True):
        for one in ids:
            assert any(where == chapter.id for where, _, _ in cards_about(course, one))


def test_a_term_is_found_by_id_or_name_and_others_by_a_part(lessons: Path) -> None:
    course = load_course(lessons)
    exact, near = found(course, " BYTE ")
    assert exact is not None and exact.id == "byte" and exact in near
    assert found(course, "nothing") == (None, []) == found(course, "")
