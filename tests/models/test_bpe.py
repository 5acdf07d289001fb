"""Byte-pair encoding, against the `tokenizers` library and against counting by hand."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import tiktoken
import tokenizers
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Regex, models, pre_tokenizers, trainers

from tutor.models import bpe
from tutor.models.tokenizer import spell

# Few letters repeat often, so that merges overlap and counts tie; other text brings bytes of every kind.
# Libraries know different versions of Unicode, so only characters that have long had their category.
anything = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cn"]) | st.sampled_from("🐕😀𝒳")
text = st.text("aab bc'1\n é", max_size=40) | st.text(anything, max_size=20)
texts = st.lists(text, max_size=8)


def library_merges(words: list[str], n_merges: int) -> list[list[str]]:
    """The merges that `tokenizers` learns."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(bpe.PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=256 + n_merges,
        min_frequency=2,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(words, trainer)
    return json.loads(tokenizer.to_str())["model"]["merges"]


@given(texts, st.integers(0, 60))
@example(["aaaaaaa aaaaa aaa aa aaaaaaaaaaaa aaaaaaa"], 20)
def test_merges_are_those_of_the_library(words: list[str], n_merges: int) -> None:
    learned = bpe.train(bpe.count_words(words), n_merges)
    ours = [[spell(learned.tokens[a]), spell(learned.tokens[b])] for a, b in learned.pairs]
    assert ours == library_merges(words, n_merges)


@given(texts)
def test_every_step_takes_a_most_frequent_pair_and_counts_it_right(words: list[str]) -> None:
    merges = bpe.Merges(bpe.count_words(words))
    for _ in range(20):
        counts: Counter[bpe.Pair] = Counter()
        for word, n in zip(merges.words, merges.frequency, strict=True):
            for pair in pairwise(word):
                counts[pair] += n
        peek = merges.best()
        found = merges.step()
        assert peek == found
        if found is None:
            assert not counts
            return
        pair, n = found
        assert n == counts[pair] == max(counts.values())
        assert pair == min(p for p, count in counts.items() if count == n)
        assert not any(pair in pairwise(word) for word in merges.words)


@given(texts)
def test_words_stay_the_same_bytes(words: list[str]) -> None:
    counted = bpe.count_words(words)
    merges = bpe.train(counted, 30)
    assert [b"".join(merges.tokens[i] for i in word) for word in merges.words] == list(counted)


@given(text)
def test_pieces_join_to_the_text(text: str) -> None:
    assert "".join(bpe.split(text)) == text


def test_pieces_keep_words_apart_and_digits_alone() -> None:
    assert bpe.split("I've 42 dogs!  Yes") == ["I", "'ve", " 4", "2", " dogs", "!", " ", " Yes"]


@given(texts, text)
def test_encoding_step_by_step_ends_where_tiktoken_does(words: list[str], text: str) -> None:
    tokens = bpe.train(bpe.count_words(words), 40).tokens
    ranks = {token: i for i, token in enumerate(tokens)}
    encoding = tiktoken.Encoding("test", pat_str=bpe.PATTERN, mergeable_ranks=ranks, special_tokens={})
    ids: list[int] = []
    for piece in bpe.split(text):
        states = list(bpe.encode(piece.encode(), ranks))
        assert [len(s) for s in states] == list(range(len(piece.encode()), len(states[-1]) - 1, -1))
        ids += [ranks[token] for token in states[-1]]
    assert ids == encoding.encode_ordinary(text)


def test_encoding_shows_each_merge() -> None:
    ranks = {b"a": 0, b"b": 1, b"c": 2, b"bc": 3, b"abc": 4}
    assert list(bpe.encode(b"abca", ranks)) == [
        [b"a", b"b", b"c", b"a"],
        [b"a", b"bc", b"a"],
        [b"abc", b"a"],
    ]


def test_replace_goes_from_left_to_right() -> None:
    assert bpe.replace([0, 0, 0, 1, 0, 0], (0, 0), 9) == [9, 0, 1, 9]
