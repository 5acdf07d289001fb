"""One small model three times, with three ways to say where a token stands, trained on rows of 64 tokens.

Each can then be asked to read 256. The learned one has GPT-2's layout, with a table of 256 positions of which only the
first 64 are ever trained; the other two have Llama's.
"""

from __future__ import annotations

from dataclasses import replace

from tutor.models.config import Config
from tutor.training.run import Run

TRAINED = 64  # tokens a row
LLAMA = Config(vocab_size=2048, d_model=96, n_layer=3, n_head=4, n_kv_head=4, d_ff=256, n_ctx=256)


def run(config: Config) -> Run:
    return Run(
        config,
        tokens=4_000_000,
        n_ctx=TRAINED,
        rows=64,
        learning_rate=2.8e-3,
        weight_decay=0.14,
        repetition=None,
        int8=True,
    )


RUNS = {
    "learned": run(replace(LLAMA, d_ff=384, layout="gpt2", positions="learned")),
    "rotary": run(LLAMA),
    "alibi": run(replace(LLAMA, positions="alibi")),
}
