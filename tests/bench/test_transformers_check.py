"""The independent measurement agrees with the course's own model on the same text."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from transformers_check import bits_per_byte, load, repeated, windows

from tutor.models.library import FOLDER, Library, Model

torch.set_num_threads(1)

STORIES = [
    "Ben had a blue kite.",
    "The old boat was slow, and the boy who sat in it did not mind. He looked at the water. " * 14,
]  # one shorter and one longer than the context


@pytest.fixture(scope="module")
def ours() -> Model:
    return Library().model("tiny")


def nats(model: Model, ids: list[int]) -> float:
    """Negative log-likelihood of all tokens but the first, read one by one in the windows of the run file."""
    total = 0.0
    for n in range(1, len(ids)):
        logits = model.next_logits(ids[:n]).astype(float)
        total += float(np.log(np.exp(logits).sum()) - logits[ids[n]])
    return total


@pytest.mark.parametrize("n", [2, 3, 256, 257, 258, 385, 386, 700])
def test_every_token_is_predicted_once(n: int) -> None:
    ids = list(range(n))
    seen: list[int] = []
    for read, after in windows(ids, 256):
        assert len(read) == len(after) <= 256
        for i, target in enumerate(after):
            if target != -100:
                assert target == read[i] + 1
                assert i >= 128 or read[0] == 0
                seen.append(target)
    assert seen == ids[1:]


def test_bits_a_byte(ours: Model) -> None:
    starts = [ours.start(story) for story in STORIES]
    assert len(starts[1]) > ours.config.n_ctx + 2
    want = sum(nats(ours, ids) for ids in starts) / math.log(2) / sum(len(story) for story in STORIES)
    assert bits_per_byte(*load(FOLDER / "tiny"), STORIES) == pytest.approx(want, abs=1e-5)


def test_random_tokens_twice(ours: Model) -> None:
    n, start = 20, ours.tokenizer.bos
    copies, scores = repeated(load(FOLDER / "tiny")[0], start, n, sequences=1, seed=3)
    passage = torch.randint(0, start, (1, n), generator=torch.Generator().manual_seed(3))[0].tolist()
    ids = [start, *passage, *passage]
    assert copies["second copy"] == pytest.approx((nats(ours, ids) - nats(ours, ids[: n + 2])) / (n - 1), abs=1e-4)
    attention = ours.trace(ids).attention
    q = np.arange(n + 1, 2 * n + 1)
    want = attention[:, :, q, q - n + 1].mean(axis=2)
    np.testing.assert_allclose(scores["induction"], want, atol=1e-4)
    q = np.arange(2, 2 * n + 1)
    np.testing.assert_allclose(scores["previous"], attention[:, :, q, q - 1].mean(axis=2), atol=1e-4)
    rows = attention[:, :, q]
    bits = -(rows * np.log2(np.where(rows > 0, rows, 1))).sum(-1).mean(-1)
    np.testing.assert_allclose(scores["entropy"], bits, atol=1e-3)
