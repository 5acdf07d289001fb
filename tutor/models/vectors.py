"""Word vectors that ship with the course: GloVe, 30,000 words of 50 numbers each, kept as int8.

A folder holds `words.txt` (one word a line, the most frequent first), `vectors.npy` (n, d) int8 and
`scales.npy` (n,) float32: number j of word i is `vectors[i, j] * scales[i]`. GloVe is Pennington, Socher and
Manning 2014, https://aclanthology.org/D14-1162. To make the folder again:

python -m tutor.models.vectors glove50_30k.npz tutor/data/vectors
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import islice
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

    def __init__(self, words: Sequence[str], numbers: NDArray[np.int8], scales: Array) -> None:
        self.words = tuple(words)
        self.numbers = numbers  # (n, d)
        self.scales = scales  # (n,)
        self._index = {word: i for i, word in enumerate(self.words)}

    @staticmethod
    def load(folder: Path = FOLDER) -> Vectors:
        """Open a folder; the numbers stay on disk until they are used. Raises ModelFileError."""
        try:
            words = (folder / "words.txt").read_text(encoding="utf-8").splitlines()
            numbers, scales = (
                np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in ("vectors.npy", "scales.npy")
            )
        except OSError as error:
            raise ModelFileError(f"{folder}: cannot be read: {error.strerror or error}") from error
        except (ValueError, EOFError) as error:
            raise ModelFileError(f"{folder}: damaged: {str(error).splitlines()[0]}") from error
        n = len(set(words))
        if numbers.ndim != 2 or not (n == len(words) == len(numbers)) or scales.shape != (n,):
            raise ModelFileError(f"{folder}: damaged: words, vectors and scales are not as many")
        if numbers.dtype != np.int8 or scales.dtype != np.float32:
            raise ModelFileError(f"{folder}: damaged: vectors must be int8, scales float32")
        if not (numbers.any(axis=1).all() and np.isfinite(scales).all() and (scales > 0).all()):
            raise ModelFileError(f"{folder}: damaged: a vector has no direction")
        return Vectors(words, numbers, scales)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self._index

    @property
    def d(self) -> int:
        """How many numbers a word has."""
        return int(self.numbers.shape[1])

    def index(self, word: str) -> int:
        """The row of `word`, 0 for the most frequent; raises KeyError."""
        return self._index[word]

    def vector(self, word: str) -> Array:
        """The numbers (d,) of `word`, at their own length; raises KeyError."""
        row = self._index[word]
        vector: Array = self.numbers[row].astype(np.float32) * self.scales[row]
        return vector

    @cached_property
    def _lengths(self) -> Array:
        """The length of every row as whole numbers, (n,)."""
        return np.concatenate([np.sqrt(np.einsum("ij,ij->i", wide, wide)) for wide in self._wide()])

    def _wide(self) -> Iterator[Array]:
        """All rows in order, some at a time: the table stays on disk, where all sessions share it."""
        for begin in range(0, len(self.words), ROWS):
            yield self.numbers[begin : begin + ROWS].astype(np.float32)

    def units(self, rows: Sequence[int] | slice = slice(None)) -> Array:
        """These rows at length 1, (n, d): the dot product of two of them is their cosine."""
        units: Array = self.numbers[rows].astype(np.float32) / self._lengths[rows][:, None]
        return units

    def unit(self, word: str) -> Array:
        """The vector (d,) of `word` at length 1; raises KeyError."""
        row: Array = self.units([self._index[word]])[0]
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
        cosines[[self._index[word] for word in without if word in self]] = -np.inf
        k = min(k, int(np.isfinite(cosines).sum()))
        best = np.argpartition(-cosines, k - 1)[:k] if k else np.empty(0, dtype=np.intp)
        best = best[np.lexsort((best, -cosines[best]))]
        return [(self.words[i], float(cosines[i])) for i in best]

    # ── for one who types a word ─────────────────────────────────────────────────────────────────────

    def completions(self, prefix: str, k: int) -> list[str]:
        """The `k` most frequent words that begin with `prefix`; none for an empty one."""
        return list(islice((word for word in self.words if word.startswith(prefix)), k)) if prefix else []

    def spelled_like(self, word: str, k: int) -> list[str]:
        """At most `k` words that `word` may be a slip for."""
        return [self.words[i] for i in near_spellings(word, self._letters, k)]

    @cached_property
    def _letters(self) -> Letters:
        return letters_of(self.words)


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
