from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tutor.course.figures import figures
from tutor.course.schema import Fact
from tutor.course.text import Block, Span, fill, inline, links, parse, plain, show, wrap

FACTS = {
    "size": Fact(id="size", value=50257, show=",d"),
    "share": Fact(id="share", value=0.613, show=".0%"),
    "name": Fact(id="name", value="**gpt2**"),
    "bad": Fact(id="bad", value=7, show=">9999999999d"),
}


def test_marks() -> None:
    assert inline("a **bold *no* word** and *so* `x * y` [the name](term:some-id).") == [
        Span("a "),
        Span("bold ", bold=True),
        Span("no", bold=True, emphasis=True),
        Span(" word", bold=True),
        Span(" and "),
        Span("so", emphasis=True),
        Span(" "),
        Span("x * y", code=True),
        Span(" "),
        Span("the name", link="term:some-id"),
        Span("."),
    ]


@pytest.mark.parametrize(
    "text", ["2 * 3 * 4", "a*b*c", "called a ___.", "x_y_z", "[no link] (here)", "** a", "`", "[](x)"]
)
def test_what_is_no_mark_is_itself(text: str) -> None:
    assert inline(text) == [Span(text)]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        (r"\*a\*", [Span("*a*")]),
        (r"\`a\`", [Span("`a`")]),
        ("` dog`", [Span(" dog", code=True)]),
        ("`` `a` ``", [Span("`a`", code=True)]),
        ("**[a](term:b)**", [Span("a", bold=True, link="term:b")]),
        ("[**a**](card:b)", [Span("a", bold=True, link="card:b")]),
        ("`[a](term:b)`", [Span("[a](term:b)", code=True)]),
    ],
)
def test_marks_within_marks(text: str, spans: list[Span]) -> None:
    assert inline(text) == spans


def test_blocks() -> None:
    text = "\nOne\nparagraph.\n\n- item\n  goes on\n  - inner\n2. second\n\n```python\nx = 1\n\n  y\n```\nEnd."
    assert parse(text) == [
        Block("paragraph", (Span("One paragraph."),)),
        Block("item", (Span("item goes on"),), "•", 0),
        Block("item", (Span("inner"),), "•", 1),
        Block("item", (Span("second"),), "2.", 0),
        Block("code", (Span("x = 1", code=True), Span("", code=True), Span("  y", code=True)), language="python"),
        Block("paragraph", (Span("End."),)),
    ]


def test_lines() -> None:
    text = "A line that is too long for it.\n\n- first item that is long\n- second\n\n```\ncode:\n  as it is\n```"
    assert plain(text, width=14) == [
        "A line that is",
        "too long for",
        "it.",
        "",
        "• first item",
        "  that is long",
        "• second",
        "",
        "  code:",
        "    as it is",
    ]
    assert plain("- “item” → x", ascii=True) == ['- "item" -> x']
    assert plain("`␣a` and ▁a", ascii=True) == ["_a and _a"]
    assert plain("−log σ(a·b) / √32, Kᵀ at 90°; é", ascii=True) == [
        "-log sigma(a.b) / sqrt 32, K^T at 90 degrees; <E9>"
    ]


def test_a_line_of_code_that_is_too_long_goes_on_below() -> None:
    code = "```\nL = a + b + cc + d + e\nabcdefghijklmnop\n```"
    assert plain(code, width=14) == ["  L = a + b +", "      cc + d +", "      e", "  abcdefghijkl", "      mnop"]


def test_code_is_not_broken_and_punctuation_stays_with_its_word() -> None:
    assert plain("aaaa `b c d`, e", width=10) == ["aaaa", "b c d, e"]
    assert plain("aaaa **bbb**, c", width=8) == ["aaaa", "bbb, c"]


def test_a_percentage_and_a_quoted_token_stay_whole() -> None:
    assert plain("It gives 61 % of it.", width=12) == ["It gives", "61 % of it."]
    assert plain("It looks at ' sea' (' sea' has two).", width=16) == ["It looks at", "' sea' (' sea'", "has two)."]


def test_facts() -> None:
    assert fill("{fact:size} and {fact:share}, {fact:none}", FACTS) == "50,257 and 61 %, {fact:none}"
    assert plain("**{fact:size}** `{fact:name}`", FACTS) == ["50,257 **gpt2**"]
    assert show(FACTS["bad"]) == "7"


def test_links_in_order() -> None:
    assert links("[a](term:x) then\n\n- [b *c* d](card:y)\n\n`[e](term:z)`") == ("term:x", "card:y")


def test_nothing_reaches_the_terminal_raw() -> None:
    assert plain("a\x1b[31mb\u202ec\x00") == ["a␛[31mb<202E>c␀"]
    assert plain("```\na\x07\tb\n```") == ["  a␇  b"]


@given(st.text(st.sampled_from("ab *`[]()-#\n\\{}:1.é日\x1b\t") | st.characters(), max_size=200), st.integers(8, 80))
def test_any_text_is_lines_within_the_width(text: str, width: int) -> None:
    blocks = parse(text, FACTS)
    lines = wrap([block for block in blocks if block.kind != "code"], width)
    for line in lines:
        shown = "".join(span.text for span in line)
        assert cell_len(shown) <= max(width, 8 + 2 * 4 + 4)
        assert all(char.isprintable() for char in shown.replace("\u00a0", " "))


@given(st.lists(st.text("abcdefg", min_size=1, max_size=12), max_size=40), st.integers(12, 40))
def test_wrapping_keeps_every_word_and_fills_greedily(words: Sequence[str], width: int) -> None:
    lines = plain(" ".join(words), width=width)
    assert " ".join(lines).split() == list(words)
    for line, following in pairwise(lines):
        assert len(line) <= width < len(line) + 1 + len(following.split()[0])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It has 50,257 tokens.", ["50,257 tokens"]),
        ("About 61 % of it, or 61%.", ["61 %", "61%"]),
        ("A word is 0.75 tokens long, or 3x.", ["0.75 tokens", "3x"]),
        ("It costs $5 and 7 GB.", ["$5", "7 GB"]),
        ("There are 4096 of them and 10-20 ms each.", ["4096", "20 ms"]),
        ("A run of 2048 and 124M parameters.", ["2048", "124M"]),
        ("Some forty thousand, or ten percent.", ["forty thousand", "ten percent"]),
        ("In 2017, and (1950), chapter 3, two of 12.", []),
        ("GPT-2, Llama 3.1, Unicode 15.1, o200k_base, r50k, UTF-8, A100 and FP16.", []),
        ("`50,257` and {fact:size} tokens\n\n```\n99999\n```", []),
        ("A thousand words, one by one, 3 of them.", []),
    ],
)
def test_which_numbers_are_statistics(text: str, found: list[str]) -> None:
    assert figures(text) == found
