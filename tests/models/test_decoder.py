"""The run file, against `transformers` on the same weights: logits, attention, residual stream, cache, window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaForCausalLM

from tutor.models.config import Config, read_config
from tutor.models.decoder import Array, Decoder, softmax, window_start
from tutor.models.errors import ModelFileError
from tutor.models.parameters import Tensors, take
from tutor.models.tokenizer import Tokenizer
from tutor.models.weights import read_safetensors

CLOSE = 1e-3  # in logits, float32


def load(config: Config, tensors: Tensors) -> Decoder:
    return Decoder(config, take(config, tensors))


@pytest.fixture(scope="module")
def run(folder: Path) -> Decoder:
    return load(read_config(folder / "config.json"), read_safetensors(folder / "model.safetensors"))


@pytest.fixture(scope="module")
def theirs(folder: Path) -> LlamaForCausalLM:
    return LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def reference(theirs: LlamaForCausalLM, ids: list[int]) -> Array:
    """Logits (T, V) by `transformers`."""
    with torch.no_grad():
        return theirs(torch.tensor([ids])).logits[0].numpy()


def some_ids(run: Decoder, n: int, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).integers(0, run.config.vocab_size, n).tolist()


def assert_close(ours: Array, want: Array, within: float = CLOSE) -> None:
    assert ours.shape == want.shape and ours.dtype == np.float32
    np.testing.assert_allclose(ours, want, rtol=0, atol=within)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_logits_up_to_the_full_context(run: Decoder, theirs: LlamaForCausalLM, share: float) -> None:
    ids = some_ids(run, max(1, int(share * run.config.n_ctx)))
    assert_close(run.forward(ids), reference(theirs, ids))


def test_token_by_token_and_in_chunks(run: Decoder, theirs: LlamaForCausalLM) -> None:
    ids = some_ids(run, run.config.n_ctx, seed=2)
    want = reference(theirs, ids)
    cache = run.new_cache()
    assert_close(np.concatenate([run.forward([i], cache) for i in ids]), want)
    for seed in range(3):
        cuts = np.sort(np.random.default_rng(seed).choice(np.arange(1, len(ids)), 5, replace=False))
        cache = run.new_cache()
        chunks = [run.forward(chunk.tolist(), cache) for chunk in np.split(np.array(ids), cuts)]
        assert_close(np.concatenate(chunks), want)


def test_real_prompts(tiny: Path) -> None:
    run = load(read_config(tiny / "config.json"), read_safetensors(tiny / "model.safetensors"))
    theirs = LlamaForCausalLM.from_pretrained(tiny, dtype=torch.float32).eval()
    tokenizer = Tokenizer.load(tiny)
    for text in (
        "",
        "Once upon a time there was a little dog. It",
        "Tom's 12 naïve robots\n\nsaid: “日本”",
        "a " * 200,
    ):
        ids = [tokenizer.bos, *tokenizer.encode(text)]
        assert_close(run.forward(ids), reference(theirs, ids))


def test_trace(run: Decoder, theirs: LlamaForCausalLM) -> None:
    c = run.config
    ids = some_ids(run, c.n_ctx // 2, seed=3)
    t = len(ids)
    trace = run.trace(ids)
    with torch.no_grad():
        want = theirs(torch.tensor([ids]), output_attentions=True, output_hidden_states=True)
    assert trace.ids == tuple(ids) and trace.start == 0
    assert_close(trace.attention, torch.cat(want.attentions).numpy(), 1e-4)
    assert_close(trace.logits, want.logits[0].numpy())
    # `transformers` gives the stream before each block; what it gives last is after the final norm.
    assert trace.residual.shape == (2 * c.n_layer + 1, t, c.d_model)
    assert_close(trace.residual[:-1:2], torch.cat(want.hidden_states[:-1]).numpy())
    assert_close(run.unembed(trace.residual[-1]), trace.logits, 1e-5)
    # Query, key and value are those that make the attention and what it adds to the stream.
    assert trace.query.shape == (c.n_layer, c.n_head, t, c.d_head)
    assert trace.key.shape == trace.value.shape == (c.n_layer, c.n_kv_head, t, c.d_head)
    key, value = (np.repeat(x, c.n_head // c.n_kv_head, axis=1) for x in (trace.key, trace.value))
    scores = trace.query @ key.swapaxes(-1, -2) / np.sqrt(c.d_head, dtype=np.float32)
    scores[..., np.triu(np.ones((t, t), bool), 1)] = -np.inf
    assert_close(softmax(scores), trace.attention, 1e-4)
    for i, layer in enumerate(run.layers):
        mixed = (trace.attention[i] @ value[i]).swapaxes(0, 1).reshape(t, -1)
        assert_close(layer.attention_out(mixed), trace.residual[2 * i + 1] - trace.residual[2 * i])


def test_attention_is_causal_sums_to_one_and_is_not_flat(run: Decoder) -> None:
    attention = run.trace(some_ids(run, 32)).attention
    assert not np.triu(attention, 1).any()
    np.testing.assert_allclose(attention.sum(-1), 1, atol=1e-5)
    assert attention[..., 16:, :].max() > 0.5  # so that the comparisons above say something


def test_a_later_token_changes_nothing_before_it(run: Decoder) -> None:
    ids = some_ids(run, 20)
    other = [*ids[:-1], (ids[-1] + 1) % run.config.vocab_size]
    np.testing.assert_allclose(run.forward(ids)[:-1], run.forward(other)[:-1], atol=1e-5)


class TestWindow:
    @given(st.integers(0, 5000), st.integers(1, 600).map(lambda half: 2 * half))
    def test_start_is_the_least_multiple_of_half_a_context(self, n: int, n_ctx: int) -> None:
        allowed = [s for s in range(0, n + n_ctx, n_ctx // 2) if n - s <= n_ctx]
        assert window_start(n, n_ctx) == allowed[0]

    @pytest.mark.parametrize(("n", "start"), [(0, 0), (256, 0), (257, 128), (384, 128), (385, 256), (600, 384)])
    def test_start_for_a_context_of_256(self, n: int, start: int) -> None:
        assert window_start(n, 256) == start

    @given(st.integers(0, 50), st.integers(1, 9))
    def test_any_context_leaves_something_to_read(self, n: int, n_ctx: int) -> None:
        assert 0 <= n - window_start(n, n_ctx) <= n_ctx and (n == 0 or window_start(n, n_ctx) < n)

    def test_past_the_context_only_the_window_is_read(self, run: Decoder, theirs: LlamaForCausalLM) -> None:
        n_ctx = run.config.n_ctx
        ids = some_ids(run, 2 * n_ctx + 3, seed=4)
        for n in (n_ctx + 1, n_ctx + n_ctx // 2, n_ctx + n_ctx // 2 + 1, len(ids)):
            start = window_start(n, n_ctx)
            assert_close(run.forward(ids[:n]), reference(theirs, ids[start:n]))
            trace = run.trace(ids[:n])
            assert trace.start == start and trace.ids == tuple(ids[start:n])
            assert_close(trace.logits, reference(theirs, ids[start:n]))

    def test_the_cache_moves_its_window(self, run: Decoder, theirs: LlamaForCausalLM) -> None:
        n_ctx = run.config.n_ctx
        ids = some_ids(run, n_ctx + n_ctx // 2 + 2, seed=5)
        cache = run.new_cache()
        run.forward(ids[: n_ctx - 1], cache)
        for n in range(n_ctx, len(ids) + 1):
            logits = run.forward([ids[n - 1]], cache)
            assert logits.shape == (1, run.config.vocab_size)
            assert cache.start == window_start(n, n_ctx) and cache.filled == n - cache.start
            if n - n_ctx in (0, 1, 2, n_ctx // 2, n_ctx // 2 + 1, n_ctx // 2 + 2):
                assert_close(logits[-1], reference(theirs, ids[cache.start : n])[-1])

    def test_a_chunk_across_the_edge_gives_its_rows_in_the_window(self, run: Decoder, theirs: LlamaForCausalLM) -> None:
        n_ctx = run.config.n_ctx
        ids = some_ids(run, 3 * n_ctx, seed=6)
        cache = run.new_cache()
        run.forward(ids[:10], cache)
        rows = run.forward(ids[10 : n_ctx + 4], cache)  # longer than what the new window holds
        assert_close(rows, reference(theirs, ids[n_ctx // 2 : n_ctx + 4]))
        rows = run.forward(ids[n_ctx + 4 : n_ctx + 9], cache)
        assert_close(rows, reference(theirs, ids[n_ctx // 2 : n_ctx + 9])[-5:])
        rows = run.forward(ids[n_ctx + 9 :], cache)  # over two windows at once
        assert_close(rows, reference(theirs, ids[window_start(3 * n_ctx, n_ctx) :]))


@pytest.mark.parametrize("folder", ["grouped"], indirect=True)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_cache_cut_back_and_copied_goes_on_as_if_new(run: Decoder, data: st.DataObject) -> None:
    """Any way of extending, cutting and copying ends in the logits of the text."""
    n_ctx = run.config.n_ctx
    ids = st.integers(0, run.config.vocab_size - 1)
    cache, other = run.new_cache(), run.new_cache()
    for _ in range(data.draw(st.integers(1, 5))):
        match data.draw(st.sampled_from(["read", "keep", "copy"])):
            case "keep":
                n = data.draw(st.integers(0, len(cache.ids)))
                before = cache.ids
                cache.keep(n)
                assert cache.ids == before[:n]
            case "copy":
                n = data.draw(st.integers(0, len(cache.ids)))
                other.copy(cache, n)
                cache, other = other, cache
        n = data.draw(st.sampled_from([1, 2, n_ctx // 2, n_ctx]))
        chunk = np.random.default_rng(data.draw(ids)).integers(0, run.config.vocab_size, n).tolist()
        text = [*cache.ids, *chunk]
        logits = run.forward(chunk, cache)
        assert cache.ids == text
        assert_close(logits[-1], run.forward(text)[-1], 1e-4)


@pytest.mark.parametrize("wrong", [[], [-1], [1, 10**6]])
def test_ids_that_are_none(run: Decoder, wrong: list[int]) -> None:
    cache = run.new_cache()
    run.forward([1, 2], cache)
    for read in (run.forward, run.trace, lambda ids: run.forward(ids, cache)):
        with pytest.raises(ValueError, match="at least one token, each from 0 to"):
            read(wrong)
    assert cache.ids == [1, 2]


def test_weights_that_do_not_fit(tiny: Path) -> None:
    config, weights = read_config(tiny / "config.json"), read_safetensors(tiny / "model.safetensors")
    missing = {name: w for name, w in weights.items() if name != "model.layers.5.mlp.up_proj.weight"}
    for wrong in ((config, missing), (replace(config, n_layer=7), weights), (replace(config, d_ff=500), weights)):
        with pytest.raises(ModelFileError, match=r"no tensor model\.layers"):
            take(*wrong)
    with pytest.raises(ModelFileError, match="no tensor lm_head"):
        take(replace(config, tied=False), weights)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers(tiny: Path, value: float) -> None:
    config, weights = read_config(tiny / "config.json"), read_safetensors(tiny / "model.safetensors")
    name = "model.layers.2.mlp.up_proj.weight"
    damaged = weights[name].copy()
    damaged[3, 4] = value
    with pytest.raises(ModelFileError, match=f"{name} is damaged"):
        take(config, {**weights, name: damaged})


def test_weights_of_other_float_types_make_the_same_model(tiny: Path) -> None:
    config, weights = read_config(tiny / "config.json"), read_safetensors(tiny / "model.safetensors")
    ids = list(range(30))
    wide = {name: w.astype(np.float32) for name, w in weights.items()}
    np.testing.assert_array_equal(load(config, wide).forward(ids), load(config, weights).forward(ids))
