"""GPT-2's layout against `transformers`, ALiBi against PyTorch, heads switched off, weights in int8."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from tutor.models.config import ALIBI, Config, read_config
from tutor.models.decoder import Array, Decoder
from tutor.models.errors import ModelFileError
from tutor.models.int8 import dequantise, narrowed, quantise, widened
from tutor.models.parameters import take
from tutor.models.weights import read_safetensors
from tutor.training.gpt import GPT

N_CTX = 48


def read(folder: Path) -> Decoder:
    config = read_config(folder / "config.json")
    return Decoder(config, take(config, read_safetensors(folder / "model.safetensors")))


def some_ids(n: int, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).integers(0, 101, n).tolist()


def assert_reads_the_same_in_chunks(run: Decoder, ids: list[int], want: Array) -> None:
    np.testing.assert_allclose(run.forward(ids), want, atol=1e-3)
    for chunk in (1, 7):
        cache = run.new_cache()
        rows = [run.forward(ids[i : i + chunk], cache) for i in range(0, len(ids), chunk)]
        np.testing.assert_allclose(np.concatenate(rows), want, atol=1e-3)


@pytest.mark.parametrize("tied", [True, False])
def test_gpt2_is_the_same_as_in_transformers(tmp_path: Path, tied: bool) -> None:
    torch.manual_seed(3)
    config = transformers.GPT2Config(
        vocab_size=101, n_embd=32, n_layer=2, n_head=4, n_positions=N_CTX, initializer_range=0.3,
        tie_word_embeddings=tied, bos_token_id=100, eos_token_id=100,
    )  # fmt: skip
    theirs = transformers.GPT2LMHeadModel(config).eval()
    for name, p in theirs.named_parameters():
        if p.dim() == 1:  # biases and gains that are not 0 and 1
            torch.nn.init.uniform_(p, 0.5 if "ln" in name else -0.5, 1.5 if "ln" in name else 0.5)
    theirs.save_pretrained(tmp_path)
    run = read(tmp_path)
    assert run.config.n_parameters == sum(p.numel() for p in theirs.parameters())
    ids = some_ids(N_CTX)
    with torch.no_grad():
        want = theirs(torch.tensor([ids]), output_hidden_states=True)
    assert_reads_the_same_in_chunks(run, ids, want.logits[0].numpy())
    stream = torch.cat(want.hidden_states[:-1]).numpy()
    np.testing.assert_allclose(run.trace(ids).residual[:-1:2], stream, atol=1e-3)


def alibi(n_kv_head: int = 4) -> tuple[GPT, Decoder]:
    """The same random weights in PyTorch and in the run file."""
    torch.manual_seed(4)
    config = Config(101, 32, 2, 4, n_kv_head, 48, N_CTX, positions="alibi")
    theirs = GPT(config).eval()
    for p in theirs.parameters():
        if p.dim() == 2:
            torch.nn.init.normal_(p, std=0.3)
    tensors = {name: p.detach().numpy() for name, p in theirs.named_parameters()}
    return theirs, Decoder(config, take(config, tensors))


@pytest.mark.parametrize("n_kv_head", [4, 2])
def test_alibi_is_the_same_as_in_pytorch(n_kv_head: int) -> None:
    theirs, run = alibi(n_kv_head)
    ids = some_ids(N_CTX)
    with torch.no_grad():
        want = theirs(torch.tensor([ids]))[0].numpy()
    assert_reads_the_same_in_chunks(run, ids, want)


def test_alibi_takes_a_head_s_slope_times_the_distance_from_every_score() -> None:
    _, run = alibi()
    trace = run.trace(some_ids(20))
    for layer in range(2):
        for head, slope in enumerate((2**-2, 2**-4, 2**-6, 2**-8)):
            scores = trace.query[layer, head] @ trace.key[layer, head].T / np.sqrt(8)
            for q in (5, 19):
                row = np.exp(scores[q, : q + 1] - slope * np.arange(q, -1, -1))
                np.testing.assert_allclose(trace.attention[layer, head, q, : q + 1], row / row.sum(), atol=1e-5)


def test_a_config_with_alibi_is_refused_by_transformers(tmp_path: Path) -> None:
    _, run = alibi()
    assert run.config.to_hf()["model_type"] == ALIBI
    with pytest.raises((ValueError, KeyError)):
        transformers.AutoConfig.for_model(**run.config.to_hf())


def test_a_head_that_is_off_writes_nothing(tiny: Path) -> None:
    run = read(tiny)
    ids = some_ids(30)
    everything, less = run.trace(ids), run.trace(ids, off={(2, 3)})
    d, k = run.config.d_model, run.config.d_head
    assert np.array_equal(everything.residual[:5], less.residual[:5])  # what comes before it is as it was
    own = everything.attention[2, 3] @ everything.value[2, 3] @ run.layers[2].attention_out.weight[:, 3 * k : 4 * k].T
    assert own.shape == (30, d)
    np.testing.assert_allclose(everything.residual[5] - less.residual[5], own, atol=1e-4)
    assert not np.allclose(everything.logits, less.logits, atol=1e-2)


MATRICES = st_numpy.arrays(
    np.float32, st_numpy.array_shapes(min_dims=2, max_dims=2), elements=st.floats(-100, 100, width=32)
)


@given(MATRICES)
def test_int8_is_off_by_at_most_half_a_step(matrix: Array) -> None:
    steps, scale = quantise(matrix)
    assert steps.dtype == np.int8 and scale.shape == matrix.shape[:1]
    error = np.abs(dequantise(steps, scale) - matrix).max(axis=1)
    assert (error <= scale / 2 * 1.01 + 1e-30).all()


def test_a_model_in_int8_computes_nearly_the_same_and_misses_no_scale(tiny: Path) -> None:
    config, tensors = read_config(tiny / "config.json"), read_safetensors(tiny / "model.safetensors")
    small = narrowed(tensors)
    assert sum(t.nbytes for t in small.values()) < 0.53 * sum(t.nbytes for t in tensors.values())
    ids = some_ids(64)
    exact = Decoder(config, take(config, tensors)).forward(ids)
    rounded = Decoder(config, take(config, widened(small))).forward(ids)
    assert 0 < np.abs(rounded - exact).max() < 1
    del small["model.embed_tokens.weight.scale"]
    with pytest.raises(ModelFileError, match=r"embed_tokens\.weight is int8 and has no scales"):
        take(config, widened(small))
