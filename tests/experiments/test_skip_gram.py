"""Skip-gram with negative sampling: its gradient against PyTorch and against differences, its pairs, what it learns."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.experiments import skip_gram
from tutor.experiments.skip_gram import BATCH, Corpus, SkipGram, loss_and_gradients

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(1, 8))  # B, K, d


def corpus(text: str, min_count: int = 1) -> Corpus:
    steps = skip_gram.read(text, min_count)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def model(text: str, **changes: float) -> SkipGram:
    how = {"d": 8, "window": 3, "negatives": 4, "subsample": 0, "seed": 3, **changes}
    return SkipGram(corpus(text), **how)  # type: ignore[arg-type]


def drawn(shape: tuple[int, int, int], seed: int, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    b, k, d = shape
    rng = np.random.default_rng(seed)
    return rng.normal(size=(b, d)) * scale, rng.normal(size=(b, 1 + k, d)) * scale


# ── the gradient ─────────────────────────────────────────────────────────────────────────────────────


@given(SHAPES, st.integers(0, 99), st.sampled_from([0.01, 1.0, 8.0]))
def test_the_gradient_is_that_of_autograd(shape: tuple[int, int, int], seed: int, scale: float) -> None:
    centre, targets = drawn(shape, seed, scale)
    loss, d_centre, d_targets = loss_and_gradients(centre, targets)
    c, t = torch.tensor(centre, requires_grad=True), torch.tensor(targets, requires_grad=True)
    scores = (t @ c[:, :, None]).squeeze(-1)
    expected = -torch.nn.functional.logsigmoid(scores[:, 0]) - torch.nn.functional.logsigmoid(-scores[:, 1:]).sum(1)
    expected.sum().backward()
    assert np.allclose(loss, expected.detach().numpy(), atol=1e-12)
    assert np.allclose(d_centre, c.grad.numpy(), atol=1e-12)  # type: ignore[union-attr]
    assert np.allclose(d_targets, t.grad.numpy(), atol=1e-12)  # type: ignore[union-attr]


@given(SHAPES, st.integers(0, 99))
def test_the_gradient_is_that_of_small_differences(shape: tuple[int, int, int], seed: int) -> None:
    centre, targets = drawn(shape, seed)
    _, d_centre, d_targets = loss_and_gradients(centre, targets)
    small = 1e-6
    for numbers, gradient in ((centre, d_centre), (targets, d_targets)):
        for place in np.ndindex(numbers.shape):
            at = numbers[place]
            numbers[place] = at + small
            above = loss_and_gradients(centre, targets)[0].sum()
            numbers[place] = at - small
            below = loss_and_gradients(centre, targets)[0].sum()
            numbers[place] = at
            assert gradient[place] == pytest.approx((above - below) / (2 * small), abs=1e-6)


def test_a_step_adds_up_the_gradients_of_its_pairs() -> None:
    trained = model("a b a c a b. c a b a. b c a")
    before, contexts = trained.centres.copy(), trained.contexts.copy()
    rate = 0.25
    batch, twin = [], model("a b a c a b. c a b a. b c a")
    batch = next(twin._batches)
    noise = np.searchsorted(twin._noise, twin._rng.random((len(batch[0]), 4)), side="right")
    trained.step(rate)
    for centre, context, negatives in zip(*batch, noise, strict=True):
        targets = np.array([context, *negatives])
        _, d_centre, d_targets = loss_and_gradients(twin.centres[[centre]], twin.contexts[targets][None])
        before[centre] -= rate * d_centre[0]
        for target, change in zip(targets, d_targets[0], strict=True):
            contexts[target] -= rate * change
    assert np.allclose(trained.centres, before, atol=1e-5) and np.allclose(trained.contexts, contexts, atol=1e-5)


# ── the text and its pairs ───────────────────────────────────────────────────────────────────────────


def test_words_are_told_by_number_and_rare_ones_left_out() -> None:
    read = corpus("The cat's tea, the CAT's milk!\nA dog; the well-known dog 42.\n\nNo end", min_count=2)
    assert read.words == ("the", "cat's", "dog") and read.counts.tolist() == [3, 2, 2]
    assert [read.words[i] for i in read.ids] == ["the", "cat's", "the", "cat's", "dog", "the", "dog"]
    assert read.sentence.tolist() == [0, 0, 0, 0, 1, 2, 2]


@given(st.lists(st.sampled_from(["ant", "bee", "cow", ".", "\n\n"]), max_size=60), st.integers(1, 4))
def test_counts_are_those_of_the_text(parts: list[str], least: int) -> None:
    read = corpus(" ".join(parts), least)
    counts = {word: parts.count(word) for word in ("ant", "bee", "cow") if parts.count(word) >= least}
    assert dict(zip(read.words, read.counts.tolist(), strict=True)) == counts
    assert sorted(read.counts.tolist(), reverse=True) == read.counts.tolist()
    assert len(read.ids) == len(read.sentence) == sum(counts.values())


@given(st.lists(st.integers(0, 1), min_size=1, max_size=30), st.data())
def test_pairs_are_all_within_reach_and_sentence(ends: list[int], data: st.DataObject) -> None:
    sentence = np.cumsum(ends)
    start = data.draw(st.integers(0, len(ends) - 1))
    at = np.arange(start, data.draw(st.integers(start + 1, len(ends))))
    reach = np.array(data.draw(st.lists(st.integers(1, 5), min_size=len(at), max_size=len(at))))
    expected = {
        (int(i), j)
        for i, far in zip(at, reach, strict=True)
        for j in range(len(ends))
        if j != i and abs(i - j) <= far and sentence[i] == sentence[j]
    }
    centres, contexts = skip_gram.pairs(sentence, at, reach)
    found = list(zip(centres.tolist(), contexts.tolist(), strict=True))
    assert len(found) == len(set(found)) and set(found) == expected


def test_negatives_come_by_the_power_of_their_count() -> None:
    trained = model("a " * 16 + "b")
    assert np.diff(trained._noise, prepend=0) == pytest.approx([8 / 9, 1 / 9])


def test_frequent_words_are_thinned_out() -> None:
    text = ("the " * 9 + "fox. ") * 40
    seen = []
    for subsample in (0, 0.05):
        trained = model(text, subsample=subsample)
        batches = [next(trained._batches)[0] for _ in range(400)]
        seen.append(float(np.mean(np.concatenate(batches) == trained.corpus.index["the"])))
    assert seen[1] < seen[0] - 0.08


# ── training ─────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=20)
@given(st.integers(0, 9), st.integers(1, 6), st.sampled_from([0.0, 0.001, 0.1]))
def test_the_same_seed_gives_the_same_vectors(seed: int, negatives: int, subsample: float) -> None:
    text = "one two three four five one two three. four five one three two"
    first, second, other = (
        model(text, seed=s, negatives=negatives, subsample=subsample) for s in (seed, seed, seed + 1)
    )
    for _ in range(5):
        for trained in (first, second, other):
            trained.step(0.1)
    assert np.array_equal(first.centres, second.centres) and np.array_equal(first.contexts, second.contexts)
    assert not np.array_equal(first.centres, other.centres)
    assert first.losses[0] == pytest.approx(np.log(2) * (1 + negatives), rel=1e-6)  # before any step nothing is known
    assert 0 < first.pairs <= 5 * BATCH and first.steps == 5


def test_words_of_one_topic_come_to_lie_together() -> None:
    rng = np.random.default_rng(1)
    topics = [["cat", "dog", "hen", "pig", "cow"], ["red", "blue", "pink", "grey", "gold"]]
    text = ". ".join(" ".join(rng.permutation(topics[n % 2])) for n in range(300))
    trained = model(text, window=5)
    for _ in range(3000):
        trained.step(0.05)
    unit = trained.centres / np.linalg.norm(trained.centres, axis=1, keepdims=True)
    for topic in topics:
        here = [trained.corpus.index[word] for word in topic]
        inside = unit[here] @ unit[here].T
        assert inside.min() > np.delete(unit[here] @ unit.T, here, axis=1).max()
    assert np.mean(trained.losses[-50:]) < np.mean(trained.losses[:50])


def test_a_rate_that_is_too_high_ends_the_training_with_numbers() -> None:
    trained = model("one two three four five six. " * 30)
    for _ in range(500):
        trained.step(10.0)
    assert trained.diverged and trained.steps < 500
    assert np.isfinite(trained.centres).all() and np.isfinite(trained.contexts).all()
    assert np.isfinite(trained.losses).all()
