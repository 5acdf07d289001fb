"""The decoder of GPT-2 in PyTorch, for training: LayerNorm, GELU, biases, a learned vector for every position.

Radford and others 2019, "Language Models are Unsupervised Multitask Learners". Parameter names and shapes are
Hugging Face's, so that a trained model is saved as it is.

Shapes in comments: B rows of a batch, T tokens a row, D d_model, H heads, K d_head.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tutor.models.config import Config


class Affine(nn.Module):
    """x W + b, with W as (in, out), which is how GPT-2 keeps it."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_in, n_out))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


class Attention(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.n_head = config.n_head
        self.c_attn = Affine(config.d_model, 3 * config.d_model)  # queries, keys and values in one
        self.c_proj = Affine(config.d_model, config.d_model)

    def forward(self, x: Tensor) -> Tensor:
        b, t, d = x.shape
        qkv = self.c_attn(x).view(b, t, 3, self.n_head, d // self.n_head)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # (B, H, T, K) each
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(out.transpose(1, 2).reshape(b, t, d))  # type: ignore[no-any-return]


class MLP(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.c_fc = Affine(config.d_model, config.d_ff)
        self.c_proj = Affine(config.d_ff, config.d_model)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))  # type: ignore[no-any-return]


class Block(nn.Module):
    def __init__(self, config: Config, dropout: float) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.d_model, eps=config.norm_eps)
        self.attn = Attention(config)
        self.ln_2 = nn.LayerNorm(config.d_model, eps=config.norm_eps)
        self.mlp = MLP(config)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.dropout(self.attn(self.ln_1(x)))
        return x + self.dropout(self.mlp(self.ln_2(x)))  # type: ignore[no-any-return]


class Decoder(nn.Module):
    def __init__(self, config: Config, dropout: float) -> None:
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.d_model)
        self.wpe = nn.Embedding(config.n_ctx, config.d_model)
        self.h = nn.ModuleList(Block(config, dropout) for _ in range(config.n_layer))
        self.ln_f = nn.LayerNorm(config.d_model, eps=config.norm_eps)


class GPT2(nn.Module):
    """Token ids (B, T) in, logits (B, T, V) out; the unembedding is the embedding (tied)."""

    def __init__(self, config: Config, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.transformer = Decoder(config, dropout)
        for name, p in self.named_parameters():
            if p.dim() == 2:  # layers that write to the residual stream start smaller
                into_stream = name.endswith("c_proj.weight")
                nn.init.normal_(p, std=0.02 / (2 * config.n_layer) ** 0.5 if into_stream else 0.02)

    def forward(self, ids: Tensor) -> Tensor:
        t = ids.shape[1]
        x = self.transformer.wte(ids) + self.transformer.wpe.weight[:t]  # (B, T, D)
        for block in self.transformer.h:
            x = block(x)
        return F.linear(self.transformer.ln_f(x), self.transformer.wte.weight)
