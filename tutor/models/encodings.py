"""The encodings of GPT-2, GPT-4 and GPT-4o as `tiktoken.Encoding`, from files that ship with the course.

tiktoken itself downloads them at first use; these never touch the network. Patterns and special tokens are
those of `tiktoken_ext.openai_public` (MIT). A file, made by `tutor.models.pack`, is xz over: the number of
tokens (4 bytes, little-endian), the length of every token (1 byte each), then the tokens' bytes, in the
order of their ranks from 0 on.

A whole encoding takes tiktoken 12 to 43 MB. But a text is cut into tokens that occur in it, and into those on
the way to them: with all others left out it is cut in the same way. So a text gets an encoding of its own.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tiktoken
from numpy.typing import NDArray

from tutor.models.errors import ModelFileError

FOLDER = Path(__file__).parents[1] / "data" / "encodings"
MAX_BYTES = 1 << 24  # of an unpacked file
_MAX_MEMORY = 1 << 27  # while it is unpacked

_END = "<|endoftext|>"
_PATTERNS = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
    "o200k_base": "|".join(
        [
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        ]
    ),
}
_SPECIAL = {
    "gpt2": {_END: 50256},
    "cl100k_base": {
        _END: 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    },
    "o200k_base": {_END: 199999, "<|endofprompt|>": 200018},
}
NAMES = ("gpt2", "cl100k_base", "o200k_base")


LONG = 200_000  # bytes of a text, as 50,000 characters have at most, from which on the whole encoding is quicker
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, without a pattern


def load(name: str) -> tiktoken.Encoding:
    """The whole encoding `name`, one of NAMES; raises ModelFileError when its file is missing or damaged."""
    return _encoding(name, {token: rank for rank, token in enumerate(unpack(_file(name)))})


class Published:
    """One of the encodings in NAMES, kept small. For one thread."""

    def __init__(self, name: str) -> None:
        """Raises ModelFileError when its file is missing or damaged."""
        self.name = name
        self.vocabulary, _ = read(_file(name))

    def encoding(self, text: str) -> tiktoken.Encoding:
        """An encoding that cuts `text`, and every part of it, as the whole one does; raises ModelFileError."""
        # like tiktoken, take half a character as U+FFFD
        content = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
        return load(self.name) if len(content) > LONG else _encoding(self.name, self.vocabulary.within(content))


class Vocabulary:
    """The tokens of an encoding in 12 bytes each, to find those that occur in a text.

    For each length there are the numbers of its tokens, ascending, and beside them their ranks.
    """

    def __init__(self, lengths: bytes, data: bytes) -> None:
        """`lengths`: of each token in the order of their ranks; `data`: all of them, one after the other.

        Raises ValueError when they are no vocabulary.
        """
        sizes, letters = np.frombuffer(lengths, np.uint8), np.frombuffer(data, np.uint8)
        starts = np.cumsum(sizes, dtype=np.uint32) - sizes
        self._tokens: dict[int, tuple[NDArray[np.uint64], NDArray[np.uint32]]] = {}
        for size in set(lengths):
            ranks = np.flatnonzero(sizes == size).astype(np.uint32)
            numbers = np.zeros(len(ranks), np.uint64)
            for i in range(size):
                numbers = _next(numbers, letters[starts[ranks] + i])
            order = np.argsort(numbers)
            self._tokens[size] = numbers[order], ranks[order]
        single = len(self._tokens[1][0]) if 1 in self._tokens else 0
        if 0 in lengths or single < 256 or any((a[1:] == a[:-1]).any() for a, _ in self._tokens.values()):
            raise ValueError("a token occurs twice, or a single byte has none")

    def __len__(self) -> int:
        return sum(len(ranks) for _, ranks in self._tokens.values())

    def within(self, text: bytes) -> dict[bytes, int]:
        """The rank of every token that occurs in `text`, and of every single byte."""
        found = {bytes([byte]): int(rank) for byte, rank in enumerate(self._tokens[1][1])}
        letters = np.frombuffer(text, np.uint8)
        numbers = _next(np.zeros(len(letters), np.uint64), letters)
        for size in range(2, min(max(self._tokens), len(letters)) + 1):
            numbers = _next(numbers[:-1], letters[size - 1 :])  # of every stretch of `size` bytes, by its start
            if size in self._tokens:
                known, ranks = self._tokens[size]
                places = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
                starts = np.flatnonzero(known[places] == numbers)
                last = np.full(len(known), -1)  # where in the text each of them starts, the last time
                last[places[starts]] = starts
                for place in np.flatnonzero(last >= 0):
                    start = last[place]
                    found[text[start : start + size]] = int(ranks[place])
        return found


def _next(numbers: NDArray[np.uint64], letters: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The numbers of byte strings with one more byte each, modulo 2**64: two of a length have the same one by chance
    once in 10**19."""
    return numbers * _BASE + letters


def _file(name: str) -> Path:
    return FOLDER / f"{name}.xz"


def _encoding(name: str, ranks: dict[bytes, int]) -> tiktoken.Encoding:
    made = tiktoken.Encoding(name, pat_str=_PATTERNS[name], mergeable_ranks=ranks, special_tokens=_SPECIAL[name])
    ranks.clear()  # tiktoken has copied them, and keeps these only to be pickled
    return made


def unpack(path: Path) -> list[bytes]:
    """The tokens in a file, in the order of their ranks; raises ModelFileError."""
    return list(read(path)[1])


def cut(lengths: bytes, data: bytes) -> Iterator[bytes]:
    """The tokens of these lengths, one after the other in `data`."""
    end = 0
    for length in lengths:
        yield data[end : end + length]
        end += length


def read(path: Path) -> tuple[Vocabulary, Iterator[bytes]]:
    """The tokens in a file, to be found in a text and one by one in the order of their ranks; raises ModelFileError."""
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    xz = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MAX_MEMORY)
    try:
        content = xz.decompress(packed, MAX_BYTES)
    except lzma.LZMAError as error:
        raise ModelFileError(f"{path}: damaged: {error}") from error
    n = int.from_bytes(content[:4], "little")
    lengths, data = content[4 : 4 + n], content[4 + n :]
    if not xz.eof or len(lengths) < n or sum(lengths) != len(data):
        raise ModelFileError(f"{path}: damaged: it is not as long as it should be")
    try:
        return Vocabulary(lengths, data), cut(lengths, data)
    except ValueError as error:
        raise ModelFileError(f"{path}: damaged: {error}") from error
