"""Byte-pair encoding: learn merges from a text, then cut a new word."""

from collections import Counter
from itertools import pairwise

TEXT = "seat seat seal seal seal tea"  # change me: any language
WORDS = ["seals", "teal", "teasel", "é"]  # cut by what was learned
MERGES = 4


def join(tokens, pair):
    """Make one token of each `pair` of neighbours, left to right."""
    out = []
    for token in tokens:
        if out and (out[-1], token) == pair:
            out[-1] += token
        else:
            out.append(token)
    return out


def to_bytes(word):
    return [bytes([b]) for b in word.encode()]


def show(tokens):
    texts = (t.decode("utf-8", "backslashreplace") for t in tokens)
    return " | ".join(texts)


# Learn. No merge crosses from one word into the next.
words = [to_bytes(word) for word in TEXT.split()]
merges = []
for _ in range(MERGES):
    counts = Counter(p for word in words for p in pairwise(word))
    if not counts:
        break
    best, n = counts.most_common(1)[0]
    if n < 2:  # a token for a single place is not worth an id
        break
    merges.append(best)
    words = [join(word, best) for word in words]
    print(f"merge {len(merges)}: {show(best):12} seen {n} times")
print("the text is now:", "   ".join(show(word) for word in words))

# Encode: replay the merges in the order in which they were learned.
for word in WORDS:
    tokens = to_bytes(word)
    for pair in merges:
        tokens = join(tokens, pair)
    print(f"{word:8} {len(tokens)} tokens: {show(tokens)}")
