"""Bits a byte: how well a model predicts text, comparable between tokenizers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from tutor.training.corpus import Tokens
from tutor.training.network import Network


@torch.no_grad()
def bits_per_byte(
    model: Network, stories: Sequence[Tokens], n_bytes: int, rows: int = 16, n_ctx: int | None = None
) -> float:
    """Total negative log-likelihood of the stories in bits, over their size in bytes.

    Each story begins with the start token, which is not itself predicted. A story longer than the context
    (`n_ctx`, the model's if None) is read in windows that overlap by half, so that every later token sees at
    least half a context.
    """
    t = n_ctx or model.config.n_ctx
    windows: list[tuple[Tokens, int]] = []  # tokens, and the first of them whose prediction counts
    for story in stories:
        windows.append((story[: t + 1], 0))
        for begin in range(t // 2, len(story) - t // 2 - 1, t // 2):
            windows.append((story[begin : begin + t + 1], t // 2))
    windows.sort(key=lambda w: len(w[0]))  # equal lengths together, so that little is padded
    training = model.training
    model.eval()
    nats = 0.0
    for i in range(0, len(windows), rows):
        batch = windows[i : i + rows]
        width = max(len(w) for w, _ in batch)
        ids = np.zeros((len(batch), width), np.int64)
        counts = np.zeros((len(batch), width), bool)
        for j, (w, first) in enumerate(batch):
            ids[j, : len(w)] = w
            counts[j, first + 1 : len(w)] = True
        x = torch.from_numpy(ids)
        loss = F.cross_entropy(model(x[:, :-1]).flatten(0, 1).float(), x[:, 1:].flatten(), reduction="none")
        nats += float(loss[torch.from_numpy(counts[:, 1:].ravel())].double().sum())
    model.train(training)
    return nats / math.log(2) / n_bytes
