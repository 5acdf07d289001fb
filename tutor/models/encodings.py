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
        self.vocabulary = Vocabulary(*read(_file(name)))

    def encoding(self, text: str) -> tiktoken.Encoding:
        """An encoding that cuts `text`, and every part of it, as the whole one does; raises ModelFileError."""
        # like tiktoken, take half a character as U+FFFD
        content = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
        return load(self.name) if len(content) > LONG else _encoding(self.name, self.vocabulary.within(content))


class Vocabulary:
    """Tokens in the order of their ranks, in as many bytes as they have and 16 each.

    For each length it has a sorted list of numbers, one a token, to look up all that a text has of this length.
    """

    def __init__(self, lengths: bytes, data: bytes) -> None:
        """`lengths`: of each token; `data`: all of them, one after the other."""
        self._data = data
        sizes = np.frombuffer(lengths, np.uint8)
        self._ends = np.cumsum(sizes, dtype=np.uint32)
        self._numbers: dict[int, NDArray[np.uint64]] = {}
        self._ranks: dict[int, NDArray[np.uint32]] = {}
        for size in map(int, np.unique(sizes)):
            ranks = np.flatnonzero(sizes == size)
            windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), size)
            numbers = np.zeros(len(ranks), np.uint64)
            for column in windows[self._ends[ranks] - size].T:
                numbers = _next(numbers, column)
            order = np.argsort(numbers)
            self._numbers[size], self._ranks[size] = numbers[order], ranks[order].astype(np.uint32)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, rank: int) -> bytes:
        start = self._ends[rank - 1] if rank else 0
        return self._data[start : self._ends[rank]]

    def within(self, text: bytes) -> dict[bytes, int]:
        """The rank of every token that occurs in `text`, and of every single byte."""
        found = [self._ranks[1]]
        letters = np.frombuffer(text, np.uint8)
        numbers = _next(np.zeros(len(letters), np.uint64), letters)
        for size in range(2, min(max(self._ranks), len(letters)) + 1):
            numbers = _next(numbers[:-1], letters[size - 1 :])  # of every stretch of `size` bytes, by its start
            if size in self._ranks:
                known = self._numbers[size]
                places = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
                found.append(self._ranks[size][np.unique(places[known[places] == numbers])])
        return {self[rank]: rank for rank in np.concatenate(found).tolist()}


def _next(numbers: NDArray[np.uint64], letters: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The numbers of byte strings with one more byte each, modulo 2**64; equal strings have equal ones."""
    return numbers * _BASE + letters


def _file(name: str) -> Path:
    return FOLDER / f"{name}.xz"


def _encoding(name: str, ranks: dict[bytes, int]) -> tiktoken.Encoding:
    made = tiktoken.Encoding(name, pat_str=_PATTERNS[name], mergeable_ranks=ranks, special_tokens=_SPECIAL[name])
    ranks.clear()  # tiktoken has copied them, and keeps these only to be pickled
    return made


def unpack(path: Path) -> list[bytes]:
    """The tokens in a file, in the order of their ranks; raises ModelFileError."""
    return list(cut(*read(path)))


def cut(lengths: bytes, data: bytes) -> Iterator[bytes]:
    """The tokens of these lengths, one after the other in `data`."""
    end = 0
    for length in lengths:
        yield data[end : end + length]
        end += length


def read(path: Path) -> tuple[bytes, bytes]:
    """The length of every token in a file, and their bytes; raises ModelFileError."""
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
    # hashes take less room than the tokens; that two tokens have the same one does not happen
    different = set(map(hash, cut(lengths, data)))
    if len(different) != n or 0 in lengths or not {hash(bytes([b])) for b in range(256)} <= different:
        raise ModelFileError(f"{path}: damaged: a token occurs twice, or a single byte has none")
    return lengths, data
