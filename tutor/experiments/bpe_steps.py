"""BPE stepper: byte-pair encoding learned from a text, one merge at a time, and a word encoded with the merges.

The merges are those that the `tokenizers` library learns from the same text with a byte-level alphabet, cut
into pieces by `bpe.PATTERN`. Of pairs that are equally frequent the one with the smaller ids is merged: first
the smaller left id, then the smaller right one. Ids rise as tokens are made, so older tokens win.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import regex
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import base
from tutor.experiments.base import Reading, Table
from tutor.experiments.cells import View, many, visible_bytes
from tutor.experiments.tokens import Rows
from tutor.models import bpe
from tutor.models.merge_history import History

if TYPE_CHECKING:
    from tutor.models.library import Library

READINGS = {
    "merges": "number of merges made so far",
    "most_merges": "number of merges the text allows: until no pair occurs twice",
    "vocabulary": "number of tokens known: 256 bytes and one a merge",
    "bytes": "number of bytes of the text (UTF-8)",
    "tokens": "number of tokens of the text now",
    "bytes_per_token": "bytes a token of the text now; 0 without text",
    "pairs": "number of different pairs of neighbours now",
    "top_count": "how often the pair merged next stands together; 0 when none is left to merge",
    "next_pair": "the pair merged next, a space between its tokens; empty when none is left",
    "last_token": "the token that the last merge made; empty before the first",
    "last_count": "how often its two parts stood together; 0 before the first",
    "word_bytes": "number of bytes of the word",
    "word_steps": "number of merges that apply to the word",
    "step": "how many of them have been applied",
    "word_tokens": "number of tokens of the word after these",
}

TEXT = "the baker bakes bread, the brewer brews beer, and the other brother breaks both"
MOST_CHARACTERS = 4_000_000
MOST_WORD = 100  # characters
PAIRS = 60  # of the most frequent are kept for the picture
SHOWN = 2_000  # characters of the text are
NEWS = 0.5  # seconds between two partial results

Ids = tuple[int, ...]


class Settings(base.Settings, frozen=True):
    """Where the learning stands. More merges than the text allows are as many as it allows."""

    text: str = TEXT
    merges: Annotated[int, msgspec.Meta(ge=0)] = 0
    word: str = "bother"
    step: Annotated[int, msgspec.Meta(ge=-1)] = -1  # merges applied to the word; -1 for all

    def __post_init__(self) -> None:
        for name, most in (("text", MOST_CHARACTERS), ("word", MOST_WORD)):
            value: str = getattr(self, name)
            if len(value) > most:
                raise ValueError(f"{name}: {len(value):,} characters; the most is {most:,}")
            # A terminal can deliver half a character as a lone surrogate; take it as U+FFFD.
            whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            msgspec.structs.force_setattr(self, name, whole)


@dataclass(frozen=True, eq=False)
class Result:
    """One moment of the learning, and the word as encoded then. It does not change when the learning goes on."""

    merges: int  # made at this moment
    learned: int  # so far; all that the text allows if `complete`
    complete: bool
    n_bytes: int
    n_tokens: int
    n_pairs: int
    top: tuple[tuple[bpe.Pair, int], ...]  # the most frequent pairs and their counts; the first is merged next
    pieces: tuple[Ids, ...]  # the beginning of the text
    all_shown: bool  # the beginning is all of it
    states: tuple[Ids, ...]  # the word before any merge and after each that applies to it
    step: int  # the state looked at
    tokens: Sequence[bytes]  # id -> bytes; the learning appends to it
    pairs: Sequence[bpe.Pair]  # of every merge learned; as above
    decided: Sequence[int]  # how often it stood together; as above

    @property
    def next(self) -> tuple[bpe.Pair, int] | None:
        """The pair merged next and its count; None when none is left that occurs twice."""
        if self.complete and self.merges == self.learned:
            return None
        return self.top[0]

    @property
    def last(self) -> tuple[bpe.Pair, int] | None:
        """The pair merged last and its count; None before the first merge."""
        i = self.merges - 1
        return (self.pairs[i], self.decided[i]) if self.merges else None

    @property
    def tied(self) -> int:
        """How many of the pairs in `top` are as frequent as the one merged next."""
        return sum(count == self.top[0][1] for _, count in self.top) if self.next else 0

    @property
    def bytes_per_token(self) -> float:
        return self.n_bytes / self.n_tokens if self.n_tokens else 0.0

    @property
    def word(self) -> Ids:
        """The word's tokens at the step looked at."""
        return self.states[self.step]

    def applied(self, step: int) -> int:
        """The merge, from 1, that led to state number `step`, from 1."""
        return self.states[step][self.changed(step)] - 255

    def changed(self, step: int) -> int:
        """Which token of state number `step`, from 1, its merge made."""
        before = self.states[step - 1]
        return next(i for i, token in enumerate(self.states[step]) if before[i] != token)

    def text(self, id: int) -> str:
        """A token as text; broken UTF-8 becomes U+FFFD."""
        return self.tokens[id].decode("utf-8", "replace")

    def label(self, id: int, ascii: bool = False) -> str:
        """A token as a picture shows it: safe, a space visible, bytes that are no character as <E2>."""
        return visible_bytes(self.tokens[id], "_" if ascii else "␣", ascii)

    def quoted(self, id: int) -> str:
        """A token as a sentence names it."""
        return f"'{visible_bytes(self.tokens[id], ' ')}'"

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        next_, last = self.next, self.last
        return {
            "merges": self.merges,
            "most_merges": self.learned,
            "vocabulary": 256 + self.merges,
            "bytes": self.n_bytes,
            "tokens": self.n_tokens,
            "bytes_per_token": self.bytes_per_token,
            "pairs": self.n_pairs,
            "top_count": next_[1] if next_ else 0,
            "next_pair": " ".join(map(self.text, next_[0])) if next_ else "",
            "last_token": self.text(255 + self.merges) if last else "",
            "last_count": last[1] if last else 0,
            "word_bytes": len(self.states[0]),
            "word_steps": len(self.states) - 1,
            "step": self.step,
            "word_tokens": len(self.word),
        }

    def sentence(self) -> str:
        if not self.n_bytes:
            return "There is no text yet."
        of = f"{self.learned:,}" if self.complete else f"{self.learned:,} or more"
        said = [
            f"After {self.merges:,} of {of} merges",
            f"the text's {many(self.n_bytes, 'byte')} make {many(self.n_tokens, 'token')}.",
            f"That is {self.bytes_per_token:.2f} bytes a token.",
        ]
        if last := self.last:
            (a, b), n = last
            parts = f"{self.quoted(a)} and {self.quoted(b)}"
            said.append(f"The last merge made {self.quoted(255 + self.merges)} of {parts}, together {n:,} times.")
        if next_ := self.next:
            (a, b), n = next_
            tie = " (a tie: the lower ids win)" if self.tied > 1 else ""
            said.append(f"Next come {self.quoted(a)} and {self.quoted(b)}, {n:,} times{tie}.")
        else:
            said.append("No pair occurs twice any more, so the learning ends.")
        if self.word:
            cut = " | ".join(visible_bytes(self.tokens[i], " ") for i in self.word)
            said.append(f"The word's {many(len(self.states[0]), 'byte')} make {many(len(self.word), 'token')}: {cut}.")
        return " ".join(said)

    def table(self) -> Table:
        """The pairs by count, then the word's states, then the merges made, the newest first."""
        rows: list[tuple[str, ...]] = []
        for i, ((a, b), n) in enumerate(self.top):
            said = "merged next" if i == 0 and self.next else ""
            rows.append((f"pair {i + 1}", f"{self.label(a)} {self.label(b)}", f"{n:,}", said))
        for step, state in enumerate(self.states if self.word else ()):
            by = f"by merge {self.applied(step)}" if step else "its bytes"
            here = f"{by}, shown" if step == self.step else by
            rows.append((f"word, step {step}", " ".join(map(self.label, state)), many(len(state), "token"), here))

        def row(i: int) -> tuple[str, ...]:
            if i < len(rows):
                return rows[i]
            merge = self.merges - (i - len(rows))
            a, b = self.pairs[merge - 1]
            made = f"makes {self.label(255 + merge)}"
            return f"merge {merge}", f"{self.label(a)} {self.label(b)}", f"{self.decided[merge - 1]:,}", made

        return Table(("what", "tokens", "times", ""), Rows(len(rows) + self.merges, row))

    def data(self) -> dict[str, Any]:
        """`merges`: those made, in order; `pairs`: the most frequent now; `word`: its tokens after each step."""

        def pair(ids: bpe.Pair, count: int) -> dict[str, Any]:
            return {"left": self.text(ids[0]), "right": self.text(ids[1]), "count": count}

        made = zip(self.pairs[: self.merges], self.decided, strict=False)
        return {
            "bytes": self.n_bytes,
            "tokens": self.n_tokens,
            "most_merges": self.learned,
            "merges": [{**pair(ids, n), "token": self.text(256 + i)} for i, (ids, n) in enumerate(made)],
            "pairs": [pair(ids, n) for ids, n in self.top],
            "word": [[self.text(i) for i in state] for state in self.states],
        }


def compute(settings: Settings, library: Library) -> Generator[Result | None, None, Result]:
    """Learn all merges of the text and look at the moment after `settings.merges` of them."""
    return steps(settings, History(settings.text))


def steps(settings: Settings, history: History) -> Generator[Result | None, None, Result]:
    """Look at a moment of `history`, learning first what it lacks; then learn the rest.

    Yields a Result as soon as the moment is reached, and another now and then while the learning goes on.
    Raises ValueError for a text with a piece that is too long.
    """
    told = monotonic()
    while (history.n < settings.merges or not history.counted) and history.work():
        yield None
        if history.counted and monotonic() - told > NEWS:
            yield (yield from _look(settings, history))
            told = monotonic()
    result = yield from _look(settings, history)
    if history.complete:
        return result
    yield result
    while history.work():
        yield None
        if monotonic() - told > NEWS:
            yield (yield from _look(settings, history))
            told = monotonic()
    return (yield from _look(settings, history))


def _look(settings: Settings, history: History) -> Generator[None, None, Result]:
    """The moment after `settings.merges` merges, or the last one learned."""
    place = min(settings.merges, history.n)
    yield from history.go(place)
    tokens, merged = history.merges.tokens, history.merges.pairs
    ranks = {token: i for i, token in enumerate(tokens[: 256 + place])}
    made = {pair: 256 + i for i, pair in enumerate(merged[:place])}
    yield None
    shown = list(_beginning(history.text))
    cuts: dict[str, Ids] = {}
    for piece in shown:
        if piece not in cuts:
            cuts[piece] = yield from _cut(piece, ranks, made)
    states = tuple(word_states(settings.word, ranks))
    yield None
    return Result(
        merges=place,
        learned=history.n,
        complete=history.complete,
        n_bytes=history.n_tokens[0],
        n_tokens=history.n_tokens[place],
        n_pairs=len(history.counts),
        top=tuple(history.top(PAIRS)),
        pieces=tuple(cuts[piece] for piece in shown),
        all_shown=sum(map(len, shown)) == len(history.text),
        states=states,
        step=len(states) - 1 if settings.step < 0 else min(settings.step, len(states) - 1),
        tokens=tokens,
        pairs=merged,
        decided=history.decided,
    )


def _beginning(text: str) -> Iterator[str]:
    """Whole pieces of the text, until they have `SHOWN` characters."""
    room = SHOWN
    for match in regex.finditer(bpe.PATTERN, text):
        if room <= 0:
            return
        yield match.group()
        room -= len(match.group())


def _cut(piece: str, ranks: dict[bytes, int], made: dict[bpe.Pair, int]) -> Generator[None, None, Ids]:
    """The tokens of a piece of text: the merges `made` (pair -> token), the earliest first."""
    ids = [ranks[bytes([b])] for b in piece.encode()]
    while found := [(made[pair], pair) for pair in pairwise(ids) if pair in made]:
        new, pair = min(found)
        ids = bpe.replace(ids, pair, new)
        yield
    return tuple(ids)


def word_states(word: str, ranks: dict[bytes, int]) -> Iterator[Ids]:
    """The tokens of `word` before any merge and after each that applies, one piece of it after the other."""
    pieces = [piece.encode() for piece in bpe.split(word)]
    done: Ids = ()
    rest = [tuple(ranks[bytes([b])] for b in piece) for piece in pieces]
    yield sum(rest, ())
    for i, piece in enumerate(pieces):
        state: Ids = rest[i]
        for n, parts in enumerate(bpe.encode(piece, ranks)):
            state = tuple(ranks[part] for part in parts)
            if n:
                yield (*done, *state, *sum(rest[i + 1 :], ()))
        done += state


def draw(result: Result, view: View) -> RenderableType:
    """The counts that decide the next merge, the text as it is cut now, the vocabulary and the word."""
    from tutor.experiments.bpe_steps_picture import picture

    return SegmentLines(picture(result, view), new_lines=True)
