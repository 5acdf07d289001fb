"""WordPiece: the cut against the `tokenizers` library, the training against counting by hand."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import isclose, log

import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import models

from tutor.models import wordpiece

letters = st.text("abcé日", max_size=12)
pieces = st.text("abcé日", min_size=1, max_size=4)
vocabularies = st.sets(pieces | pieces.map(lambda piece: "##" + piece), max_size=20)
counted = st.dictionaries(st.text("abc", min_size=1, max_size=8), st.integers(1, 9), max_size=12)


@given(letters, vocabularies)
def test_the_cut_is_that_of_the_library(word: str, vocabulary: set[str]) -> None:
    ids = {piece: i for i, piece in enumerate(["[UNK]", *sorted(vocabulary)])}
    model = models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=wordpiece.MOST_CHARACTERS)
    assert wordpiece.encode(word, vocabulary) == tokenizers.Tokenizer(model).encode(word).tokens


@given(st.integers(95, 105))
def test_a_word_too_long_is_unknown_as_in_the_library(n: int) -> None:
    model = models.WordPiece({"[UNK]": 0, "a": 1, "##a": 2}, unk_token="[UNK]", max_input_chars_per_word=100)
    expected = tokenizers.Tokenizer(model).encode("a" * n).tokens
    assert wordpiece.encode("a" * n, {"a", "##a"}) == expected


def test_attempts_are_the_longest_first() -> None:
    vocabulary = {"door", "do", "##mat", "##m"}
    assert list(wordpiece.attempts("doormat", vocabulary)) == [["doormat", "doorma", "doorm", "door"], ["##mat"]]
    assert list(wordpiece.attempts("doo", vocabulary)) == [["doo", "do"], ["##o"]]
    assert wordpiece.encode("doo", vocabulary) == ["[UNK]"]


@given(counted, st.integers(1, 30))
def test_every_join_has_the_largest_gain(words: dict[str, int], vocab_size: int) -> None:
    learned = list(wordpiece.train(words, vocab_size))
    assert len(learned) == len(set(learned)) <= vocab_size
    texts = {word: wordpiece.symbols(word) for word in words}
    characters = {piece for text in texts.values() for piece in text}
    assert learned[0] == "[UNK]"
    assert set(learned[1 : 1 + len(characters)]) <= characters
    for piece in learned[1 + len(characters) :]:
        singles: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for word, text in texts.items():
            for one in text:
                singles[one] += words[word]
            for pair in pairwise(text):
                pairs[pair] += words[word]
        n = singles.total()
        gain = {p: c * log(c * n / (singles[p[0]] * singles[p[1]])) for p, c in pairs.items() if c >= 2}
        made = [pair for pair in gain if wordpiece.join(*pair) == piece]
        best = max(made, key=lambda pair: gain[pair])
        assert isclose(gain[best], max(gain.values()), abs_tol=1e-9)
        texts = {word: wordpiece.replace(text, best) for word, text in texts.items()}


def test_what_seldom_stands_apart_is_joined_before_what_is_frequent() -> None:
    words = {a + b: 30 for a in "abc" for b in "abc"} | {"aa": 40, "qu": 20}
    characters = ["a", "##a", "b", "##b", "c", "##c", "q", "##u"]
    learned = list(wordpiece.train(words, 10))
    assert sorted(learned[1:9]) == sorted(characters)
    assert learned[9] == "qu"


@given(counted)
def test_a_word_learned_from_is_never_unknown(words: dict[str, int]) -> None:
    learned = set(wordpiece.train(words, 100))
    for word in words:
        cut = wordpiece.encode(word, learned)
        assert "".join(piece.removeprefix("##") for piece in cut) == word
