"""`tiny`, the course's own small language model.

Rows with repeats are mixed in until it has grown the heads that copy (`repetition.py`), then fade; that costs nothing
that can be measured. The text is small, so it is read four to five times, without dropout, which would only slow a
model of this size. `variants.py` has what was tried.
"""

from __future__ import annotations

from tutor.models.config import Config
from tutor.training.run import Run

CONFIG = Config(vocab_size=2048, d_model=192, n_layer=6, n_head=6, n_kv_head=6, d_ff=512, n_ctx=256)
TOKENS = 22_000_000  # seen in the whole run, four to five times the training stories

RUNS = {"tiny": Run(CONFIG, TOKENS)}
