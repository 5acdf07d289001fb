from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.course.bench import Bench
from tutor.course.draws import GENERATORS, filled, nth
from tutor.course.schema import (
    AnyQuestion,
    Blank,
    Card,
    Chapter,
    Choice,
    Code,
    CodeLine,
    Computed,
    Draw,
    LiveWidget,
    Match,
    Number,
    OneChoice,
    Order,
    Outcome,
    Pair,
    Predict,
    SeveralChoices,
    Step,
    TryIt,
)
from tutor.study.asking import ask, feedback, judge, needed, read, try_it
from tutor.study.grading import as_json, grade

SHARED = {"id": "q", "goal": "g", "card": "c"}
CHOICES = [Choice(text=f"T{i}", explain=f"E{i}", correct=i in (1, 3)) for i in range(4)]
OUTCOMES = [
    Outcome(text="few", when=["tokens < 3"], explain="Short."),
    Outcome(text="many", when=["tokens >= 3"], explain="Rare."),
]
PROGRAM = "\ndef double(x):\n    y = x + 1\n    return y\n"


def order(n: int = 4, id: str = "q") -> Order:
    steps = [Step(text=f"S{i}", explain=f"E{i}") for i in range(n)]
    return Order(**{**SHARED, "id": id}, text="In order?", steps=steps)


def match(n: int = 4, id: str = "q") -> Match:
    pairs = [Pair(left=f"L{i}", right=f"R{i}", explain=f"E{i}") for i in range(n)]
    return Match(**{**SHARED, "id": id}, text="Which?", pairs=pairs)


def code() -> Code:
    lines = [CodeLine(line=3, explain="It returns."), CodeLine(line=2, explain="It adds.", mended="y = x * 2")]
    return Code(**SHARED, text="Which line?", code=PROGRAM, lines=lines)


def number(**more: Any) -> Number:
    return Number(**SHARED, text="What is {p:a} + {p:b}?", explain="It is {p:answer}.", **more)


def predict(**more: Any) -> Predict:
    settings = {"text": "dog", "encodings": ["gpt2"]}
    return Predict(
        **{**SHARED, "text": "?", "experiment": "token-splitter", "settings": settings, "outcomes": OUTCOMES, **more}
    )


# ── another order each time ──────────────────────────────────────────────────────────────────────────


@given(st.integers(1, 400), st.text(max_size=9), st.integers(0, 10**6))
def test_a_walk_meets_each_number_once(size: int, seed: str, start: int) -> None:
    assert sorted(nth(start + i, size, seed) for i in range(size)) == list(range(size))


@given(st.sampled_from([3, 4]), st.text(max_size=6))
def test_steps_and_pairs_are_never_shown_in_the_right_order_nor_twice_alike(n: int, id: str) -> None:
    orders = {3: 6, 4: 24}[n] - 1
    for question in (order(n, id), match(n, id)):
        shown = [ask(question, variant).places for variant in range(orders)]
        assert len(set(shown)) == orders and tuple(range(n)) not in shown
        assert all(sorted(places) == list(range(n)) for places in shown)


def test_choices_stand_as_written_the_first_time_and_in_another_order_later() -> None:
    question = OneChoice(**SHARED, text="Which?", choices=CHOICES)
    shown = [ask(question, variant).items for variant in range(24)]
    assert shown[0] == ("T0", "T1", "T2", "T3") and len(set(shown)) == 24
    assert len({ask(predict(), variant).items for variant in range(9)}) == 1  # outcomes have an order of their own


@given(st.integers(0, 500), st.sets(st.integers(0, 3), min_size=1))
def test_the_log_keeps_the_authors_numbers_whatever_was_shown(variant: int, shown: set[int]) -> None:
    several = ask(SeveralChoices(**SHARED, text="Which?", choices=CHOICES), variant)
    response, result = judge(several, sorted(shown))
    assert response == sorted(several.places[i] for i in shown)
    assert [f"T{i}" for i in response] == sorted(several.items[i] for i in shown)  # type: ignore[union-attr]
    assert result.correct == (set(response) == {1, 3})  # type: ignore[arg-type]
    one = ask(OneChoice(**SHARED, text="Which?", choices=CHOICES), variant)
    assert judge(one, 2)[0] == int(one.items[2][1])


# ── the new kinds ────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 500), st.permutations(range(4)))
def test_an_order_is_right_when_every_step_has_its_place(variant: int, given_: list[int]) -> None:
    asked = ask(order(), variant)
    response, result = judge(asked, given_)
    texts = [asked.items[i] for i in given_]
    assert [f"S{i}" for i in response] == texts  # type: ignore[union-attr]
    assert result.correct == (texts == ["S0", "S1", "S2", "S3"])
    assert [note.answer for note in result.notes] == ["", "S0", "S1", "S2", "S3"]
    assert [note.correct for note in result.notes[1:]] == [texts[i] == f"S{i}" for i in range(4)]
    assert json.loads(json.dumps(as_json(response))) == response  # the log keeps the order


def test_feedback_to_an_order_says_every_place() -> None:
    assert feedback(grade(order(3), [1, 0, 2])) == [
        "**Your answer is not right.**",
        "**Number 1, and you said 2:** S0",
        "E0",
        "**Number 2, and you said 1:** S1",
        "E1",
        "**Number 3, as you said:** S2",
        "E2",
    ]


@given(st.integers(0, 500), st.permutations(range(4)))
def test_pairs_are_right_when_all_go_together(variant: int, given_: list[int]) -> None:
    asked = ask(match(), variant)
    assert asked.lefts == ("L0", "L1", "L2", "L3")
    _, result = judge(asked, given_)
    rights = [asked.items[i] for i in given_]
    assert result.correct == (rights == ["R0", "R1", "R2", "R3"])
    wrong = [f"L{i} – {right}" for i, right in enumerate(rights) if right != f"R{i}"]
    assert [note.answer for note in result.notes if not note.correct and note.answer] == wrong
    assert [note.explain for note in result.notes if note.explain] == ["E0", "E1", "E2", "E3"]


def test_the_wrong_line_of_a_program() -> None:
    asked = ask(code())
    assert asked.code == ((None, "def double(x):"), (0, "    y = x + 1"), (1, "    return y"))
    assert asked.items == ("`y = x + 1`", "`return y`")
    response, result = judge(asked, 0)
    assert response == 1 and result.correct  # the author named the third line first
    mended = "**The line as it should be:** `y = x * 2`"
    assert feedback(result) == ["**Your answer is right:** `y = x + 1`", "It adds.", mended]
    assert feedback(judge(asked, 1)[1]) == [
        "**Your answer is not right:** `return y`",
        "It returns.",
        "**The right answer:** `y = x + 1`",
        "It adds.",
        mended,
    ]


@pytest.mark.parametrize(
    ("question", "response"), [(order(), [0, 1]), (order(), [0, 0, 1, 2]), (match(), [0, 1, 2, 7])]
)
def test_what_is_no_order_and_no_pairing_is_refused(question: AnyQuestion, response: list[int]) -> None:
    with pytest.raises(ValueError, match="Give "):
        grade(question, response)


# ── drawn ────────────────────────────────────────────────────────────────────────────────────────────

ROWS: list[dict[str, str | float | int]] = [{"a": n, "b": 1, "answer": n + 1} for n in range(5)]


def test_numbers_are_drawn_afresh_and_the_key_with_them() -> None:
    question = number(draw=Draw(rows=ROWS))
    shown = [ask(question, variant) for variant in range(5)]
    assert len({asked.text for asked in shown}) == 5
    assert ask(question, 7).text == shown[2].text
    for asked in shown:
        a = int(asked.text.split()[2])
        assert judge(asked, str(a + 1))[1].correct and not judge(asked, str(a + 2))[1].correct
        assert feedback(judge(asked, str(a + 1))[1])[1] == f"It is {a + 1}."


def test_a_place_keeps_its_type_in_settings_and_is_text_elsewhere() -> None:
    question = predict(
        text="{p:n} of {p:word}",
        settings={"text": "{p:word}", "k": "{p:n}", "list": ["{p:n}", "a {p:n}"]},
        try_it=TryIt(settings={"k": "{p:n}"}),
    )
    made = filled(question, {"word": "heron", "n": 3})
    assert isinstance(made, Predict) and made.text == "3 of heron" and made.try_it == TryIt(settings={"k": 3})
    assert made.settings == {"text": "heron", "k": 3, "list": [3, "a 3"]}
    blank = Blank(**SHARED, text="___", answers=["{p:n}"], explain="So.", near={"{p:w}": "Not {p:w}."})
    made = filled(blank, {"n": 7, "w": "x"})
    assert isinstance(made, Blank) and made.answers == ["7"] and made.near == {"x": "Not x."}


def test_an_answer_that_an_experiment_gives() -> None:
    computed = Computed(experiment="token-splitter", reading="tokens", settings={"text": "{p:a}"})
    asked = ask(number(compute=computed, draw=Draw(rows=[{"a": "heron", "b": "x"}] * 3)))
    assert needed(asked) == ("token-splitter", {"text": "heron"})
    assert judge(asked, "2", {"tokens": 2})[1].correct and not judge(asked, "3", {"tokens": 2})[1].correct
    with pytest.raises(ValueError, match="could not be computed"):
        judge(asked, "3", {})
    assert needed(ask(number(answer=3.0, compute=computed))) is None


def test_the_learners_own_text_goes_to_the_experiment() -> None:
    asked = ask(predict(vary="text"))
    assert needed(asked, "own") == ("token-splitter", {"text": "own", "encodings": ["gpt2"]})
    response, result = judge(asked, 1, {"tokens": 2}, "own")
    assert as_json(response) == {"chosen": 1, "held": (0,), "text": "own"} and not result.correct
    assert feedback(result, "a *b*")[0] == r"a \*b\*"


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_gives_many_rows_the_same_ones_each_time(name: str) -> None:
    rows = GENERATORS[name]()
    assert len(rows) >= 50 and len({json.dumps(row) for row in rows}) == len(rows)
    assert all(row.keys() == rows[0].keys() for row in rows)


def test_first_merge_is_what_byte_pair_encoding_merges_first() -> None:
    for row in GENERATORS["first-merge"]()[::25]:
        settings = {"text": row["text"], "merges": 1}
        readings = Bench().readings("bpe-stepper", settings)
        assert (readings["last_token"], readings["last_count"]) == (row["answer"], row["count"])


def test_cosines_and_blends_are_computed_right() -> None:
    for row in GENERATORS["cosine"]():
        a, b = (tuple(map(int, str(row[name]).strip("()").split(","))) for name in "ab")
        dot = a[0] * b[0] + a[1] * b[1]
        assert row["dot"] == dot
        assert row["answer"] == round(dot / (sum(x * x for x in a) * sum(x * x for x in b)) ** 0.5, 2)
    for row in GENERATORS["weighted-sum"]():
        weights = [float(weight) for weight in str(row["weights"]).split(", ")]
        firsts = [int(value.strip("()").split(",")[0]) for value in str(row["values"]).split("), (")]
        assert sum(weights) == pytest.approx(1)
        assert row["answer"] == pytest.approx(sum(w * v for w, v in zip(weights, firsts, strict=True)))


# ── typed answers ────────────────────────────────────────────────────────────────────────────────────


def test_typed_numbers_are_read_by_kind() -> None:
    one, several = (kind(**SHARED, text="?", choices=CHOICES) for kind in (OneChoice, SeveralChoices))
    assert read(ask(one), " 2 ") == 1
    assert read(ask(several), "3, 1 3") == [0, 2]
    assert read(ask(order()), "4 3 2 1") == read(ask(match()), "4,3,2,1") == [3, 2, 1, 0]
    assert read(ask(code()), "2") == 1
    assert read(ask(number(answer=1.0)), " 1 000 ") == " 1 000 "


@pytest.mark.parametrize("typed", ["", "0", "5", "1 2", "one", "²", "-1", "1.5"])
def test_what_names_no_choice_is_not_read(typed: str) -> None:
    with pytest.raises(ValueError, match=r"Type the number of one choice: 1 to 4\."):
        read(ask(OneChoice(**SHARED, text="?", choices=CHOICES)), typed)
    with pytest.raises(ValueError, match="in the right order"):
        read(ask(order()), typed)


# ── try it ───────────────────────────────────────────────────────────────────────────────────────────


def chapter(widget: str | None) -> Chapter:
    live = LiveWidget(name=widget, settings={"query": 7}) if widget else None
    cards = [Card(id="c", title="C", text="C", widget=live), Card(id="bare", title="B", text="B")]
    return Chapter(id="ch", title="Ch", minutes=1, goals=[], cards=cards)


def test_where_a_point_can_be_tried() -> None:
    here = chapter("token-splitter")
    own = {"text": "own", "encodings": ["gpt2"]}
    assert try_it(ask(predict(vary="text")), here, "own") == TryIt(card="c", settings=own)
    computed = Computed(experiment="token-splitter", reading="tokens", settings={"text": "x"})
    assert try_it(ask(number(answer=1.0, compute=computed)), here) == TryIt(card="c", settings={"text": "x"})
    drawn = number(draw=Draw(rows=ROWS), try_it=TryIt(settings={"k": "{p:answer}"}))
    point = try_it(ask(drawn, 0), here)
    assert point is not None and point.settings["k"] in range(1, 6) and point.settings["query"] == 7
    for question, where in (
        (predict(), chapter("attention-heatmap")),
        (predict(), chapter(None)),
        (order(), here),
        (predict(try_it=TryIt(card="bare")), here),
        (predict(try_it=TryIt(card="gone")), here),
    ):
        assert try_it(ask(question), where) is None
