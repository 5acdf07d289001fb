"""Embedding map: PCA against an independent computation, names that do not collide, and what the map hides."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.experiments.cells import View
from tutor.experiments.embedding_map import MOST, READINGS, Result, Settings, compute, pca
from tutor.experiments.embedding_map_picture import name, picture, place
from tutor.models.library import Library

LIBRARY = Library()
VECTORS = LIBRARY.vectors()
SOME = st.lists(st.sampled_from(VECTORS.words), min_size=2, max_size=30, unique=True)


def result(**chosen: Any) -> Result:
    return compute(msgspec.convert(chosen, Settings), LIBRARY)


def text(result: Result, view: View) -> list[str]:
    return ["".join(segment.text for segment in line) for line in picture(result, view).lines]


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(3, 40), d=st.integers(2, 30))
def test_pca_is_that_of_the_covariance_matrix(seed: int, n: int, d: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, d)) * np.arange(1, d + 1)
    scores, shares = pca(points)
    variances, directions = np.linalg.eigh(np.cov(points, rowvar=False))
    top = variances[::-1][:2]
    assert np.allclose(shares, top / variances.sum(), atol=1e-9)
    assert np.allclose(scores.var(axis=0, ddof=1), top, rtol=1e-9)
    for axis in range(2):
        direction = directions[:, -1 - axis]
        direction = direction * np.sign(direction[np.abs(direction).argmax()])  # to its largest coefficient
        expected = (points - points.mean(axis=0)) @ direction
        gaps = np.diff(variances[::-1][:3])
        if (np.abs(gaps) > 1e-6 * variances.sum()).all():  # else the axes may be turned
            assert np.allclose(scores[:, axis], expected, atol=1e-6 * np.sqrt(variances.sum()))


def test_points_without_spread_have_none_on_the_map() -> None:
    for points in (np.ones((1, 5)), np.full((4, 5), 0.1)):
        scores, shares = pca(points)
        assert shares == (0, 0) and not scores.any()
    scores, shares = pca(np.outer([1.0, 2.0, 5.0], np.ones(5)))
    assert shares == (pytest.approx(1), 0) and not scores[:, 1].any()


@settings(deadline=None, max_examples=30)
@given(SOME)
def test_nearest_in_truth_and_on_the_map(words: list[str]) -> None:
    found = result(words=" ".join(words), selected=words[-1])
    assert found.words == tuple(words)
    vectors = {word: VECTORS.unit(word).astype(np.float64) for word in words}
    place_of = dict(zip(words, found.scores, strict=True))
    misled = 0
    for i, word in enumerate(words):
        others = [other for other in words if other != word]
        true = max(vectors[word] @ vectors[other] for other in others)
        seen = min(np.linalg.norm(place_of[word] - place_of[other]) for other in others)
        assert found.cosines[i, found.nearest[i]] == pytest.approx(true)
        assert np.linalg.norm(found.scores[i] - found.scores[found.map_nearest[i]]) == pytest.approx(seen)
        misled += found.nearest[i] != found.map_nearest[i]
    readings = found.readings()
    assert readings.keys() == READINGS.keys()
    assert readings["misled"] == misled and readings["words"] == len(words)
    assert readings["selected"] == words[-1] and readings["nearest"] == words[found.nearest[-1]]
    assert readings["explained"] == pytest.approx(readings["explained_1"] + readings["explained_2"])
    assert readings["closest_pair_cosine"] == pytest.approx(found.cosines.max())
    assert np.abs(found.places).max() <= 1 + 1e-9
    json.dumps(found.data(), allow_nan=False)


def test_the_neighbours_of_a_word_are_drawn_around_it() -> None:
    found = result(around="Snow", k=20)
    assert len(found.words) == 21 and found.words[0] == "snow"
    assert list(found.words[1:]) == [word for word, _ in VECTORS.nearest(VECTORS.unit("snow"), 20, ("snow",))]


def test_unknown_and_repeated_words() -> None:
    found = result(words="tea Tea kettel xqzzzz coffee")
    assert found.words == ("tea", "coffee") and found.readings()["unknown"] == 2
    assert "kettel (kettle?), xqzzzz" in found.sentence() and "kettel (kettle?)" in " ".join(text(found, View(80, 9)))
    found = result(around="kettel")
    assert not found.words and "Spelled nearly so: kettle" in found.sentence()
    assert "Spelled nearly so: kettle" in " ".join(text(found, View(80, 9)))


@pytest.mark.parametrize("words", ["", "tea"])
def test_too_few_words_for_a_map(words: str) -> None:
    found = result(words=words)
    assert "two words at least" in found.sentence() and "two words at least" in " ".join(text(found, View(72, 8)))
    assert found.readings().keys() == READINGS.keys() and found.readings()["explained"] == 0
    assert len(found.table().rows) == len(found.words)


def test_no_more_words_than_can_be_told_apart() -> None:
    found = result(words=" ".join(VECTORS.words[: MOST + 7]))
    assert len(found.words) == MOST and "7 more were asked for" in found.sentence()


# ── the picture ──────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=60)
@given(data=st.data(), width=st.integers(8, 90), height=st.integers(1, 30))
def test_names_collide_with_nothing(data: st.DataObject, width: int, height: int) -> None:
    words = tuple(data.draw(st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=40)))
    cell = st.tuples(st.integers(0, height - 1), st.integers(0, width - 1))
    dots = {i: (data.draw(cell), data.draw(st.integers(0, 2))) for i in range(len(words))}
    names, unnamed = name(words, dots, width, height)
    assert sorted([*names, *unnamed]) == sorted(dots)
    taken = {cell for cell, _ in dots.values()}
    for i, (y, x) in names.items():
        (dot_y, dot_x), _ = dots[i]
        cells = {(y, x + offset) for offset in range(len(words[i]))}
        assert 0 <= y < height and x >= 0 and x + len(words[i]) <= width
        assert not cells & taken
        taken |= cells
        assert any(abs(cy - dot_y) <= 1 and abs(cx - dot_x) <= 1 for cy, cx in cells)  # at its dot
        for j, (other_y, other_x) in names.items():
            if j != i and other_y == y:
                assert other_x > x + len(words[i]) or other_x + len(words[j]) < x  # a column between


@settings(deadline=None, max_examples=40)
@given(
    words=SOME,
    width=st.integers(40, 120),
    height=st.integers(4, 40),
    ascii=st.booleans(),
    zoom=st.sampled_from([1.0, 2.0, 8.0]),
    x=st.floats(-1, 1),
    y=st.floats(-1, 1),
)
def test_a_picture_fits_and_accounts_for_every_word(
    words: list[str], width: int, height: int, ascii: bool, zoom: float, x: float, y: float
) -> None:
    if zoom == 1:
        x = y = 0.0
    found = result(words=" ".join(words), zoom=zoom, x=x, y=y)
    drawn = picture(found, View(width, height, "none", ascii))
    lines = ["".join(segment.text for segment in line) for line in drawn.lines]
    assert len(lines) <= height and all(len(line) <= width for line in lines)
    assert not ascii or all(line.isascii() for line in lines)
    if zoom == 1:
        assert sorted(found.in_sight) == list(range(len(words)))
    if height >= 8:
        above = "\n".join(lines)
        if found.selected not in drawn.unnamed:  # else its name may lie over others
            assert all(words[i] in above for i in found.in_sight if i not in drawn.unnamed)
        if found.selected in found.in_sight:
            assert words[found.selected] in "\n".join(lines[:-2])
        if drawn.unnamed and width >= 72:
            assert f"{len(drawn.unnamed)} name" in above


def test_a_higher_score_is_further_right_or_up() -> None:
    found = result()
    dots = place(found, 100, 30)
    by_column = sorted(dots, key=lambda i: dots[i][0][1])
    assert [found.scores[i, 0] for i in by_column] == pytest.approx(sorted(found.scores[:, 0]), abs=0.03)
    by_height = sorted(dots, key=lambda i: -(3 * dots[i][0][0] + dots[i][1]))
    assert [found.scores[i, 1] for i in by_height] == pytest.approx(sorted(found.scores[:, 1]), abs=0.03)


@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
def test_every_tier_has_the_same_letters(tier: Any) -> None:
    assert text(result(), View(80, 20, tier)) == text(result(), View(80, 20, "none"))


def test_words_that_share_a_cell_are_counted_in_ascii() -> None:
    lines = text(result(words="violin cello piano flute monday tuesday"), View(30, 5, "none", ascii=True))
    assert any(digit in "".join(lines[:2]) for digit in "23456")
