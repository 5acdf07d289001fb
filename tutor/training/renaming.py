"""Tell the same story of somebody else: consistent renaming of its people, as more text from the same text."""

from __future__ import annotations

import re

import numpy as np

GIRLS = ("Lily", "Sue", "Mary", "Anna", "Mia", "Amy", "Jane", "Lucy", "Sara", "Emma", "Ella", "Daisy", "Molly", "Kitty")
BOYS = ("Tim", "Tom", "Ben", "Max", "Jack", "Sam", "Timmy", "Bob", "Joe", "Billy", "Tommy", "Leo", "Fred", "Jim")
_NAME = re.compile(r"\b(?:" + "|".join((*GIRLS, *BOYS)) + r")\b")


def renamed(story: str, rng: np.random.Generator) -> str:
    """The story with its girls' names dealt anew among girls' names, and boys' among boys'."""
    new = {old: str(name) for names in (GIRLS, BOYS) for old, name in zip(names, rng.permutation(names), strict=True)}
    return _NAME.sub(lambda match: new[match.group()], story)
