"""What a head attends to, measured: mean attention on one text, as a fraction of 1.

The kinds are those of Clark et al. 2019 (https://arxiv.org/abs/1906.04341) and, for induction, Olsson et
al. 2022 (https://arxiv.org/abs/2209.11895). A query looks at keys up to itself; only queries for which the
kind is possible are counted, and a kind that is possible for none scores 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KINDS = {  # what a score measures, in words
    "previous": "to the token before",
    "first": "to the first token",
    "same": "to earlier copies of the same token",
    "induction": "to what came after earlier copies of the same token",
}


@dataclass(frozen=True)
class Scores:
    """How much of a query's attention goes where, averaged over the queries."""

    previous: float  # to the token before it
    first: float  # to the first token, which is the start token unless the text was cut
    same: float  # to earlier copies of its own token
    induction: float  # to the tokens that came after earlier copies of its own token

    @property
    def strongest(self) -> tuple[str, float]:
        """The kind with the highest score, and the score."""
        return max(vars(self).items(), key=lambda item: item[1])


def scores(attention: NDArray[np.float32], ids: Sequence[int]) -> Scores:
    """Measure one head: `attention` (T, T) with queries in rows, `ids` the T tokens it read.

    The first token does not count as a previous one, so that `previous` and `first` are told apart.
    """
    t = len(ids)
    position = np.arange(t)
    copies = np.equal.outer(ids, ids) & (position[:, None] > position)  # (query, key): an earlier copy
    after = np.zeros_like(copies)
    after[:, 1:] = copies[:, :-1] & (position[:, None] > position[1:])  # one after it, itself left out
    return Scores(
        previous=_mean(attention, (position[:, None] == position + 1) & (position > 0)),
        first=_mean(attention, (position[:, None] > 0) & (position == 0)),
        same=_mean(attention, copies),
        induction=_mean(attention, after),
    )


def entropy(attention: NDArray[np.float32]) -> float:
    """How spread one head's attention is: the mean entropy of its rows, in bits; 0 where each looks at one token."""
    logs = np.log2(attention, where=attention > 0, out=np.zeros_like(attention))
    return float(-(attention * logs).sum(axis=1).mean())


def _mean(attention: NDArray[np.float32], wanted: NDArray[np.bool_]) -> float:
    """Mean over the queries that want a key at all of what they give to those keys."""
    possible = wanted.any(axis=1)
    given = (attention * wanted).sum(axis=1)[possible]
    return float(given.mean()) if given.size else 0.0
