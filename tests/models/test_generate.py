"""Text that goes on: the same for the same seed, greedy at temperature 0, ended by the end token."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from transformers import LlamaForCausalLM

from tutor.models.generate import generate
from tutor.models.library import FOLDER, Library, Model
from tutor.models.sampling import Sampling, distribution, draw


@pytest.fixture(scope="module")
def model() -> Model:
    return Library().model()


@pytest.fixture
def endless(model: Model) -> Model:
    """The same model, which no token ends."""
    return Model("endless", replace(model.config, eos=None), model.tokenizer, lambda: model.run)


def test_the_same_seed_gives_the_same_text(endless: Model) -> None:
    ids = endless.start("Once upon a time")
    texts = [tuple(generate(endless, ids, Sampling(), seed, 40)) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert len(texts[0]) == 40
    assert ids == endless.start("Once upon a time")


def test_every_token_is_drawn_from_the_distribution_after_the_ones_before(endless: Model) -> None:
    sampling = Sampling(0.9, top_k=40, top_p=0.95)
    ids = endless.start("The dog")
    rng = np.random.default_rng(7)
    for token in generate(endless, ids, sampling, 7, 30):
        assert token == draw(distribution(endless.run.forward(ids)[-1], sampling), rng)
        ids.append(token)


def test_greedy_is_that_of_transformers(endless: Model) -> None:
    theirs = LlamaForCausalLM.from_pretrained(FOLDER / "tiny", dtype=torch.float32).eval()
    ids = endless.start("Tom had a red ball. He")
    want = theirs.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=40, min_new_tokens=40, eos_token_id=-1)
    assert [*ids, *generate(endless, ids, Sampling(temperature=0), 1, 40)] == want[0].tolist()


def test_the_end_token_is_the_last(endless: Model) -> None:
    ids = endless.start("One day")
    free = list(generate(endless, ids, Sampling(), 3, 30))
    end = free[10]
    ended = Model("ended", replace(endless.config, eos=end), endless.tokenizer, lambda: endless.run)
    assert list(generate(ended, ids, Sampling(), 3, 30)) == free[: free.index(end) + 1]


def test_it_goes_on_past_the_context(endless: Model) -> None:
    n_ctx = endless.config.n_ctx
    ids = (endless.start("a ") * n_ctx)[: n_ctx - 2]
    out = list(generate(endless, ids, Sampling(), 5, 8))
    rng = np.random.default_rng(5)
    for token in out:
        assert token == draw(distribution(endless.run.forward(ids)[-1], Sampling()), rng)
        ids.append(token)


def test_nothing_is_computed_before_it_is_asked_for(endless: Model) -> None:
    stream = generate(endless, endless.start("A"), Sampling(), 1, 10**9)
    assert len(list(islice(stream, 3))) == 3
    assert list(generate(endless, [], Sampling(), 1, 0)) == []
