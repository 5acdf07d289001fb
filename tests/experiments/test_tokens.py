"""The token splitter: exact counts, and a picture in which all encodings stay aligned."""

from __future__ import annotations

from functools import cache
from itertools import dropwhile
from typing import Any

import msgspec
import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tutor.experiments import tokens
from tutor.experiments.base import ExperimentError
from tutor.experiments.cells import View
from tutor.experiments.token_picture import Cursor, Page
from tutor.experiments.tokens import READINGS, Result, Settings, stretches
from tutor.models import encodings
from tutor.models.library import Library

LIBRARY = Library()
ALL = ("gpt2", "cl100k_base", "o200k_base", "tiny")
SAMPLES = (
    "abcé ñ日本😀👩\u200d💻e\u0301\u0301مرحبا\u202e\x1b\x00\t\r\n \n  "
    "'\u00a0\u3000s't've12345.,;/ー。、！\ud83d\udc80🇫🇷ﬁ\u1161"
)
TEXTS = st.text(st.sampled_from(SAMPLES), max_size=60) | st.text(max_size=30)


def cut(text: str, *encodings: str, **more: Any) -> Result:
    """Run the experiment to its end."""
    steps = tokens.compute(Settings(text=text, encodings=encodings or ("gpt2",), **more), LIBRARY)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


@cache
def whole(name: str) -> tiktoken.Encoding:
    """The encoding with all its tokens."""
    return encodings.load(name) if name in encodings.NAMES else LIBRARY.encoding(name, "")


# ── counts ───────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(TEXTS, st.sampled_from(ALL))
@example("a" * 50, "gpt2")
def test_tokens_are_those_of_tiktoken(text: str, name: str) -> None:
    result = cut(text, name)
    encoding = whole(name)
    sound = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    ids = encoding.encode_ordinary(sound)
    pieces = [encoding.decode_single_token_bytes(i) for i in ids]
    readings = result.readings()
    assert readings.keys() == READINGS.keys()
    assert list(result.cuts[0].ids) == ids
    assert readings["ids"] == " ".join(map(str, ids))
    assert readings["tokens"] == len(ids)
    assert readings["bytes"] == len(sound.encode()) == sum(map(len, pieces))
    assert readings["characters"] == len(sound)
    assert readings["words"] == len(sound.split())
    assert readings["longest"] == max(map(len, pieces), default=0)
    assert readings["single_bytes"] == sum(len(piece) == 1 for piece in pieces)
    assert readings["broken"] == sum(piece.decode("utf-8", "ignore").encode() != piece for piece in pieces)
    assert readings["first_id"] == (ids[0] if ids else -1)


@settings(deadline=None)
@given(TEXTS, st.integers(1, 20), st.sampled_from(ALL))
@example("a  b   c\n \n d", 1, "cl100k_base")
@example("x.\n y'll 'd ' s", 1, "o200k_base")
def test_a_text_cut_into_stretches_has_the_same_tokens(text: str, size: int, name: str) -> None:
    encoding = whole(name)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    parts = list(stretches(text, size))
    assert "".join(parts) == text
    assert [i for part in parts for i in encoding.encode_ordinary(part)] == encoding.encode_ordinary(text)


def test_readings_of_a_sentence() -> None:
    readings = cut("The library opens at nine.", "gpt2", "tiny").readings()
    assert readings["ids"] == "464 5888 9808 379 5193 13"
    assert (readings["tokens"], readings["words"], readings["bytes"]) == (6, 5, 26)
    assert readings["tokens_per_word"] == pytest.approx(6 / 5)
    assert readings["words_per_token"] == pytest.approx(5 / 6)
    assert readings["bytes_per_token"] == pytest.approx(26 / 6)
    assert readings["vocabulary"] == 50257
    assert (readings["longest"], readings["longest_text"]) == (8, " library")
    assert readings["fewest_tokens"] == 6
    assert readings["most_tokens"] == cut("The library opens at nine.", "tiny").readings()["tokens"]
    assert readings["spread"] == readings["most_tokens"] - readings["fewest_tokens"]  # type: ignore[operator]


def test_the_vocabulary_counts_tokens_not_ids() -> None:
    assert [cut("a", name).readings()["vocabulary"] for name in ALL[:3]] == [50257, 100261, 200000]


def test_broken_tokens_and_single_bytes() -> None:
    assert cut("𝄞", "gpt2").readings()["broken"] == cut("𝄞", "gpt2").readings()["tokens"]
    assert cut("日本", "cl100k_base").readings()["broken"] == 0
    assert cut("a b", "gpt2").readings()["single_bytes"] == 1  # " b" has two


def test_no_text() -> None:
    result = cut("", *ALL)
    assert result.readings()["tokens"] == 0
    assert result.readings()["tokens_per_word"] == 0
    assert result.sentence() == "There is no text yet."
    assert list(result.table().rows) == []
    assert result.data()[0] == {"encoding": "gpt2", "count": 0, "tokens": []}


def test_the_name_of_a_special_token_is_text_unless_asked() -> None:
    assert cut("<|endoftext|>", "gpt2").readings()["tokens"] == 7
    for name in ALL:
        result = cut("a<|endoftext|>b", name, special=True)
        assert result.readings()["tokens"] == 3
        assert result.cuts[0].ids[1] in result.cuts[0].special
        assert result.data()["tokens"][1]["text"] == "<|endoftext|>"


def test_lone_surrogates_are_replaced_and_pairs_joined() -> None:
    assert cut("a\udcffb").raw == "a�b".encode()
    assert cut("\ud83d\ude00").raw == "😀".encode()


def test_data_is_the_documented_json() -> None:
    token = {"id": 9703, "text": "dog", "bytes": "646f67"}
    assert cut("dog").data() == {"encoding": "gpt2", "count": 1, "tokens": [token]}
    both = cut("日", "gpt2", "o200k_base").data()
    assert [document["encoding"] for document in both] == ["gpt2", "o200k_base"]
    assert "".join(t["bytes"] for t in both[0]["tokens"]) == "日".encode().hex()
    assert msgspec.json.decode(msgspec.json.encode(both)) == both


def test_sentence_and_table() -> None:
    assert cut("dog").sentence() == "1 word (3 bytes) becomes 1 token in gpt2."
    both = cut("Unbelievable dogs", "gpt2", "cl100k_base")
    assert "2 words (17 bytes) become" in both.sentence()
    assert list(cut(" dog").table().rows) == [("1", "3290", "␣dog", "20 64 6f 67")]
    assert both.table().columns == ("text", "gpt2", "cl100k_base")
    assert "".join(row[0] for row in both.table().rows) == "Unbelievable␣dogs"
    assert both.table().rows[-1][1:] == ("␣dogs 6844", "␣dogs 12875")
    assert both.table().rows[-1] == both.table().rows[len(both.table().rows) - 1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"encodings": ()},
        {"encodings": ("gpt2", "gpt2")},
        {"encodings": ("a", "b", "c", "d", "e")},
        {"text": "x" * 4_000_001},
    ],
)
def test_settings_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"encodings|text"):
        Settings(**wrong)


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(ExperimentError, match="no encoding 'bert'; there is: gpt2"):
        cut("a", "bert")


def test_a_run_of_spaces_that_tiktoken_cannot_take_is_refused() -> None:
    with pytest.raises(ExperimentError, match="spaces in a row"):
        cut("a" + " \n" * 150_000 + "a")
    assert cut("a" + " " * 90_000 + "a").readings()["words"] == 2


def test_a_megabyte_is_cut_in_short_steps_and_drawn_by_the_page() -> None:
    text = "The gardener's kettle whistled 1234 times,\nbut nobody 日本 heard it. " * 15_000
    steps = 0
    running = tokens.compute(Settings(text=text, encodings=ALL), LIBRARY)
    while True:
        try:
            next(running)
            steps += 1
        except StopIteration as end:
            result: Result = end.value
            break
    assert steps > 4 * len(text) / tokens.STRETCH
    assert list(result.cuts[1].ids) == LIBRARY.encoding("cl100k_base", text).encode_ordinary(text)
    page = Page(result, View(78, 12))
    picture = "\n".join(row.plain for row in page.rows(Cursor(0, 0), 0))
    assert "1,065,000 bytes counted, 1 to " in picture
    end = page.scroll(0, len(result.raw) - 1)
    assert page.shown(end)[-1].end == len(result.raw)
    assert len(page._lines) < 20  # nothing but what was asked for is laid out


@pytest.mark.parametrize(("width", "ascii", "end"), [(78, False, "61 …"), (78, True, "6E .."), (120, False, "6C")])
def test_bytes_that_have_no_room_leave_a_mark(width: int, ascii: bool, end: str) -> None:
    page = Page(cut("international"), View(width, 12, ascii=ascii))
    shown = next(row.plain for row in page.rows(Cursor(0, 0), 0) if "13 bytes 69" in row.plain)
    assert shown.rstrip().endswith(end) and cell_len(shown) <= width


@pytest.mark.parametrize(
    ("width", "place"),
    [(94, "token 1 of 1 in gpt2"), (93, "token 1 of 1"), (85, "1 of 1"), (80, "1 of 1"), (79, "token 1 of 1 in gpt2")],
)
def test_where_the_token_stands_is_said_shorter_if_its_bytes_have_room_then(width: int, place: str) -> None:
    page = Page(cut("international"), View(width, 12))
    shown = next(row.plain for row in page.rows(Cursor(0, 0), 0) if "13 bytes 69" in row.plain)
    assert f"  {place}  id" in shown and cell_len(shown) <= width
    assert shown.endswith("6C" if width >= 80 else "…")


# ── the picture ──────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=60)
@given(
    TEXTS,
    st.lists(st.sampled_from(ALL), min_size=1, max_size=4, unique=True),
    st.integers(1, 130),
    st.integers(1, 40),
    st.sampled_from(["truecolor", "256", "16", "none"]),
    st.booleans(),
    st.booleans(),
)
def test_a_picture_fills_its_view_and_no_more(
    text: str, names: list[str], width: int, height: int, tier: Any, ids: bool, ascii: bool
) -> None:
    result = cut(text, *names)
    page = Page(result, View(width, height, tier, ascii), ids)
    for offset in {0, len(result.raw) // 2, max(0, len(result.raw) - 1)}:
        rows = page.rows(Cursor(len(names) - 1, offset), page.scroll(0, offset))
        assert len(rows) == height
        assert all(cell_len(row.plain) <= width for row in rows)
        assert all(row.plain.isprintable() or "\u0301" in row.plain for row in rows)
        if ascii:
            assert all(row.plain.isascii() for row in rows)


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.integers(20, 80), st.booleans())
def test_lines_hold_the_whole_text_once_and_every_boundary_has_its_column(text: str, width: int, ids: bool) -> None:
    result = cut(text, *ALL)
    page = Page(result, View(width, 30, "none"), ids)
    lines = [line for block in range(len(result.blocks)) for line in page.lines(block)]
    at = 0
    for line in lines:
        assert line.start == at
        at = line.end
        columns = {part.start: x for x, part in line.columns()}
        for band, cut_ in enumerate(result.cuts):
            row = page._band(line, band, cut_, None)[0].plain
            for i in range(len(cut_)):
                if cut_.start(i) in columns:
                    before = row_cells(row)[page.gutter + columns[cut_.start(i)] - 1]
                    assert before == "│"
            starts = sum(line.start <= cut_.start(i) < line.end for i in range(len(cut_)))
            assert row.count("│") == starts + "".join(g.shown for g in line.glyphs).count("│")
    assert at == len(result.raw)


def row_cells(row: str) -> list[str]:
    """The character in each cell; the second cell of a wide one is empty."""
    cells: list[str] = []
    for char in row:
        cells += [char] + [""] * (cell_len(char) - 1) if cell_len(char) else []
    return cells


@settings(deadline=None, max_examples=40)
@given(st.text(st.sampled_from(SAMPLES), min_size=1, max_size=200))
def test_stepping_visits_every_line_both_ways(text: str) -> None:
    result = cut(text, "gpt2", "tiny")
    page = Page(result, View(30, 12))
    places = [page.find(0)]
    while (below := page.step(places[-1], 1)) != places[-1]:
        places.append(below)
    assert [page.find(page.line(place).start) for place in places] == places
    assert page.step(places[-1], -len(places)) == places[0]
    for offset in range(len(result.raw)):
        line = page.line(page.find(offset))
        assert line.start <= offset < line.end
        top = page.scroll(0, offset)
        assert any(shown.start <= offset < shown.end for shown in page.shown(top))


def picture(text: str, *names: str, width: int = 60, cursor: Cursor | None = None, **more: Any) -> list[str]:
    view = View(width, more.pop("height", 12), more.pop("tier", "none"), more.pop("ascii", False))
    console_rows = Page(cut(text, *names), view, more.pop("ids", False)).rows(cursor)
    return [row.plain.rstrip() for row in dropwhile(lambda row: not row.plain, console_rows)]


def test_the_same_text_stands_in_the_same_column() -> None:
    rows = picture("Unbelievable dogs", "gpt2", "cl100k_base")
    assert rows[0] == "gpt2        │Un│bel│ie v│able│␣dogs"
    assert rows[1] == "cl100k_base │Un│bel ie│v able│␣dogs"


def test_a_broken_character_is_as_wide_as_its_bytes_and_whole_where_it_is_whole() -> None:
    rows = picture("日.", "gpt2", "o200k_base", ids=True)
    assert rows[0] == "gpt2       │<E6><97>│<A5>│."
    assert rows[1] == "            33768    98   13"
    assert rows[2] == "o200k_base │日           │."  # two cells


def test_what_is_seldom_seen_is_visible() -> None:
    rows = picture("a\tb\n\nc\x1b e\u0301 x", "gpt2", "cl100k_base")
    assert rows[0] == "gpt2        │a│⇥│b│⏎│⏎"
    assert rows[1] == "cl100k_base │a│⇥b │⏎ ⏎".replace("⇥b ", "⇥ b")
    assert rows[3] == "gpt2        │c│␛│␣e│<CC>│<81>│␣x"
    assert picture("a b\n", "gpt2", ascii=True)[0] == r"gpt2 |a|_b|\n"


def test_the_cursor_says_all_about_its_token() -> None:
    rows = picture(" dogs 日", "gpt2", cursor=Cursor(0, 7))
    assert any(row.startswith("<97>  token 3 of 4 in gpt2  id 245  1 byte 97") for row in rows)
    rows = picture("<|endoftext|>", "gpt2", cursor=Cursor(0, 0))
    assert any("token 1 of 7" in row for row in rows)


def test_ids_stand_under_their_tokens() -> None:
    rows = picture(" dog dogs", "gpt2", ids=True)
    assert rows[0].index("␣dogs") == rows[1].index("6844")
    assert rows[1].split() == ["3290", "6844"]
