"""Byte-pair encoding on bytes: learn merges from text, then encode with them.

Source: Sennrich, Haddow and Birch 2016 (https://arxiv.org/abs/1508.07909); on bytes since GPT-2.

A token is an id. Ids 0 to 255 are the single bytes in the order GPT-2 gave them (`BYTE_ORDER`), every
merge adds the next id. A merge is the most frequent pair of neighbouring tokens; between equally
frequent pairs the one with the smaller ids wins, which is also the rule of the `tokenizers` library.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from itertools import pairwise

import regex

# Splits text before any merge, so that no token crosses from a word into the next. GPT-2's pattern,
# but digits stay alone: "1234567" is seven tokens, whatever the merges are.
PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

# Bytes that print as themselves come first, then the 68 others.
_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
BYTE_ORDER = bytes([*_PRINTABLE, *(b for b in range(256) if b not in set(_PRINTABLE))])
_RANK = {byte: i for i, byte in enumerate(BYTE_ORDER)}
MOST_AT_ONCE = 10_000  # tokens that a merge looks at between two yields

Pair = tuple[int, int]


def split(text: str, pattern: str = PATTERN) -> list[str]:
    """The pieces of `text` in which merges happen; joined, they are the text again."""
    pieces: list[str] = regex.findall(pattern, text)
    return pieces


class Merges:
    """The merges learned so far and the token table they imply; `train` steps one merge at a time."""

    def __init__(self, words: Mapping[bytes, int]) -> None:
        """`words`: how often each piece of text, as bytes, occurs."""
        self.tokens: list[bytes] = [bytes([b]) for b in BYTE_ORDER]  # id -> bytes
        self.pairs: list[Pair] = []  # merge i makes token 256 + i
        self.words: list[list[int]] = []
        self.frequency: list[int] = []
        self.counts: Counter[Pair] = Counter()
        self.where: dict[Pair, set[int]] = {}  # pair -> indexes of words that may hold it
        self._heap: list[tuple[int, Pair]] | None = None  # not before the first merge
        for word, n in words.items():
            self.add(word, n)

    def add(self, word: bytes, n: int) -> None:
        """One more piece of text, not added before, that occurs `n` times; only before the first merge."""
        ids = [_RANK[byte] for byte in word]
        for pair in pairwise(ids):
            self.counts[pair] += n
            self.where.setdefault(pair, set()).add(len(self.words))
        self.words.append(ids)
        self.frequency.append(n)

    def best(self) -> tuple[Pair, int] | None:
        """The pair to merge next and its count, or None when nothing is left to merge."""
        if self._heap is None:
            self._heap = [(-n, pair) for pair, n in self.counts.items()]
            heapq.heapify(self._heap)
        while self._heap:
            n, pair = self._heap[0]
            now = self.counts[pair]
            if -n == now and now > 0:
                return pair, now
            heapq.heappop(self._heap)  # counted before a merge changed it
            if now > 0:
                heapq.heappush(self._heap, (-now, pair))
        return None

    def step(self) -> tuple[Pair, int] | None:
        """Do the next merge; returns its pair and the count that decided it, None at the end."""
        found = self.best()
        for _ in self.merging():
            pass
        return found

    def merging(self) -> Generator[None, None, tuple[Counter[Pair], int]]:
        """Do the next merge, if there is one, and yield now and then; until it is over, ask nothing else.

        Returns by how much every count changed, and by how many tokens the text has become shorter.
        """
        changes: Counter[Pair] = Counter()
        shorter = done = 0
        found = self.best()
        if found is None:
            return changes, 0
        pair, new = found[0], len(self.tokens)
        self.tokens.append(self.tokens[pair[0]] + self.tokens[pair[1]])
        self.pairs.append(pair)
        for i in self.where.pop(pair):
            old, n = self.words[i], self.frequency[i]
            word = replace(old, pair, new)
            if len(word) == len(old):
                continue  # an earlier merge took the pair away here
            for gone in pairwise(old):
                changes[gone] -= n
            for come in pairwise(word):
                changes[come] += n
                self.where.setdefault(come, set()).add(i)
            self.words[i] = word
            shorter += n * (len(old) - len(word))
            done += len(old)
            if done > MOST_AT_ONCE:
                done = 0
                yield
        assert self._heap is not None
        for changed, by in changes.items():
            self.counts[changed] += by
            if by > 0:  # for one that fell, `best` finds out
                heapq.heappush(self._heap, (-self.counts[changed], changed))
        return changes, shorter


def replace(word: list[int], pair: Pair, new: int) -> list[int]:
    """`word` with every `pair`, from left to right, replaced by the token `new`."""
    out: list[int] = []
    i = 0
    while i < len(word):
        if i + 1 < len(word) and word[i] == pair[0] and word[i + 1] == pair[1]:
            out.append(new)
            i += 2
        else:
            out.append(word[i])
            i += 1
    return out


def count_words(texts: Iterable[str], pattern: str = PATTERN) -> dict[bytes, int]:
    """How often every piece of the texts occurs, as UTF-8."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(split(text, pattern))
    return {word.encode(): n for word, n in counts.items()}


def train(words: dict[bytes, int], n_merges: int, min_count: int = 2) -> Merges:
    """Learn up to `n_merges` merges; stops early when no pair occurs `min_count` times."""
    merges = Merges(words)
    while len(merges.pairs) < n_merges:
        found = merges.best()
        if found is None or found[1] < min_count:
            break
        merges.step()
    return merges


def encode(piece: bytes, ranks: Mapping[bytes, int]) -> Iterator[list[bytes]]:
    """Encode one piece step by step: yields the tokens before the first merge and after each one.

    `ranks`: token bytes -> id; of all neighbours whose join is a token, the lowest id merges first.
    """
    parts = [bytes([b]) for b in piece]
    yield parts
    while True:
        joins = [(ranks[a + b], i) for i, (a, b) in enumerate(pairwise(parts)) if a + b in ranks]
        if not joins:
            return
        _, i = min(joins)
        parts = [*parts[:i], parts[i] + parts[i + 1], *parts[i + 2 :]]
        yield parts
