"""The history of merges: at every moment the same as learning from the start would be."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.models import bpe
from tutor.models.merge_history import MOST_PIECE, History

texts = st.text("aab bc'1\n é", max_size=80)


def learned(text: str) -> History:
    history = History(text)
    while history.work():
        pass
    return history


def at(history: History, place: int) -> History:
    for _ in history.go(place):
        pass
    return history


def by_hand(text: str, place: int) -> tuple[dict[bpe.Pair, int], int]:
    """The counts of pairs and the number of tokens after `place` merges, counted afresh."""
    merges = bpe.train(bpe.count_words([text]), place)
    counts: dict[bpe.Pair, int] = {}
    for word, n in zip(merges.words, merges.frequency, strict=True):
        for pair in pairwise(word):
            counts[pair] = counts.get(pair, 0) + n
    tokens = sum(n * len(word) for word, n in zip(merges.words, merges.frequency, strict=True))
    return counts, tokens


@given(texts, st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_every_moment_is_as_if_learned_up_to_it(text: str, places: list[int]) -> None:
    history = learned(text)
    assert history.complete
    for place in places:
        place = min(place, history.n)
        counts, tokens = by_hand(text, place)
        assert at(history, place).counts == counts
        assert history.n_tokens[place] == tokens
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        assert history.top(5) == ranked[:5]
        if place < history.n:
            assert history.top(1) == [(history.merges.pairs[place], history.decided[place])]


@given(texts)
def test_it_ends_when_no_pair_stands_twice(text: str) -> None:
    history = learned(text)
    assert at(history, history.n).top(1) == [] or history.top(1)[0][1] == 1
    assert all(n >= 2 for n in history.decided)


def test_a_moment_may_be_looked_at_while_the_learning_goes_on() -> None:
    text = " ".join(f"{a}{b}{c}" for a in "bcdfghkl" for b in "aeiou" for c in "mnprstvwxz") * 3
    history, whole = History(text), learned(text)
    while not history.counted:
        history.work()
    for place in (0, 5, 2):
        while history.n < place:
            history.work()
        assert at(history, place).counts == at(whole, place).counts


def test_a_piece_without_a_break_is_refused_in_plain_words() -> None:
    with pytest.raises(ValueError, match="4,001 characters stand together"):
        learned("a" * (MOST_PIECE + 1))
    assert learned("ab" * (MOST_PIECE // 2)).complete
