from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.course.load import Course
from tutor.course.schema import (
    AnyQuestion,
    Blank,
    Card,
    Chapter,
    ChapterEntry,
    Choice,
    Code,
    CodeLine,
    Draw,
    Goal,
    Match,
    OneChoice,
    Order,
    Outcome,
    Pair,
    Part,
    Predict,
    SeveralChoices,
    Step,
    Track,
)
from tutor.study.answer_sheet import AnswerSheet, decode, encode, sheet, table
from tutor.study.classroom import FEW, ClassReport, QuestionState, joined, report
from tutor.study.transfer import Answered, Contents, Undone


def course(*questions: AnyQuestion) -> Course:
    entry = ChapterEntry(id="a", title="A", summary="", file="a.toml")
    part = Part(id="p", title="", chapters=[entry])
    found = Course(Path("nowhere"), [Track(id="t", title="", summary="", parts=[part])])
    goals = [Goal(id="know", text="Know."), Goal(id="do", text="Do.")]
    cards = [Card(id="card", title="", text="")]
    found._chapters = {"a": Chapter(id="a", title="A", minutes=1, goals=goals, cards=cards, questions=list(questions))}
    return found


def blank(name: str, goal: str = "know", revision: int = 1) -> Blank:
    return Blank(id=name, goal=goal, card="card", text="___", answers=["x"], explain="", revision=revision)


def answer(
    question: str,
    correct: bool,
    response: Any = "y",
    *,
    at: float = 1.0,
    id: str = "",
    revision: int = 1,
    variant: int = 0,
) -> Answered:
    name = id or f"{question}/{at}"
    return Answered(at, name, question, revision, "a", 1, correct, response, 1.0, False, "quiz", variant, None)


def of(learner: int, **right: bool) -> AnswerSheet:
    """A learner's first answers: right or wrong by question."""
    return AnswerSheet(f"L{learner}", tuple(answer(q, correct, id=f"{learner}-{q}") for q, correct in right.items()))


def states(found: ClassReport) -> dict[str, QuestionState]:
    return {state.question.id: state for goal in found.goals for state in goal.questions}


def test_difficulty_and_discrimination() -> None:
    questions = [blank("p"), blank("q"), blank("r", goal="do"), blank("nobody", goal="do")]
    right = [(1, 1, 1), (1, 1, 0), (1, 0, 1), (0, 0, 0), (0, 1, 0), (1, 1, 1)]
    found = report(course(*questions), [of(n, p=bool(p), q=bool(q), r=bool(r)) for n, (p, q, r) in enumerate(right)])
    assert (found.learners, found.answers, found.left_out) == (6, 18, 0)
    assert [(goal.goal.id, len(goal.questions)) for goal in found.goals] == [("know", 2), ("do", 1)]
    assert [goal.difficulty for goal in found.goals] == [8 / 12, 3 / 6]
    p = states(found)["p"]
    assert (p.learners, p.right, p.difficulty) == (6, 4, 4 / 6)
    # item-rest: p itself against the means of q and r
    xs, ys = [1, 1, 1, 0, 0, 1], [1, 0.5, 0.5, 0, 0.5, 1]
    mx, my = sum(xs) / 6, sum(ys) / 6
    sxy = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    sxx, syy = sum((x - mx) ** 2 for x in xs), sum((y - my) ** 2 for y in ys)
    assert p.discrimination == pytest.approx(sxy / (sxx * syy) ** 0.5)


def test_a_correlation_needs_learners_who_differ() -> None:
    both = course(blank("p"), blank("q"))
    few = [of(n, p=n % 2 == 0, q=n % 2 == 0) for n in range(FEW - 1)]
    assert states(report(both, few))["p"].discrimination is None
    assert states(report(both, [*few, of(9, p=True, q=True)]))["p"].discrimination == pytest.approx(1)
    assert states(report(both, [*few, of(9, p=True)]))["p"].discrimination is None  # the ninth has no rest
    alike = [of(n, p=n == 0, q=True) for n in range(FEW)]
    assert {state.discrimination for state in states(report(both, alike)).values()} == {None}
    assert report(both, []) == ClassReport(0, 0, 0, ())


def test_first_answers_to_present_questions_count() -> None:
    answers = (
        answer("p", False, at=3.0),
        answer("p", True, at=2.0, revision=1),
        answer("p", True, at=4.0),
        answer("q", True, at=5.0, revision=1),
        answer("gone", True, at=6.0),
    )
    found = report(course(blank("p"), blank("q", revision=2)), [AnswerSheet("L", answers)])
    assert (found.learners, found.answers, found.left_out) == (1, 1, 2)
    assert [(state.learners, state.right) for state in states(found).values()] == [(1, 1)]


def made_of(name: str, ids: list[int]) -> AnswerSheet:
    return AnswerSheet(name, tuple(answer("p", True, at=float(n), id=str(n)) for n in ids))


SHEETS = st.lists(st.builds(made_of, st.sampled_from("abcd"), st.lists(st.integers(0, 12), max_size=4)), max_size=6)


@settings(deadline=None, max_examples=50)
@given(SHEETS, st.randoms(use_true_random=False))
def test_sheets_of_one_learner_are_joined_in_any_order(sheets: list[AnswerSheet], rng: Any) -> None:
    found = joined(sheets)
    ids = [row.id for answers in found for row in answers]
    assert len(ids) == len(set(ids)) and set(ids) == {row.id for one in sheets for row in one.answers}
    assert len(found) <= len({one.learner for one in sheets})
    shuffled = rng.sample(sheets, len(sheets))
    assert sorted(map(repr, joined(shuffled))) == sorted(map(repr, found))


def test_one_learner_on_three_machines_is_one() -> None:
    one, two, both = (AnswerSheet(name, ()) for name in "xyz")
    one = AnswerSheet("x", (answer("p", True, id="1"),))
    two = AnswerSheet("y", (answer("p", False, id="2", at=0.5),))
    both = AnswerSheet("z", (*one.answers, *two.answers))
    for sheets in permutations([one, two, both]):
        assert [[row.id for row in answers] for answers in joined(sheets)] == [["2", "1"]]
    assert len(joined([one, two])) == 2


COMMON: dict[str, Any] = {"id": "q", "goal": "know", "card": "card", "text": "?"}
CHOICES = [Choice(text=name, explain="", correct=name in "ac") for name in "abc"]
KINDS: list[tuple[AnyQuestion, list[Any], tuple[str, int, bool]]] = [
    (OneChoice(choices=CHOICES, **COMMON), [1, 1], ("b", 2, False)),
    (SeveralChoices(choices=CHOICES, **COMMON), [[0, 1, 2], [0], [1, 2]], ("b", 2, False)),
    (SeveralChoices(choices=CHOICES, **COMMON), [[0], [0], [2]], ("left out: c", 2, False)),
    (blank("q"), ["Byte", " byte ", "bit"], ("Byte", 2, True)),
    (
        Predict(experiment="", settings={}, outcomes=[Outcome(text=t, when=[], explain="") for t in "uv"], **COMMON),
        [{"chosen": 1, "held": [0], "text": None}],
        ("v", 1, False),
    ),
    (
        Order(steps=[Step(text=t, explain="") for t in "xyz"], **COMMON),
        [[1, 0, 2], [2, 0, 1]],
        ("x (put at 2, belongs at 1)", 2, False),
    ),
    (
        Match(pairs=[Pair(left=a, right=b, explain="") for a, b in ("ax", "by", "cz")], **COMMON),
        [[1, 0, 2], [1, 2, 0]],
        ("a – y", 2, False),
    ),
    (
        Code(
            code="a = 1\nb = 2",
            lines=[CodeLine(line=1, explain=""), CodeLine(line=2, explain="", mended="b = 3")],
            **COMMON,
        ),
        [0],
        ("`a = 1`", 1, False),
    ),
]


@pytest.mark.parametrize(("question", "responses", "wrong"), KINDS)
def test_the_most_chosen_wrong_answer(
    question: AnyQuestion, responses: list[Any], wrong: tuple[str, int, bool]
) -> None:
    sheets = [AnswerSheet(str(n), (answer("q", False, r, id=str(n)),)) for n, r in enumerate(responses)]
    sheets.append(AnswerSheet("right", (answer("q", True, 0, id="right"),)))
    sheets.append(AnswerSheet("odd", (answer("q", False, {"no": "answer"}, id="odd"),)))
    found = states(report(course(question), sheets))["q"].wrong
    assert found is not None and (found.text, found.learners, found.typed) == wrong


def test_one_wrong_answer_whatever_was_drawn() -> None:
    drawn = OneChoice(
        id="q",
        goal="know",
        card="card",
        text="{p:n}?",
        choices=[Choice(text="{p:n}", explain="", correct=True), Choice(text="not {p:n}", explain="")],
        draw=Draw(rows=[{"n": n} for n in (1, 2, 3)]),
    )
    sheets = [AnswerSheet(str(n), (answer("q", False, 1, id=str(n), variant=n),)) for n in range(3)]
    found = states(report(course(drawn), sheets))["q"].wrong
    assert found is not None and found.learners == 3 and found.text in ("not 1", "not 2", "not 3")


def test_a_sheet_tells_neither_what_was_undone_nor_own_texts() -> None:
    own = answer("p", True, {"chosen": 0, "held": [0], "text": "my secret"}, id="1")
    log = Contents(answers=(own, answer("p", False, at=2.0, id="2")), undos=(Undone(3.0, "2"),))
    made = sheet(log, "L")
    assert "secret" not in encode(made) and decode(encode(made).encode(), "it") == made
    assert [row.response for row in made.answers] == [{"chosen": 0, "held": [0], "text": None}]
    lines = table(log).splitlines()
    assert lines[0].startswith("at,id,question,") and len(lines) == 2
    assert lines[1].startswith('1970-01-01 00:00:01,1,p,1,a,1,1,"{""chosen"": 0,')
