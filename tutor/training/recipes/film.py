"""One run to be looked at step by step: a model of the ladder's largest size, with its weights kept along the way.

So many rows repeat a passage that the two heads that copy appear within two hundred steps, a head that looks at the
previous token first and the induction head on top of it; the steps kept are close together there. Then the repeats
fade, and the rest of the run goes to the stories.
"""

from __future__ import annotations

from dataclasses import replace

from tutor.training.recipes import ladder
from tutor.training.repetition import Share

STEPS = (0, 16, 64, 256, 1000, 1600, 1700, 1750, 1800, 1850, 2000, 2600, 3417)  # after which the weights are kept
REPEATS = Share(0.7, 0.04, (0.62, 0.85))

RUNS = {"film": replace(ladder.RUNS["796k"], tokens=14_000_000, repetition=REPEATS, keep=STEPS)}
