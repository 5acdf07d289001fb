"""Byte-pair encoding: learn merges from a text, then cut a new word with them."""

from collections import Counter
from itertools import pairwise

TEXT = "seat seat seal seal seal tea"  # change me: any text, in any language
WORDS = ["seals", "teal", "teasel", "é"]  # words to cut with the merges that were learned
MERGES = 4


def join(tokens, pair):
    """Replace every `pair` of neighbours, from left to right, by one token."""
    out = []
    for token in tokens:
        if out and (out[-1], token) == pair:
            out[-1] += token
        else:
            out.append(token)
    return out


def to_bytes(word):
    return [bytes([b]) for b in word.encode("utf-8")]


def show(tokens):
    return " | ".join(t.decode("utf-8", "backslashreplace") for t in tokens)


words = [to_bytes(word) for word in TEXT.split()]  # no merge crosses from a word into the next
merges = []
for _ in range(MERGES):
    counts = Counter(pair for word in words for pair in pairwise(word))
    if not counts:
        break
    best, n = counts.most_common(1)[0]
    merges.append(best)
    words = [join(word, best) for word in words]
    print(f"merge {len(merges)}: {show(best):12} seen {n} times")
print("the text is now:", "   ".join(show(word) for word in words))

for word in WORDS:
    tokens = to_bytes(word)
    for pair in merges:  # in the order in which they were learned
        tokens = join(tokens, pair)
    print(f"{word:8} {len(tokens)} tokens: {show(tokens)}")
