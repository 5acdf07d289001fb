"""What helps `tiny`, and what does not: one change at a time against the same small run.

Each run has a twelfth of the text, a twelfth of the tokens and about a tenth of the parameters of `tiny`, so that the
text is as scarce for it as the whole is for `tiny`, and a run takes minutes.
"""

from __future__ import annotations

from dataclasses import replace

from tutor.training.recipes.data_ladder import SIZE
from tutor.training.recipes.ladder import rung

BASE = replace(rung(*SIZE, tokens=1_833_000), text=1 / 12)
_C = BASE.config

RUNS = {
    "base": BASE,
    "another-seed": replace(BASE, seed=1),
    "muon": replace(BASE, optimizer="muon"),
    "learned-positions": replace(BASE, config=replace(_C, layout="gpt2", positions="learned", d_ff=256)),
    "no-repeats": replace(BASE, repetition=None),
    "dropout": replace(BASE, dropout=0.1),
    "weight-decay-0.01": replace(BASE, weight_decay=0.01),
    "averaged-weights": replace(BASE, average=0.99),
    "renamed": replace(BASE, renamed=True),
    "half-batch": replace(BASE, rows=8),
    "quarter-batch": replace(BASE, rows=4),
    "muon-half-batch": replace(BASE, optimizer="muon", rows=8),
    "linear-decay": replace(BASE, shape="linear", final=0.0),
    "vocabulary-1024": replace(BASE, config=replace(_C, vocab_size=1024)),
    "classics-first": replace(BASE, before=0.2),
}
