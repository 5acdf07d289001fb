"""The model that ships is the one its card describes, and it has learned what the course shows on it."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from tutor.experiments import measure
from tutor.models.cards import cards
from tutor.models.decoder import QUERIES
from tutor.models.int8 import widened
from tutor.models.library import FOLDER, Library, Model
from tutor.models.weights import read_safetensors

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
    assert f"{len(weights):,}" in CARD
    assert f"{tiny.config.n_parameters:,} parameters" in CARD
    assert len(weights) <= 8_000_000


def test_it_predicts_a_story_it_has_not_seen(tiny: Model) -> None:
    ids = tiny.start(STORY)
    logits = tiny.run.forward(ids[:-1]).astype(float)
    log_probability = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    nats = -log_probability[np.arange(len(ids) - 1), ids[1:]].sum()
    assert nats / np.log(2) / len(STORY.encode()) < 1.0  # bits a byte


def test_it_copies_random_tokens_by_a_previous_token_head_and_an_induction_head(tiny: Model) -> None:
    both = measure.copying(tiny)
    assert both.first - both.second >= 5
    scores = measure.head_scores(tiny, [measure.repeated(tiny, seed) for seed in measure.SEEDS])
    assert scores["previous"].max() >= 0.9
    assert scores["induction"].max() >= 0.75
    (card,) = (card for card in cards(FOLDER) if "tiny" in card.models)
    stated = card.models["tiny"]
    assert (both.first, both.second) == pytest.approx(tuple(stated["copying"].values()), abs=0.01)
    for kind, grid in scores.items():
        np.testing.assert_allclose(grid, stated["heads"]["random"][kind], atol=0.01)


def test_the_shipped_gpt2_is_the_one_transformers_computes() -> None:
    folder = FOLDER / "positions" / "learned"
    model = Library().model("positions/learned")
    theirs = GPT2LMHeadModel(GPT2Config.from_json_file(folder / "config.json")).eval()
    tensors = {name: torch.tensor(t) for name, t in widened(read_safetensors(folder / "model.safetensors")).items()}
    theirs.load_state_dict({name: t.float() for name, t in tensors.items()}, strict=False)
    ids = model.start(STORY)
    with torch.no_grad():
        want = theirs(torch.tensor([ids])).logits[0].numpy()
    np.testing.assert_allclose(model.run.forward(ids), want, atol=1e-3)


@pytest.mark.parametrize("name", Library().names)
def test_every_model_predicts_better_than_chance_and_its_card_says_how_well(name: str) -> None:
    model = Library().model(name)
    known = {m: found for card in cards(FOLDER) for m, found in card.models.items()}[name]
    ids = model.start(STORY)[:60]
    nats = measure.surprise(model.run.forward(ids[:-1]), ids).mean()
    assert nats == pytest.approx(known["nats_per_token"], abs=1.5)


@pytest.mark.parametrize("name", ["tiny", "positions/alibi", "positions/learned"])
def test_queries_in_blocks_give_what_all_at_once_give(name: str) -> None:
    model = Library().model(name)
    ids = model.start(STORY * 5)[: min(3 * QUERIES - 1, model.config.n_ctx)]
    np.testing.assert_allclose(model.run.forward(ids), model.trace(ids).logits, atol=1e-3)
    cache = model.run.new_cache()
    model.run.forward(ids[: QUERIES // 2], cache)
    np.testing.assert_allclose(
        model.run.forward(ids[QUERIES // 2 :], cache)[-1], model.trace(ids).logits[-1], atol=1e-3
    )
