from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tutor.course.schema import Blank, Card, Chapter, Goal
from tutor.study.rounds import Item, Round, interleave, items, mix, recap, resume
from tutor.study.store import Store


def chapter(name: str, questions: int) -> Chapter:
    """Questions `a1`, `a2` and so on for chapter `a`, by turns on two goals; each has its card."""
    return Chapter(
        id=name,
        title=name.upper(),
        minutes=1,
        goals=[Goal(id=f"{name}-odd", text="Odd."), Goal(id=f"{name}-even", text="Even.")],
        cards=[Card(id=f"{name}-card-{n}", title=f"Card {n}", text="") for n in range(1, questions + 1)],
        questions=[
            Blank(
                id=f"{name}{n}",
                goal=f"{name}-{'odd' if n % 2 else 'even'}",
                card=f"{name}-card-{n}",
                text="___",
                answers=["x"],
                explain="",
            )
            for n in range(1, questions + 1)
        ],
    )


def answer(store: Store, quiz: Round, item: Item | None, correct: bool = True) -> str:
    assert item is not None
    return quiz.answer(store, item, "x", correct, seconds=1.0)


def ids(found: list[Item]) -> list[str]:
    return [item.id for item in found]


# ── one round ────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_skipped_stays_open_and_what_is_undone_is_open_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    quiz = Round(items([chapter("a", 3)]))
    first = quiz.after(None)
    second = quiz.after(first)  # skips the first
    answer(store, quiz, second)
    third = quiz.after(second)
    answer(store, quiz, third, correct=False)
    assert quiz.after(third) is None and ids(quiz.open) == ["a1"]
    assert quiz.undo(store) == third
    assert quiz.after(second) == third and ids(quiz.open) == ["a1", "a3"]
    assert [(a.question_id, a.correct) for a in store.answers()] == [("a2", True)]
    answer(store, quiz, third)
    assert quiz.undo(store) == third and quiz.undo(store) == second and quiz.undo(store) is None
    assert ids(quiz.open) == ["a1", "a2", "a3"] and store.answers() == []


def test_a_round_goes_on_where_it_was_left_and_what_was_answered_then_can_be_undone(tmp_path: Path) -> None:
    one, store = chapter("a", 2), Store.open(tmp_path)
    quiz = resume(one, store.last_round("a"))
    answer(store, quiz, quiz.after(None), correct=False)
    later = resume(one, store.last_round("a"))
    assert (later.number, later.right) == (1, {"a1": False})
    assert ids([item for item, _ in later.given]) == ["a1"]
    later.undo(store)
    assert store.answers() == []
    answer(store, later, later.items[0])
    answer(store, later, later.items[1])
    again = resume(one, store.last_round("a"))
    assert (again.number, again.right, again.given) == (2, {}, [])


def test_reviews_and_mixed_quizzes_are_no_part_of_a_chapters_round(tmp_path: Path) -> None:
    one, store = chapter("a", 2), Store.open(tmp_path)
    for source in ("mixed", "review"):
        other = Round(items([one]), source=source)
        answer(store, other, other.after(None))
    assert resume(one, store.last_round("a")).right == {}
    assert [a.source for a in store.answers()] == ["mixed", "review"]


def test_a_goal_is_solid_when_all_its_questions_were_right(tmp_path: Path) -> None:
    one, two, store = chapter("a", 3), chapter("b", 2), Store.open(tmp_path)
    asked = [item for item in items([two, one]) if item.id != "b2"]
    quiz = Round(asked, source="mixed")
    for item in asked[:-1]:
        answer(store, quiz, item, item.id != "a2")
    found = [(g.goal.id, g.right, g.asked, g.solid, [card.id for card in g.read_again]) for g in recap(quiz)]
    assert found == [
        ("b-odd", 1, 1, True, []),
        ("a-odd", 1, 2, False, ["a-card-3"]),
        ("a-even", 0, 1, False, ["a-card-2"]),
    ]


# ── order ────────────────────────────────────────────────────────────────────────────────────────────

CHAPTERS = {name: chapter(name, 12) for name in "abcd"}


@given(st.lists(st.sampled_from("abcd").flatmap(lambda c: st.integers(0, 11).map(lambda n: (c, n))), unique=True))
def test_neighbours_are_of_different_chapters_as_far_as_possible(places: list[tuple[str, int]]) -> None:
    given = [Item(CHAPTERS[c], CHAPTERS[c].questions[n]) for c, n in places]
    mixed = interleave(given)
    assert sorted(ids(mixed)) == sorted(ids(given))
    sizes = Counter(c for c, _ in places)
    together = sum(a.chapter.id == b.chapter.id for a, b in pairwise(mixed))
    assert together == max(0, 2 * max(sizes.values(), default=0) - len(given) - 1)
    for name in sizes:  # what is more urgent comes first within its chapter
        of_one = [[item.id for item in found if item.chapter.id == name] for found in (mixed, given)]
        assert of_one[0] == of_one[1]


def test_the_first_stay_first_unless_a_chapter_would_be_left_over() -> None:
    a, b = CHAPTERS["a"], CHAPTERS["b"]
    assert ids(interleave([*items([a])[:2], *items([b])[:2]])) == ["a1", "b1", "a2", "b2"]
    assert ids(interleave([*items([b])[:1], *items([a])[:3]])) == ["a1", "b1", "a2", "a3"]


def test_a_mixed_quiz_asks_each_chapter_and_first_what_was_answered_least(tmp_path: Path) -> None:
    chapters, store = [chapter("a", 4), chapter("b", 2)], Store.open(tmp_path)
    assert ids(mix(chapters, [], 4)) == ["a1", "b1", "a2", "b2"]
    assert len(mix(chapters, [])) == 6
    quiz = Round(mix(chapters, store.answers(), 4))
    for item in quiz.items:
        answer(store, quiz, item)
    assert ids(mix(chapters, store.answers(), 3)) == ["a3", "a4", "a1"]
