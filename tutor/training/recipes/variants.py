"""What helps `tiny`, and what does not: one change at a time against the same small run.

Each run has an eighth of the text, an eighth of the tokens and about a tenth of the parameters of `tiny`, so that the
text is as scarce for it as the whole is for `tiny`, and a run takes minutes.
"""

from __future__ import annotations

from dataclasses import replace

from tutor.training.recipes.data_ladder import SIZE
from tutor.training.recipes.ladder import rung

BASE = replace(rung(*SIZE, tokens=2_750_000), text=1 / 8)
_C = BASE.config

RUNS = {
    "base": BASE,
    "another-seed": replace(BASE, seed=2),
    "learned-positions": replace(BASE, config=replace(_C, layout="gpt2", positions="learned", d_ff=256)),
    "alibi": replace(BASE, config=replace(_C, positions="alibi")),
    "no-repeats": replace(BASE, repetition=None),
    "dropout": replace(BASE, dropout=0.1),
    "weight-decay-0.01": replace(BASE, weight_decay=0.01),
    "weight-decay-0.5": replace(BASE, weight_decay=0.5),
    "averaged-weights": replace(BASE, average=0.995),
    "linear-decay": replace(BASE, shape="linear", final=0.0),
    "half-batch": replace(BASE, rows=8),
    "double-batch": replace(BASE, rows=32),
    "half-rate": replace(BASE, learning_rate=BASE.learning_rate / 2, weight_decay=BASE.weight_decay * 2),
    "vocabulary-1024": replace(BASE, config=replace(_C, vocab_size=1024)),
    "vocabulary-4096": replace(BASE, config=replace(_C, vocab_size=4096)),
    "renamed": replace(BASE, renamed=True),
    "classics-first": replace(BASE, before=0.2),
    "muon": replace(BASE, optimizer="muon"),
}
