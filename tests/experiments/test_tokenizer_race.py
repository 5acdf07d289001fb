"""The tokenizer race: its cuts against the `tokenizers` library with the same vocabularies, its picture."""

from __future__ import annotations

import json
from collections.abc import Generator
from decimal import Decimal
from functools import lru_cache
from math import isclose

import msgspec
import pytest
import tiktoken
import tokenizers
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.cells import cell_len
from tokenizers import models

from tutor.experiments.base import ExperimentError, all_hold
from tutor.experiments.cells import Tier, View
from tutor.experiments.tokenizer_race import NAMES, READINGS, TEXT, Result, Settings, compute, draw
from tutor.experiments.tokenizer_race_picture import picture, unigram_lines
from tutor.models import bpe, vocabularies
from tutor.models.library import Library

LIBRARY = Library()
HARD = "日本語 naïve e\u0301 \u202e\x1b[31m\x00 ▁x ##y [UNK] <unk> 😀\n\n12:30 teakettle's"

words = ["the", "teakettle", "whistled", "unhappily", "Grandmother's", "1234", "upwards.", "(naïve)", "x"]
english = st.lists(st.sampled_from(words), max_size=8).map(" ".join)
anything = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cn"]) | st.sampled_from("🐕😀 aeth")
texts = english | st.text(anything, max_size=30) | st.text("aehst'.,1 ▁#", max_size=40)
sizes = st.sampled_from(vocabularies.SIZES)


def race(text: str = TEXT, size: int = 1000, word: int | None = None) -> Result:
    steps: Generator[None, None, Result] = compute(Settings(text=text, vocab_size=size, word=word), LIBRARY)  # type: ignore[arg-type]
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


@lru_cache
def library(size: int) -> tuple[tiktoken.Encoding, tokenizers.Tokenizer, tokenizers.Tokenizer]:
    """The same vocabularies, in tiktoken and in `tokenizers`."""
    known = vocabularies.load(size)
    by_bpe = tiktoken.Encoding("race", pat_str=bpe.PATTERN, mergeable_ranks=dict(known.bpe), special_tokens={})
    by_wordpiece = tokenizers.Tokenizer(models.WordPiece(dict(known.wordpiece), unk_token="[UNK]"))
    scores = [("<unk>", 0.0), *known.unigram.scores.items()]
    return by_bpe, by_wordpiece, tokenizers.Tokenizer(models.Unigram(scores, unk_id=0, byte_fallback=False))


@given(texts, sizes)
@example(HARD, 500)
def test_every_cut_is_that_of_the_libraries(text: str, size: int) -> None:
    by_bpe, by_wordpiece, by_unigram = library(size)
    result = race(text, size)
    assert [word.text for word in result.words] == text.split()
    for word in result.words:
        for i, part in enumerate(word.parts):
            assert list(word.bpe[i]) == by_bpe.decode_tokens_bytes(by_bpe.encode_ordinary(part))
            assert list(word.wordpiece[i]) == by_wordpiece.encode(part.removeprefix(" ")).tokens
            found = by_unigram.encode(part.replace(" ", "▁"))
            tokens = zip(found.tokens, found.ids, strict=True)
            assert list(word.unigram[i]) == [token if number else "<unk>" for token, number in tokens]


@given(texts, sizes, st.none() | st.integers(1, 10))
def test_readings_table_sentence_and_data_agree(text: str, size: int, number: int | None) -> None:
    result = race(text, size, number)
    readings = result.readings()
    assert readings.keys() == READINGS.keys()
    assert readings["words"] == len(text.split())
    assert all_hold(["differ <= words", "second_score <= best_score"], readings)
    counted = {name: sum(len(word.labels(name)) for word in result.words) for name in NAMES}
    assert counted == {name: readings[f"{name}_tokens"] for name in NAMES}
    assert readings["unknown"] == sum(word.labels("wordpiece").count("[UNK]") for word in result.words)
    winners = [name for name in NAMES if counted[name] == min(counted.values())]
    assert readings["fewest"] == (winners[0] if len(winners) == 1 else "tie")
    assert json.loads(json.dumps(result.data()))["tokens"] == counted
    table = result.table()
    assert {len(row) for row in table.rows} <= {len(table.columns)}
    assert sum(row[-1] == "differ" for row in table.rows) == readings["differ"]
    if result.words:
        assert f"{readings['differ']:,} cut differently" in result.sentence()


@given(texts, sizes, st.integers(1, 10))
def test_the_reasons_lead_to_the_cut(text: str, size: int, number: int) -> None:
    result = race(text, size, number)
    if result.word is None or result.reason is None:
        assert not result.words
        return
    reason, known = result.reason, result.vocabularies
    i = result.word.parts.index(reason.part)
    assert reason.states[-1] == result.word.bpe[i]
    assert [known.bpe[token] - 255 for _, token in reason.merges] == [n for n, _ in reason.merges]
    assert len(reason.merges) == len(reason.states) - 1
    if reason.known:
        assert tuple(tried[-1] for tried in reason.attempts) == result.word.wordpiece[i]
    for tried in reason.attempts:
        assert not any(piece in known.wordpiece for piece in tried[:-1])
    best, scores = reason.cuts[0]
    assert "".join(best.pieces) == reason.part.replace(" ", "▁")
    assert "<unk>" in result.word.unigram[i] or best.pieces == result.word.unigram[i]
    assert isclose(sum(scores), best.score, abs_tol=1e-9)
    assert reason.odds == 0 or reason.odds >= 1


def test_alike_means_the_same_places() -> None:
    result = race("a a a 日a")
    assert [word.differs for word in result.words] == [False, False, False, True]
    assert result.chosen == 3  # the first that differs
    assert result.words[3].unknown == 1 and result.words[3].labels("wordpiece") == ["[UNK]"]
    assert race("a a", word=9).chosen == 1  # the last there is
    assert race("").readings()["word_text"] == "" and "no text" in race("").sentence()


def test_what_cannot_be_cut_is_said() -> None:
    with pytest.raises(ExperimentError, match="201 characters stand together"):
        race("a" * 200 + "b")
    with pytest.raises(ExperimentError, match="2,001 characters"):
        race("1" * 2001)
    assert race("1" * 2000).totals["bpe"] >= 2000
    with pytest.raises(msgspec.ValidationError, match="vocab_size"):
        msgspec.convert({"vocab_size": 700}, Settings)


@hypothesis_settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([TEXT, HARD, "", "the", "ab " * 300]),
    st.none() | st.integers(1, 300),
    st.integers(20, 130),
    st.integers(1, 40),
    st.sampled_from(["truecolor", "256", "16", "none"]),
    st.booleans(),
)
def test_the_picture_fits_and_is_safe(
    text: str, word: int | None, width: int, height: int, tier: Tier, ascii: bool
) -> None:
    result = race(text, word=word)
    view = View(width, height, tier, ascii)
    lines = picture(result, view)
    assert len(lines) <= height
    for line in lines:
        shown = "".join(segment.text for segment in line)
        assert cell_len(shown) <= width
        assert not set(shown) & set("\x1b\x00\t\n\u202e")
        assert not ascii or shown.isascii()
    assert draw(result, view) is not None


@pytest.mark.parametrize("size", [(72, 9), (78, 18), (120, 36)])
def test_the_picture_shows_the_word_and_its_reasons_at_every_size(size: tuple[int, int]) -> None:
    result = race("the greenhouse and the teakettle and the thermometer crept")
    text = "\n".join("".join(s.text for s in line) for line in picture(result, View(*size, "none")))
    assert result.reason is not None and result.word is not None
    assert f"▸{'≠' if result.differ else ' '}{result.word.text}" in text and f"BPE: {result.totals['bpe']}" in text
    for cut, _ in result.reason.cuts:
        assert " ".join(cut.pieces) in text
    assert all(str(n) in text for n, _ in result.reason.merges)
    tried = [attempt[-1] for attempt in result.reason.attempts]
    assert "longest" in text and all(piece in text for piece in (tried if size[0] > 80 else tried[:1]))


@pytest.mark.parametrize("word", ["nowhere", "they", "greenhouse", "teakettle", "thermometer", "unhappily"])
def test_what_is_added_up_adds_up_as_it_is_shown(word: str) -> None:
    reason = race(word).reason
    assert reason is not None
    for (cut, _), (_, line) in zip(reason.cuts, unigram_lines(reason, View(120, 30, "none")), strict=True):
        parts, equals, total = line[1].text.replace("−", "-").split("  ")[1].partition(" = ")
        added = sum(map(Decimal, parts.split()))
        assert added == Decimal(total or parts) and added == pytest.approx(Decimal(cut.score), abs=Decimal("0.06"))
        assert bool(equals) == (len(cut.pieces) > 1)
