"""The head gallery: scores and losses against the model, order, words, and the small pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_attention import made
from rich.console import Console

from tutor.experiments import cells, head_gallery, heads
from tutor.experiments.attention import percent
from tutor.experiments.base import ExperimentError
from tutor.experiments.cells import View
from tutor.experiments.head_gallery import READINGS, SORTS, Result, Settings, name, place
from tutor.experiments.head_gallery_picture import braille, picture, strongest
from tutor.experiments.raster import LEVELS, MASKED, Line, quantised
from tutor.models.library import Library

TEXT = "Ben saw a bug. Ben saw a bug."
TIERS = ["truecolor", "256", "16", "none"]


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


@pytest.fixture(scope="module")
def found(library: Library) -> Result:
    return last(head_gallery.compute(Settings(text=TEXT), library))


def last(steps: Generator[Any, None, Result]) -> Result:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def of(words: list[str], n_layer: int = 2, n_head: int = 3, off: int = 0, tried: int = 6, seed: int = 0) -> Result:
    """A result that was made up, with `off` heads off and `tried` of them alone."""
    seen = made(words, n_layer=n_layer, n_head=n_head, seed=seed)
    every = [(layer, head) for layer in range(n_layer) for head in range(n_head)]
    rng = np.random.default_rng(seed)
    on, now = rng.exponential(3, (2, seen.t - 1))
    return Result(
        seen,
        {head: heads.scores(seen.attention[head], seen.ids) for head in every},
        on,
        now if off else on,
        frozenset(every[:off]),
        {head: float(rng.normal()) for head in every[:tried]},
    )


@st.composite
def results(draw: st.DrawFn) -> Result:
    words = draw(st.lists(st.sampled_from(["a", " b", "\n", " 漢字", " long-token"]), max_size=30))
    n = draw(st.integers(1, 8))
    tried = draw(st.sampled_from([0, n, 3 * n]))
    result = of(words, 3, n, draw(st.integers(0, n)), tried, draw(st.integers(0, 9)))
    return result.at(Settings(sort=draw(st.sampled_from(SORTS)), layer=draw(st.integers(1, 3)), head=1))


# ── against the model ────────────────────────────────────────────────────────────────────────────────


def test_scores_and_losses_are_the_models(library: Library, found: Result) -> None:
    model = library.model()
    ids = model.start(TEXT)
    seen = model.trace(ids)
    assert found.scores == {
        (layer, head): heads.scores(seen.attention[layer, head], ids)
        for layer in range(model.config.n_layer)
        for head in range(model.config.n_head)
    }
    p = np.exp(seen.logits.astype(float)) / np.exp(seen.logits.astype(float)).sum(-1, keepdims=True)
    expected = [-np.log(p[i, ids[i + 1]]) for i in range(len(ids) - 1)]
    np.testing.assert_allclose(found.losses, expected, atol=1e-4)
    assert found.loss == pytest.approx(np.mean(expected), abs=1e-4) and found.change == 0
    assert found.alone.keys() == found.scores.keys()


def test_what_is_off_is_taken_from_the_model(library: Library, found: Result) -> None:
    """One head off costs what `alone` says; its own attention stays, that of later layers changes."""
    one = last(head_gallery.compute(Settings(text=TEXT, off=("2.3",)), library, found))
    assert one.change == pytest.approx(found.alone[1, 2], abs=1e-6) and one.alone == found.alone and one.on is found.on
    assert np.array_equal(one.seen.attention[:2], found.seen.attention[:2])
    assert not np.array_equal(one.seen.attention[2:], found.seen.attention[2:])
    both = last(head_gallery.compute(Settings(text=TEXT, off=("2.3", "1.1", "2.3")), library))
    traced = library.model().trace(library.model().start(TEXT), frozenset({(0, 0), (1, 2)}))
    np.testing.assert_array_equal(both.losses, head_gallery.losses(traced))
    np.testing.assert_allclose(both.on, found.losses, atol=1e-6)
    assert both.readings()["heads_off"] == 2


def test_results_come_before_all_heads_are_tried(library: Library) -> None:
    steps = [result for result in head_gallery.compute(Settings(text="a b"), library) if result]
    assert [len(result.alone) for result in steps] == [0, 6, 12, 18, 24, 30, 36]
    assert steps[0].readings()["most_needed"] == "" and steps[-1].most_needed is not None
    assert all(result.scores == steps[0].scores for result in steps)


@pytest.mark.parametrize("text", ["", "é漢\x1b"])
def test_any_text(library: Library, text: str) -> None:
    result = last(head_gallery.compute(Settings(text=text, off=("1.1",)), library))
    assert np.isfinite(result.loss) and result.readings().keys() == READINGS.keys()
    assert "\x1b" not in result.sentence()


# ── order and words ──────────────────────────────────────────────────────────────────────────────────


@given(results())
def test_order_readings_and_twin_agree(result: Result) -> None:
    assert sorted(result.order) == sorted(result.scores)
    values = [result.value(head) for head in result.order]
    assert values == sorted(values, reverse=True)
    readings = result.readings()
    assert readings.keys() == READINGS.keys()
    for kind in heads.KINDS:
        best = place(str(readings[f"best_{kind}_head"]))
        assert readings[f"best_{kind}"] == max(getattr(s, kind) for s in result.scores.values())
        assert readings[f"best_{kind}"] == getattr(result.scores[best], kind)
    assert readings["loss_change"] == pytest.approx(float(readings["loss"]) - float(readings["loss_on"]))
    rows = result.table().rows
    assert [row[0] for row in rows[: len(result.order)]] == [name(head) for head in result.order]
    assert sum(row[-1] == "off" for row in rows) == readings["heads_off"]
    assert len(rows) == len(result.order) + len(result.worse)
    data = json.loads(json.dumps(result.data()))
    assert [head["head"] for head in data["heads"]] == [name(head) for head in result.order]
    assert len(data["tokens"]) == readings["tokens"] and data["tokens"][0]["loss"] is None


def test_worse_tokens_are_the_worst_first() -> None:
    result = of(["a", "b", "c"], off=1)
    result = replace(result, on=np.array([1.0, 1.0, 1.0]), losses=np.array([1.5, 0.5, 3.0]))
    assert result.worse == [(3, 2.0), (1, 0.5)]
    assert result.readings()["worst_token"] == "c" and result.readings()["worst_change"] == 2
    assert "Tokens hit hardest: 'c' +2.00, 'a' +0.50." in result.sentence()
    assert "With 1.1 off the loss is 1.667 nats a token, 0.667 more than with all heads on." in result.sentence()
    better = replace(result, losses=np.array([0.5, 0.5, 0.5]))
    assert "the loss is 0.500 nats a token, 0.500 less than with all heads on." in better.sentence()


def test_habits_are_told_of_a_head_that_is_on() -> None:
    result = of(["a", "b", "c"], off=1)
    assert result.at(Settings(layer=1, head=1)).sentence().count("Habits") == 0
    assert "Habits of head 1.2: previous " in result.at(Settings(layer=1, head=2)).sentence()


def test_without_a_choice_the_first_of_the_order_is_chosen() -> None:
    result = of(["a", "b"])
    for sort in SORTS:
        assert result.at(Settings(sort=sort)).chosen == result.at(Settings(sort=sort)).order[0]
    assert result.at(Settings(sort="first", layer=2, head=3)).chosen == (1, 2)


def test_kinds_are_those_that_are_measured() -> None:
    assert list(heads.KINDS) == list(vars(heads.Scores(0, 0, 0, 0)))


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("wrong", [{"off": ["0.1"]}, {"off": ["3"]}, {"off": ["1.1 "]}, {"sort": "size"}, {"layer": 0}])
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Settings)


def test_a_head_that_is_not_there_is_said(library: Library) -> None:
    with pytest.raises(ExperimentError, match=r"there is no head 1\.7 here; the last one is 6\.6"):
        last(head_gallery.compute(Settings(off=("1.7", "2.2")), library))


# ── in cells ─────────────────────────────────────────────────────────────────────────────────────────


def text(lines: list[Line]) -> str:
    return "\n".join("".join(segment.text for segment in line) for line in lines)


views = st.builds(View, st.integers(60, 140), st.integers(8, 45), st.sampled_from(TIERS), st.booleans(), st.booleans())


@given(results(), views, st.integers(0, 9))
def test_a_picture_keeps_to_its_view(result: Result, view: View, first: int) -> None:
    drawn = picture(result, view, first)
    lines = drawn.lines()
    assert len(lines) <= view.height
    assert max(sum(s.cell_length for s in line) for line in lines) <= view.width
    shown = text(lines)
    assert shown.isascii() or not view.ascii
    assert all(ord(c) >= 32 for c in shown.replace("\n", ""))
    assert f"{'>' if view.ascii else '▸'}{name(result.chosen)}" in text(drawn.body)  # the chosen head is in sight
    assert picture(result, view, drawn.origin[0]).origin == drawn.origin


@pytest.mark.parametrize("tier", TIERS)
def test_the_words_beside_a_head(tier: str) -> None:
    result = of([" w"] * 9, off=2).at(Settings(sort="first", layer=1, head=1))
    shown = text(picture(result, View(72, 12, tier)).lines())  # type: ignore[arg-type]
    assert "Head 1.1  OFF" in shown and "off: 1.1 1.2" in shown and shown.count(" off ") == 2
    for head, scores in result.scores.items():
        assert f"{name(head)} " in shown and f"{cells.percent(scores.first)}" in shown
    assert f"first {percent(result.scores[0, 0].first)}" in shown and "by first" in shown


def test_a_part_of_the_heads_is_said_to_be_one() -> None:
    result = of([" w"] * 9, 6, 6, tried=3).at(Settings(layer=6, head=6))
    shown = text(picture(result, View(72, 9)).lines())
    assert "in their places, 25-36 of 36" in shown and "switched off one by one: 3 of 36" in shown
    assert "of 36" not in text(picture(replace(result, alone={}), View(80, 21)).lines()[2:])


@pytest.mark.parametrize(("rise", "told"), [(0.25, "rises by 0.250"), (-0.058, "falls by 0.058")])
def test_a_loss_that_falls_is_said_to_fall(rise: float, told: str) -> None:
    result = of(["a", "b"], tried=1)
    result = replace(result, alone={result.chosen: rise})
    assert f"; without head {name(result.chosen)} it {told}" in text(picture(result, View(72, 9)).lines())


def test_no_score_is_cut_in_a_narrow_view() -> None:
    lines = text(picture(of(["a", "b", "a"], 6, 6), View(56, 30)).lines()).split("\n")
    assert re.fullmatch(r"Head 1\.1   prev \S+ %  1st \S+ %  same \S+ %  ind \S+ %", lines[0])
    assert lines[-1].endswith("keys right")


@given(st.integers(1, 60), st.integers(1, 20), st.integers(1, 20), st.integers(0, 9))
def test_a_small_picture_loses_no_peak(t: int, rows: int, columns: int, seed: int) -> None:
    pixels = quantised(made(["a"] * (t - 1), seed=seed).matrix)
    small = strongest(pixels, rows, columns)
    assert small.shape == (rows, columns)
    if t >= max(rows, columns):
        assert small.max() == pixels.max()
    assert set(small.ravel()) <= {*pixels.ravel(), MASKED}


def test_dots_stand_where_the_attention_is_strong() -> None:
    pixels = np.full((4, 4), 0)
    pixels[0, 0] = pixels[3, 1] = LEVELS  # all of the attention
    pixels[1, 0] = round(0.05**0.5 * LEVELS)  # too little
    pixels[:, 2:] = MASKED
    assert text(braille(pixels)) == "⢁ "


def test_draw_prints_the_lines() -> None:
    result, view = of([" dog"]).at(Settings()), View(78, 12, "none")
    console = Console(width=78, color_system=None)
    with console.capture() as captured:
        console.print(head_gallery.draw(result, view), end="")
    printed = [line.rstrip() for line in captured.get().rstrip("\n").split("\n")]
    assert printed == [line.rstrip() for line in text(picture(result, view).lines()).rstrip("\n").split("\n")]
