"""Bring the tensors of a weights file to their places in the run file, checked: one function a layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.models.config import Config
from tutor.models.decoder import Array, Layer, Linear, Norm, Parameters
from tutor.models.errors import ModelFileError

Tensors = Mapping[str, NDArray[Any]]


def take(config: Config, tensors: Tensors) -> Parameters:
    """`tensors`: by Hugging Face's names, of any float type. Raises ModelFileError if one is amiss."""
    return (_gpt2 if config.layout == "gpt2" else _llama)(config, tensors)


def _llama(c: Config, tensors: Tensors) -> Parameters:
    d, heads, kv = c.d_model, c.n_head * c.d_head, c.n_kv_head * c.d_head
    layers: list[Layer] = []
    for i in range(c.n_layer):
        at = f"model.layers.{i}."
        q = _paired(_take(tensors, at + "self_attn.q_proj.weight", heads, d), c.d_head)
        k = _paired(_take(tensors, at + "self_attn.k_proj.weight", kv, d), c.d_head)
        v = _take(tensors, at + "self_attn.v_proj.weight", kv, d)
        gate = _take(tensors, at + "mlp.gate_proj.weight", c.d_ff, d)
        up = _take(tensors, at + "mlp.up_proj.weight", c.d_ff, d)
        layers.append(
            Layer(
                attention_norm=Norm(_take(tensors, at + "input_layernorm.weight", d), c.norm_eps),
                query_key_value=Linear(np.concatenate([q, k, v])),
                attention_out=Linear(_take(tensors, at + "self_attn.o_proj.weight", d, heads)),
                mlp_norm=Norm(_take(tensors, at + "post_attention_layernorm.weight", d), c.norm_eps),
                up=Linear(np.concatenate([gate, up])),
                down=Linear(_take(tensors, at + "mlp.down_proj.weight", d, c.d_ff)),
            )
        )
    embedding = _take(tensors, "model.embed_tokens.weight", c.vocab_size, d)
    return Parameters(
        embedding=embedding,
        position=None,
        layers=tuple(layers),
        norm=Norm(_take(tensors, "model.norm.weight", d), c.norm_eps),
        unembedding=embedding if c.tied else _take(tensors, "lm_head.weight", c.vocab_size, d),
    )


def _paired(weight: Array, d_head: int) -> Array:
    """Bring rows i and i + K/2 of each head, which rotary positions turn together, next to each other."""
    halves = weight.reshape(-1, 2, d_head // 2, weight.shape[-1])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def _gpt2(c: Config, tensors: Tensors) -> Parameters:
    d = c.d_model

    def norm(name: str) -> Norm:
        return Norm(_take(tensors, name + ".weight", d), c.norm_eps, _take(tensors, name + ".bias", d))

    def linear(name: str, n_in: int, n_out: int) -> Linear:
        """GPT-2's file has its matrices the other way round, (in, out)."""
        weight = np.ascontiguousarray(_take(tensors, name + ".weight", n_in, n_out).T)
        return Linear(weight, _take(tensors, name + ".bias", n_out))

    layers: list[Layer] = []
    for i in range(c.n_layer):
        at = f"transformer.h.{i}."
        layers.append(
            Layer(
                attention_norm=norm(at + "ln_1"),
                query_key_value=linear(at + "attn.c_attn", d, 3 * d),
                attention_out=linear(at + "attn.c_proj", d, d),
                mlp_norm=norm(at + "ln_2"),
                up=linear(at + "mlp.c_fc", d, c.d_ff),
                down=linear(at + "mlp.c_proj", c.d_ff, d),
            )
        )
    embedding = _take(tensors, "transformer.wte.weight", c.vocab_size, d)
    return Parameters(
        embedding=embedding,
        position=_take(tensors, "transformer.wpe.weight", c.n_ctx, d),
        layers=tuple(layers),
        norm=norm("transformer.ln_f"),
        unembedding=embedding if c.tied else _take(tensors, "lm_head.weight", c.vocab_size, d),
    )


def _take(tensors: Tensors, name: str, *shape: int) -> Array:
    """One tensor, in float32."""
    if name not in tensors or tensors[name].shape != shape:
        raise ModelFileError(f"the weights have no tensor {name} of shape {shape}")
    if tensors[name].dtype == np.int8:
        raise ModelFileError(f"the tensor {name} is int8 and has no scales")
    tensor = np.ascontiguousarray(tensors[name], np.float32)
    if not np.isfinite(tensor).all():
        raise ModelFileError(f"the tensor {name} is damaged: not all of it are numbers")
    return tensor
