"""Tokenizer race: one text cut by byte-pair encoding, WordPiece and unigram, and why they differ.

The three vocabularies are of the same size and were learned from the same text; see `models.vocabularies` for
how a text is parted before. Two cuts of a word are alike if they cut at the same places, between the space
before the word and its first letter too, and nothing in it is unknown.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import exp
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import base
from tutor.experiments.base import ExperimentError, Reading, Table
from tutor.experiments.cells import View, visible, visible_bytes
from tutor.experiments.tokens import Rows
from tutor.models import bpe, wordpiece
from tutor.models.unigram import UNKNOWN, Cut
from tutor.models.vocabularies import Vocabularies, load, pretokenize, with_mark, without_space

if TYPE_CHECKING:
    from tutor.models.library import Library

READINGS = {
    "bpe_tokens": "number of tokens by byte-pair encoding",
    "wordpiece_tokens": "number of tokens by WordPiece; a word it does not know is one",
    "unigram_tokens": "number of tokens by unigram; unknown characters side by side are one",
    "words": "number of words, which stand between white space",
    "unknown": "number of [UNK] tokens in WordPiece's cut",
    "unigram_unknown": "number of unknown tokens in unigram's cut",
    "differ": "number of words that the three do not cut alike",
    "fewest": "the method that needs fewest tokens: bpe, wordpiece, unigram or, if two or three need as few, tie",
    "vocab_size": "number of tokens in each vocabulary",
    "word": "number of the word looked at, from 1; 0 without words",
    "word_text": "the word looked at",
    "word_bpe": "number of its tokens by byte-pair encoding",
    "word_wordpiece": "number of its tokens by WordPiece",
    "word_unigram": "number of its tokens by unigram",
    "best_score": "natural logarithm of the probability of unigram's best cut of it, or of the part looked at",
    "second_score": "that of the second best cut; the same as the best where there is no other",
}

TEXT = "Grandmother's teakettle whistled cheerfully while the greenhouse thermometer crept upwards."
MOST_CHARACTERS = 4_000_000
MOST_WORD = 2_000  # characters between white space
MOST_PART = 200  # characters that no punctuation or digit divides either
NAMES = {"bpe": "BPE", "wordpiece": "WordPiece", "unigram": "unigram"}


class Settings(base.Settings, frozen=True):
    """A text, the size of the vocabularies, and the word to look at, from 1; without one the first that differs."""

    text: str = TEXT
    vocab_size: Literal[500, 1000, 2000] = 1000
    word: Annotated[int, msgspec.Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        if len(self.text) > MOST_CHARACTERS:
            raise ValueError(f"text: {len(self.text):,} characters; the most is {MOST_CHARACTERS:,}")
        # A terminal can deliver half a character as a lone surrogate; take it as U+FFFD.
        whole = self.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        msgspec.structs.force_setattr(self, "text", whole)


@dataclass(frozen=True)
class Word:
    """A word as each method cuts it. The parts are those between which no token reaches."""

    parts: tuple[str, ...]  # the first with its space
    bpe: tuple[tuple[bytes, ...], ...]  # tokens of every part; joined they are the part
    wordpiece: tuple[tuple[str, ...], ...]
    unigram: tuple[tuple[str, ...], ...]  # `<unk>` for what it does not know
    unknown: int  # `[UNK]` among WordPiece's
    unigram_unknown: int
    differing: tuple[bool, ...]  # whether each part is cut in different ways

    @property
    def text(self) -> str:
        return "".join(self.parts)[1:]

    @property
    def differs(self) -> bool:
        return any(self.differing)

    def counts(self) -> dict[str, int]:
        """How many tokens each method makes of it."""
        return {name: sum(map(len, getattr(self, name))) for name in NAMES}

    def labels(self, name: str, ascii: bool = False) -> list[str]:
        """The tokens of one method, safe to show; a space visible, unigram's as its `▁`."""
        space = "_" if ascii else "␣"
        if name == "bpe":
            return [visible_bytes(token, space, ascii) for part in self.bpe for token in part]
        tokens = [token for part in getattr(self, name) for token in part]
        return [visible(token.replace("▁", "_") if ascii else token, space, ascii) for token in tokens]


@dataclass(frozen=True)
class Reason:
    """How each method came to its cut of one part of a word."""

    part: str
    states: tuple[tuple[bytes, ...], ...]  # BPE: the tokens before any merge and after each
    merges: tuple[tuple[int, bytes], ...]  # each merge's number, from 1, in the order learned; the token it made
    attempts: tuple[tuple[str, ...], ...]  # WordPiece: what was tried for each piece, the last one known or nothing
    cuts: tuple[tuple[Cut, tuple[float, ...]], ...]  # unigram: the two best, each with the scores of its pieces
    known: bool  # WordPiece has pieces for all of it

    @property
    def odds(self) -> float:
        """How many times as probable unigram's best cut is as the second; 0 without a second."""
        return exp(self.cuts[0][0].score - self.cuts[1][0].score) if len(self.cuts) > 1 else 0.0


@dataclass(frozen=True, eq=False)
class Result:
    """A text cut by all three, and one word of it that is looked at."""

    source: str
    vocab_size: int
    words: tuple[Word, ...]
    totals: dict[str, int]  # method -> tokens
    unknown: int
    unigram_unknown: int
    differ: int
    vocabularies: Vocabularies
    chosen: int = 0  # index of the word looked at
    reason: Reason | None = None  # None without words

    def at(self, word: int | None) -> Result:
        """The same cuts, word number `word` (from 1) looked at; the last one where there are fewer."""
        if not self.words:
            return self
        first = next((i for i, word in enumerate(self.words) if word.differs), 0)
        chosen = first if word is None else min(word, len(self.words)) - 1
        return replace(self, chosen=chosen, reason=explain(self.words[chosen], self.vocabularies))

    @property
    def word(self) -> Word | None:
        return self.words[self.chosen] if self.words else None

    @property
    def fewest(self) -> str:
        """The method with the fewest tokens, or "tie"."""
        least = min(self.totals.values())
        winners = [name for name, n in self.totals.items() if n == least]
        return winners[0] if len(winners) == 1 else "tie"

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        scores = [cut.score for cut, _ in self.reason.cuts] if self.reason else [0.0]
        counts = self.word.counts() if self.word else dict.fromkeys(NAMES, 0)
        return {
            **{f"{name}_tokens": n for name, n in self.totals.items()},
            "words": len(self.words),
            "unknown": self.unknown,
            "unigram_unknown": self.unigram_unknown,
            "differ": self.differ,
            "fewest": self.fewest,
            "vocab_size": self.vocab_size,
            "word": self.chosen + 1 if self.words else 0,
            "word_text": self.word.text if self.word else "",
            **{f"word_{name}": n for name, n in counts.items()},
            "best_score": scores[0],
            "second_score": scores[-1],
        }

    def sentence(self) -> str:
        if not self.word or not self.reason:
            return "There is no text yet."
        totals = [f"{n:,} {'token' if n == 1 else 'tokens'} by {NAMES[name]}" for name, n in self.totals.items()]
        cuts = [f"{NAMES[name]} {' | '.join(self.word.labels(name))}" for name in NAMES]
        plural = "" if len(self.words) == 1 else "s"
        said = (
            f"{len(self.words):,} word{plural} with {self.vocab_size:,} tokens each: {', '.join(totals)}; "
            f"{self.differ:,} cut differently, {self.unknown:,} unknown to WordPiece. "
            f"'{self.word.text}': {', '.join(cuts)}."
        )
        if len(self.reason.cuts) > 1:
            (best, _), (second, _) = self.reason.cuts
            said += (
                f" Unigram's best cut of '{self.reason.part.strip()}' has the log-probability {best.score:.1f}, "
                f"the next best, {' | '.join(second.pieces)}, {second.score:.1f}."
            )
        return said

    def table(self) -> Table:
        """How the word looked at was cut; then all words, with what each method makes of them."""
        why = _why_rows(self.reason) if self.reason else []

        def row(i: int) -> tuple[str, ...]:
            if i < len(why):
                return why[i]
            word = self.words[i - len(why)]
            differs = "differ" if word.differs else "alike"
            return (visible(word.text), *(" ".join(word.labels(name)) for name in NAMES), differs)

        return Table(("word", *NAMES.values(), "cuts"), Rows(len(why) + len(self.words), row))

    def data(self) -> dict[str, Any]:
        """`words`: every word with its tokens by each method, as a picture shows them."""
        words = [
            {"text": word.text, **{name: word.labels(name) for name in NAMES}, "differ": word.differs}
            for word in self.words
        ]
        return {"vocab_size": self.vocab_size, "tokens": self.totals, "unknown": self.unknown, "words": words}


def _why_rows(reason: Reason) -> list[tuple[str, ...]]:
    """One row a step of the methods, beside each other."""
    merges = ["", *(f"merge {n}: " for n, _ in reason.merges)]
    states = (" ".join(visible_bytes(token) for token in state) for state in reason.states)
    bpe_steps = [merge + state for merge, state in zip(merges, states, strict=True)]
    fits = ["" if not reason.known and i == len(reason.attempts) - 1 else " fits" for i in range(len(reason.attempts))]
    matches = [", ".join(map(visible, tried)) + fit for tried, fit in zip(reason.attempts, fits, strict=True)]
    if not reason.known:
        matches.append("nothing fits: [UNK]")
    cuts = [f"{' '.join(map(visible, cut.pieces))}: {cut.score:.2f}" for cut, _ in reason.cuts]
    rows = []
    for i in range(max(len(bpe_steps), len(matches), len(cuts))):
        cells = (column[i] if i < len(column) else "" for column in (bpe_steps, matches, cuts))
        rows.append((f"why {visible(reason.part.strip())}, {i + 1}", *cells, ""))
    return rows


# ── computing ────────────────────────────────────────────────────────────────────────────────────────


def cut_word(parts: list[str], known: Vocabularies) -> Word:
    """A word, given in its parts, by all three."""
    by_bpe = tuple(tuple(list(bpe.encode(part.encode(), known.bpe))[-1]) for part in parts)
    by_wordpiece = tuple(tuple(wordpiece.encode(without_space(part), known.wordpiece)) for part in parts)
    by_unigram = tuple(tuple(known.unigram.encode(with_mark(part))) for part in parts)
    lost = [pieces == (wordpiece.UNKNOWN,) for pieces in by_wordpiece]
    missing = [sum(piece not in known.unigram.scores for piece in pieces) for pieces in by_unigram]
    differing = []
    for i, part in enumerate(parts):
        space = part.startswith(" ")
        plain = [len(piece) - len(wordpiece.PREFIX) * (n > 0) for n, piece in enumerate(by_wordpiece[i])]
        places = {
            tuple(accumulate(map(len, by_bpe[i]))),
            _bytes_before(part, accumulate(map(len, by_unigram[i]))),
            _bytes_before(part, [end + space for end in accumulate(plain)]),  # it leaves the space out
        }
        differing.append(lost[i] or missing[i] > 0 or len(places) > 1)
    given = tuple(tuple(p if p in known.unigram.scores else UNKNOWN for p in pieces) for pieces in by_unigram)
    return Word(tuple(parts), by_bpe, by_wordpiece, given, sum(lost), sum(missing), tuple(differing))


def _bytes_before(part: str, ends: Iterable[int]) -> tuple[int, ...]:
    """Places in a part of a word, given in characters, in bytes."""
    return tuple(len(part[:end].encode()) for end in ends)


def explain(word: Word, known: Vocabularies) -> Reason:
    """How each method came to its cut: of the first part that is cut differently, else of the longest."""
    longest = max(range(len(word.parts)), key=lambda i: len(word.parts[i]))
    part = word.parts[next((i for i, differs in enumerate(word.differing) if differs), longest)]
    states = tuple(tuple(state) for state in bpe.encode(part.encode(), known.bpe))
    made = [next(b for a, b in zip(*pair, strict=False) if a != b) for pair in pairwise(states)]
    tried = tuple(tuple(attempt) for attempt in wordpiece.attempts(without_space(part), known.wordpiece))
    cuts = known.unigram.cuts(with_mark(part), 2)
    return Reason(
        part=part,
        states=states,
        merges=tuple((known.bpe[token] - 255, token) for token in made),
        attempts=tried,
        cuts=tuple((cut, tuple(map(known.unigram.score, cut.pieces))) for cut in cuts),
        known=all(attempt[-1] in known.wordpiece for attempt in tried),
    )


def compute(settings: Settings, library: Library) -> Generator[None, None, Result]:
    """Cut every word; yields None between words. Equal words are cut once."""
    known = load(settings.vocab_size)
    yield None
    cut: dict[str, Word] = {}
    words = []
    for text in settings.text.split():
        if text not in cut:
            parts = pretokenize(text)[0] if len(text) <= MOST_WORD else [text]
            if max(map(len, parts)) > MOST_PART:
                raise ExperimentError(f"{len(text):,} characters stand together without a space: put in some")
            cut[text] = cut_word(parts, known)
            yield None
        words.append(cut[text])
        if len(words) % 1_000 == 0:
            yield None
    totals = dict.fromkeys(NAMES, 0)
    unknown = unigram_unknown = differ = 0
    for i, word in enumerate(words):
        for name, n in word.counts().items():
            totals[name] += n
        unknown += word.unknown
        unigram_unknown += word.unigram_unknown
        differ += word.differs
        if i % 1_000 == 999:
            yield None
    result = Result(settings.text, settings.vocab_size, tuple(words), totals, unknown, unigram_unknown, differ, known)
    return result.at(settings.word)


def draw(result: Result, view: View) -> RenderableType:
    """The three counts, the words with their cuts, and why the word looked at is cut as it is."""
    from tutor.experiments.tokenizer_race_picture import picture

    return SegmentLines(picture(result, view), new_lines=True)
