from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.course.schema import Blank, Choice, Number, OneChoice, Outcome, Predict, SeveralChoices
from tutor.study.grading import Grade, Predicted, as_json, grade, held, normal, numbers

SHARED = {"id": "q", "goal": "g", "card": "c", "text": "What?"}
CHOICES = [Choice(text=f"T{i}", explain=f"E{i}", correct=i in (1, 3)) for i in range(4)]
OUTCOMES = [
    Outcome(text="few", when=["tokens < 3"], explain="Short words are single tokens."),
    Outcome(text="some", when=["tokens >= 3", "tokens < 5"], explain="Some words split."),
    Outcome(text="many", when=["tokens >= 5"], explain="Rare words split."),
]


def number(answer: float, tolerance: float = 0.0, unit: str = "") -> Number:
    return Number(**SHARED, answer=answer, tolerance=tolerance, unit=unit, explain="Count them.")


def blank(*answers: str, **near: str) -> Blank:
    return Blank(**SHARED, answers=list(answers), explain="It is.", near=near)


def said(grade: Grade) -> list[tuple[str, str, str]]:
    return [(note.label, note.answer, note.explain) for note in grade.notes]


def test_one_choice_says_something_to_the_chosen_and_to_the_right_one() -> None:
    question = OneChoice(**SHARED, choices=CHOICES[:3])
    assert said(grade(question, 1)) == [("Your answer is right", "T1", "E1")]
    assert said(grade(question, 2)) == [("Your answer is not right", "T2", "E2"), ("The right answer", "T1", "E1")]
    assert grade(question, 1).correct and not grade(question, 2).correct


@given(st.lists(st.booleans(), min_size=1, max_size=8).filter(any), st.data())
def test_several_is_right_when_all_and_only_the_right_ones_are_chosen(key: list[bool], data: st.DataObject) -> None:
    choices = [Choice(text=str(i), explain=f"because {i}", correct=right) for i, right in enumerate(key)]
    chosen = data.draw(st.sets(st.integers(0, len(key) - 1), min_size=1))
    right = {i for i, is_right in enumerate(key) if is_right}
    result = grade(SeveralChoices(**SHARED, choices=choices), sorted(chosen))
    assert result.correct == (chosen == right)
    whole, *notes = result.notes
    assert whole.label == ("Your answer is right" if result.correct else "Your answer is not right")
    assert [int(note.answer) for note in notes] == sorted(chosen) + sorted(right - chosen)
    assert all(note.correct == (int(note.answer) in right) for note in notes)
    assert all(note.explain == f"because {note.answer}" for note in notes)


def test_several_needs_one() -> None:
    with pytest.raises(ValueError, match="at least one"):
        grade(SeveralChoices(**SHARED, choices=CHOICES), [])


@pytest.mark.parametrize(
    ("typed", "unit", "values"),
    [
        ("12", "", {12}),
        (" 1 234 ", "", {1234}),
        ("1\u00a0234\u202f567", "", {1234567}),
        ("1'234", "", {1234}),
        ("1,234,567.5", "", {1234567.5}),
        ("1.234.567,5", "", {1234567.5}),
        ("1,234", "", {1234, 1.234}),
        ("1.234", "", {1234, 1.234}),
        ("0,125", "", {0.125}),
        ("0.75", "", {0.75}),
        ("−3,5", "", {-3.5}),
        ("- 3", "", {-3}),
        (".5", "", {0.5}),
        ("5.", "", {5}),
        ("1E3", "", {1000}),
        ("2.5e-2", "", {0.025}),
        ("61 %", "%", {61}),
        ("61", "%", {61}),
        ("61%", "", {0.61}),
        ("12 Tokens", "tokens", {12}),
        ("1 token", "tokens", {1}),
        ("４２", "", {42}),
    ],
)
def test_numbers_are_read_kindly(typed: str, unit: str, values: set[float]) -> None:
    assert numbers(typed, unit) == pytest.approx(sorted(values))


@pytest.mark.parametrize(
    "typed", ["", "many", "1,23,456", "1.2.3,4,5", "e5", "1e999", "nan", "inf", "-", "%", "3 dogs"]
)
def test_what_is_no_number_is_not_graded(typed: str) -> None:
    with pytest.raises(ValueError, match="Type a number"):
        grade(number(3, unit="tokens"), typed)


@pytest.mark.parametrize("typed", ["1", " 1 ", "1 tokens", "1 token"])
def test_a_number_is_said_with_its_unit_once(typed: str) -> None:
    wrong = grade(number(3, unit="tokens"), typed).notes[0]
    assert wrong.answer == (typed.strip() if "token" in typed else "1 token")
    assert grade(number(20, unit="%"), "1%").notes[0].answer == "1%"
    assert grade(number(20, unit="%"), "1").notes[0].answer == "1 %"


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_kind_refusal(typed: str) -> None:
    try:
        assert all(isinstance(value, float) for value in numbers(typed))
    except ValueError as error:
        assert str(error).startswith("Type a number")


@given(st.integers(-(10**12), 10**12), st.integers(0, 10**6), st.sampled_from([",", ".", " ", "'", ""]))
def test_a_whole_number_is_right_however_its_thousands_are_grouped(answer: int, off: int, group: str) -> None:
    typed = f"{answer:,}".replace(",", group)
    assert grade(number(answer), typed).correct
    assert grade(number(answer + off, tolerance=off), typed).correct
    assert grade(number(answer - off, tolerance=off), typed).correct


@given(st.integers(10_000, 10**9), st.integers(1, 1000))
def test_a_number_beyond_the_tolerance_is_wrong(answer: int, tolerance: int) -> None:
    assert not grade(number(answer, tolerance), f"{answer + tolerance + 1}").correct
    assert not grade(number(answer, tolerance), f"{answer - tolerance - 1}").correct


def test_a_unit_after_one_is_in_the_singular() -> None:
    wrong = grade(number(1, unit="tokens"), "2")
    assert [note.answer for note in wrong.notes] == ["2 tokens", "1 token"]
    assert grade(number(2, unit="tokens"), "1").notes[0].answer == "1 token"
    assert grade(number(2, unit="tokens"), "1.5").notes[0].answer == "1.5 tokens"
    assert grade(number(2, unit="million"), "1").notes[0].answer == "1 million"


def test_a_number_is_told_the_exact_one_with_its_unit() -> None:
    question = number(1234.5, 10, "tokens")
    assert said(grade(question, "1234,5")) == [("Your answer is right", "1234,5 tokens", "Count them.")]
    assert said(grade(question, "1240")) == [
        ("Your answer is right", "1240 tokens", ""),
        ("More exactly", "1,234.5 tokens", "Count them."),
    ]
    assert said(grade(question, "12")) == [
        ("Your answer is not right", "12 tokens", ""),
        ("The right answer", "1,234.5 tokens", "Count them."),
    ]
    assert [said(grade(number(3.47, 0.01), typed))[1][0] for typed in ("3.465", "3,4657", "3.46", "3.461")] == [
        "Rounded",
        "Rounded",
        "More exactly",
        "More exactly",
    ]
    assert grade(number(0.1 + 0.2), "0.3").correct
    assert said(grade(number(0.6), "1"))[1][1] == "0.6"


@given(
    st.text(min_size=1, max_size=10).filter(lambda text: bool(text.strip())),
    st.sampled_from(['"{}"', "“{}”", "'{}'", "`{}`", " {}\t", "{}"]),
)
def test_a_blank_takes_the_answer_in_any_dress(answer: str, dress: str) -> None:
    assert grade(blank("other", answer), dress.format(answer)).correct
    assert grade(blank(answer), unicodedata.normalize("NFD", answer)).correct
    assert normal(normal(answer)) == normal(answer)


def test_blank_by_example() -> None:
    question = blank("Tokenizer", "token splitter", vocabulary="That is the list, not the splitter.")
    assert grade(question, " TOKENIZER ").correct and grade(question, "token  splitter").correct
    assert grade(blank("Straße"), "STRASSE").correct and grade(blank("'"), "'").correct
    assert said(grade(question, "Vocabulary")) == [
        ("Your answer is not right", "Vocabulary", "That is the list, not the splitter."),
        ("The right answer", "Tokenizer", "It is."),
    ]
    assert said(grade(question, "dog"))[0] == ("Your answer is not right", "dog", "")
    assert grade(question, "tokenizer").notes[0].typed
    with pytest.raises(ValueError, match="Type what belongs"):
        grade(question, "  ")


def test_predict_names_the_outcome_that_held() -> None:
    question = Predict(**SHARED, experiment="token-splitter", settings={}, outcomes=OUTCOMES)
    assert held(OUTCOMES, {"tokens": 4}) == (1,)
    assert said(grade(question, Predicted(1, (1,)))) == [("As you predicted", "some", "Some words split.")]
    wrong = grade(question, Predicted(0, (2,), "unbelievably"))
    assert said(wrong) == [
        ("You predicted", "few", "Short words are single tokens."),
        ("What came about", "many", "Rare words split."),
    ]
    assert not wrong.correct
    with pytest.raises(ValueError, match="None of the outcomes"):
        held(OUTCOMES[:1], {"tokens": 9})


@pytest.mark.parametrize("response", ["1", [1], Predicted(0, (0,)), None])
def test_a_response_of_another_kind_is_refused(response: Any) -> None:
    with pytest.raises(ValueError, match="no answer to such a question"):
        grade(OneChoice(**SHARED, choices=CHOICES), response)


def test_the_log_can_keep_every_response() -> None:
    responses = (2, [3, 1], "1 234", Predicted(0, (1,), "naïve"))
    assert [as_json(response) for response in responses] == [  # type: ignore[arg-type]
        2,
        [3, 1],
        "1 234",
        {"chosen": 0, "held": (1,), "text": "naïve"},
    ]
    assert all(json.dumps(as_json(response)) for response in responses)  # type: ignore[arg-type]
