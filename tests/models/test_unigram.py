"""Unigram: the cut against the `tokenizers` library and against trying every cut; the training by what it promises."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, fsum, isclose, log

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import models

from tutor.models import unigram
from tutor.models.unigram import Unigram

words = st.text("abcé日", max_size=9)
known = st.dictionaries(
    st.text("abcé", min_size=1, max_size=4), st.floats(-20, -0.1) | st.sampled_from([-1.0, -2.0, -3.0]), min_size=1
)
counted = st.dictionaries(st.text("abc", min_size=1, max_size=7), st.integers(1, 9), min_size=1, max_size=8)


@given(words, known)
def test_the_cut_is_that_of_the_library(word: str, scores: dict[str, float]) -> None:
    model = models.Unigram([("<unk>", 0.0), *scores.items()], unk_id=0, byte_fallback=False)
    assert Unigram(scores).encode(word) == tokenizers.Tokenizer(model).encode(word).tokens


def every_cut(word: str, model: Unigram) -> Iterator[tuple[str, ...]]:
    """All ways to cut a word into pieces and unknown characters."""
    if not word:
        yield ()
    for end in range(1, len(word) + 1):
        if word[:end] in model.scores or end == 1:
            for rest in every_cut(word[end:], model):
                yield (word[:end], *rest)


@given(words, known, st.integers(1, 4))
def test_the_best_cuts_are_the_best_of_all(word: str, scores: dict[str, float], n: int) -> None:
    model = Unigram(scores)
    found = model.cuts(word, n)
    everything = sorted((sum(map(model.score, cut)) for cut in every_cut(word, model)), reverse=True)
    assert [cut.score for cut in found] == pytest.approx(everything[:n])
    assert len({cut.pieces for cut in found}) == len(found)
    for cut in found:
        assert "".join(cut.pieces) == word
        assert isclose(sum(map(model.score, cut.pieces)), cut.score, abs_tol=1e-9)


@given(st.text("abc", max_size=7), known)
def test_expected_counts_are_those_of_all_cuts(word: str, scores: dict[str, float]) -> None:
    model = Unigram(scores | {"a": -1.0, "b": -2.0, "c": -3.0})
    cuts = {cut: exp(fsum(map(model.score, cut))) for cut in every_cut(word, model)}
    total = fsum(cuts.values())
    expected = model.expected({word: 3})
    for piece in model.scores:
        by_hand = fsum(3 * p / total * cut.count(piece) for cut, p in cuts.items())
        assert expected[piece] == pytest.approx(by_hand, abs=1e-9)


def likelihood(model: Unigram, texts: dict[str, int]) -> float:
    """The log-probability of all words, over every way to cut them."""
    return fsum(
        n * log(fsum(exp(fsum(map(model.score, cut))) for cut in every_cut(word, model))) for word, n in texts.items()
    )


@given(counted)
def test_estimating_never_makes_the_text_less_probable(texts: dict[str, int]) -> None:
    model = unigram.seed(texts, 5)
    for _ in range(4):
        counts = model.expected(texts)
        total = sum(counts.values())
        better = Unigram({piece: log(n / total) for piece, n in counts.items() if n > 0})
        assert likelihood(better, texts) >= likelihood(model, texts) - 1e-6
        model = better


@given(counted, st.integers(1, 20))
def test_training_gives_as_many_pieces_as_are_wanted(texts: dict[str, int], vocab_size: int) -> None:
    model = unigram.train(texts, vocab_size)
    characters = set("".join(texts))
    assert characters <= set(model.scores)
    most = len({word[i:j] for word in texts for i, j in every_part(word)})
    assert len(model.scores) == max(len(characters), min(vocab_size, most))
    assert isclose(sum(map(exp, model.scores.values())), 1)
    for word in texts:
        assert all(piece in model.scores for piece in model.encode(word))


def every_part(word: str) -> Iterator[tuple[int, int]]:
    return ((i, j) for i in range(len(word)) for j in range(i + 1, len(word) + 1))


def test_what_is_missed_most_is_kept() -> None:
    """Without `ab` every `ab` is cut in two; `cd` stands for as much text but is seldom seen."""
    texts = {"ab": 50, "cd": 2, "ba": 2, "dc": 2}
    model = Unigram({**dict.fromkeys("abcd", -2.0), "ab": -1.0, "cd": -1.0})
    kept = unigram.prune(model, model.expected(texts), 5)
    assert set(kept.scores) == {*"abcd", "ab"}
