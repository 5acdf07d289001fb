"""Token splitter: one text cut by several encodings, aligned.

An encoding cuts text into pieces by a pattern before it merges bytes. No piece of any encoding here holds
a space after something else, nor a Chinese or Japanese stop after a letter. So a long text is encoded
stretch by stretch, each beginning at such a place, with the same tokens as in one go; between two stretches
the engine may do something more urgent. A text with no such place is one stretch, about 0.1 s a megabyte.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, overload

import msgspec
import regex
from rich.console import Group

from tutor.experiments import base
from tutor.experiments.base import ExperimentError, Reading, Table
from tutor.experiments.cells import View, many, visible_bytes
from tutor.experiments.token_picture import Cursor, Page

if TYPE_CHECKING:
    import tiktoken

    from tutor.models.library import Library

READINGS = {
    "tokens": "number of tokens, in the first encoding as all that follows but what says otherwise",
    "words": "number of words, which stand between white space",
    "characters": "number of characters (Unicode code points)",
    "bytes": "number of bytes (UTF-8)",
    "tokens_per_word": "tokens a word; 0 without words",
    "words_per_token": "words a token; 0 without tokens",
    "bytes_per_token": "bytes a token; 0 without tokens",
    "vocabulary": "number of tokens the encoding has, special ones included",
    "longest": "bytes in the longest token",
    "longest_text": "the longest token as text; the first of equals",
    "most_tokens": "number of tokens in the encoding that needs most",
    "fewest_tokens": "number of tokens in the encoding that needs fewest",
    "spread": "most_tokens less fewest_tokens",
    "single_bytes": "number of tokens of one byte",
    "broken": "number of tokens that are not whole characters",
    "first_id": "id of the first token; -1 without tokens",
    "ids": "all ids, a space between them",
}

TEXT = "Tokenizers cut unbelievable words, 1234567 and naïve 日本語 😀 apart."
MOST_ENCODINGS = 4
MOST_CHARACTERS = 4_000_000
MOST_SPACE = 100_000  # white space in a row, twice that is refused; tiktoken panics near a million
STRETCH = 32_000  # characters encoded between two yields

_SEAM = regex.compile(r"(?<=\S)(?= )|(?<=[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff])(?=[、。，！？])")
_BLOCK = regex.compile(r"[^\n]{1,800}(?=[ \n]|\Z)\n{0,80}|[^\n]{1,800}|\n{1,80}")


class Settings(base.Settings, frozen=True):
    """A text and how to cut it. With `special`, the name of a special token becomes that one token."""

    text: str = TEXT
    encodings: tuple[str, ...] = ("gpt2", "cl100k_base")
    special: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.encodings) <= MOST_ENCODINGS or len(set(self.encodings)) < len(self.encodings):
            raise ValueError(f"encodings: choose 1 to {MOST_ENCODINGS} different ones")
        if len(self.text) > MOST_CHARACTERS:
            raise ValueError(f"text: {len(self.text):,} characters; the most is {MOST_CHARACTERS:,}")
        # A terminal can deliver half a character as a lone surrogate; like tiktoken, take it as U+FFFD.
        whole = self.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        msgspec.structs.force_setattr(self, "text", whole)


@dataclass
class Cut:
    """A text cut by one encoding into n tokens."""

    name: str
    vocabulary: int  # tokens it has
    special: frozenset[int]  # ids of the special ones
    ids: array[int]  # (n,)
    ends: array[int]  # (n,): where each token ends in the text, in bytes
    table: dict[int, bytes]  # the bytes of every id in `ids`, in the order they first occur
    counts: Counter[int]  # how often every id occurs

    def __len__(self) -> int:
        return len(self.ids)

    def token(self, index: int) -> bytes:
        """The bytes of token number `index`."""
        return self.table[self.ids[index]]

    def start(self, index: int) -> int:
        """Where token number `index` begins in the text, in bytes."""
        return self.ends[index - 1] if index else 0

    def at(self, offset: int) -> int:
        """The number of the token that holds the byte at `offset`; the last one past the end."""
        return min(bisect_right(self.ends, offset), max(0, len(self.ends) - 1))


@dataclass(eq=False)
class Result:
    """One text cut by one or more encodings."""

    raw: bytes  # the text as UTF-8
    characters: int
    words: int
    cuts: tuple[Cut, ...]
    common: array[int]  # where all encodings end a token, in bytes
    blocks: array[int]  # where stretches of at most 800 characters end, after a line break where one is near

    @cached_property
    def _readings(self) -> dict[str, Reading]:
        cut = self.cuts[0]
        n, longest = len(cut), max(cut.table.values(), key=len, default=b"")
        most, fewest = max(map(len, self.cuts)), min(map(len, self.cuts))
        return {
            "tokens": n,
            "words": self.words,
            "characters": self.characters,
            "bytes": len(self.raw),
            "tokens_per_word": n / self.words if self.words else 0.0,
            "words_per_token": self.words / n if n else 0.0,
            "bytes_per_token": len(self.raw) / n if n else 0.0,
            "vocabulary": cut.vocabulary,
            "longest": len(longest),
            "longest_text": longest.decode("utf-8", "replace"),
            "most_tokens": most,
            "fewest_tokens": fewest,
            "spread": most - fewest,
            "single_bytes": sum(cut.counts[i] for i, token in cut.table.items() if len(token) == 1),
            "broken": sum(cut.counts[i] for i, token in cut.table.items() if not _whole(token)),
            "first_id": cut.ids[0] if n else -1,
            "ids": " ".join(map(str, cut.ids)),
        }

    def readings(self) -> dict[str, Reading]:
        return self._readings

    def sentence(self) -> str:
        if not self.raw:
            return "There is no text yet."
        counts = [f"{many(len(cut), 'token')} in {cut.name}" for cut in self.cuts]
        text = f"{many(self.words, 'word')} ({many(len(self.raw), 'byte')})"
        return f"{text} {'becomes' if self.words == 1 else 'become'} {_join(counts)}."

    def table(self) -> Table:
        """One encoding: its tokens. Several: the text between common boundaries, and what each makes of it."""
        if len(self.cuts) == 1:
            return Table(("number", "id", "text", "bytes"), Rows(len(self.cuts[0]), self._token_row))
        names = tuple(cut.name for cut in self.cuts)
        return Table(("text", *names), Rows(len(self.common), self._aligned_row))

    def _token_row(self, index: int) -> tuple[str, ...]:
        cut = self.cuts[0]
        token = cut.token(index)
        return str(index + 1), str(cut.ids[index]), visible_bytes(token), token.hex(" ")

    def _aligned_row(self, index: int) -> tuple[str, ...]:
        start, end = (self.common[index - 1] if index else 0), self.common[index]
        row = [visible_bytes(self.raw[start:end])]
        for cut in self.cuts:
            tokens = range(cut.at(start), cut.at(end - 1) + 1)
            row.append(", ".join(f"{visible_bytes(cut.token(i))} {cut.ids[i]}" for i in tokens))
        return tuple(row)

    def data(self) -> Any:
        documents = [
            {
                "encoding": cut.name,
                "count": len(cut),
                "tokens": [
                    {"id": i, "text": cut.table[i].decode("utf-8", "replace"), "bytes": cut.table[i].hex()}
                    for i in cut.ids
                ],
            }
            for cut in self.cuts
        ]
        return documents[0] if len(documents) == 1 else documents


@dataclass(frozen=True)
class Rows(Sequence[tuple[str, ...]]):
    """The rows of a table, made when they are read: a long text has hundreds of thousands."""

    n: int
    row: Any  # number of a row -> the row

    def __len__(self) -> int:
        return self.n

    @overload
    def __getitem__(self, index: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[str, ...]]: ...
    def __getitem__(self, index: int | slice) -> tuple[str, ...] | list[tuple[str, ...]]:
        if isinstance(index, slice):
            return [self.row(i) for i in range(self.n)[index]]
        return self.row(range(self.n)[index])  # type: ignore[no-any-return]


def compute(settings: Settings, library: Library) -> Generator[None, None, Result]:
    """Cut the text; yields None between stretches.

    Raises ExperimentError for an encoding that is not there and for a text that tiktoken cannot take.
    """
    text = settings.text
    if any(text[i : i + MOST_SPACE].isspace() for i in range(0, len(text) - MOST_SPACE, MOST_SPACE)):
        raise ExperimentError(f"the text has {MOST_SPACE:,} or more spaces in a row: leave some out")
    encodings = []
    for name in settings.encodings:
        if name not in library.encoding_names:
            raise ExperimentError(f"no encoding {name!r}; there is: {', '.join(library.encoding_names)}")
        encodings.append(library.encoding(name, text))
        yield None
    cuts = tuple(_empty(*both, library) for both in zip(encodings, settings.encodings, strict=True))
    result = Result(text.encode(), len(text), len(text.split()), cuts, array("L"), array("L"))
    yield None
    for stretch in stretches(text):
        for cut, encoding in zip(cuts, encodings, strict=True):
            _extend(cut, encoding, stretch, settings.special)
            yield None
        start = result.common[-1] if result.common else 0
        shared = set.intersection(*(set(cut.ends[bisect_right(cut.ends, start) :]) for cut in cuts))
        result.common.extend(sorted(shared))
        sizes = (len(block.encode()) for block in _BLOCK.findall(stretch))
        result.blocks.extend(list(accumulate(sizes, initial=start))[1:])
        yield None
    result.readings()
    return result


def stretches(text: str, size: int = STRETCH) -> Iterator[str]:
    """`text` in parts of about `size` characters, cut where no encoding has a token across."""
    start = 0
    while start < len(text):
        seam = _SEAM.search(text, start + size)
        end = seam.start() if seam else len(text)
        yield text[start:end]
        start = end


def _empty(encoding: tiktoken.Encoding, name: str, library: Library) -> Cut:
    special = frozenset(encoding.encode_single_token(token) for token in encoding.special_tokens_set)
    return Cut(name, library.learned(name) + len(special), special, array("L"), array("L"), {}, Counter())


def _extend(cut: Cut, encoding: tiktoken.Encoding, text: str, special: bool) -> None:
    """Add the tokens of the next stretch."""
    ids = encoding.encode(text, allowed_special="all") if special else encoding.encode_ordinary(text)
    cut.counts.update(ids)
    for new in dict.fromkeys(ids):
        if new not in cut.table:
            cut.table[new] = encoding.decode_single_token_bytes(new)
    start = cut.ends[-1] if cut.ends else 0
    cut.ids.extend(ids)
    cut.ends.extend(list(accumulate((len(cut.table[i]) for i in ids), initial=start))[1:])


def draw(result: Result, view: View, cursor: Cursor | None = None, top: int = 0, ids: bool = False) -> Group:
    """The tokens over their text, from the line that holds byte `top` on; see `token_picture`."""
    return Group(*Page(result, view, ids).rows(cursor, top))


def _whole(token: bytes) -> bool:
    """Whether it is whole characters."""
    try:
        token.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
