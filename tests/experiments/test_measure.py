"""What the cards are made of: loss, copying, head scores, acceptance, the power law."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F
from transformers import LlamaForCausalLM

from tutor.experiments import heads, measure
from tutor.experiments.power_law import fit
from tutor.models.decoder import Array, Cache, Decoder
from tutor.models.library import FOLDER, Library, Model

STORY = "Tom had a red kite. The wind took the kite up over the hill, and Tom ran after it until it was dark. "


@pytest.fixture(scope="module")
def tiny() -> Model:
    return Library().model("tiny")


@pytest.fixture(scope="module")
def theirs() -> LlamaForCausalLM:
    return LlamaForCausalLM.from_pretrained(FOLDER / "tiny", dtype=torch.float32, attn_implementation="eager").eval()


def nats(theirs: LlamaForCausalLM, ids: list[int]) -> torch.Tensor:
    with torch.no_grad():
        return F.cross_entropy(theirs(torch.tensor([ids[:-1]])).logits[0], torch.tensor(ids[1:]), reduction="none")


def test_loss_is_that_of_transformers(tiny: Model, theirs: LlamaForCausalLM) -> None:
    texts = [STORY, "A dog. ", STORY * 2]
    found = measure.loss(tiny, texts)
    want = [float(nats(theirs, tiny.start(text)).sum()) for text in texts]
    assert found.nats == pytest.approx(sum(want), rel=1e-4)
    assert found.tokens == sum(len(tiny.start(text)) - 1 for text in texts)
    assert found.bits_per_byte == pytest.approx(sum(want) / math.log(2) / sum(map(len, texts)), rel=1e-4)


@pytest.mark.parametrize("n", [2, 15, 16, 17, 24, 25, 40])
def test_every_token_of_a_long_story_counts_once_and_sees_half_a_context(tiny: Model, n: int) -> None:
    ids = tiny.start(STORY * 2)[:n]
    text = tiny.tokenizer.decode(ids[1:])
    assert tiny.start(text) == ids
    found = measure.loss(tiny, [text], n_ctx=16)
    assert found.tokens == n - 1
    if n <= 17:
        want = measure.surprise(tiny.run.forward(ids[:-1]), ids).sum()
        assert found.nats == pytest.approx(float(want), rel=1e-4)


def test_loss_by_position_is_the_mean_over_rows(tiny: Model, theirs: LlamaForCausalLM) -> None:
    ids = tiny.start(STORY) * 4
    found = measure.loss_by_position(tiny, [STORY] * 4, 20)
    rows = [ids[i : i + 20] for i in range(0, len(ids) - 19, 20)]
    want = torch.stack([nats(theirs, row) for row in rows]).mean(0)
    np.testing.assert_allclose(found, want.numpy(), atol=1e-3)


def test_what_is_read_twice_costs_less(tiny: Model) -> None:
    ids = measure.repeated(tiny, 3)
    assert ids[0] == tiny.tokenizer.bos and ids[1:61] == ids[61:] and len(ids) == 121
    assert len(measure.repeated(tiny, 3, n_ctx=32)) == 31
    both = measure.copying(tiny)
    assert both.first > math.log(tiny.config.vocab_size) > both.second + 3  # a guess among all tokens lies between


def test_head_scores_are_the_means_of_the_texts(tiny: Model) -> None:
    texts = [measure.repeated(tiny, 1), tiny.start("The dog ran far.")]  # no token comes twice in the second
    found = measure.head_scores(tiny, texts)
    assert set(found) == {*heads.KINDS, "entropy"}
    traces = [tiny.trace(ids) for ids in texts]
    for layer, head in ((0, 0), (3, 4), (4, 2)):
        each = [heads.scores(trace.attention[layer, head], trace.ids) for trace in traces]
        assert found["previous"][layer, head] == pytest.approx((each[0].previous + each[1].previous) / 2)
        assert found["induction"][layer, head] == pytest.approx(each[0].induction)
        rows = [trace.attention[layer, head].astype(float) for trace in traces]
        bits = [-(a[a > 0] * np.log2(a[a > 0])).sum() / len(a) for a in rows]
        assert found["entropy"][layer, head] == pytest.approx(np.mean(bits), abs=1e-3)


def test_entropy_of_what_is_known() -> None:
    even = np.tril(np.ones((4, 4), np.float32)) / np.arange(1, 5, dtype=np.float32)[:, None]
    assert heads.entropy(even) == pytest.approx(np.log2([1, 2, 3, 4]).mean())
    assert heads.entropy(np.eye(5, dtype=np.float32)) == 0


def test_a_model_accepts_all_of_its_own_drafts_and_less_of_another_s(tiny: Model) -> None:
    texts = [tiny.start(STORY)]
    assert measure.acceptance(tiny, tiny, texts) == pytest.approx(1, abs=1e-6)
    knows_nothing = Model("flat", tiny.config, tiny.tokenizer, lambda: Flat(tiny.config, tiny.run.parameters))
    p = measure.softmax(tiny.run.forward(texts[0]))
    want = np.minimum(p, 1 / tiny.config.vocab_size).sum(axis=1).mean()
    assert measure.acceptance(tiny, knows_nothing, texts) == pytest.approx(want)
    assert want < 0.5


class Flat(Decoder):
    """Finds every token as likely as any other."""

    def forward(self, ids: Sequence[int], cache: Cache | None = None) -> Array:
        return np.zeros((len(ids), self.config.vocab_size), np.float32)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 3), st.floats(0.5, 50), st.floats(0.1, 1.2), st.integers(0, 10**6))
def test_a_power_law_is_found_again(floor: float, scale: float, exponent: float, seed: int) -> None:
    n = 10.0 ** np.random.default_rng(seed).uniform(0.5, 2, 6).cumsum()
    law = fit(n.tolist(), (floor + scale * n**-exponent).tolist())
    want = floor + scale * n**-exponent
    np.testing.assert_allclose([law(x) for x in n], want, atol=2e-3 * (want.max() - want.min()) + 1e-9)
    assert law.error <= 2e-3 * (want.max() - want.min()) + 1e-9


def test_a_power_law_needs_points() -> None:
    with pytest.raises(ValueError, match="four points or more"):
        fit([1, 2, 3], [3, 2, 1])


def test_the_fit_is_the_best_one_near_it() -> None:
    n, loss = [1e4, 3e4, 1e5, 3e5, 1e6], [1.9, 1.52, 1.2, 1.01, 0.87]
    law = fit(n, loss)
    best = sum((law(x) - y) ** 2 for x, y in zip(n, loss, strict=True))
    for floor in (-0.01, 0.01):
        for factor in (0.99, 1.01):
            for shift in (-0.005, 0.005):
                exponent = law.exponent + shift
                scale = law.scale * factor * 1e5**shift
                other = [law.floor + floor + scale * x**-exponent for x in n]
                assert sum((a - y) ** 2 for a, y in zip(other, loss, strict=True)) >= best
