"""The contestants of the race do the same work: same tokens, same logits. How fast is for `python tests/bench`."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from race import PROMPT, Ours, Torch, Transformers, in_turn

from tutor.models.library import FOLDER

torch.set_num_threads(1)

Contestants = tuple[Ours, Transformers, Torch]


@pytest.fixture(scope="module")
def contestants() -> Contestants:
    return Ours(FOLDER / "tiny"), Transformers(FOLDER / "tiny"), Torch(FOLDER / "tiny")


def test_greedy_tokens_are_equal(contestants: Contestants) -> None:
    ours, *others = contestants
    prompt = ours.loaded.start(PROMPT)
    tokens = ours.greedy(prompt, 200)
    assert len(tokens) == 200 and len(set(tokens)) > 30
    for other in others:
        assert other.greedy(prompt, 200) == tokens


@pytest.mark.parametrize("n", [1, 2, 100, 256])
def test_prefills_are_equal(contestants: Contestants, n: int) -> None:
    ours, *others = contestants
    ids = np.random.default_rng(n).integers(0, ours.loaded.config.vocab_size, n).tolist()
    logits = ours.prefill(ids)
    assert logits.shape == (ours.loaded.config.vocab_size,)
    for other in others:
        np.testing.assert_allclose(other.prefill(ids), logits, rtol=0, atol=1e-3)


def test_every_turn_of_ours_begins_with_nothing_read(contestants: Contestants) -> None:
    ours = contestants[0]
    model = ours.fresh()
    first = model.next_logits([5, 6, 7])
    np.testing.assert_array_equal(ours.prefill([5, 6, 7]), first)
    assert ours.loaded._caches == []


def test_jobs_take_turns_after_a_warm_up() -> None:
    calls: list[str] = []
    times = in_turn({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2)
    assert calls == ["a", "b"] * 3 and times.keys() == {"a", "b"}
