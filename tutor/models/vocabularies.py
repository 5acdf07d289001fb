"""Three vocabularies learned from the same words, by byte-pair encoding, WordPiece and unigram, to be compared.

A text is cut into words and punctuation in the same way for all three: white space counts as one space, one
stands before the first word, digits are alone (`bpe.PATTERN`). Byte-pair encoding takes the bytes with their
space; unigram writes the space as `▁`, as SentencePiece does; WordPiece leaves it out, as BERT does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tutor.models import bpe
from tutor.models.errors import ModelFileError
from tutor.models.jsonfile import read_object
from tutor.models.unigram import SPACE, Unigram
from tutor.models.wordpiece import UNKNOWN

FILE = Path(__file__).parents[1] / "data" / "race" / "vocabularies.json"
SIZES = (500, 1000, 2000)  # tokens, with all that each method must have: bytes, characters, the unknown token
MOST_BYTES = 1_000_000


@dataclass(frozen=True, eq=False)
class Vocabularies:
    """One vocabulary of each kind, all of the same size V."""

    bpe: Mapping[bytes, int]  # token -> id, in the order learned; 256 bytes come first
    wordpiece: Mapping[str, int]  # piece -> id; `[UNK]` comes first
    unigram: Unigram  # V - 1 pieces; the unknown token has no probability of its own


def pretokenize(text: str) -> list[list[str]]:
    """The words of `text` (between white space), each cut where no token may cross; only spaces at the front."""
    return [bpe.split(f" {word}") for word in text.split()]


def with_mark(piece: str) -> str:
    """A part of a word as unigram cuts it."""
    return piece.replace(" ", SPACE)


def without_space(piece: str) -> str:
    """A part of a word as WordPiece cuts it."""
    return piece.removeprefix(" ")


@lru_cache(maxsize=len(SIZES))
def load(size: int, path: Path = FILE) -> Vocabularies:
    """The vocabularies of `size`, one of `SIZES`, as `python -m tutor.training.vocabularies` leaves them.

    Raises ModelFileError for a file that is not there or does not hold them.
    """
    document = read_object(path, MOST_BYTES)
    try:
        merged = [token.encode("latin-1") for token in document["bpe"][: size - 256]]
        tokens = [*(bytes([b]) for b in bpe.BYTE_ORDER), *merged]
        pieces = document["wordpiece"][:size]
        scores = {str(piece): float(score) for piece, score in document["unigram"][str(size)].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{path}: not vocabularies that we read: {error}") from error
    found = Vocabularies(_numbered(tokens), _numbered(pieces), Unigram(scores))
    if [len(found.bpe), len(found.wordpiece), len(scores) + 1] != [size] * 3 or pieces[0] != UNKNOWN:
        raise ModelFileError(f"{path}: the vocabularies do not have {size} tokens each")
    return found


def _numbered(tokens: list[Any]) -> dict[Any, int]:
    return {token: i for i, token in enumerate(tokens)}
