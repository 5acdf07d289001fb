"""`min` takes a key, so it can choose the pair with the lowest rank. Then build a new list token by token: where the
last one in it and the one at hand are that pair, lengthen the last one; append otherwise.
"""

from __main__ import encode


def check(word: str, cut: str) -> None:
    got = encode(word)
    assert "".join(got) == word, f"the tokens of {word} must spell {word}; yours spell {''.join(got)}."
    assert got == cut.split(), f"{word} should give {' | '.join(cut.split())}; yours gives {' | '.join(got)}."


check("er", "er")  # one merge
check("erer", "er er")  # the same merge twice in a word
check("the", "t he")  # h e was learned before t h
check("ther", "ther")  # e r first, then t h, then both
check("heron", "heron")
check("crow", "c r o w")  # nothing to merge
