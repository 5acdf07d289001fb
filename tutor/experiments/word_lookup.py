"""What the learner writes, looked up among the word vectors; a word they lack gets an answer, not an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.models.vectors import Vectors

OFFERED = 5  # completions
SPELLINGS = 4  # offered for a word that is not there
LONGEST = 40  # characters of a word that is looked for or repeated


def fold(word: str) -> str:
    """A word as the table has it: lower case, straight apostrophes, no spaces around it."""
    return word.strip().lower().replace("’", "'")


@dataclass(frozen=True)
class Unknown:
    """A word that the table lacks, and those it may be a slip for."""

    word: str
    spellings: tuple[str, ...]
    n: int  # words in the table

    def __str__(self) -> str:
        """One line for the learner."""
        if not self.word:
            return "A word is missing: write one."
        shown = self.word if len(self.word) <= LONGEST else self.word[:LONGEST] + "..."
        if len(self.word.split()) > 1:
            return f"'{shown}' is more than one word; the table has a vector for each single word only."
        if self.spellings:
            return f"'{shown}' is not among the {self.n:,} words. Spelled nearly so: {', '.join(self.spellings)}."
        if not all(char.isascii() and (char.isalpha() or char in "'-") for char in self.word):
            return f"'{shown}' is not in the table: it has English words of letters, hyphens and apostrophes only."
        return f"'{shown}' is not among the {self.n:,} words, nor is anything spelled nearly so."


def unknown(word: str, vectors: Vectors) -> Unknown | None:
    """What to say about a folded word that the table lacks; None for one it has."""
    if word in vectors:
        return None
    single = len(word) <= LONGEST and len(word.split()) == 1 and any(map(str.isalpha, word))
    return Unknown(word, tuple(vectors.spelled_like(word, SPELLINGS)) if single else (), len(vectors))


def completions(vectors: Vectors, begun: str) -> list[str]:
    """Words that go on from `begun`, the most frequent first."""
    start = fold(begun)
    return [word for word in vectors.completions(start, OFFERED + 1) if word != start][:OFFERED]
