"""`tutor glossary`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_a_term_by_its_name_or_a_part_of_it(tutor: Callable[..., Any]) -> None:
    one = tutor("glossary", "Token").out
    assert one.startswith("token: A piece of text") and "See also: " in one
    assert "(`tutor read text-to-tokens --card tokens-first-look`)" in one
    assert tutor("glossary", "attention", "sin").out.startswith("attention sink:")


def test_what_is_not_there(tutor: Callable[..., Any]) -> None:
    none = tutor("glossary", "flux capacitor")
    assert (
        none.code == 2 and none.err == "tutor: the glossary has no 'flux capacitor'; `tutor glossary` lists its terms\n"
    )
    assert "; it has " in tutor("glossary", "enco").err
