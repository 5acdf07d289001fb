from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.course.load import Course
from tutor.course.schema import Blank, Card, Challenge, Chapter, ChapterEntry, Goal, Outcome, Part, Prediction, Track
from tutor.study import database, forgetting
from tutor.study.archive import Archive
from tutor.study.schedule import Rating
from tutor.study.transfer import Contents, minus


def chapter(name: str) -> Chapter:
    """Two cards, each with a question, a challenge and a prediction."""
    outcomes = [Outcome(text="it does", when=[], explain="")]
    return Chapter(
        id=name,
        title=name,
        minutes=1,
        goals=[Goal(id=f"{name}-goal", text="Know.")],
        cards=[
            Card(
                id=f"{name}-{n}",
                title="",
                text="",
                challenges=[Challenge(id=f"{name}-{n}-met", text="", goals=[], recipe={})],
                predictions=[Prediction(id=f"{name}-{n}-guess", text="", settings={}, outcomes=outcomes)],
            )
            for n in (1, 2)
        ],
        questions=[
            Blank(id=f"{name}-{n}-q", goal=f"{name}-goal", card=f"{name}-{n}", text="", answers=["x"], explain="")
            for n in (1, 2)
        ],
    )


def course() -> Course:
    entries = [ChapterEntry(id=name, title=name, summary="", file=f"{name}.toml") for name in ("a", "b", "broken")]
    part = Part(id="p", title="", chapters=entries)
    found = Course(Path("nowhere"), [Track(id="t", title="", summary="", parts=[part])])
    found._chapters = {name: chapter(name) for name in "ab"}
    return found


def studied(log: list[tuple[str, str, bool]]) -> Archive:
    """Answers to `question` given in `chapter`, every third undone, every second rated; and all else in `a` and `b`."""
    archive = Archive(database.in_memory(), None, None)
    for n, (question, where, correct) in enumerate(log):
        answer = archive.record_answer(question, 1, where, correct, "x", seconds=1.0)
        if n % 2:
            archive.rate(answer, Rating.EASY if correct else Rating.HARD)
        if n % 3 == 0:
            archive.undo(answer)
    archive.flag("a-1-q", 1, "unclear")
    for name in "ab":
        for n in (1, 2):
            archive.mark_card(name, f"{name}-{n}")
            archive.meet_challenge(f"{name}-{n}-met")
            archive.record_prediction(f"{name}-{n}-guess", "it does", True)
        archive.set_place(name, f"{name}-2")
    archive.mark_card("a", "a-gone")
    archive.meet_challenge("met-gone")
    return archive


LOG = [
    ("a-1-q", "a", True),
    ("a-2-q", "a", False),
    ("a-1-q", "b", False),  # it was in another chapter then
    ("b-1-q", "a", True),
    ("b-1-q", "b", True),
    ("q-gone", "a", True),  # the course no longer has it
    ("q-gone", "broken", True),
]


def left(contents: Contents, table: str, field: str) -> list[str]:
    return sorted({getattr(row, field) for row in getattr(contents, table)})


def test_a_card_takes_along_what_was_done_on_it_and_nothing_else() -> None:
    archive = studied(LOG)
    before = archive.contents()
    after = forgetting.without(before, forgetting.card(course(), before, "a-1"))
    assert left(after, "answers", "question") == ["a-2-q", "b-1-q", "q-gone"]
    assert left(after, "cards", "card") == ["a-2", "a-gone", "b-1", "b-2"]
    assert left(after, "challenges", "id") == ["a-2-met", "b-1-met", "b-2-met", "met-gone"]
    assert left(after, "predictions", "prediction") == ["a-2-guess", "b-1-guess", "b-2-guess"]
    assert after.flags == before.flags and after.places == before.places
    gone = {row.id for row in minus(before, after).answers}
    assert len(gone) == 2
    assert not gone & ({row.answer for row in after.undos} | {row.answer for row in after.ratings})
    without_place = forgetting.without(before, forgetting.card(course(), before, "a-2"))
    assert left(without_place, "places", "chapter") == ["b"]
    without_orphan = forgetting.without(before, forgetting.card(course(), before, "a-gone"))
    assert minus(before, without_orphan) == Contents(cards=tuple(c for c in before.cards if c.card == "a-gone"))


def test_a_chapter_takes_along_its_own_and_what_is_nowhere_now() -> None:
    archive = studied(LOG)
    before = archive.contents()
    after = forgetting.without(before, forgetting.chapter(course(), before, "a"))
    assert [(row.question, row.chapter) for row in after.answers] == [
        ("b-1-q", "a"), ("b-1-q", "b"), ("q-gone", "broken"),
    ]  # fmt: skip
    assert left(after, "cards", "card") == ["b-1", "b-2"]
    assert left(after, "challenges", "id") == ["b-1-met", "b-2-met", "met-gone"]
    assert left(after, "places", "chapter") == ["b"]
    assert after.flags == before.flags
    broken = forgetting.without(before, forgetting.chapter(course(), before, "broken"))
    assert [row.question for row in minus(before, broken).answers] == ["q-gone"]


def test_what_nobody_knows_is_an_error() -> None:
    for find in (forgetting.card, forgetting.chapter):
        with pytest.raises(KeyError):
            find(course(), Contents(), "nothing")


QUESTIONS = st.sampled_from(["a-1-q", "a-2-q", "b-1-q", "b-2-q", "q-gone"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(QUESTIONS, st.sampled_from("ab"), st.booleans()), max_size=12), st.sampled_from("ab"))
def test_what_is_derived_follows_from_what_is_left(log: list[tuple[str, str, bool]], name: str) -> None:
    archive = studied(log)
    remembered = archive.memories()
    archive.change(lambda found: forgetting.without(found, forgetting.chapter(course(), found, name)))
    memories, progress = archive.memories(), archive.progress()
    archive.rebuild()
    assert (archive.memories(), archive.progress()) == (memories, progress)
    other = {"a": "b", "b": "a"}[name]
    kept = {question: memory for question, memory in remembered.items() if question.startswith(other)}
    assert {question: memory for question, memory in memories.items() if question != "q-gone"} == kept
    archive.close()
