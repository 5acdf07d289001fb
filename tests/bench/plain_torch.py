"""The contestant: the same model in plain PyTorch, as one writes it to decode, with a preallocated cache."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F


class Block(NamedTuple):
    """One layer's weights; those that read the same rows are one matrix."""

    attention_norm: Tensor  # (D,)
    query_key_value: Tensor  # (3 D, D)
    attention_out: Tensor  # (D, D)
    mlp_norm: Tensor  # (D,)
    gate_up: Tensor  # (2 F, D)
    down: Tensor  # (D, F)


class PlainTorch:
    """A Llama folder with as many key heads as query heads and tied embeddings, in float32."""

    def __init__(self, folder: Path) -> None:
        shape = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if shape["num_key_value_heads"] != shape["num_attention_heads"] or not shape["tie_word_embeddings"]:
            raise ValueError("written for tied embeddings and a key for every head")
        self.n_head, self.d_model, self.eps = shape["num_attention_heads"], shape["hidden_size"], shape["rms_norm_eps"]
        d_head, n_ctx = self.d_model // self.n_head, shape["max_position_embeddings"]
        w = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}
        self.embedding = w["model.embed_tokens.weight"]
        self.norm = w["model.norm.weight"]
        self.blocks = []
        for i in range(shape["num_hidden_layers"]):
            at = f"model.layers.{i}."
            self.blocks.append(
                Block(
                    w[at + "input_layernorm.weight"],
                    torch.cat([w[at + f"self_attn.{name}_proj.weight"] for name in "qkv"]),
                    w[at + "self_attn.o_proj.weight"],
                    w[at + "post_attention_layernorm.weight"],
                    torch.cat([w[at + "mlp.gate_proj.weight"], w[at + "mlp.up_proj.weight"]]),
                    w[at + "mlp.down_proj.weight"],
                )
            )
        angle = torch.outer(
            torch.arange(n_ctx, dtype=torch.float64),
            shape["rope_theta"] ** (-torch.arange(0, d_head, 2, dtype=torch.float64) / d_head),
        )
        self.cos, self.sin = angle.cos().float(), angle.sin().float()  # (n_ctx, K/2)
        self.keys = torch.empty(len(self.blocks), self.n_head, n_ctx, d_head)
        self.values = torch.empty_like(self.keys)

    @torch.inference_mode()
    def next_logits(self, ids: list[int], begin: int) -> Tensor:
        """The logits (V,) after `ids`, which stand at `begin`, after those of earlier calls."""
        t, end = len(ids), begin + len(ids)
        cos, sin = self.cos[begin:end], self.sin[begin:end]
        x = self.embedding[ids]  # (T, D)
        for i, block in enumerate(self.blocks):
            h = F.rms_norm(x, (self.d_model,), block.attention_norm, self.eps)
            qkv = F.linear(h, block.query_key_value).view(t, 3, self.n_head, -1).permute(1, 2, 0, 3)  # (3, H, T, K)
            a, b = qkv[:2].chunk(2, dim=-1)
            q, k = torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)
            self.keys[i, :, begin:end] = k
            self.values[i, :, begin:end] = qkv[2]
            mixed = F.scaled_dot_product_attention(
                q[None], self.keys[None, i, :, :end], self.values[None, i, :, :end], is_causal=t > 1
            )
            x = x + F.linear(mixed[0].transpose(0, 1).reshape(t, -1), block.attention_out)
            gate, up = F.linear(F.rms_norm(x, (self.d_model,), block.mlp_norm, self.eps), block.gate_up).chunk(
                2, dim=-1
            )
            x = x + F.linear(F.silu(gate) * up, block.down)
        return F.linear(F.rms_norm(x[-1], (self.d_model,), self.norm, self.eps), self.embedding)

    def greedy(self, prompt: list[int], n: int) -> list[int]:
        """The `n` likeliest tokens after `prompt`, one after another."""
        found = [int(self.next_logits(prompt, 0).argmax())]
        while len(found) < n:
            found.append(int(self.next_logits(found[-1:], len(prompt) + len(found) - 1).argmax()))
        return found
