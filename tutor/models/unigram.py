"""Unigram: every piece has a probability, and a word is cut in the most probable way.

Source: Kudo 2018, Subword Regularization (https://arxiv.org/abs/1804.10959), which SentencePiece follows: begin
with far too many pieces, estimate their probabilities, drop those that are missed least, and so on until as few
are left as are wanted.

Words are cut as they stand. SentencePiece writes the space before a word as `▁`; that is for the caller to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

SPACE = "▁"
UNKNOWN = "<unk>"  # what a model is given for unknown characters side by side
PENALTY = 10.0  # SentencePiece's: an unknown character is by so much less probable than any piece, as a logarithm
LONGEST = 16  # characters of a piece that training considers
SEED = 10  # pieces to begin with for each that is wanted
KEPT = 0.75  # of the pieces, each time some are dropped
ROUNDS = 2  # of estimating between two times
LEAST = 0.5  # occurrences that a piece is taken to have at least, so that its probability is not 0


@dataclass(frozen=True)
class Cut:
    """One way to cut a word."""

    pieces: tuple[str, ...]
    score: float  # natural logarithm of its probability: the sum over the pieces


class Unigram:
    """A vocabulary with the natural logarithm of every piece's probability."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self.scores = scores
        self.longest = max(map(len, scores), default=1)
        self.unknown = min(scores.values(), default=0.0) - PENALTY  # of a character that is no piece

    def score(self, piece: str) -> float:
        """The log-probability of a piece, or of a character that is none."""
        return self.scores.get(piece, self.unknown)

    def ending(self, word: str, end: int) -> list[int]:
        """Where the pieces begin that end before character `end` of `word`; an unknown character is one, too."""
        first = max(0, end - self.longest)
        return [i for i in range(first, end) if word[i:end] in self.scores or i == end - 1]

    def cuts(self, word: str, n: int = 1) -> list[Cut]:
        """The `n` most probable ways to cut `word`, the best first; fewer where there are fewer.

        The Viterbi algorithm: the best ways to cut the first i characters are the best ways to cut some shorter
        beginning, and one piece more. Of equals the one whose last piece is longest comes first, as in the
        `tokenizers` library.
        """
        # at each end: score, where the last piece begins, which of the ways to get there is continued
        best: list[list[tuple[float, int, int]]] = [[(0.0, 0, 0)]]
        for end in range(1, len(word) + 1):
            ways = [
                (before + self.score(word[start:end]), start, rank)
                for start in self.ending(word, end)
                for rank, (before, _, _) in enumerate(best[start])
            ]
            best.append(sorted(ways, key=lambda way: (-way[0], way[1], way[2]))[:n])
        return [Cut(_trace(word, best, rank), way[0]) for rank, way in enumerate(best[-1])]

    def encode(self, word: str) -> list[str]:
        """The pieces of the most probable cut; unknown characters side by side are one piece, not in `scores`."""
        out: list[str] = []
        for piece in self.cuts(word)[0].pieces:
            if out and piece not in self.scores and out[-1] not in self.scores:
                out[-1] += piece
            else:
                out.append(piece)
        return out

    def expected(self, words: Mapping[str, int]) -> dict[str, float]:
        """How often each piece occurs in `words` (word -> how often) if every word is cut at random, in each way
        as often as its probability says.

        The forward-backward algorithm: sums over all ways up to a place, and from it on, in place of the best.
        """
        counts = dict.fromkeys(self.scores, 0.0)
        for word, n in words.items():
            arcs = [
                (start, end, self.score(word[start:end]))
                for end in range(1, len(word) + 1)
                for start in self.ending(word, end)
            ]
            upto = _sums(len(word), arcs)
            backwards = [(len(word) - end, len(word) - start, score) for start, end, score in reversed(arcs)]
            after = _sums(len(word), sorted(backwards, key=lambda arc: arc[1]))[::-1]
            for start, end, score in arcs:
                piece = word[start:end]
                counts[piece] = counts.get(piece, 0.0) + n * exp(upto[start] + score + after[end] - upto[-1])
        return counts


def _trace(word: str, best: list[list[tuple[float, int, int]]], rank: int) -> tuple[str, ...]:
    """The pieces of the way number `rank` to the end of `word`."""
    pieces: list[str] = []
    end = len(word)
    while end:
        _, start, rank = best[end][rank]
        pieces.append(word[start:end])
        end = start
    return tuple(reversed(pieces))


def _sums(n: int, arcs: list[tuple[int, int, float]]) -> list[float]:
    """The logarithm of the summed probability of all ways from 0 to each place; `arcs` by their ends."""
    into: list[list[float]] = [[0.0], *([] for _ in range(n))]
    sums: list[float] = []
    at = 0
    for end in range(n + 1):
        while at < len(arcs) and arcs[at][1] == end:
            start, _, score = arcs[at]
            into[end].append(sums[start] + score)
            at += 1
        most = max(into[end])
        sums.append(most + log(sum(exp(x - most) for x in into[end])))
    return sums


# ── training ─────────────────────────────────────────────────────────────────────────────────────────


def train(words: Mapping[str, int], vocab_size: int) -> Unigram:
    """Learn `vocab_size` pieces from `words` (word -> how often); more only if there are more characters."""
    model = seed(words, vocab_size)
    while True:
        for _ in range(ROUNDS):  # expectation-maximization
            counts = model.expected(words)
            model = Unigram(_scores(counts))
        if len(model.scores) <= vocab_size:
            return model
        kept = prune(model, counts, max(vocab_size, int(KEPT * len(model.scores))))
        if len(kept.scores) == len(model.scores):
            return model
        model = kept


def seed(words: Mapping[str, int], vocab_size: int) -> Unigram:
    """All characters, and those parts of words that cover most text: `SEED` times as many as are wanted."""
    counts: Counter[str] = Counter()
    for word, n in words.items():
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + LONGEST) + 1):
                counts[word[start:end]] += n
    longer = sorted((p for p in counts if len(p) > 1), key=lambda p: (-counts[p] * len(p), p))
    singles = {p: float(n) for p, n in counts.items() if len(p) == 1}
    return Unigram(_scores(singles | {p: float(counts[p]) for p in longer[: SEED * vocab_size]}))


def prune(model: Unigram, counts: Mapping[str, float], size: int) -> Unigram:
    """The `size` pieces that would be missed most, and all characters.

    Without a piece each of its `counts` occurrences is cut in the next best way; what is missed is how much less
    probable that makes the text: count * (log-probability of the piece - that of the best cut without it).
    """
    loss: dict[str, float] = {}
    for piece, score in model.scores.items():
        if len(piece) > 1:
            other = next(cut for cut in model.cuts(piece, 2) if len(cut.pieces) > 1)
            loss[piece] = counts[piece] * (score - other.score)
    singles = [piece for piece in model.scores if len(piece) == 1]
    missed = sorted(loss, key=lambda piece: (-loss[piece], piece))[: max(0, size - len(singles))]
    return Unigram(_scores({piece: counts[piece] for piece in [*singles, *missed]}))


def _scores(counts: Mapping[str, float]) -> dict[str, float]:
    """Logarithms of the shares; an occurrence count below `LEAST` is taken for that."""
    total = sum(max(n, LEAST) for n in counts.values())
    return {piece: log(max(n, LEAST) / total) for piece, n in counts.items()}
