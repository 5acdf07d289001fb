"""Which words are spelled nearly like another one, found among tens of thousands at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Letters = NDArray[np.uint8]  # (n, m): the letters of n words in ASCII, 0 after the end of a word


def letters_of(lines: bytes) -> Letters:
    """The words of a text in ASCII, one on each line; m is the length of the longest."""
    text = np.frombuffer(lines.removesuffix(b"\n") + b"\n", np.uint8)
    lengths = np.diff(np.flatnonzero(text == ord("\n")), prepend=-1) - 1
    letters = np.zeros((len(lengths), max(1, lengths.max())), np.uint8)
    letters[np.arange(letters.shape[1]) < lengths[:, None]] = text[text != ord("\n")]
    return letters


def near_spellings(word: str, letters: Letters, k: int, most: int = 2) -> list[int]:
    """The rows of at most `k` words within `most` edits of `word`.

    Fewest edits first; then those with the same first letter, which people seldom get wrong; then by row.
    """
    lengths = (letters != 0).sum(axis=1)
    missing = np.zeros(len(letters), dtype=np.int64)  # letters of `word` that the other lacks: one edit mends one
    for char in set(word):
        missing += np.maximum(0, word.count(char) - (letters == ord(char)).sum(axis=1))
    rows = np.flatnonzero((np.abs(lengths - len(word)) <= most) & (missing <= most))
    edits = edit_distances(word, letters[rows])
    other_first = letters[rows, 0] != ord(word[0]) if word else np.zeros(len(rows))
    order = np.lexsort((rows, other_first, edits))[: int((edits <= most).sum())]
    return [int(row) for row in rows[order[:k]]]


def edit_distances(word: str, letters: Letters) -> NDArray[np.int64]:
    """From `word` to each of n others, (n,): how many letters to insert, delete, replace or swap with the next.

    The distance is that of optimal string alignment (Damerau 1964, https://doi.org/10.1145/363958.363994,
    without editing a pair that was swapped), computed for all words together.
    """
    n, m = letters.shape
    before: list[NDArray[np.int64]] = []  # the row of the letter before the last
    above = [np.full(n, j) for j in range(m + 1)]
    for i, char in enumerate(word):
        row = [np.full(n, i + 1)]
        for j in range(m):
            differs = letters[:, j] != ord(char)
            best = np.minimum(np.minimum(above[j + 1], row[j]) + 1, above[j] + differs)
            if i and j:
                swapped = (letters[:, j] == ord(word[i - 1])) & (letters[:, j - 1] == ord(char))
                best = np.where(swapped, np.minimum(best, before[j - 1] + 1), best)
            row.append(best)
        before, above = above, row
    distances: NDArray[np.int64] = np.stack(above)[(letters != 0).sum(axis=1), np.arange(n)]
    return distances
