"""WordPiece: learn pieces by the likelihood they add, then cut words by the longest piece that fits.

Sources: Schuster and Nakajima 2012, Japanese and Korean Voice Search
(https://research.google/pubs/japanese-and-korean-voice-search/): of all pieces add the one that raises the
likelihood of the training text most. The cut as in BERT, Devlin and others 2018
(https://arxiv.org/abs/1810.04805). Google published no trainer; the one of the `tokenizers` library takes the
most frequent pair, as byte-pair encoding does. This one goes by the sentence above.

A piece is text; one that does not begin a word has `##` before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from math import log

PREFIX = "##"
UNKNOWN = "[UNK]"
MOST_CHARACTERS = 100  # a longer word is unknown: BERT's max_input_chars_per_word


def encode(word: str, vocabulary: Collection[str]) -> list[str]:
    """The pieces of `word`: from the left always the longest in `vocabulary`; `[UNK]` alone if one fits nowhere."""
    pieces = [tried[-1] for tried in attempts(word, vocabulary)]
    return pieces if all(piece in vocabulary for piece in pieces) else [UNKNOWN]


def attempts(word: str, vocabulary: Collection[str]) -> Iterator[list[str]]:
    """For every piece of `word` what is tried: the whole rest, then one character less, until one is known.

    The last one tried is the piece. If nothing is known it is a single character that is not in `vocabulary`,
    and the word ends there. A word of more than `MOST_CHARACTERS` is not tried in parts.
    """
    if len(word) > MOST_CHARACTERS:
        yield [word]
        return
    start = 0
    while start < len(word):
        tried = []
        for end in range(len(word), start, -1):
            tried.append((PREFIX if start else "") + word[start:end])
            if tried[-1] in vocabulary:
                break
        yield tried
        if tried[-1] not in vocabulary:
            return
        start = end


def symbols(word: str) -> list[str]:
    """The characters of `word` as pieces."""
    return [PREFIX * bool(i) + char for i, char in enumerate(word)]


def join(a: str, b: str) -> str:
    """The piece that two neighbours make."""
    return a + b.removeprefix(PREFIX)


def train(words: Mapping[str, int], vocab_size: int, min_count: int = 2) -> Iterator[str]:
    """Learn up to `vocab_size` pieces from `words` (word -> how often it occurs); yields each as it is learned.

    First come `[UNK]` and the characters, the most frequent first; what does not fit is left out. Then those
    neighbours a, b are joined that stand together at least `min_count` times and have the largest

        gain = count(ab) * log(N * count(ab) / (count(a) * count(b)))      N: pieces of the whole text

    If pieces were drawn one by one, each as often as it occurs, the log-probability of the text would rise by
    about that: for every ab the two factors count(a)/N and count(b)/N give way to one, count(ab)/N. What stands
    in the brackets is the score by which WordPiece is often described; it alone would begin with two rare
    characters that once met. Of equal gains the pair that is first in the alphabet is taken.
    """
    yield UNKNOWN
    size = 1
    texts, frequency = [symbols(word) for word in words], list(words.values())
    singles: Counter[str] = Counter()  # how often each piece occurs
    pairs: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[int]] = {}  # pair -> indexes of texts that may hold it

    def count(i: int, sign: int) -> None:
        for piece in texts[i]:
            singles[piece] += sign * frequency[i]
        for pair in pairwise(texts[i]):
            pairs[pair] += sign * frequency[i]
            if not pairs[pair]:
                del pairs[pair]
            elif sign > 0:
                where.setdefault(pair, set()).add(i)

    for i in range(len(texts)):
        count(i, +1)
    for piece in sorted(singles, key=lambda piece: (-singles[piece], piece))[: vocab_size - 1]:
        yield piece
        size += 1
    known = {UNKNOWN, *singles}
    while size < vocab_size:
        total = singles.total()
        gains = [
            (-n * log(total * n / (singles[pair[0]] * singles[pair[1]])), pair)
            for pair, n in pairs.items()
            if n >= min_count
        ]
        if not gains:
            return
        _, best = min(gains)
        if (new := join(*best)) not in known:
            yield new
            size += 1
            known.add(new)
        for i in where.pop(best):
            count(i, -1)
            texts[i] = replace(texts[i], best)
            count(i, +1)


def replace(text: Iterable[str], pair: tuple[str, str]) -> list[str]:
    """`text` with every `pair`, from left to right, replaced by the piece it makes."""
    out: list[str] = []
    for piece in text:
        if out and (out[-1], piece) == pair:
            out[-1] = join(*pair)
        else:
            out.append(piece)
    return out
