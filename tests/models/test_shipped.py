"""The model that ships is the one its card describes, and it has learned what the course shows on it."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tutor.models.library import FOLDER, Library, Model

CARD = (FOLDER / "tiny" / "README.md").read_text(encoding="utf-8")
STORY = (
    "Once there was a boy named Max. Max had a kite. One windy day, Max took his kite to the hill. "
    "The kite went up, up, up. Max was very happy. Then the string broke and the kite flew away."
)  # of our own, so in no training text


@pytest.fixture(scope="module")
def tiny() -> Model:
    return Library().model("tiny")


def test_the_card_names_this_very_file(tiny: Model) -> None:
    weights = (FOLDER / "tiny" / "model.safetensors").read_bytes()
    assert f"`{hashlib.sha256(weights).hexdigest()}`" in CARD
    assert f"{len(weights):,} bytes" in CARD
    assert f"{tiny.config.n_parameters:,} parameters" in CARD
    assert len(weights) <= 8_000_000


def test_it_predicts_a_story_it_has_not_seen(tiny: Model) -> None:
    ids = tiny.start(STORY)
    logits = tiny.run.forward(ids[:-1]).astype(float)
    log_probability = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    nats = -log_probability[np.arange(len(ids) - 1), ids[1:]].sum()
    assert nats / np.log(2) / len(STORY.encode()) < 1.0  # bits a byte


def test_it_copies_random_tokens_by_a_previous_token_head_and_an_induction_head(tiny: Model) -> None:
    n, previous, induction, losses = 60, [], [], []
    for seed in range(5):
        passage = np.random.default_rng(seed).integers(0, tiny.tokenizer.bos, n)
        ids = [tiny.tokenizer.bos, *passage.tolist(), *passage.tolist()]
        trace = tiny.trace(ids)
        logits = trace.logits.astype(float)
        log_probability = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        nats = -log_probability[np.arange(2 * n), ids[1:]]
        losses.append((nats[1:n].mean(), nats[n + 1 :].mean()))
        q = np.arange(2, 2 * n + 1)
        previous.append(trace.attention[:, :, q, q - 1].mean(axis=2))
        q = np.arange(n + 1, 2 * n + 1)
        induction.append(trace.attention[:, :, q, q - n + 1].mean(axis=2))
    first, second = np.mean(losses, axis=0)
    assert first - second >= 5
    assert np.mean(previous, axis=0).max() >= 0.9
    assert np.mean(induction, axis=0).max() >= 0.75
