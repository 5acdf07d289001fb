from __future__ import annotations

import json
import math
from itertools import islice, pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tutor.experiments.base import all_hold
from tutor.experiments.cells import View, visible
from tutor.experiments.temperature import END, READINGS, Result, Settings, compute, draw, percent, stream
from tutor.experiments.temperature_picture import picture, wrap
from tutor.models.generate import generate
from tutor.models.library import Library

LIBRARY = Library()  # the model that ships; nothing here depends on what it has learned

numbers = st.builds(
    Settings,
    text=st.sampled_from(["", "One day, Lily", " naïve 日本 \n\x1b[31m", "\u202eabc"]),
    temperature=st.sampled_from([0, 0.05, 0.7, 1, 2, 100]),
    top_k=st.sampled_from([0, 1, 5, 3000]),
    top_p=st.sampled_from([0, 0.3, 0.95, 1]),
    min_p=st.sampled_from([0, 0.02, 1]),
    seed=st.integers(0, 3),
    tokens=st.integers(0, 5),
)


@settings(max_examples=60, deadline=None)
@given(numbers)
def test_what_holds_for_all_settings(chosen: Settings) -> None:
    result = compute(chosen, LIBRARY)
    readings = result.readings()
    assert readings.keys() == READINGS.keys()
    assert len(result.drawn) == chosen.tokens or result.ended
    cut = sum(int(n) for name, n in readings.items() if name.startswith("cut_"))  # type: ignore[arg-type]
    assert readings["kept"] + cut == readings["vocabulary"] == len(result.distribution.probability)  # type: ignore[operator]
    assert 0 <= float(readings["entropy"]) <= math.log2(result.kept) + 1e-9
    assert 1 / result.kept - 1e-12 <= float(readings["top_probability"]) <= 1 + 1e-12
    assert np.isclose(result.uncut.sum(), 1)
    assert (result.uncut[result.order][:-1] >= result.uncut[result.order][1:]).all()

    candidates = result.data()["candidates"]
    assert json.loads(json.dumps(result.data())) == result.data()
    assert list(candidates[0]) == ["id", "text", "logit", "probability", "kept", "cut_by"]
    assert sorted(c["id"] for c in candidates) == list(range(len(candidates)))
    assert [c["logit"] for c in candidates] == sorted((c["logit"] for c in candidates), reverse=True)
    assert math.isclose(sum(c["probability"] for c in candidates), 1)
    for c in candidates:
        assert c["kept"] == (c["cut_by"] is None)
        assert c["kept"] or c["probability"] == 0

    table = result.table()
    assert len(table.rows) == len(candidates)
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert percent(float(readings["top_probability"])) in result.sentence()


def test_temperature_is_softmax_of_the_divided_logits() -> None:
    result = compute(Settings(temperature=0.5), LIBRARY)
    powers = np.exp(result.distribution.logits / 0.5)
    assert np.allclose(result.distribution.probability, powers / powers.sum(), rtol=1e-9)
    p = result.distribution.probability
    assert math.isclose(result.entropy, -sum(x * math.log2(x) for x in p.tolist() if x), rel_tol=1e-9)


def test_a_higher_temperature_spreads_and_keeps_the_order() -> None:
    results = [compute(Settings(temperature=t), LIBRARY) for t in (0, 0.3, 0.6, 1, 1.5, 2)]
    entropies = [result.entropy for result in results]
    assert entropies == sorted(entropies)
    assert entropies[0] == 0
    assert all((result.order == results[0].order).all() for result in results)
    assert all_hold(["kept == 1", "top_probability == 1", "cut_temperature > 1"], results[0].readings())


@settings(max_examples=25, deadline=None)
@given(numbers, st.integers(0, 8))
def test_same_seed_same_text_however_it_is_drawn(chosen: Settings, n: int) -> None:
    chosen = msgspec.structs.replace(chosen, tokens=n)
    at_once = compute(chosen, LIBRARY)
    one_by_one = compute(msgspec.structs.replace(chosen, tokens=0), LIBRARY)
    for _ in range(n):
        one_by_one = compute(msgspec.structs.replace(one_by_one.settings, tokens=1), LIBRARY)
    model = LIBRARY.model()
    generated = tuple(generate(model, model.start(chosen.text), chosen.sampling, chosen.seed, n))
    assert one_by_one.drawn == at_once.drawn == generated


def test_the_stream_tells_after_every_token() -> None:
    told = list(stream(Settings(tokens=4, temperature=0.5), LIBRARY))
    assert [len(result.drawn) for result in told] == [1, 2, 3, 4]
    assert [result.settings.tokens for result in told] == [3, 2, 1, 0]
    assert all(after.drawn[:-1] == before.drawn for before, after in pairwise(told))
    first = next(islice(stream(Settings(tokens=1000), LIBRARY), 1))
    assert len(first.drawn) == 1  # nothing has been drawn ahead


def test_nothing_follows_the_end_token() -> None:
    eos = LIBRARY.model().config.eos
    assert eos is not None
    result = compute(Settings(drawn=(300, eos), tokens=9), LIBRARY)
    assert result.ended
    assert result.drawn == (300, eos)
    assert "endoftext" not in result.drawn_text
    assert lines_of(result, View(40, 8))[0].endswith(END)


def test_past_the_context_the_picture_says_what_the_model_reads() -> None:
    n_ctx = LIBRARY.model().config.n_ctx
    result = compute(Settings(text="a b " * n_ctx), LIBRARY)
    said = f"The model reads the last {result.read} of {result.read + result.skipped} tokens"
    assert result.skipped > 0
    assert result.read <= n_ctx
    assert said in result.sentence()
    assert any(line.startswith(said) for line in lines_of(result, View(78, 8)))
    assert compute(Settings(), LIBRARY).cut_sentence() == ""


@pytest.mark.parametrize(
    "wrong", [{"temperature": -1}, {"temperature": 1e9}, {"top_p": 1.5}, {"min_p": -0.1}, {"top_k": -1}, {"seed": -1}]
)
def test_settings_out_of_range_are_one_line(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))) as caught:
        msgspec.convert(wrong, Settings)
    assert "\n" not in str(caught.value)


# ── the picture ──────────────────────────────────────────────────────────────────────────────────────


def lines_of(result: Result, view: View) -> list[str]:
    return ["".join(segment.text for segment in line) for line in picture(result, view)]


@settings(max_examples=60, deadline=None)
@given(numbers, st.integers(24, 120), st.integers(1, 30), st.booleans())
def test_the_picture_fits_and_is_safe(chosen: Settings, width: int, height: int, ascii: bool) -> None:
    lines = lines_of(compute(chosen, LIBRARY), View(width, height, ascii=ascii))
    assert len(lines) == height
    assert max(map(cell_len, lines)) <= width
    for line in lines:
        assert visible(line, ascii=ascii) == line


def test_bars_are_as_long_as_their_probabilities_and_add_up() -> None:
    result = compute(Settings(temperature=0.7), LIBRARY)
    rows = lines_of(result, View(100, 10))[1:]
    shown = [float(row[-8:].removesuffix(" %").replace("<", "")) for row in rows]
    assert math.isclose(sum(shown), 100, abs_tol=0.1 * len(rows))
    room = max(row.count("█") / value for row, value in zip(rows, shown, strict=True) if value > 10)
    for row, value in zip(rows, shown, strict=True):
        assert abs(row.count("█") - room * value) < 2


@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
@pytest.mark.parametrize("ascii", [False, True])
def test_cut_tokens_say_so_in_words(tier: str, ascii: bool) -> None:
    result = compute(Settings(top_k=4, top_p=0.5), LIBRARY)
    drawn = draw(result, View(78, 10, tier, ascii))  # type: ignore[arg-type]
    console = Console(width=78, color_system=None)
    with console.capture() as capture:
        console.print(drawn)
    text = capture.get()
    assert "cut by top-k" in text
    assert "all cut" in text
    assert f"kept {result.kept} of {len(result.order):,}" in text
    assert text.isascii() or not ascii


@given(st.text(), st.integers(2, 40), st.booleans())
def test_wrapped_text_fits_and_loses_nothing_but_spaces(text: str, width: int, ascii: bool) -> None:
    lines = wrap(text, width, ascii)
    assert len(lines) > text.count("\n")
    assert max(map(cell_len, lines)) <= width
    whole = "".join(visible(part, ascii=ascii) for part in text.split("\n"))
    assert "".join(lines).replace(" ", "") == whole.replace(" ", "")


def test_drawn_text_keeps_its_line_breaks_and_marks_the_last_token() -> None:
    encode = LIBRARY.model().tokenizer.encode
    result = compute(Settings(drawn=tuple(encode(" dog.\nThe end"))), LIBRARY)
    lines = picture(result, View(40, 12))
    assert "".join(s.text for s in lines[0]) == " dog."
    assert "".join(s.text for s in lines[1]) == "The end"
    marked = [s.text for line in lines for s in line if s.style and s.style.reverse]
    assert marked == [result.token(result.drawn[-1])]
