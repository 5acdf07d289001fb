"""Make the vocabularies of the tokenizer race again: `python -m tutor.training.vocabularies TEXT OUT.json`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import chain, islice
from pathlib import Path

from tutor.models import bpe, unigram, wordpiece
from tutor.models.vocabularies import SIZES, pretokenize, with_mark, without_space
from tutor.training.corpus import read_stories

MIN_COUNT = 5  # a rarer piece of text teaches a vocabulary of this size nothing, and there are very many


def learn(texts: list[str], sizes: tuple[int, ...] = SIZES, min_count: int = MIN_COUNT) -> dict[str, object]:
    """The three vocabularies in each of `sizes`, as `tutor.models.vocabularies` loads them."""
    counts: Counter[str] = Counter(chain.from_iterable(word for text in texts for word in pretokenize(text)))
    words = {piece: n for piece, n in sorted(counts.items()) if n >= min_count}
    plain: Counter[str] = Counter()
    for piece, n in words.items():
        plain[without_space(piece)] += n
    marked = {with_mark(piece): n for piece, n in words.items()}
    merges = bpe.train({piece.encode(): n for piece, n in words.items()}, max(sizes) - 256)
    return {
        "bpe": [token.decode("latin-1") for token in merges.tokens[256:]],
        "wordpiece": list(islice(wordpiece.train(plain, max(sizes)), max(sizes))),
        "unigram": {
            str(size): {
                piece: round(score, 4) for piece, score in sorted(unigram.train(marked, size - 1).scores.items())
            }
            for size in sizes
        },
    }


def main(text: str, out: str) -> None:
    """Read a file of texts, a line `<|endoftext|>` between two, and write the vocabularies."""
    learned = learn(read_stories(Path(text)))
    Path(out).write_text(json.dumps(learned, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
