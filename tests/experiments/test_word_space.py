"""Word space: every number against a plain computation on the table that ships, and every panel in words and cells."""

from __future__ import annotations

import json
from math import acos, degrees
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tutor.experiments.cells import View
from tutor.experiments.word_lookup import fold, unknown
from tutor.experiments.word_space import ASKS, OCCUPATIONS, READINGS, Result, Settings, compute, fine
from tutor.experiments.word_space_picture import n_rows, picture, signed
from tutor.models.library import Library

LIBRARY = Library()
VECTORS = LIBRARY.vectors()
WORDS = st.sampled_from(VECTORS.words)
PANELS = list(ASKS)


def result(**chosen: Any) -> Result:
    return compute(msgspec.convert(chosen, Settings), LIBRARY)


def text(result: Result, view: View, at: int | None = None) -> list[str]:
    return ["".join(segment.text for segment in line) for line in picture(result, view, at)]


def plain_cosine(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.astype(np.float64), b.astype(np.float64)
    return float(a @ b / np.sqrt(a @ a) / np.sqrt(b @ b))


@pytest.mark.parametrize(("cosine", "said"), [(0.984, "0.98"), (0.9976, "0.998"), (-0.19, "-0.19"), (1.0, "1.000")])
def test_a_cosine_near_one_has_a_decimal_more(cosine: float, said: str) -> None:
    assert fine(cosine) == said


@settings(deadline=None, max_examples=25)
@given(WORDS, WORDS)
def test_two_words(word: str, other: str) -> None:
    found = result(panel="cosine", word=word, other=other)
    expected = plain_cosine(VECTORS.vector(word), VECTORS.vector(other))
    readings = found.readings()
    assert readings.keys() == READINGS.keys()
    assert readings["cosine"] == pytest.approx(expected, abs=1e-5)
    assert readings["angle"] == pytest.approx(degrees(acos(np.clip(expected, -1, 1))), abs=0.5)
    agree = np.sign(VECTORS.vector(word)) == np.sign(VECTORS.vector(other))
    assert readings["same_sign"] == int(agree.sum())
    assert f"{VECTORS.d} products; in {readings['same_sign']} of them" in found.sentence()
    rows = found.table().rows
    assert len(rows) == VECTORS.d
    assert sum(float(row[3]) for row in rows) == pytest.approx(expected, abs=0.0005 * VECTORS.d)
    assert float(rows[-1][4]) == pytest.approx(expected, abs=0.0006)  # the sum so far, in the end
    sizes = [abs(float(row[3])) for row in rows]
    assert sizes == sorted(sizes, reverse=True)


@settings(deadline=None, max_examples=15)
@given(WORDS, WORDS, WORDS)
def test_analogies_and_neighbours(a: str, b: str, c: str) -> None:
    whole = VECTORS.units().astype(np.float64)
    row = VECTORS.index
    target = whole[row(b)] - whole[row(a)] + whole[row(c)]
    cosines = whole @ target / np.linalg.norm(target)
    let_in = VECTORS.words[cosines.argmax()]
    for name in (a, b, c):
        cosines[row(name)] = -2
    left_out = VECTORS.words[cosines.argmax()]
    for exclude in (False, True):
        readings = result(panel="analogy", a=a, b=b, c=c, exclude=exclude).readings()
        assert (readings["answer_let_in"], readings["answer_left_out"]) == (let_in, left_out)
        assert readings["answer"] == (left_out if exclude else let_in)
        assert readings["answer_is_input"] == (readings["answer"] in (a, b, c))
        assert (readings["rank_of_c"] == 1) == (let_in == c)
    similar = whole @ whole[row(a)]
    similar[row(a)] = -2
    found = result(word=a, k=3)
    assert [word for word, _ in found.neighbours] == [VECTORS.words[i] for i in np.argsort(-similar)[:3]]
    assert found.readings()["nearest_cosine"] == pytest.approx(similar.max(), abs=1e-5)


def test_the_answer_changes_when_the_inputs_are_left_out_and_the_panel_says_so() -> None:
    left_out, let_in = (result(panel="analogy", exclude=exclude) for exclude in (True, False))
    assert left_out.readings()["answer"] not in ("brother", "sister", "uncle")
    assert let_in.readings()["answer"] in ("brother", "sister", "uncle")
    for found, state in ((left_out, "inputs left out"), (let_in, "inputs let in")):
        lines = text(found, View(72, 9, "none"))
        assert state in lines[0]
        assert "one of the three inputs" in " ".join(lines) and "With them left out it is" in " ".join(lines)
    assert any("an input" in line for line in text(let_in, View(72, 9, "none"))[1:4])
    assert not any("an input" in line for line in text(left_out, View(72, 9, "none")))


@settings(deadline=None, max_examples=20)
@given(WORDS)
def test_the_lean_is_the_cosine_with_he_less_she(word: str) -> None:
    axis = VECTORS.unit("he") - VECTORS.unit("she")
    found = result(panel="bias", word=word)
    assert found.lean == pytest.approx(plain_cosine(VECTORS.vector(word), axis), abs=1e-5)
    assert sorted(name for name, _ in found.leans) == sorted(OCCUPATIONS)
    assert all(lean == pytest.approx(plain_cosine(VECTORS.unit(name), axis), abs=1e-5) for name, lean in found.leans)


def test_the_middle_half_of_all_words_holds_half_of_them() -> None:
    low, high = result().middle
    leans = VECTORS.cosines(VECTORS.unit("he") - VECTORS.unit("she"))
    assert ((leans > low) & (leans < high)).mean() == pytest.approx(0.5, abs=0.001)


def test_the_bias_panel_carries_its_caution_in_every_size() -> None:
    for width, height in ((72, 7), (40, 12), (100, 40)):
        said = " ".join(text(result(panel="bias"), View(width, height, "none")))
        assert "2014 and earlier" in said and "not what is true" in " ".join(said.split())


# ── words that the table lacks ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("", "A word is missing"),
        ("New York", "'new york' is more than one word"),
        ("kettel", "Spelled nearly so: kettle"),
        ("42", "it has English words of letters"),
        ("🦄", "it has English words of letters"),
        ("1999", "letters, hyphens and apostrophes only"),
        ("日本語", "letters, hyphens and apostrophes only"),
        ("qqqqqqqqqqqq", "nor is anything spelled nearly so"),
        ("x" * 500, "x..."),
    ],
)
def test_an_unknown_word_is_answered_kindly(word: str, answer: str) -> None:
    for panel in PANELS:
        found = result(panel=panel, **{ASKS[panel][0]: word})
        assert found.readings()["unknown"] == 1
        assert found.readings().keys() == READINGS.keys()
        assert answer in found.sentence()
        assert answer in " ".join(text(found, View(400, 9, "none")))
        assert found.table().rows[0][0] == fold(word)
        json.dumps(found.data(), allow_nan=False)
    assert result(word=word).readings()["nearest_cosine"] == 0


def test_capitals_are_folded_and_that_is_said() -> None:
    found = result(word=" Paris ")
    assert found.neighbours == result(word="paris").neighbours
    assert "Paris is read as paris" in found.sentence()
    assert result(word="paris").folded() == ""


@given(WORDS)
def test_no_word_of_the_table_is_unknown(word: str) -> None:
    assert unknown(fold(word.upper()), VECTORS) is None


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=60)
@given(
    panel=st.sampled_from(PANELS),
    word=st.one_of(WORDS, st.text(max_size=12)),
    width=st.integers(30, 130),
    height=st.integers(1, 60),
    ascii=st.booleans(),
    at=st.none() | st.integers(0, 60),
)
def test_a_picture_fits_and_shows_the_marked_row(
    panel: Any, word: str, width: int, height: int, ascii: bool, at: int | None
) -> None:
    found = result(panel=panel, **dict.fromkeys(ASKS[panel], word))
    rows = n_rows(found, width)
    at = None if at is None or not rows else min(at, rows - 1)
    lines = text(found, View(width, height, "none", ascii), at)
    assert len(lines) <= height
    assert not ascii or all(line.isascii() for line in lines)
    if height >= 12 and not found.unknown:
        assert sum(line.startswith(">" if ascii else "▸") for line in lines) == (at is not None)
    assert all(cell_len(line) <= width for line in lines)


@given(st.floats(-1, 1), st.integers(3, 80), st.booleans())
def test_a_signed_bar_grows_from_the_middle(value: float, width: int, ascii: bool) -> None:
    drawn = signed(value, width, View(80, 1, ascii=ascii))
    left, right = drawn.split("|" if ascii else "│")
    assert len(left) == len(right) == (width - 1) // 2
    assert not (left.strip() and right.strip())
    assert not (left.strip() if value > 0 else right.strip())
    assert abs(value) * len(left) < 0.6 or left.strip() or right.strip()


def test_every_panel_says_itself_in_words() -> None:
    for panel in PANELS:
        found = result(panel=panel)
        table = found.table()
        assert table.rows and all(len(row) == len(table.columns) for row in table.rows)
        assert found.sentence().endswith(".")
        json.dumps(found.data(), allow_nan=False)
