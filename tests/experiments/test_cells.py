"""Text that is safe to show, in any terminal."""

from __future__ import annotations

import sys
import unicodedata
from itertools import pairwise

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tutor.experiments.cells import TOKEN_SHADES, View, drawn, fit, fitting, token_style, visible, visible_bytes

ANY = st.text(st.characters(exclude_categories=[]), max_size=40)  # every code point, lone surrogates too
NASTY = st.text(
    st.sampled_from(
        "aé日😀\u0301\u0300\u20dd\u0327\u0e31\u093f\u200d\ufe0f\u202e\u2066\u200b\x00\x1b\x07\x7f\x85\u2028\u00ad\u034f"
        "\u1160\u115f\u1100\u11a8\u3164\ufeff\U000e0041\U0001f1e6\U0001f3fd👩\ud800\udc80\ue000\u0378 \n\t\r\xa0\u3000"
    ),
    max_size=30,
)


def is_safe(shown: str) -> bool:
    """Nothing that a terminal obeys, hides or joins; marks only after something to stand on."""
    marks = 0
    for i, char in enumerate(shown):
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or char in "\u034f\ufe0f\u3164":
            return False
        if unicodedata.category(char)[0] == "M":
            marks += 1
            if i == 0 or marks > 4 or shown[i - 1] == " ":
                return False
        else:
            marks = 0
            if cell_len(char) == 0:
                return False
    return True


PLANES = [*range(0x40000), *range(0xE0000, 0xE1000), *range(0xF0000, 0xF0100), sys.maxunicode]  # the others are empty


def test_every_code_point_is_safe() -> None:
    for start in range(0, len(PLANES), 256):
        chars = [chr(code) for code in PLANES[start : start + 256]]
        for text in ("".join(chars), "a".join(chars)):
            assert is_safe(visible(text)), f"between U+{ord(chars[0]):04X} and U+{ord(chars[-1]):04X}"
            shown = visible(text, ascii=True)
            assert shown.isascii()
            assert shown.isprintable()


@given(ANY | NASTY)
def test_visible_is_safe_and_its_width_is_the_sum_of_its_pieces(text: str) -> None:
    shown = visible(text, "␣")
    pieces = drawn(text, "␣")
    assert is_safe(shown)
    assert "".join(source for source, _ in pieces) == text
    assert "".join(piece for _, piece in pieces) == shown
    assert sum(cell_len(piece) for _, piece in pieces) == cell_len(shown)
    assert all(cell_len(piece) > 0 for _, piece in pieces)


@given(ANY | NASTY)
def test_ascii_is_ascii(text: str) -> None:
    for shown in (visible(text, "␣", ascii=True), visible_bytes(text.encode("utf-8", "surrogatepass"), ascii=True)):
        assert shown.isascii()
        assert not shown or shown.isprintable()


@given(st.text(st.sampled_from("aé日語😀\u0301\u0327\x1b\u200d\u202e\ufe0f\U0001f1e6 \n"), max_size=20))
def test_a_terminal_moves_by_as_many_cells_as_we_count(text: str) -> None:
    screen = pyte.Screen(200, 2)
    stream = pyte.Stream(screen)
    shown = visible(text, "␣")
    stream.feed(shown)
    assert (screen.cursor.y, screen.cursor.x) == (0, cell_len(shown))


@given(st.binary(max_size=40))
def test_any_bytes_can_be_shown(raw: bytes) -> None:
    shown = visible_bytes(raw)
    assert is_safe(shown)
    assert len(raw) == 0 or shown


@given(ANY | NASTY, st.integers(0, 30), st.sampled_from(["…", "", "..", "日"]))
def test_fit_is_exactly_as_wide_as_asked(text: str, width: int, end: str) -> None:
    assert cell_len(fit(visible(text), width, end)) == width
    assert cell_len(fit(text, width, end)) <= width  # also where joiners make it narrower than its characters


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\t\r\x1b\x00\x7f", "a⏎b⇥␍␛␀␡"),
        ("e\u0301\u0327x", "e\u0301\u0327x"),  # two marks stay with their letter
        ("\u0301", "◌\u0301"),
        (" \u0301", "_◌\u0301"),
        ("\n\u0301", "⏎◌\u0301"),
        ("5\u0301", "5\u0301"),
        ("a" + "\u0301" * 6, "a" + "\u0301" * 4 + "◌\u0301\u0301"),
        ("👩\u200d💻", "👩<200D>💻"),
        ("\u202eabc", "<202E>abc"),
        ("🇫🇷", "<1F1EB><1F1F7>"),
        ("👍🏽", "👍<1F3FD>"),
        ("❤\ufe0f", "❤<FE0F>"),
        ("a\xa0b\u3000c", "a<A0>b<3000>c"),
        ("\ud83d", "<D83D>"),
        ("مرحبا", "مرحبا"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text, "_") == shown


def test_visible_bytes_shows_pieces_of_characters() -> None:
    assert visible_bytes("日".encode()[:2]) == "<E6><97>"
    assert visible_bytes(b" a\xffb") == "␣a<FF>b"
    assert visible_bytes("日a".encode()[1:]) == "<97><A5>a"
    assert visible_bytes(b" \n\xc3", ascii=True) == r"_\n<C3>"


@given(st.lists(st.text(), min_size=1), st.integers(0, 20))
def test_the_first_form_that_has_room_is_taken_whole(forms: list[str], width: int) -> None:
    taken = fitting(width, *forms)
    whole = [form for form in forms if cell_len(form) <= width]
    assert taken == (whole[0] if whole else fit(forms[-1], width))


def test_fit() -> None:
    assert fit("abc", 5) == "abc  "
    assert fit("abcdef", 4) == "abc…"
    assert fit("日本語", 4) == "日… "
    assert fit("ae\u0301bc", 3) == "ae\u0301…"
    assert fit("abc", 0) == ""
    assert fit("abc", 1, "..") == "a"


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
def test_neighbouring_tokens_never_look_alike(tier: str, dark: bool) -> None:
    view = View(80, 24, tier, dark=dark)  # type: ignore[arg-type]
    styles = [token_style(i, view) for i in range(2 * len(TOKEN_SHADES) + 1)]
    assert all(a != b for a, b in pairwise(styles))
    if tier in ("16", "none"):
        assert all(style.color is None and style.bgcolor is None for style in styles)
    else:
        assert all(style.color is not None and style.bgcolor is not None for style in styles)
        assert len(set(styles[: len(TOKEN_SHADES)])) == len(TOKEN_SHADES)  # six shades, also after rounding
