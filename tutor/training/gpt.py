"""The decoder-only transformer in PyTorch, in the Llama layout, for training.

The same mathematics as `tutor.models.decoder`, with gradients. Parameter names are Hugging Face's, so that
a trained model is saved as it is and `AutoModelForCausalLM` loads it.

Shapes in comments: B rows of a batch, T tokens a row, D d_model, H heads, K d_head, F d_ff, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tutor.models.config import Config

Position = tuple[Tensor, Tensor] | Tensor  # cos and sin, (T, K) each; or ALiBi's (H, T, T)


def rotary_table(config: Config) -> tuple[Tensor, Tensor]:
    """cos and sin of every position's angles, each (n_ctx, K): RoPE, https://arxiv.org/abs/2104.09864."""
    k = config.d_head
    frequency = config.rope_theta ** (-torch.arange(0, k, 2).float() / k)  # (K/2,)
    angle = torch.outer(torch.arange(config.n_ctx).float(), frequency)  # (n_ctx, K/2)
    angle = torch.cat([angle, angle], dim=-1)
    return angle.cos(), angle.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair (i, i + K/2) of the last axis by its position's angle; x: (B, H, T, K)."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


def alibi_table(config: Config) -> Tensor:
    """What each head adds to each score, (H, n_ctx, n_ctx): ALiBi, https://arxiv.org/abs/2108.12409.

    Minus the distance times the head's slope, 2^(-8/H), 2^(-16/H) and so on; minus infinity for a later key.
    """
    slope = 2.0 ** (-8.0 / config.n_head * torch.arange(1, config.n_head + 1))  # (H,)
    position = torch.arange(config.n_ctx).float()
    behind = position[:, None] - position  # (query, key)
    return (-slope[:, None, None] * behind).masked_fill(behind < 0, -torch.inf)


class Attention(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        d, k = config.d_model, config.d_head
        self.n_head, self.n_kv_head, self.d_head = config.n_head, config.n_kv_head, k
        self.q_proj = nn.Linear(d, config.n_head * k, bias=False)
        self.k_proj = nn.Linear(d, config.n_kv_head * k, bias=False)
        self.v_proj = nn.Linear(d, config.n_kv_head * k, bias=False)
        self.o_proj = nn.Linear(config.n_head * k, d, bias=False)

    def forward(self, x: Tensor, position: Position) -> Tensor:
        b, t, _ = x.shape
        q = self.q_proj(x).view(b, t, self.n_head, self.d_head).transpose(1, 2)  # (B, H, T, K)
        k = self.k_proj(x).view(b, t, self.n_kv_head, self.d_head).transpose(1, 2)
        v = self.v_proj(x).view(b, t, self.n_kv_head, self.d_head).transpose(1, 2)
        grouped = self.n_head != self.n_kv_head
        if isinstance(position, Tensor):  # ALiBi's scores by distance; they hold the mask, too
            out = F.scaled_dot_product_attention(q, k, v, attn_mask=position.to(v.dtype), enable_gqa=grouped)
        else:
            q, k = rotate(q, *position).to(v.dtype), rotate(k, *position).to(v.dtype)
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=grouped)
        return self.o_proj(out.transpose(1, 2).reshape(b, t, -1))  # type: ignore[no-any-return]


class MLP(nn.Module):
    """SwiGLU: down(silu(gate(x)) * up(x)), https://arxiv.org/abs/2002.05202."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.d_model, config.d_ff, bias=False)
        self.up_proj = nn.Linear(config.d_model, config.d_ff, bias=False)
        self.down_proj = nn.Linear(config.d_ff, config.d_model, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))  # type: ignore[no-any-return]


class Block(nn.Module):
    def __init__(self, config: Config, dropout: float) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(config.d_model, eps=config.norm_eps)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = nn.RMSNorm(config.d_model, eps=config.norm_eps)
        self.mlp = MLP(config)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, position: Position) -> Tensor:
        x = x + self.dropout(self.self_attn(self.input_layernorm(x), position))
        return x + self.dropout(self.mlp(self.post_attention_layernorm(x)))  # type: ignore[no-any-return]


class Decoder(nn.Module):
    def __init__(self, config: Config, dropout: float) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.d_model)
        self.layers = nn.ModuleList(Block(config, dropout) for _ in range(config.n_layer))
        self.norm = nn.RMSNorm(config.d_model, eps=config.norm_eps)


class GPT(nn.Module):
    """Token ids (B, T) in, logits (B, T, V) out; the unembedding is the embedding (tied)."""

    cos: Tensor
    sin: Tensor
    alibi: Tensor | None

    def __init__(self, config: Config, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.model = Decoder(config, dropout)
        cos, sin = rotary_table(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.register_buffer("alibi", alibi_table(config) if config.positions == "alibi" else None, persistent=False)
        for name, p in self.named_parameters():
            if p.dim() == 2:  # layers that write to the residual stream start smaller, as in GPT-2
                into_stream = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(p, std=0.02 / (2 * config.n_layer) ** 0.5 if into_stream else 0.02)

    def forward(self, ids: Tensor) -> Tensor:
        t = ids.shape[1]
        rotary = (self.cos[:t], self.sin[:t])
        position = rotary if self.alibi is None else self.alibi[:, :t, :t]
        x = self.model.embed_tokens(ids)  # (B, T, D)
        for block in self.model.layers:
            x = block(x, position)
        return F.linear(self.model.norm(x), self.model.embed_tokens.weight)
