"""Results with attention that was made up, for tests that need no model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutor.experiments.attention import Result

BOS = 9999


def made(
    words: Sequence[str], row: Sequence[float] | None = None, n_layer: int = 2, n_head: int = 3, seed: int = 0
) -> Result:
    """A result for the start token and `words`; of the last query the attention is `row`, in every head."""
    t = len(words) + 1
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n_layer, n_head, t, t)) * 3
    logits[..., ~np.tri(t, dtype=bool)] = -np.inf
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    if row is not None:
        weights[..., -1, :] = row
    kinds = {word: i for i, word in enumerate(dict.fromkeys(words))}
    return Result(
        model="made",
        text="".join(words),
        n_ctx=t,
        bos=BOS,
        ids=(BOS, *(kinds[word] for word in words)),
        pieces=(b"<|endoftext|>", *(word.encode() for word in words)),
        skipped=0,
        attention=weights.astype(np.float32),
        query=t - 1,
    )
