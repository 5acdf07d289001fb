"""The attention heatmap without a screen: what is computed and how it is said."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_attention import made

from tutor.experiments import attention
from tutor.experiments.attention import READINGS, START, Settings, percent
from tutor.experiments.base import ExperimentError, all_hold
from tutor.models.library import Library

WORDS = ["The", " dog", " saw", " the", " cat", ".", " it"]


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


# ── on the model that ships ──────────────────────────────────────────────────────────────────────────


def test_the_trace_is_the_models(library: Library) -> None:
    result = attention.compute(Settings(text="Tom had a dog. It", layer=3, head=2), library)
    model = library.model()
    ids = model.start("Tom had a dog. It")
    assert list(result.ids) == ids and result.ids[0] == model.tokenizer.bos
    assert np.array_equal(result.attention, model.trace(ids).attention)
    assert result.attention.shape == (model.config.n_layer, model.config.n_head, result.t, result.t)
    assert np.allclose(result.attention.sum(-1), 1, atol=1e-5)
    assert not result.attention[..., ~np.tri(result.t, dtype=bool)].any()
    assert np.array_equal(result.matrix, result.attention[2, 1])
    assert (result.query, result.key) == (result.t - 1, result.row.argmax())


def test_looking_elsewhere_computes_nothing(library: Library) -> None:
    result = attention.compute(Settings(), library)
    other = result.at(Settings(layer=2, head=4, query=3, key=1))
    assert other.attention is result.attention
    assert (other.layer, other.head, other.query, other.key) == (2, 4, 3, 1)
    assert other.weight == result.attention[1, 3, 3, 1]
    assert result.at(Settings(query=0)).readings()["row_entropy"] == 0


def test_a_text_past_the_context_is_cut_and_says_so(library: Library) -> None:
    text = "The dog saw the cat. " * 120
    result = attention.trace(text, library)
    n = len(library.model().start(text))
    assert result.t <= result.n_ctx < n and result.skipped == n - result.t
    assert f"the last {result.t} of {n} tokens" in result.sentence()
    assert result.token(0) != START


@pytest.mark.parametrize("text", ["", " ", "\x1b[31m\n", "é漢👍🏽", "<|endoftext|>"])
def test_any_text_can_be_traced(library: Library, text: str) -> None:
    result = attention.compute(Settings(text=text), library)
    assert result.token(0) == START
    assert b"".join(result.pieces[1:]).decode() == text
    told = result.sentence() + "".join("".join(row) for row in result.table().rows)
    assert "\x1b" not in told and "\n" not in told


def test_data_is_what_the_command_promises(library: Library) -> None:
    result = attention.compute(Settings(text="A dog"), library)
    data = json.loads(json.dumps(result.data()))
    assert list(data) == ["model", "tokens", "weights"]
    assert data["tokens"][0] == "<|endoftext|>" and "".join(data["tokens"][1:]) == "A dog"
    assert np.array_equal(np.array(data["weights"], np.float32), result.attention)


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_row_as_a_sentence() -> None:
    result = made(WORDS, [0.05, 0, 0.61, 0.04, 0.2, 0.1, 0, 0]).at(Settings())
    assert result.row_sentence(1) == "' it' looks 61 % at ' dog'"
    assert (
        result.row_sentence(4)
        == "' it' looks 61 % at ' dog', 20 % at ' the', 10 % at ' cat' and 5.0 % at the start token"
    )
    assert result.sentence() == "Layer 1, head 1: ' it' looks 61 % at ' dog', 20 % at ' the' and 10 % at ' cat'."
    cell = result.at(Settings(key=3)).sentence()
    assert cell.endswith(" The cell under the cursor: ' it' looks 4.0 % at ' saw'.")


def test_a_token_that_comes_twice_is_told_apart_by_its_place() -> None:
    result = made([" a", " dog", " a"], [0, 1, 0, 0]).at(Settings())
    assert result.row_sentence(1) == "' a' (3) looks 100 % at ' a' (1)"


def test_a_masked_cell_says_why() -> None:
    result = made(WORDS).at(Settings(query=2, key=5))
    assert result.masked and result.weight == 0
    assert result.cell_sentence() == "' cat' comes after ' dog', which cannot see it: masked"
    assert all_hold(["key > query", "weight == 0"], result.readings())


def test_the_table_is_the_row_strongest_first_then_what_is_masked() -> None:
    result = made(["a", "b", "c"], [0, 0, 0, 1]).at(Settings(query=2))
    rows = result.table().rows
    assert {row[0] for row in rows[:3]} == {"0", "1", "2"} and rows[3] == ("3", "c", "masked")
    shown = [float(result.row[int(row[0])]) for row in rows[:3]]
    assert shown == sorted(shown, reverse=True)
    assert [row[2] for row in rows[:3]] == [percent(w) for w in shown]


def test_weights_have_no_more_digits_than_help() -> None:
    told = {0: "0 %", 0.0001: "<0.1 %", 0.0014: "0.1 %", 0.0612: "6.1 %", 0.0996: "10 %", 0.614: "61 %", 1: "100 %"}
    assert {weight: percent(weight) for weight in told} == told


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.data())
def test_readings_are_those_declared(words: list[str], data: st.DataObject) -> None:
    t = len(words) + 1
    query, key = data.draw(st.integers(0, t - 1)), data.draw(st.integers(0, t - 1))
    result = made(words).at(Settings(layer=2, head=3, query=query, key=key))
    readings = result.readings()
    assert readings.keys() == READINGS.keys()
    assert (readings["layer"], readings["head"], readings["query"], readings["key"]) == (2, 3, query, key)
    assert readings["tokens"] == t and readings["key_text"] == ([START, *words])[key]
    assert 0 <= float(readings["row_entropy"]) <= np.log2(query + 1) + 1e-6
    assert readings["top_weight"] == pytest.approx(max(result.row)) and int(readings["top_key"]) <= query


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"layer": 3}, "there is no layer 3 here; the last one is 2"),
        ({"head": 9}, "there is no head 9 here; the last one is 3"),
        ({"query": 8}, "there is no query 8 here; the last one is 7"),
        ({"key": 8}, "there is no key 8 here; the last one is 7"),
    ],
)
def test_a_place_that_is_not_there_is_said(place: dict[str, int], said: str) -> None:
    with pytest.raises(ExperimentError, match=said):
        made(WORDS).at(Settings(**place))


@pytest.mark.parametrize("settings", [{"layer": 0}, {"head": 0}, {"query": -1}, {"key": -1}, {"row": 1}])
def test_settings_out_of_range_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(settings, Settings)
