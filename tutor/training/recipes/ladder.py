"""The rungs below `tiny`: the same text, tokenizer, tokens seen and repeats, in ever smaller models.

A narrower model takes larger steps: the learning rate goes with one over the root of the width, and weight decay the
other way, so that their product, which decides how fast a weight is forgotten, stays.
"""

from __future__ import annotations

from dataclasses import replace

from tutor.training.recipes import tiny
from tutor.training.run import Run


def rung(d_model: int, n_layer: int, n_head: int, d_ff: int, tokens: int = tiny.TOKENS) -> Run:
    """tiny's run at another size."""
    full = tiny.RUNS["tiny"]
    config = replace(tiny.CONFIG, d_model=d_model, n_layer=n_layer, n_head=n_head, n_kv_head=n_head, d_ff=d_ff)
    wider = (tiny.CONFIG.d_model / d_model) ** 0.5
    return Run(
        config,
        tokens,
        learning_rate=full.learning_rate * wider,
        weight_decay=full.weight_decay / wider,
        int8=True,
    )


RUNS = {
    "9k": rung(4, 1, 1, 64),
    "28k": rung(12, 2, 2, 32),
    "92k": rung(32, 2, 2, 96),
    "291k": rung(64, 3, 4, 192),
    "796k": rung(128, 4, 4, 176),
}
