"""The merges that a text allows, learned a little at a time, with what each of them changed.

The changes are kept as three numbers each, so that one may go to any moment of the learning, forwards and
back, in as much time as the merges between need.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from time import perf_counter

import regex

from tutor.models.bpe import PATTERN, Merges, Pair

MIN_COUNT = 2  # a pair that occurs once is not worth a token; the `tokenizers` library's min_frequency
MOST_PIECE = 4_000  # characters that no break of the pattern divides
SLICE = 0.01  # seconds of learning between two looks at the clock's result


class History:
    """Learns merges from `text` until no pair is left that occurs `MIN_COUNT` times.

    `work` learns, `go` moves to a moment between two merges; `counts` and `place` belong to that moment.
    For one thread.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.merges = Merges({})
        self.decided: list[int] = []  # how often the pair of merge i stood together when it was merged
        self.n_tokens: list[int] = []  # of the text after i merges; empty while it is still being counted
        self.complete = False
        self.place = 0  # merges made, at the moment looked at
        self.counts: dict[Pair, int] = {}  # pair -> how often it stands together then; none is 0
        self._left, self._right, self._by = array("i"), array("i"), array("q")  # every change of a count
        self._ends = [0]  # where the changes of merge i end
        self._learning = self._learn()

    @property
    def n(self) -> int:
        """Merges learned so far."""
        return len(self.decided)

    @property
    def counted(self) -> bool:
        """There is something to look at."""
        return bool(self.n_tokens)

    def work(self) -> bool:
        """Learn for a hundredth of a second; False when there is nothing left to learn.

        Raises ValueError for a text with a piece that is too long.
        """
        until = perf_counter() + SLICE
        while perf_counter() < until:
            if next(self._learning, self) is self:
                return False
        return True

    def _learn(self) -> Iterator[None]:
        pieces: Counter[str] = Counter()
        found = regex.finditer(PATTERN, self.text)
        while some := [match.group() for match in islice(found, 2_000)]:
            if len(longest := max(some, key=len)) > MOST_PIECE:
                raise ValueError(f"{len(longest):,} characters stand together without a break: put in some spaces")
            pieces.update(some)
            yield
        n_bytes = 0
        for piece, n in pieces.items():
            raw = piece.encode()
            self.merges.add(raw, n)
            n_bytes += n * len(raw)
            yield
        self.counts = dict(self.merges.counts)
        self.n_tokens.append(n_bytes)
        while (best := self.merges.best()) and best[1] >= MIN_COUNT:
            changes, shorter = yield from self.merges.merging()
            changed = [(pair, by) for pair, by in changes.items() if by]
            self._left.extend(pair[0] for pair, _ in changed)
            self._right.extend(pair[1] for pair, _ in changed)
            self._by.extend(by for _, by in changed)
            self._ends.append(len(self._by))
            self.n_tokens.append(self.n_tokens[-1] - shorter)
            self.decided.append(best[1])
            yield
        self.complete = True

    def go(self, place: int) -> Iterator[None]:
        """Move to the moment after `place` merges, which must have been learned; yields between two merges."""
        while self.place != place:
            forwards = place > self.place
            merge = self.place if forwards else self.place - 1
            changes = slice(self._ends[merge], self._ends[merge + 1])
            sign = 1 if forwards else -1
            for a, b, by in zip(self._left[changes], self._right[changes], self._by[changes], strict=True):
                now = self.counts.get((a, b), 0) + sign * by
                if now:
                    self.counts[a, b] = now
                else:
                    del self.counts[a, b]
            self.place += sign
            yield

    def top(self, n: int) -> list[tuple[Pair, int]]:
        """The `n` most frequent pairs at this moment; of equals those with the smaller ids, as they are merged."""
        least = min(heapq.nlargest(n, self.counts.values()), default=0)
        found = [(pair, count) for pair, count in self.counts.items() if count >= least]
        return heapq.nsmallest(n, found, key=lambda item: (-item[1], item[0]))
