"""Stories of made-up words, enough of them for a whole vocabulary."""

from __future__ import annotations

import random
from pathlib import Path


def write_stories(folder: Path) -> Path:
    """`stories.txt` to learn from, and beside it `valid.txt`; the path of the first."""
    rng = random.Random(7)
    words = ["".join(rng.choices("bdfgklmnprst", k=1) + rng.choices("aeiou", k=1)) for _ in range(40)]
    lexicon = ["".join(rng.choices(words, k=rng.randint(2, 5))) for _ in range(3000)]
    texts = [" ".join(rng.choices(lexicon, k=60)) + "." for _ in range(300)]
    path = folder / "stories.txt"
    path.write_text("\n<|endoftext|>\n".join(texts), encoding="utf-8")
    (folder / "valid.txt").write_text("\n<|endoftext|>\n".join(texts[:4]), encoding="utf-8")
    return path
