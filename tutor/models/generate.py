"""Continue a text: predict, draw, append, again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tutor.models.library import Model
from tutor.models.sampling import Sampling, distribution, draw


def generate(model: Model, ids: Sequence[int], sampling: Sampling, seed: int, n: int) -> Iterator[int]:
    """Up to `n` ids that go on after `ids`, ending with the end token if it comes; the same for the same seed."""
    rng = np.random.default_rng(seed)
    text = list(ids)
    for _ in range(n):
        text.append(draw(distribution(model.next_logits(text), sampling), rng))
        yield text[-1]
        if text[-1] == model.config.eos:
            return
