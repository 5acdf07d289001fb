"""Exercise: find the words nearest to a word, with real vectors."""

import numpy as np

from tutor.models.vectors import Vectors

table = Vectors.load()  # GloVe: 30,000 words, 50 numbers each
words = table.words  # (n,)
rows = table.numbers * table.scales[:, None]  # (n, d)
row_of = {word: i for i, word in enumerate(words)}

WORDS = ["oak", "tuesday", "kettle"]  # change me


def cosines(x):
    """The cosine of x (d,) with every row of the table, (n,)."""
    # YOUR TURN: all rows at once; a loop over 30,000 words is slow
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(x)  # (n,)
    return rows @ x / lengths
    # END


def nearest(word, k):
    """The k words with the largest cosine to `word`."""
    found = cosines(rows[row_of[word]])  # (n,)
    found[row_of[word]] = -1  # every word is nearest to itself
    order = np.argsort(-found)[:k]
    return [(words[i], float(found[i])) for i in order]


for word in WORDS:
    told = ", ".join(f"{near} {c:.3f}" for near, c in nearest(word, 4))
    print(f"{word:8} {told}")
