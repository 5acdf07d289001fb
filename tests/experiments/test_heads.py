"""Head scores, against loops that follow their definitions word by word."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from made_attention import made
from numpy.typing import NDArray
from pytest import approx

from tutor.experiments.heads import Scores, scores


def mean(a: NDArray[np.float32], wanted: Callable[[int, int], bool]) -> float:
    """Over the queries with a wanted key, what they give to wanted keys."""
    given = [[float(a[q, k]) for k in range(q + 1) if wanted(q, k)] for q in range(len(a))]
    return fmean(sum(row) for row in given if row) if any(given) else 0.0


@given(st.lists(st.sampled_from("abc"), max_size=9), st.integers(0, 99))
def test_scores_follow_their_definitions(words: list[str], seed: int) -> None:
    result = made(words, seed=seed)
    a, ids = result.matrix, result.ids
    found = scores(a, ids)
    assert found.previous == approx(mean(a, lambda q, k: k == q - 1 and k > 0), abs=1e-6)
    assert found.first == approx(mean(a, lambda q, k: k == 0 and q > 0), abs=1e-6)
    assert found.same == approx(mean(a, lambda q, k: k < q and ids[k] == ids[q]), abs=1e-6)
    assert found.induction == approx(mean(a, lambda q, k: 0 < k < q and ids[k - 1] == ids[q]), abs=1e-6)


def test_pure_heads_score_one() -> None:
    ids = [9, 1, 2, 1, 2]
    previous = np.eye(5, k=-1, dtype=np.float32)
    first = np.zeros((5, 5), np.float32)
    first[:, 0] = 1
    same = np.eye(5, k=-2, dtype=np.float32)  # ids repeat after two
    assert scores(previous, ids).previous == 1
    assert scores(first, ids).first == 1
    assert scores(same, ids).same == 1
    assert scores(previous, ids).induction == 1  # what came after the copy two before is the token before
    assert scores(first, ids).strongest == ("first", 1.0)
    assert scores(np.ones((1, 1), np.float32), [9]) == Scores(0, 0, 0, 0)
