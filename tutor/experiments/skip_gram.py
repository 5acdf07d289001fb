"""Skip-gram with negative sampling: word vectors learned by telling a word's neighbours from drawn ones.

Mikolov and others 2013, https://arxiv.org/abs/1310.4546. Every word has two vectors: as the centre of a window and
as the context of another word. For a centre c, a word o of its window and K words n drawn at random, a step lowers

    -log s(o . c) - sum over n of log s(-n . c)        where s(x) = 1 / (1 + exp(-x))

Shapes in comments: V words in the vocabulary, d numbers a vector, B pairs in a batch, K drawn words a pair.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

BATCH = 128  # pairs a step at most, B; their gradients are added up, as if each pair had had a small step of its own
LEAST_BATCH = 8  # pairs; between the two a quarter of V, lest one word gets too many small steps at once
BLOCK = 4096  # centres whose pairs are made and shuffled at once
NOISE_POWER = 0.75  # drawn words come by their count to this power
RUNAWAY = 1000.0  # nats: vectors of such a loss only grow
WORDS_AT_ONCE = 5000  # read between two yields

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[.!?:;]|\n\s*\n")


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text as word ids. Words in lower case, the most frequent first; rarer ones are left out of the text."""

    words: tuple[str, ...]  # V
    counts: Ids  # (V,)
    ids: Ids  # (n,)
    sentence: Ids  # (n,): which sentence each word stands in; no pair reaches into another

    @cached_property
    def index(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def has_pairs(self) -> bool:
        """Some two words stand in one sentence."""
        return bool((self.sentence[1:] == self.sentence[:-1]).any())


def read(text: str, min_count: int) -> Generator[None, None, Corpus]:
    """The corpus of `text`, with the words that come `min_count` times or more; yields as it reads."""
    index: dict[str, int] = {}
    found, sentences = array("q"), array("q")
    ends = 0
    for n, match in enumerate(_WORD.finditer(text.lower())):
        if match[0][0].isalpha():
            found.append(index.setdefault(match[0], len(index)))
            sentences.append(ends)
        else:
            ends += 1
        if n % WORDS_AT_ONCE == 0:
            yield
    yield
    ids, sentence = (np.array(numbers, dtype=np.int64) for numbers in (found, sentences))
    counts = np.bincount(ids, minlength=len(index))
    order = np.argsort(-counts, kind="stable")  # of equals the one that came first
    order = order[counts[order] >= min_count]
    yield
    rank = np.full(len(index), -1)
    rank[order] = np.arange(len(order))
    ids = rank[ids]
    words = list(index)
    yield
    return Corpus(tuple(words[i] for i in order), counts[order], ids[ids >= 0], sentence[ids >= 0])


class SkipGram:
    """The two vectors of every word, and the step that improves them. The same seed gives the same vectors."""

    def __init__(self, corpus: Corpus, *, d: int, window: int, negatives: int, subsample: float, seed: int) -> None:
        """`corpus.has_pairs`. `subsample`: words are left out of an epoch with probability 1 - sqrt(subsample /
        their share of the text); 0 leaves none out."""
        self.corpus, self.window, self.negatives = corpus, window, negatives
        self.losses: list[float] = []  # a step: the mean over its pairs, in nats
        self.pairs = 0
        self.diverged = False  # the learning rate is too high; no step is taken any more
        self._rng = np.random.default_rng(seed)
        v = len(corpus.words)
        self.centres: Floats = ((self._rng.random((v, d)) - 0.5) / d).astype(np.float32)  # (V, d)
        self.contexts: Floats = np.zeros((v, d), np.float32)  # (V, d)
        share = corpus.counts / corpus.counts.sum()
        self._keep = np.minimum(1, np.sqrt(subsample / share)) if subsample else np.ones(v)
        noise = corpus.counts**NOISE_POWER
        self._noise = np.cumsum(noise / noise.sum())
        self._noise[-1] = 1
        self._batch = min(BATCH, max(LEAST_BATCH, v // 4))
        self._batches = self._endless()

    @property
    def steps(self) -> int:
        """Steps taken."""
        return len(self.losses)

    def step(self, learning_rate: float) -> None:
        """Improve the vectors by one batch of pairs; does nothing once it has diverged."""
        if self.diverged:
            return
        centres, contexts = next(self._batches)
        drawn = np.searchsorted(self._noise, self._rng.random((len(centres), self.negatives)), side="right")
        targets = np.concatenate([contexts[:, None], drawn], axis=1)  # (B, 1 + K)
        loss, d_centre, d_target = loss_and_gradients(self.centres[centres], self.contexts[targets])
        if not loss.mean() < RUNAWAY:
            self.diverged = True
            return
        np.add.at(self.centres, centres, -learning_rate * d_centre)
        np.add.at(self.contexts, targets.ravel(), -learning_rate * d_target.reshape(-1, d_target.shape[-1]))
        self.losses.append(float(loss.mean()))
        self.pairs += len(centres)

    def _endless(self) -> Iterator[tuple[Ids, Ids]]:
        """Batches of centres (B,) and their contexts (B,), epoch after epoch; the last of a block may be shorter."""
        while True:
            ids, sentence = self.corpus.ids, self.corpus.sentence
            kept = self._rng.random(len(ids)) < self._keep[ids]
            if (np.diff(sentence[kept]) == 0).any():  # else take this epoch whole
                ids, sentence = ids[kept], sentence[kept]
            for block in self._rng.permutation(-(-len(ids) // BLOCK)):
                places = np.arange(block * BLOCK, min((block + 1) * BLOCK, len(ids)))
                reach = self._rng.integers(1, self.window + 1, len(places))
                at, other = pairs(sentence, places, reach)
                order = self._rng.permutation(len(at))
                for start in range(0, len(order), self._batch):
                    chosen = order[start : start + self._batch]
                    yield ids[at[chosen]], ids[other[chosen]]


def pairs(sentence: Ids, at: Ids, reach: Ids) -> tuple[Ids, Ids]:
    """Places of centres and of contexts: to each place `at[i]` all in its sentence that are at most `reach[i]` away.

    With a reach drawn from 1 to the window for every centre, nearer words count more.
    """
    found: list[tuple[Ids, Ids]] = []
    for offset in (o for distance in range(1, int(reach.max()) + 1) for o in (-distance, distance)):
        other = at + offset
        inside = (other >= 0) & (other < len(sentence)) & (reach >= abs(offset))
        inside[inside] = sentence[at[inside]] == sentence[other[inside]]
        found.append((at[inside], other[inside]))
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])


def loss_and_gradients(centre: Floats, targets: Floats) -> tuple[Floats, Floats, Floats]:
    """The loss (B,) of B pairs in nats, and its gradients by `centre` (B, d) and by `targets` (B, 1 + K, d).

    The first target of a pair is the word that stood there, the others were drawn.
    """
    scores = np.einsum("bd,bkd->bk", centre, targets)  # (B, 1 + K)
    scores[:, 0] *= -1  # from here on, a small score is a right one
    loss = np.logaddexp(0, scores).sum(axis=1)
    slope = 0.5 * (1 + np.tanh(0.5 * scores))  # sigmoid, without overflow
    slope[:, 0] *= -1
    return loss, np.einsum("bk,bkd->bd", slope, targets), slope[..., None] * centre[:, None]
