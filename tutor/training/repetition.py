"""Rows in which a passage occurs twice, mixed into the batches.

Short stories seldom repeat a passage word for word, so a small model finds no use for the two heads that
together copy one: a head that looks at the previous token, and an *induction head* that looks at what
followed the last time this token came (https://arxiv.org/abs/2209.11895). A share of rows with repeats
gives both a use. Half of these rows repeat random tokens, half a stretch of the row's own story.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IGNORE = -100  # a target that the loss leaves out, as PyTorch's cross_entropy does

SHORTEST, LONGEST = 12, 100  # tokens in the repeated passage


@dataclass(frozen=True)
class Share:
    """The share of rows with a repeat over a run: full, then falling, then a trace."""

    full: float
    trace: float
    fall: tuple[float, float]  # where it begins and ends to fall, as shares of the run


SHARE = Share(0.35, 0.04, (0.40, 0.75))


def share_at(done: float, share: Share = SHARE) -> float:
    """The share when `done` (0 to 1) of the run is over."""
    begin, end = share.fall
    fallen = min(1.0, max(0.0, (done - begin) / (end - begin)))
    return share.full + (share.trace - share.full) * fallen


def repeat_rows(
    rows: npt.NDArray[np.uint16], share: float, vocab_size: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Inputs and targets, each (B, T), from rows (B, T + 1); about `share` of the rows get a repeat.

    The first copy of random tokens cannot be predicted by anything, so it is no target (`IGNORE`).
    """
    ids = rows.astype(np.int64)
    ignored = np.zeros(ids.shape, bool)
    width = ids.shape[1]
    longest = min(LONGEST, width // 2)
    for i in np.flatnonzero(rng.random(len(ids)) < share):
        n = int(rng.integers(min(SHORTEST, longest), longest + 1))
        start = int(rng.integers(0, width - 2 * n + 1))
        first, second = slice(start, start + n), slice(start + n, start + 2 * n)
        if rng.random() < 0.5:
            ids[i, first] = rng.integers(0, vocab_size, n)
            ignored[i, first] = True
            ignored[i, start + n] = True  # nothing announces that the second copy begins
        ids[i, second] = ids[i, first]
    targets = np.where(ignored, IGNORE, ids)
    return ids[:, :-1], targets[:, 1:]
