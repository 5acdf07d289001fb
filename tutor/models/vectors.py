"""Word vectors that ship with the course: GloVe, 30,000 words of 50 numbers each, kept as int8.

A folder holds `words.txt` (one word a line, in ASCII, the most frequent first), `vectors.npy` (n, d) int8 and
`scales.npy` (n,) float32: number j of word i is `vectors[i, j] * scales[i]`. GloVe is Pennington, Socher and
Manning 2014, https://aclanthology.org/D14-1162. To make the folder again:

python -m tutor.models.vectors glove50_30k.npz tutor/data/vectors
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutor.models.errors import ModelFileError
from tutor.models.spelling import Letters, letters_of, near_spellings

FOLDER = Path(__file__).parents[1] / "data" / "vectors"
LARGEST = 127  # of an int8, taken as far down as up
ROWS = 2048  # widened at once

Array = NDArray[np.float32]


class Vectors:
    """A table of n words, the most frequent first, each with d numbers. Words are in lower case."""

    def __init__(self, letters: Letters, numbers: NDArray[np.int8], scales: Array) -> None:
        self._letters = letters  # (n, m)
        self._words = letters.view(f"S{letters.shape[1]}")[:, 0]  # (n,)
        self.numbers = numbers  # (n, d)
        self.scales = scales  # (n,)

    @staticmethod
    def load(folder: Path = FOLDER) -> Vectors:
        """Open a folder; the numbers stay on disk until they are used. Raises ModelFileError."""
        try:
            lines = (folder / "words.txt").read_bytes().replace(b"\r\n", b"\n")
            numbers, scales = (
                np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in ("vectors.npy", "scales.npy")
            )
        except OSError as error:
            raise ModelFileError(f"{folder}: cannot be read: {error.strerror or error}") from error
        except (ValueError, EOFError) as error:
            raise ModelFileError(f"{folder}: damaged: {str(error).splitlines()[0]}") from error
        if not lines.isascii():
            raise ModelFileError(f"{folder}: damaged: words.txt must be ASCII")
        letters = letters_of(lines)
        words = np.sort(letters.view(f"S{letters.shape[1]}")[:, 0])
        n = 1 + int((words[1:] != words[:-1]).sum())  # different ones
        if numbers.ndim != 2 or not (n == len(words) == len(numbers)) or scales.shape != (n,):
            raise ModelFileError(f"{folder}: damaged: words, vectors and scales are not as many")
        if numbers.dtype != np.int8 or scales.dtype != np.float32:
            raise ModelFileError(f"{folder}: damaged: vectors must be int8, scales float32")
        if not (numbers.any(axis=1).all() and np.isfinite(scales).all() and (scales > 0).all()):
            raise ModelFileError(f"{folder}: damaged: a vector has no direction")
        return Vectors(letters, numbers, scales)

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: str) -> bool:
        return bool(self._rows(word))

    @property
    def words(self) -> list[str]:
        """All words, made anew: together they take ten times the room of their letters."""
        return [word.decode() for word in self._words]

    @property
    def d(self) -> int:
        """How many numbers a word has."""
        return int(self.numbers.shape[1])

    def index(self, word: str) -> int:
        """The row of `word`, 0 for the most frequent; raises KeyError."""
        for row in self._rows(word):
            return row
        raise KeyError(word)

    def _rows(self, word: str) -> list[int]:
        """The row of `word`; none for a stranger."""
        rows: list[int] = np.flatnonzero(self._words == word.encode()).tolist() if _plain(word) else []
        return rows

    def vector(self, word: str) -> Array:
        """The numbers (d,) of `word`, at their own length; raises KeyError."""
        row = self.index(word)
        vector: Array = self.numbers[row].astype(np.float32) * self.scales[row]
        return vector

    @cached_property
    def _lengths(self) -> Array:
        """The length of every row as whole numbers, (n,)."""
        return np.concatenate([np.sqrt(np.einsum("ij,ij->i", wide, wide)) for wide in self._wide()])

    def _wide(self) -> Iterator[Array]:
        """All rows in order, some at a time: the table stays on disk, where all sessions share it."""
        for begin in range(0, len(self), ROWS):
            yield self.numbers[begin : begin + ROWS].astype(np.float32)

    def units(self, rows: Sequence[int] | slice = slice(None)) -> Array:
        """These rows at length 1, (n, d): the dot product of two of them is their cosine."""
        units: Array = self.numbers[rows].astype(np.float32) / self._lengths[rows][:, None]
        return units

    def unit(self, word: str) -> Array:
        """The vector (d,) of `word` at length 1; raises KeyError."""
        row: Array = self.units([self.index(word)])[0]
        return row

    def cosine(self, word: str, other: str) -> float:
        """The cosine between two words, -1 to 1; raises KeyError."""
        return float(self.unit(word) @ self.unit(other))

    def cosines(self, vector: Array) -> Array:
        """The cosine (n,) of every word with `vector` (d,), which must not be all zeros."""
        unit = (vector / np.linalg.norm(vector)).astype(np.float32)
        dots: Array = np.concatenate([wide @ unit for wide in self._wide()])
        return dots / self._lengths

    def nearest(self, vector: Array, k: int, without: Collection[str] = ()) -> list[tuple[str, float]]:
        """The `k` words with the largest cosine to `vector` (d,), the nearest first, each with its cosine."""
        cosines = self.cosines(vector)
        cosines[[row for word in without for row in self._rows(word)]] = -np.inf
        k = min(k, int(np.isfinite(cosines).sum()))
        best = np.argpartition(-cosines, k - 1)[:k] if k else np.empty(0, dtype=np.intp)
        best = best[np.lexsort((best, -cosines[best]))]
        return [(self._words[i].decode(), float(cosines[i])) for i in best]

    # ── for one who types a word ─────────────────────────────────────────────────────────────────────

    def completions(self, prefix: str, k: int) -> list[str]:
        """The `k` most frequent words that begin with `prefix`; none for an empty one."""
        if not _plain(prefix) or not 0 < len(prefix) <= self._letters.shape[1]:
            return []
        begun = self._letters[:, : len(prefix)] == np.frombuffer(prefix.encode(), np.uint8)
        return [self._words[row].decode() for row in np.flatnonzero(begun.all(axis=1))[:k]]

    def spelled_like(self, word: str, k: int) -> list[str]:
        """At most `k` words that `word` may be a slip for."""
        return [self._words[row].decode() for row in near_spellings(word, self._letters, k)]


def _plain(word: str) -> bool:
    """Whether it may be in a table: in ASCII, and without the byte that fills the rows."""
    return word.isascii() and "\0" not in word


def write(words: Sequence[str], vectors: Array, folder: Path) -> None:
    """Write the three files that `Vectors.load` reads, from vectors (n, d) none of which is all zeros."""
    scales = (np.abs(vectors).max(axis=1) / LARGEST).astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8", newline="\n")
    np.save(folder / "vectors.npy", np.rint(vectors / scales[:, None]).astype(np.int8))
    np.save(folder / "scales.npy", scales)


if __name__ == "__main__":
    source, target = sys.argv[1:]
    with np.load(source, allow_pickle=False) as made:
        named = made["words"].tobytes().decode("utf-8").splitlines()
        write(named, made["vectors"].astype(np.float32), Path(target))
