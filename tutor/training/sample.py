"""A few tokens from a model in training, to see what it has learned by now."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from tutor.training.network import Network


@torch.no_grad()
def sample(model: Network, ids: Sequence[int], n: int, temperature: float = 0.8, seed: int = 1) -> list[int]:
    """`ids` and `n` tokens drawn after them, each pass reading at most the context anew."""
    generator = torch.Generator().manual_seed(seed)
    training = model.training
    model.eval()
    out = list(ids)
    for _ in range(n):
        logits = model(torch.tensor([out[-model.config.n_ctx :]]))[0, -1]  # (V,)
        probability = torch.softmax(logits.float() / temperature, dim=-1)
        out.append(int(torch.multinomial(probability, 1, generator=generator)))
    model.train(training)
    return out
