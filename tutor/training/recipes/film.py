"""One run to be looked at step by step: the largest rung of the ladder, with its weights kept along the way.

The steps are close together where the heads that copy appear.
"""

from __future__ import annotations

from dataclasses import replace

from tutor.training.recipes import ladder

STEPS = (0, 32, 128, 400, 1000, 5371)  # after each of them the weights are kept

RUNS = {"film": replace(ladder.RUNS["796k"], keep=STEPS)}
