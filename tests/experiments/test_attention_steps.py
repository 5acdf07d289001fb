"""Attention in steps: every step against the engine's trace and the run file; the switches; the words; the cells."""

from __future__ import annotations

import json
import re

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_attention import made
from rich.console import Console

from tutor.experiments import attention_steps
from tutor.experiments.attention import percent
from tutor.experiments.attention_steps import OUTPUT, READINGS, SOFTMAX, Result, Settings, entropy, trace
from tutor.experiments.attention_steps_picture import picture
from tutor.experiments.base import ExperimentError
from tutor.experiments.cells import View
from tutor.experiments.raster import Line
from tutor.models.library import Library

TEXT = "Tom had a dog. The dog ran to him."
WORDS = ["The", " dog", "\n", " 漢字", "é", " a-very-long-token", "."]
TIERS = ["truecolor", "256", "16", "none"]


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


@pytest.fixture(scope="module")
def traced(library: Library) -> Result:
    return trace(TEXT, library)


def of(words: list[str], d_head: int = 8, group: int = 1, seed: int = 0) -> Result:
    """A result with numbers that were made up: 2 layers of 4 heads, `group` of them sharing a key and a value."""
    seen = made(words, n_head=4, seed=seed)
    draw = np.random.default_rng(seed).normal
    q, k, v = (draw(0, 2, (2, n, seen.t, d_head)).astype(np.float32) for n in (4, 4 // group, 4 // group))
    return Result(seen, q, k, v)


made_up = st.builds(
    of, st.lists(st.sampled_from(WORDS), max_size=30), st.integers(4, 40), st.sampled_from([1, 2, 4]), st.integers(0, 9)
)


@st.composite
def looked(draw: st.DrawFn) -> Result:
    """Any place, stage and switches in a result that was made up."""
    result = draw(made_up)
    place = st.integers(0, result.t - 1)
    return result.at(
        Settings(
            layer=draw(st.integers(1, 2)),
            head=draw(st.integers(1, 4)),
            query=draw(place),
            key=draw(place),
            stage=draw(st.integers(0, OUTPUT)),
            scale=draw(st.booleans()),
            mask=draw(st.booleans()),
        )
    )


# ── against the engine ───────────────────────────────────────────────────────────────────────────────


def test_the_weights_are_the_traces_and_the_outputs_make_the_stream(library: Library, traced: Result) -> None:
    """Every query of every head; what the heads hand on is what the run file adds to the residual stream."""
    model = library.model()
    seen = model.trace(model.start(TEXT))
    layers, heads, t, d_head = seen.query.shape
    assert (traced.d_head, traced.t) == (d_head, t)
    for layer in range(layers):
        handed_on = np.zeros((t, heads, d_head), np.float32)
        for head in range(heads):
            for query in range(t):
                result = traced.at(Settings(layer=layer + 1, head=head + 1, query=query))
                np.testing.assert_allclose(result.weights, seen.attention[layer, head, query], atol=1e-5)
                handed_on[query, head] = result.output
        added = model.run.layers[layer].attention_out(handed_on.reshape(t, -1))
        np.testing.assert_allclose(added, seen.residual[2 * layer + 1] - seen.residual[2 * layer], atol=1e-3)


def test_each_step_follows_from_the_one_before(traced: Result) -> None:
    result = traced.at(Settings(layer=2, head=3, query=5, key=2, stage=OUTPUT))
    k = result.d_head
    assert result.products.sum() == pytest.approx(result.scores[2], abs=1e-4)
    dot = sum(float(a) * float(b) for a, b in zip(result.q, result.k[2], strict=True))
    assert result.scores[2] == pytest.approx(dot, abs=1e-4)
    np.testing.assert_allclose(result.scaled * k**0.5, result.scores, rtol=1e-5)
    np.testing.assert_array_equal(result.masked[:6], result.scaled[:6])
    assert np.isneginf(result.masked[6:]).all()
    shares = np.exp(result.masked.astype(float)) / np.exp(result.masked.astype(float)).sum()
    np.testing.assert_allclose(result.weights, shares, atol=1e-6)
    np.testing.assert_allclose(result.output, sum(w * v for w, v in zip(shares, result.v, strict=True)), atol=1e-5)


# ── the switches ─────────────────────────────────────────────────────────────────────────────────────


@given(looked())
def test_what_the_switches_break(result: Result) -> None:
    """Without the root the entropy never rises; only without the mask does anything go to later tokens."""
    readings = result.readings()
    assert readings.keys() == READINGS.keys()
    assert float(readings["entropy"]) <= float(readings["entropy_with_root"]) + 1e-4
    assert readings["scale_factor"] == (result.d_head**0.5 if result.scale else 1)
    assert result.weights.sum() == pytest.approx(1, abs=1e-5)
    if result.mask:
        assert result.future == 0 and result.masked.max() == result.scaled[: result.seen.query + 1].max()
    else:
        np.testing.assert_array_equal(result.masked, result.scaled)
        assert (result.future > 0) == (result.hidden > 0)
    if result.scale:
        assert readings["entropy"] == readings["entropy_with_root"]


def test_the_future_leaks_as_the_scores_say() -> None:
    result = of(["a", "b", "c"]).at(Settings(query=1, mask=False, stage=SOFTMAX))
    expected = np.exp(result.scaled.astype(float))
    assert result.future == pytest.approx(expected[2:].sum() / expected.sum(), abs=1e-6)
    assert f"Without the mask {percent(result.future)} goes to tokens" in result.sentence()
    assert "Without" not in result.at(Settings(query=1, stage=SOFTMAX)).sentence()


def test_heads_that_share_a_key_read_the_same_one() -> None:
    result = of(["a", "b"], group=2)
    first, second, third = (result.at(Settings(head=head)) for head in (1, 2, 3))
    assert np.shares_memory(first.k, second.k) and np.array_equal(first.v, second.v)
    assert not np.array_equal(second.k, third.k) and np.array_equal(third.k, result.keys[0, 1])


def test_entropy_is_in_bits() -> None:
    assert entropy(np.full(8, 1 / 8, np.float32)) == pytest.approx(3)
    assert entropy(np.array([0, 1, 0], np.float32)) == 0


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────


@given(looked())
def test_the_twin_says_what_the_stage_computed(result: Result) -> None:
    table, t, k = result.table(), result.t, result.d_head
    assert all(len(row) == len(table.columns) for row in table.rows)
    if result.stage == 0:
        assert len(table.rows) == k + 1 and float(table.rows[-1][3]) == pytest.approx(
            result.scores[result.seen.key], abs=1e-3
        )
    elif result.stage < OUTPUT:
        assert len(table.rows) == t and len(table.columns) == 2 + max(1, result.stage)
        hidden = [row[0] for row in table.rows if row[-1] == "-∞"]
        assert hidden == [str(i) for i in range(result.seen.query + 1, t) if result.mask and result.stage == 3]
    else:
        assert len(table.rows) == t + 1 and float(table.rows[-1][3]) == pytest.approx(result.output[0], abs=1e-3)
    data = json.loads(json.dumps(result.data(), allow_nan=False))
    assert np.array_equal(np.array(data["weights"], np.float32), result.weights)
    assert [x is None for x in data["masked"]] == np.isneginf(result.masked).tolist()
    assert "\n" not in result.sentence()


def test_the_sentences_name_the_numbers() -> None:
    result = of([" dog", " it"])
    q, k = result.queries[0, 0, 2], result.keys[0, 0]
    said = [result.at(Settings(key=1, stage=stage)).sentence() for stage in range(6)]
    assert said[0].startswith("Layer 1, head 1: The query of ' it' and the key of ' dog' have 8 numbers each")
    assert f"{q @ k[1]:.2f}" in said[0] and f"{max(k @ q):.2f}" in said[1]
    assert f"√8 = 2.83 the highest score is {max(k @ q) / 8**0.5:.2f}" in said[2]
    assert "Nothing comes after ' it'" in said[3] and "bits" in said[4]
    assert "hides 1 later token from ' dog': its score becomes -∞" in result.at(Settings(query=1, stage=3)).sentence()
    assert (
        "hides 2 later tokens from the start token: their scores become -∞"
        in result.at(Settings(query=0, stage=3)).sentence()
    )
    assert "also sees 1 later token" in result.at(Settings(query=1, stage=3, mask=False)).sentence()


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("wrong", [{"stage": 6}, {"stage": -1}, {"layer": 0}, {"query": -1}, {"root": True}])
def test_settings_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Settings)


def test_a_place_that_is_not_there_is_said(traced: Result) -> None:
    with pytest.raises(ExperimentError, match="there is no query 99 here; the last one is"):
        traced.at(Settings(query=99))


@pytest.mark.parametrize("text", ["", "é漢\x1b", TEXT * 30])
def test_any_text_can_be_stepped_through(library: Library, text: str) -> None:
    result = attention_steps.compute(Settings(text=text, stage=OUTPUT, mask=False), library)
    assert result.seen.query == result.t - 1 and result.hidden == 0
    assert ("reads the last" in result.sentence()) == (result.seen.skipped > 0)


# ── in cells ─────────────────────────────────────────────────────────────────────────────────────────


def text(lines: list[Line]) -> str:
    return "\n".join("".join(segment.text for segment in line) for line in lines)


views = st.builds(View, st.integers(70, 140), st.integers(8, 45), st.sampled_from(TIERS), st.booleans(), st.booleans())


def test_what_is_cut_in_ascii_ends_in_ascii(traced: Result) -> None:
    both_off = traced.at(Settings(layer=1, head=1, stage=SOFTMAX, scale=False, mask=False))
    shown = text(picture(both_off, View(40, 12, "none", True, False)).lines)
    assert "root off" in shown and shown.isascii()


@given(looked(), views, st.integers(0, 30))
def test_a_picture_keeps_to_its_view(result: Result, view: View, origin: int) -> None:
    drawn = picture(result, view, origin)
    assert len(drawn.lines) <= view.height
    assert max(sum(s.cell_length for s in line) for line in drawn.lines) <= view.width
    shown = text(drawn.lines)
    assert shown.isascii() or not view.ascii
    assert all(ord(c) >= 32 for c in shown.replace("\n", ""))
    if result.stage:
        assert shown.count(">" if view.ascii else "▸") >= 1  # the chosen key is in sight
        assert picture(result, view, drawn.origin).origin == drawn.origin


@pytest.mark.parametrize("tier", TIERS)
def test_numbers_stand_in_columns_and_are_the_results(traced: Result, tier: str) -> None:
    view = View(72, 9, tier)  # type: ignore[arg-type]
    place = Settings(layer=3, head=2, query=5, key=4)
    result = traced.at(place)
    lines = text(picture(result, view).lines).split("\n")
    q, k, products = (next(line for line in lines if line.startswith(start)) for start in ("q ", "k ", "q ×"))
    for line, numbers in ((q, result.q), (k, result.k[4]), (products, result.products)):
        assert line[16:].split() == [f"{x:.3f}" for x in numbers[:7]]
    assert {i for i, c in enumerate(q[16:]) if c == "."} == {i for i, c in enumerate(products[16:]) if c == "."}
    assert lines[-1].endswith(f"add up to {result.scores[4]:.2f}")
    result = traced.at(msgspec.structs.replace(place, stage=OUTPUT))
    assert text(picture(result, view).lines).split("\n")[-1].split()[5:] == [f"{x:.3f}" for x in result.output[:5]]


def test_query_key_and_value_have_their_hues_and_words(traced: Result) -> None:
    result = traced.at(Settings(query=5, key=5, stage=OUTPUT))
    for tier, hues in (("truecolor", 3), ("256", 3), ("16", 0), ("none", 0)):
        lines = picture(result, View(72, 9, tier)).lines  # type: ignore[arg-type]
        assert len({s.style.color.name for line in lines for s in line if s.style and s.style.color}) == hues
        shown = text(lines)
        assert "query 5 " in shown and "key 5 " in shown and "v1" in shown and " later" in shown


def test_switched_off_steps_say_so(traced: Result) -> None:
    result = traced.at(Settings(query=3, stage=SOFTMAX, scale=False, mask=False))
    shown = text(picture(result, View(72, 9, "none")).lines)
    assert "root OFF" in shown and "mask OFF" in shown and "-∞" not in shown
    assert f"root off: entropy {result.entropy:.2f}, not {result.entropy_with_root:.2f} bits" in shown
    assert f"mask off: {percent(result.future)} to later tokens" in shown


def test_one_token_is_told_as_one() -> None:
    result = of([" dog", " it"])
    for query, told in (
        (1, "the token after ␣dog gets -∞: it is out of sight"),
        (0, "the 2 tokens after <start> get -∞: they are out of sight"),
    ):
        assert told in text(picture(result.at(Settings(query=query, stage=3)), View(72, 9, "none")).lines)
    off = picture(result.at(Settings(query=1, stage=3, mask=False)), View(72, 9, "none")).lines
    assert "mask off: ␣dog also sees the token after it" in text(off)


def test_without_the_root_the_sentence_says_what_it_would_be_with_it() -> None:
    off = of([" dog", " it"]).at(Settings(stage=SOFTMAX, scale=False))
    told = f"the entropy is {off.entropy:.2f} bits. With the root it would be {off.entropy_with_root:.2f}."
    assert told in off.sentence()
    assert f"Without the root {told}" in off.at(Settings(stage=OUTPUT, scale=False)).sentence()


def test_a_part_of_the_keys_is_said_to_be_one(traced: Result) -> None:
    for stage in (SOFTMAX, OUTPUT):
        result = traced.at(Settings(query=5, key=5, stage=stage))
        some, every = (text(picture(result, View(78, height, "none")).lines) for height in (8, 30))
        keys = re.findall(r"^. +(\d+) ", some, re.MULTILINE)
        assert f"key {keys[0]}-{keys[-1]} of {result.t}" in some
        assert " of " not in every.split("\n")[3]


def test_no_number_is_cut_in_a_narrow_view(traced: Result) -> None:
    for stage in range(6):
        result = traced.at(Settings(query=3, key=1, stage=stage))
        lines = text(picture(result, View(60, 12, "none")).lines).split("\n")
        assert lines[1].rstrip().endswith("6 × V") and len(lines[2]) < 60


def test_draw_prints_the_lines(traced: Result) -> None:
    result, view = traced.at(Settings(stage=SOFTMAX)), View(78, 12, "none")
    console = Console(width=78, color_system=None)
    with console.capture() as captured:
        console.print(attention_steps.draw(result, view), end="")
    printed = [line.rstrip() for line in captured.get().rstrip("\n").split("\n")]
    assert printed == [line.rstrip() for line in text(picture(result, view).lines).split("\n")]
