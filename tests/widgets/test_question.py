from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tutor.course.schema import (
    AnyQuestion,
    Blank,
    Choice,
    Code,
    CodeLine,
    Computed,
    Draw,
    Fact,
    Match,
    Number,
    OneChoice,
    Order,
    Outcome,
    Pair,
    Predict,
    SeveralChoices,
    Step,
)
from tutor.course.text import literal
from tutor.engine import Done, Engine
from tutor.study.drafts import Draft
from tutor.study.grading import Predicted
from tutor.widgets.answer_place import AnswerField
from tutor.widgets.choices import Choices
from tutor.widgets.ordering import Ordering
from tutor.widgets.pairing import Pairing
from tutor.widgets.question import QuestionView

SHARED = {"id": "q", "goal": "g", "card": "c", "hint": "Think of bytes."}
FACTS = {"dogs": Fact(id="dogs", value=22242, show=",d")}
LONG = "A choice whose text is so long that it needs three lines where the window is narrow, for sure."


def choices(n: int, text: str = "Choice {}") -> list[Choice]:
    return [Choice(text=text.format(i), explain=f"Because of {i}.", correct=i == 2) for i in range(1, n + 1)]


def one(n: int = 3, text: str = "Choice {}") -> OneChoice:
    return OneChoice(**SHARED, text="Which? `dogs` is {fact:dogs}…", choices=choices(n, text))


PREDICT = Predict(
    **SHARED,
    text="How many tokens?",
    experiment="token-splitter",
    settings={"text": "dog", "encodings": ["gpt2"]},
    outcomes=[
        Outcome(text="One", when=["tokens == 1"], explain="It is frequent."),
        Outcome(text="More", when=["tokens > 1"], explain="It is rare."),
    ],
)


class Host(App[None]):
    """An app around one question, with a real engine."""

    def __init__(self, question: AnyQuestion, ascii: bool = False, draft: Draft | None = None) -> None:
        super().__init__()
        self.question, self.draft = question, draft
        self.engine = Engine()
        self.ascii = ascii
        self.answers: list[QuestionView.Answered] = []

    def compose(self) -> ComposeResult:
        self.view = QuestionView(self.question, FACTS, draft=self.draft)
        yield self.view

    def on_question_view_answered(self, message: QuestionView.Answered) -> None:
        self.answers.append(message)
        self.view.reveal(message.grade)

    def on_unmount(self) -> None:
        self.engine.close()

    @property
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())


@asynccontextmanager
async def asked(
    question: AnyQuestion, size: tuple[int, int] = (80, 24), ascii: bool = False, draft: Draft | None = None
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host(question, ascii, draft)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


async def until(pilot: Pilot[None], happened: Callable[[], bool]) -> None:
    for _ in range(3000):
        if happened():
            return
        await pilot.pause(0.01)
    raise AssertionError("never happened")


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_the_cursor_stays_among_the_choices() -> None:
    async with asked(one()) as (app, pilot):
        menu = app.view.query_one(Choices)
        seen = []
        for key in ("k", "k", "k", "k", "j", "down", "down", "9", "1", "C", "D", "space"):
            await press(pilot, key)
            seen.append(menu.chosen)
        assert seen == [[2], [1], [0], [0], [1], [2], [2], [2], [0], [2], [2], [2]]


async def test_several_marks_come_and_go() -> None:
    async with asked(SeveralChoices(**SHARED, text="Which?", choices=choices(4))) as (app, pilot):
        await press(pilot, "4", "2", "1", "1", "j", "j", "space")
        assert app.view.query_one(Choices).chosen == [1, 2, 3]
        await press(pilot, "space", "4", "enter")
        assert app.answers[0].response == [1] and app.answers[0].grade.correct
        assert "2  [x] Choice 2" in app.text and "3  [ ] Choice 3" in app.text


async def test_a_click_chooses() -> None:
    async with asked(one()) as (app, pilot):
        await pilot.click(Choices, offset=(10, 1))
        assert app.view.query_one(Choices).chosen == [1]


async def test_the_choice_at_the_cursor_is_on_the_screen_and_survives_a_resize() -> None:
    async with asked(one(9, "{} " + LONG), (60, 20)) as (app, pilot):
        for n in (9, 1, 5):
            await press(pilot, str(n))
            assert f"> {n}  {n} A choice" in app.text
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "> 5  5 A choice" in app.text
        assert max(len(row.strip()) for row in app.text.splitlines()) <= 72


async def test_feedback_comes_into_view_and_the_answer_is_final() -> None:
    async with asked(one(5, "{} " + LONG), (60, 20)) as (app, pilot):
        await press(pilot, "5", "enter")
        assert "Your answer is not right: 5" in app.text and "Because of 5." in app.text
        assert "The right answer: 2" in app.text and "Because of 2." in app.text
        await press(pilot, "1", "enter", "i", "enter")
        assert len(app.answers) == 1 and app.answers[0].response == 4 and app.answers[0].seconds > 0
        assert not app.view.hinted


async def test_the_hint_is_a_key_away_also_from_a_field() -> None:
    async with asked(Number(**SHARED, text="How many?", answer=3, unit="bytes", explain="Count.")) as (app, pilot):
        field = app.view.query_one(AnswerField)
        assert app.focused is field and field.cursor_blink is False
        await press(pilot, "i", "tab", "i")
        assert field.value == "i" and app.view.hinted and "Hint: Think of bytes." in app.text
        await press(pilot, "enter", "backspace", "x", "enter")
        assert "Type a number" in app.text and not app.answers
        await press(pilot, "backspace", *"3", "enter")
        assert app.answers[0].grade.correct and "Type a number" not in app.text


async def test_a_prediction_is_computed_only_after_the_commitment() -> None:
    async with asked(PREDICT) as (app, pilot):
        gate, computed = threading.Event(), []
        app.engine.submit("busy", gate.wait, lambda event: None)
        submit = app.engine.submit

        def watched(key: object, job: Callable[[], object], listener: Callable[[object], None], **more: object) -> int:
            computed.append(key)
            return submit(key, job, listener, **more)  # type: ignore[arg-type]

        app.engine.submit = watched  # type: ignore[assignment, method-assign]
        await press(pilot, "2")
        assert computed == []
        await press(pilot, "enter", "enter", "1", "enter")
        assert computed == [app.view] and "working…" in app.text and not app.answers
        gate.set()
        await until(pilot, lambda: bool(app.answers))
        await pilot.pause()
        assert [answer.response for answer in app.answers] == [Predicted(1, (0,), None)]
        assert "You predicted: More" in app.text and "What came about: One" in app.text
        assert "It is frequent." in app.text and "working…" not in app.text


async def test_leaving_cancels_what_was_asked_of_the_engine() -> None:
    async with asked(PREDICT) as (app, pilot):
        gate, ended = threading.Event(), []
        app.engine.submit("busy", gate.wait, lambda event: None)
        await press(pilot, "1", "enter")
        await app.view.remove()
        gate.set()
        app.engine.submit("last", lambda: "reached", ended.append)
        await until(pilot, lambda: bool(ended))
        assert isinstance(ended[0], Done) and not app.answers


async def test_an_experiment_that_cannot_be_computed_says_so_in_place() -> None:
    question = Predict(
        **SHARED, text="?", experiment="token-splitter", settings={"encodings": []}, outcomes=PREDICT.outcomes
    )
    async with asked(question) as (app, pilot):
        await press(pilot, "1", "enter")
        await until(pilot, lambda: "choose 1 to" in app.text)
        assert not app.answers and app.focused is app.view.query_one(Choices)


async def test_what_is_pasted_is_shown_and_never_sent() -> None:
    async with asked(Blank(**SHARED, text="___", answers=["token"], explain="It is.")) as (app, pilot):
        app.view.query_one(AnswerField).post_message(events.Paste("\x1b[31m*red* {fact:dogs}\u202e"))
        await press(pilot, "enter")
        assert "\x1b" not in app.text and "\u202e" not in app.text
        assert "[31m*red* {fact:dogs}" in app.text and app.answers[0].response == "[31m*red* {fact:dogs}"


async def test_without_utf8_the_screen_is_ascii() -> None:
    async with asked(one(), ascii=True) as (app, pilot):
        await press(pilot, "2", "enter")
        assert app.text.isascii() and "22,242..." in app.text and "Your answer is right: Choice 2" in app.text


def test_literal_text_is_not_markdown() -> None:
    assert literal("a*b_`c`") == r"a\*b\_\`c\`"


# ── order, pairs, programs ───────────────────────────────────────────────────────────────────────────

SHOWN = {**SHARED, "text": "Which?"}


def order(n: int = 4) -> Order:
    return Order(**SHOWN, steps=[Step(text=f"Step {i}", explain=f"Because of {i}.") for i in range(n)])


async def test_a_step_is_picked_up_carried_and_put_down() -> None:
    async with asked(order()) as (app, pilot):
        place = app.view.query_one(Ordering)
        shown = list(place.texts)
        await press(pilot, "enter")
        assert "Put them in order first" in app.text and not app.answers
        await press(pilot, "j", "j", "space")
        assert f"^v 2  {shown[1]}" in app.text
        await press(pilot, "j", "down", "j")  # as far as it goes
        assert f"^v 4  {shown[1]}" in app.text and place.arranged == [0, 2, 3, 1]
        await press(pilot, "1", "space", "j", "K")  # by digit to the front; put down, and another carried there
        assert place.arranged == [0, 1, 2, 3] and place.cursor == 0 and "^v" not in app.text
        await press(pilot, "J", "shift+down", "shift+up")
        assert place.arranged == [1, 0, 2, 3]


async def test_an_order_is_committed_by_the_arrows_alone() -> None:
    async with asked(order()) as (app, pilot):
        place = app.view.query_one(Ordering)
        for target in range(4):  # carry each step from where it stands to its place
            at = [place.texts[i] for i in place.arranged].index(f"Step {target}")
            await press(pilot, str(at + 1), *(("space", *("up",) * (at - target), "space") if at > target else ()))
        await press(pilot, "space", "enter")
        assert not app.answers  # Enter puts down what is held
        await press(pilot, "enter")
        assert app.answers[0].response == [0, 1, 2, 3] and app.answers[0].grade.correct
        assert "Your answer is right." in app.text and "Number 1, as you said: Step 0" in app.text
        await press(pilot, "space", "j")
        assert [place.texts[i] for i in place.arranged] == [f"Step {i}" for i in range(4)]


def match(n: int = 3) -> Match:
    return Match(**SHOWN, pairs=[Pair(left=f"Left {i}", right=f"Right {i}", explain=f"Both {i}.") for i in range(n)])


async def test_pairs_are_made_by_digit_and_by_arrow() -> None:
    async with asked(match()) as (app, pilot):
        place = app.view.query_one(Pairing)
        digits = [str(list(place.texts).index(f"Right {i}") + 1) for i in range(3)]
        await press(pilot, digits[1], "enter")
        assert "Give each of them a number first." in app.text and not app.answers
        await press(pilot, "k", digits[0], digits[1], digits[2])
        assert place.given == [int(digit) - 1 for digit in digits]
        await press(pilot, "up", "up", "right", "left", "l", "h")  # taken from another and left without
        assert place.given is None
        for i, digit in enumerate(digits):
            await press(pilot, "k", "k", *("j",) * i, digit)
        await press(pilot, "enter")
        assert app.answers[0].response == [0, 1, 2] and app.answers[0].grade.correct
        assert "Right: Left 0 – Right 0" in app.text and "Both 0." in app.text


async def test_a_line_of_a_program_is_chosen_among_those_with_a_number() -> None:
    lines = [CodeLine(line=2, explain="It adds.", mended="y = x * 2"), CodeLine(line=3, explain="It returns.")]
    question = Code(**SHOWN, code="def double(x):\n    y = x + 1\n    return y\n", lines=lines)
    async with asked(question) as (app, pilot):
        rows = [row.rstrip() for row in app.text.splitlines() if row.strip()][1:4]
        assert rows == ["       def double(x):", "    1      y = x + 1", "    2      return y"]
        await press(pilot, "3", "down", "j", "enter")
        assert "Your answer is not right: return y" in app.text and "The line as it should be: y = x * 2" in app.text
        assert app.answers[0].response == 1


async def test_a_drawn_number_is_graded_by_what_the_engine_computes() -> None:
    computed = Computed(experiment="token-splitter", reading="bytes", settings={"text": "{p:word}"})
    rows: list[dict[str, str | float | int]] = [{"word": "dog"}, {"word": "doe"}, {"word": "cat"}]
    question = Number(
        **SHARED, text="How many bytes is `{p:word}`?", explain="Count.", compute=computed, draw=Draw(rows=rows)
    )
    async with asked(question) as (app, pilot):
        assert "{p:" not in app.text
        await press(pilot, *"many", "enter")
        await until(pilot, lambda: "Type a number" in app.text)
        await press(pilot, *("backspace",) * 4, "3", "enter")
        await until(pilot, lambda: bool(app.answers))
        assert app.answers[0].response == "3" and app.answers[0].grade.correct


@pytest.mark.parametrize("question", [order(7), match(7)])
async def test_the_cursor_stays_in_view_where_the_window_is_low(question: AnyQuestion) -> None:
    async with asked(question, (60, 8)) as (app, pilot):
        for _ in range(7):
            await press(pilot, "j")
        assert any(row.strip().startswith(">") for row in app.text.splitlines())


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────────

NUMBER = Number(**SHARED, text="How many?", answer=3, unit="bytes", explain="Count.")
SEVERAL = SeveralChoices(**SHARED, text="Which?", choices=choices(4))
OWN = msgspec.structs.replace(PREDICT, vary="text")
CODE = Code(**SHOWN, code="a\nb\nc\n", lines=[CodeLine(line=n, explain="Because.", mended="d") for n in (1, 3)])
# what is done, what stands on the screen then, and what of it is kept
LEFT: dict[str, tuple[AnyQuestion, list[str], list[str], dict[str, object]]] = {
    "number": (NUMBER, ["2", "5", "tab", "i"], ["25", "Hint: Think of bytes."], {"text": "25", "hinted": True}),
    "blank": (Blank(**SHARED, text="___", answers=["token"], explain="."), [*"to k"], ["to k"], {"text": "to k"}),
    "one": (one(), ["2"], ["> 2  Choice 2"], {"items": (1,)}),
    "several": (SEVERAL, ["4", "1"], ["1  [x]", "2  [ ]", "4  [x]"], {"items": (0, 3)}),
    "order": (order(), ["1", "J", "space"], [], {"items": (1, 0, 2, 3)}),
    "order as it was": (order(), ["1", "J", "K"], [], {"items": (0, 1, 2, 3)}),
    "match": (match(), ["j", "3"], ["[ ]  Left 0", "[3]  Left 1", "[ ]  Left 2"], {"items": (None, 2, None)}),
    "code": (CODE, ["j", "j"], ["> 2  c"], {"items": (1,)}),
    "predict": (OWN, ["e", *"a b", "enter", "2"], ["text (e): a b", "> 2  More"], {"own": "a b", "items": (1,)}),
}


@pytest.mark.parametrize("left", LEFT)
async def test_a_question_stands_as_it_was_left(left: str) -> None:
    question, keys, shown, kept = LEFT[left]
    async with asked(question) as (app, pilot):
        assert app.view.draft.empty
        await press(pilot, *keys)
        assert all(text in app.text for text in shown) and not app.answers
    draft = app.view.draft  # of a view that has been taken away
    assert {name: getattr(draft, name) for name in kept} == kept and not draft.empty
    async with asked(question, draft=draft) as (app, pilot):
        assert all(text in app.text for text in shown) and not app.view.answered
        later = app.view.draft
        assert msgspec.structs.replace(later, seconds=0.0) == msgspec.structs.replace(draft, seconds=0.0)
        assert later.seconds >= draft.seconds > 0


async def test_a_draft_is_gone_on_with_and_then_given() -> None:
    async with asked(NUMBER, draft=Draft(1, 0, text="2", hinted=True, seconds=100.0)) as (app, pilot):
        await press(pilot, "5", "6", "enter")
        assert app.answers[0].response == "256" and app.answers[0].seconds > 100 and app.view.hinted
    async with asked(order(), draft=Draft(1, 0, items=(1, 0, 2, 3))) as (app, pilot):
        await press(pilot, "enter")
        assert len(app.answers) == 1
    async with asked(match(), draft=Draft(1, 0, items=(None, 2, 0))) as (app, pilot):
        await press(pilot, "2")  # the first without anything
        assert app.view.query_one(Pairing).given == [1, 2, 0]


MISFITS = [(9,), (-1,), (None, None), (0, 0, 0), (0, 0, 0, 0), (0, 1, 2, 9), (*range(9),), (10**15, None, 2)]


@pytest.mark.parametrize("items", MISFITS)
async def test_of_a_draft_only_what_fits_is_taken_up(items: tuple[int | None, ...]) -> None:
    for question in (one(), SEVERAL, order(), match(), CODE, OWN, NUMBER):
        draft = Draft(1, 0, items=items, own="\x1b[2Jx\ud800", text="1\x1b[31m\n" * 1000)
        async with asked(question, draft=draft) as (app, pilot):
            place = app.view.query_one("Choices, AnswerField")
            if isinstance(place, AnswerField):
                assert len(place.value) == 1000 and "\x1b" not in place.value and "\n" not in place.value
            elif isinstance(place, Ordering):
                assert sorted(place.arranged) == [0, 1, 2, 3]
            elif isinstance(place, Choices):
                assert all(index in range(len(place.texts)) for index in place.draft if index is not None)
            await press(pilot, "tab", "1", "enter")
            assert "\x1b" not in app.text
