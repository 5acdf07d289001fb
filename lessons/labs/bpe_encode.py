"""Exercise: cut a word by merges that somebody else has learned."""

from itertools import pairwise

RANKS = {  # the lower its number, the earlier a merge was learned
    ("e", "r"): 0,
    ("h", "e"): 1,
    ("t", "h"): 2,
    ("o", "n"): 3,
    ("th", "er"): 4,
    ("h", "er"): 5,
    ("her", "on"): 6,
}
WORDS = ["heron", "other", "the", "hero", "crow"]  # change me


def encode(word):
    """The word in tokens: joined as long as two neighbours can be."""
    tokens = list(word)
    while True:
        pairs = [pair for pair in pairwise(tokens) if pair in RANKS]
        if not pairs:
            return tokens
        # YOUR TURN: take the pair learned first; join it in `tokens`
        return tokens
        # END


for word in WORDS:
    print(f"{word:8} {' | '.join(encode(word))}")
