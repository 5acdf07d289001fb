"""Words as directions: cosine, and analogies by a rule or without."""

import numpy as np

from tutor.models.vectors import Vectors

table = Vectors.load()  # GloVe: 30,000 words, 50 numbers each
words = table.words  # (n,)
rows = table.numbers * table.scales[:, None]  # (n, d)
row_of = {word: i for i, word in enumerate(words)}

PAIRS = ["violin cello", "violin tractor", "hot warm", "hot cold"]
ANALOGIES = [  # change me: one is to the next as the third is to?
    ("tall", "taller", "warm"),
    ("cairo", "egypt", "oslo"),
    ("sweden", "stockholm", "peru"),
]


def vector(word):
    return rows[row_of[word]]  # (d,)


def cosine(a, b):
    """1: the same direction. 0: a right angle. -1: the opposite."""
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


def nearest(x, without=()):
    """The word whose vector points most nearly the way of x (d,)."""
    lengths = np.linalg.norm(rows, axis=1)  # (n,)
    cosines = rows @ x / (lengths * np.linalg.norm(x))  # (n,)
    for word in without:
        cosines[row_of[word]] = -1
    best = int(cosines.argmax())
    return f"{words[best]} ({cosines[best]:.2f})"


print("violin is", vector("violin")[:6].round(2), "and so on")
for pair in PAIRS:
    one, other = pair.split()
    c = cosine(vector(one), vector(other))
    print(f"{one:7} {other:8} cosine {c:.2f}")

print()
for a, b, c in ANALOGIES:
    x = vector(b) - vector(a) + vector(c)  # from a to b, begun at c
    print(f"{a} is to {b} as {c} is to")
    print(f"    any word allowed:      {nearest(x)}")
    print(f"    a, b and c forbidden:  {nearest(x, without=(a, b, c))}")
