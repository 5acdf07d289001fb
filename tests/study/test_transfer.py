from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.study.transfer import (
    Answered,
    CardRead,
    ChallengeMet,
    Contents,
    Flagged,
    Place,
    Predicted,
    Rated,
    TransferError,
    Undone,
    counted,
    decode,
    encode,
    merge,
    minus,
)

MOMENTS = st.one_of(st.integers(0, 5).map(float), st.floats(0, 1e11))
NAMES = st.one_of(st.sampled_from("abc"), st.text(st.characters(codec="utf-8"), min_size=1, max_size=9))
TEXTS = st.text(st.characters(codec="utf-8"))
WHOLE = st.integers(0, 2**62)
RESPONSES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters())),  # lone surrogates, too
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=4,
)
SECONDS = st.floats(-1e15, 1e15)
ANSWERS = st.builds(
    Answered,
    MOMENTS, NAMES, NAMES, WHOLE, NAMES, WHOLE, st.booleans(), RESPONSES, SECONDS, st.booleans(), NAMES, WHOLE,
    st.none() | SECONDS,
)  # fmt: skip


def log(rows: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(rows, max_size=4, unique_by=lambda row: row.id).map(tuple)


def some(rows: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(rows, max_size=4).map(tuple)


CONTENTS = st.builds(
    Contents,
    log(ANSWERS),
    some(st.builds(Undone, MOMENTS, NAMES)),
    log(st.builds(Rated, MOMENTS, NAMES, NAMES, st.integers(1, 4))),
    log(st.builds(Flagged, MOMENTS, NAMES, NAMES, WHOLE, TEXTS)),
    log(st.builds(Predicted, MOMENTS, NAMES, NAMES, TEXTS, st.booleans())),
    some(st.builds(CardRead, MOMENTS, NAMES, NAMES)),
    some(st.builds(ChallengeMet, MOMENTS, NAMES)),
    some(st.builds(Place, MOMENTS, NAMES, NAMES)),
)
LOGS = ("answers", "ratings", "flags", "predictions")


def part(contents: Contents, keep: list[bool]) -> Contents:
    """Some rows of each table: another machine's share of one log."""
    tables = {name: getattr(contents, name) for name in contents.__struct_fields__}
    return Contents(
        **{name: tuple(row for i, row in enumerate(rows) if keep[i % len(keep)]) for name, rows in tables.items()}
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONTENTS)
def test_what_is_written_is_read(contents: Contents) -> None:
    text = encode(contents)
    assert text.isascii()
    assert decode(text.encode(), "it") == merge(contents, Contents())
    assert encode(decode(encode(merge(contents, Contents())).encode(), "it")) == encode(merge(contents, Contents()))


SHARES = st.lists(st.booleans(), min_size=1, max_size=4)


# rows of a log with one id are one row, so the machines share these; in the other tables each may have its own
KEYED = st.builds(
    lambda undos, cards, challenges, places: Contents(undos=undos, cards=cards, challenges=challenges, places=places),
    some(st.builds(Undone, MOMENTS, NAMES)),
    some(st.builds(CardRead, MOMENTS, NAMES, NAMES)),
    some(st.builds(ChallengeMet, MOMENTS, NAMES)),
    some(st.builds(Place, MOMENTS, NAMES, NAMES)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONTENTS, KEYED, SHARES, SHARES)
def test_merging_keeps_all_once_in_any_order(
    both: Contents, more: Contents, left: list[bool], right: list[bool]
) -> None:
    one, other = part(both, left), merge(part(both, right), more)
    merged = merge(one, other)
    assert encode(merged) == encode(merge(other, one))
    assert merge(merged, one) == merged == merge(merge(one, Contents()), merged)
    assert minus(one, merged) == minus(other, merged) == Contents()
    for name in LOGS:
        rows = [row.id for row in getattr(merged, name)]
        assert set(rows) == {row.id for row in getattr(one, name) + getattr(other, name)}
        assert len(rows) == len(set(rows))
    for name in merged.__struct_fields__:
        moments = [row.at for row in getattr(merged, name)]
        assert moments == sorted(moments)


def test_first_times_and_newest_places_stay() -> None:
    one = Contents(
        cards=(CardRead(3.0, "tokens", "bytes"),),
        undos=(Undone(1.0, "x"),),
        challenges=(ChallengeMet(2.0, "few"),),
        places=(Place(5.0, "tokens", "bytes"), Place(1.0, "attention", "query")),
    )
    other = Contents(
        cards=(CardRead(2.0, "tokens", "bytes"), CardRead(9.0, "attention", "bytes")),
        undos=(Undone(4.0, "x"),),
        challenges=(ChallengeMet(1.0, "few"),),
        places=(Place(4.0, "tokens", "words"), Place(2.0, "attention", "key")),
    )
    assert merge(one, other) == Contents(
        cards=(CardRead(2.0, "tokens", "bytes"), CardRead(9.0, "attention", "bytes")),
        undos=(Undone(1.0, "x"),),
        challenges=(ChallengeMet(1.0, "few"),),
        places=(Place(2.0, "attention", "key"), Place(5.0, "tokens", "bytes")),
    )
    assert counted(merge(one, other)) == "2 cards read, 1 challenge met, 1 answer undone"
    assert counted(Contents()) == "nothing"


SMALL = encode(
    Contents(
        answers=(Answered(1.5, "a1", "q", 1, "tokens", 1, True, [0, 2], 2.5, False, "quiz", 0, None),),
        ratings=(Rated(2.0, "r1", "a1", 4),),
    )
)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('"version": 1', '"version": 2', "f.json was written by a newer tutor (format 2, here 1). Update tutor."),
        ('"version": 1', '"version": "1"', "f.json is damaged: it has no version"),
        ('"format": "llm-tutor progress"', '"format": "llm-tutor answers"', "holds 'llm-tutor answers'"),
        ('"format"', '"form"', "f.json is no export of tutor"),
        ('"at": 1.5', '"at": NaN', "NaN is no number"),
        ('"at": 1.5', '"at": 1e999', "f.json is damaged: Expected `float` <= 1"),
        ('"at": 1.5', '"at": "yesterday"', "Expected `float`, got `str`"),
        ('"revision": 1', f'"revision": {2**70}', "f.json is damaged"),
        ('"question": "q"', '"question": "\\ud800"', "f.json is damaged"),
        ('"question": "q", ', "", "missing required field `question`"),
        ('"rating": 4', '"rating": 5', "Expected `int` <= 4"),
        ('"rating": 4', '"rating": 4, "mood": 1', "unknown field `mood`"),
        ('"ratings"', '"moods"', "unknown field `moods`"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(was: str, becomes: str, said: str) -> None:
    assert was in SMALL
    with pytest.raises(TransferError, match=re.escape(said)) as problem:
        decode(SMALL.replace(was, becomes, 1).encode(), "f.json")
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"SQLite format 3\x00", b"[1]", b"null", b"[" * 100_000])
def test_other_files_are_refused(raw: bytes) -> None:
    with pytest.raises(TransferError, match=r"^f\.json is"):
        decode(raw, "f.json")


def test_no_beginning_of_a_file_is_taken_for_the_whole() -> None:
    for length in range(len(SMALL.rstrip())):
        with pytest.raises(TransferError):
            decode(SMALL[:length].encode(), "f.json")


def test_a_file_is_plain_json_with_a_line_a_row() -> None:
    found = json.loads(SMALL)
    assert list(found) == ["format", "version", *Contents.__struct_fields__]
    assert found["answers"][0] == {
        "at": 1.5, "id": "a1", "question": "q", "revision": 1, "chapter": "tokens", "round": 1, "correct": True,
        "response": [0, 2], "seconds": 2.5, "hinted": False, "source": "quiz", "variant": 0, "usual": None,
    }  # fmt: skip
    assert sum('"id":' in line for line in SMALL.splitlines()) == 2
    assert decode(b"\xef\xbb\xbf" + SMALL.encode(), "f.json") == decode(SMALL.encode(), "f.json")
