"""A paste is told from keys in whatever pieces it comes, and is bounded."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tutor.line import ANSWER
from tutor.pasting import CUT, END, MOST, NEXT, START, Arrived, Pasted, Typed

PIECES = st.lists(st.sampled_from(["q", "\x1b", "\x1b[", "\x1b[20", "[200~", "é", "\x1b[31m", "\x9b", "\n", "~"])).map(
    "".join
)


def fed(*texts: str) -> list[Typed | Pasted]:
    """All that comes of these, with what is typed in one go as one."""
    arrived, found = Arrived(), []
    for piece in (piece for text in texts for piece in arrived.feed(text)):
        if isinstance(piece, Typed) and found and isinstance(found[-1], Typed):
            piece = Typed(found.pop().text + piece.text)
        found.append(piece)
    return found


@given(PIECES, PIECES, st.lists(st.integers(0, 60), max_size=4))
def test_whatever_is_pasted_and_however_it_is_cut_it_is_one_text_and_no_key(
    typed: str, pasted: str, cuts: list[int]
) -> None:
    typed = typed.replace(START, "") + "."  # so that nothing is held back before the mark
    pasted = pasted.replace(END, "").replace(ANSWER, "")
    sent = f"{typed}{START}{pasted}{END}."
    ends = sorted({0, len(sent), *(min(cut, len(sent)) for cut in cuts)})
    pieces = [sent[a:b] for a, b in pairwise(ends)]
    assert fed(*pieces) == [Typed(typed), Pasted(pasted, len(pasted)), Typed(".")]


def test_of_a_long_paste_the_beginning_is_kept() -> None:
    pieces = ["x" * 4096] * 300
    assert fed(START, *pieces, END) == [Pasted("x" * MOST, 4096 * 300)]


def test_an_escape_is_held_back_only_until_it_is_given_up() -> None:
    arrived = Arrived()
    assert list(arrived.feed("a\x1b")) == [Typed("a")]
    assert arrived.patience == NEXT
    assert arrived.give_up() == Typed("\x1b")
    assert arrived.patience is None
    assert list(arrived.feed("[A")) == [Typed("[A")]


def test_an_answer_of_the_terminal_within_a_paste_is_no_part_of_it() -> None:
    for cut in range(1, 4):
        pieces = [f"{START}one {ANSWER[:cut]}", f"{ANSWER[cut:]}two{END}"]
        assert fed(*pieces) == [Typed(ANSWER), Pasted("one two", 7)]


def test_an_answer_that_is_cut_is_waited_for_longer_than_what_follows_an_escape() -> None:
    for cut in range(2, len(ANSWER)):
        arrived = Arrived()
        assert list(arrived.feed(f"a{ANSWER[:cut]}")) == [Typed("a")]
        assert arrived.patience == CUT > NEXT
        assert list(arrived.feed(f"{ANSWER[cut:]}b")) == [Typed(f"{ANSWER}b")]
        assert arrived.patience is None
