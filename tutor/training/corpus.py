"""A text file of stories, as tokens, as batches.

Every random choice follows from (seed, step), so that a resumed run sees what an uninterrupted one would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tiktoken

SEPARATOR = "<|endoftext|>"

Tokens = npt.NDArray[np.uint16]


def read_stories(path: Path) -> list[str]:
    """The stories of a UTF-8 file in which a line `<|endoftext|>` stands between two of them; ValueError if none."""
    text = path.read_text(encoding="utf-8")
    stories = [story for part in text.split(SEPARATOR) if (story := part.strip())]
    if not stories:
        raise ValueError(f"{path} has no story in it")
    return stories


def encode_stories(stories: Sequence[str], encoding: tiktoken.Encoding) -> list[Tokens]:
    """Each story as token ids, the start token before it."""
    bos = encoding.encode_single_token(SEPARATOR)
    return [np.array([bos, *ids], np.uint16) for ids in encoding.encode_ordinary_batch(list(stories), num_threads=2)]


@dataclass
class Batches:
    """Rows of `n_ctx` + 1 tokens: the stories of an epoch, shuffled, joined, and cut at every `n_ctx`."""

    stories: list[Tokens]
    n_ctx: int
    rows: int  # in a batch
    seed: int

    def __post_init__(self) -> None:
        self.n_tokens = sum(len(s) for s in self.stories)
        self.per_epoch = (self.n_tokens - 1) // (self.n_ctx * self.rows)  # batches
        if self.per_epoch < 1:
            raise ValueError(f"the corpus has {self.n_tokens:,} tokens, fewer than one batch")
        self._epoch = -1
        self._stream = np.empty(0, np.uint16)

    def __call__(self, step: int) -> Tokens:
        """Batch number `step`: (rows, n_ctx + 1)."""
        epoch, i = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            order = np.random.default_rng((self.seed, epoch)).permutation(len(self.stories))
            self._stream = np.concatenate([self.stories[j] for j in order])
            self._epoch = epoch
        starts = (i * self.rows + np.arange(self.rows)) * self.n_ctx
        rows: Tokens = self._stream[starts[:, None] + np.arange(self.n_ctx + 1)]
        return rows
