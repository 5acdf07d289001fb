from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli

from tutor.course.lines import Lines
from tutor.course.locate import lessons_root

SOURCE = '''\
# a comment with [brackets] and "quotes
id = "x # no comment"
"quoted key".inner = 1
[a.b]
c = \'\'\'it's [[not]] a table
d = 5\'\'\'
[[cards]] # the first
text = """
line "quoted" one \\"""
two = term:foo""""
[cards.widget]
settings = { text = "a, ]}", list = [1, # [
  2, ["x",
  "y"]] }
[[cards.goals]]
id = 'c1'
[[cards.goals]]
id = 'c\\'
[[cards]]
when.now = 2020-01-01T10:00:00
[[cards.goals]]
last = true'''

PLACES = {
    ("id",): 2,
    ("quoted key", "inner"): 3,
    ("a", "b"): 4,
    ("a", "b", "c"): 5,
    ("cards",): 7,
    ("cards", 0): 7,
    ("cards", 0, "text"): 8,
    ("cards", 0, "widget"): 11,
    ("cards", 0, "widget", "settings", "list"): 12,
    ("cards", 0, "widget", "settings", "list", 1): 13,
    ("cards", 0, "widget", "settings", "list", 2, 1): 14,
    ("cards", 0, "goals", 0, "id"): 16,
    ("cards", 0, "goals", 1, "id"): 18,
    ("cards", 1): 19,
    ("cards", 1, "when", "now"): 20,
    ("cards", 1, "goals", 0, "last"): 22,
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_where_things_stand(newline: str) -> None:
    tomli.loads(SOURCE)
    lines = Lines(SOURCE.replace("\n", newline))
    assert {path: lines.of(path) for path in PLACES} == PLACES


def test_a_piece_of_a_text_and_what_is_not_there() -> None:
    lines = Lines(SOURCE)
    assert lines.of(("cards", 0, "text"), "term:foo") == 10
    assert lines.of(("cards", 0, "text"), "nowhere") == 8
    assert lines.of(("cards", 1, "title")) == 19
    assert lines.of(("nothing", 3)) == 1
    assert Lines("").of(("id",)) == 1


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from leaves(item, (*path, key))


@pytest.mark.parametrize("file", sorted(lessons_root().rglob("*.toml")), ids=lambda path: path.stem)
def test_every_key_of_the_lessons_is_found_on_its_line(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    lines, text = Lines(source), source.split("\n")
    for path in leaves(tomli.loads(source)):
        key = next(part for part in reversed(path) if isinstance(part, str))
        if isinstance(path[-1], str):
            assert key in text[lines.of(path) - 1], path
