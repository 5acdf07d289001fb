"""The course's own prose, as a text that a model can be trained on.

It is read from the lesson files as they are installed: what a learner reads in them, without marks, code and facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli

PACKAGE = Path(__file__).resolve().parents[1]
FOLDERS = (PACKAGE / "lessons", PACKAGE.parent / "lessons")  # in the installed package, else in the source tree
READ = frozenset(("title", "summary", "text", "first", "hint", "explain"))  # fields that hold prose
DATA = frozenset(("settings", "recipe"))  # tables that hold none
_MARKS = (
    (re.compile(r"```.*?```|`[^`]*`|\{fact:[^}]*\}", re.DOTALL), " "),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"[*\\]"), ""),
)


def passages(folder: Path | None = None) -> Iterator[str]:
    """The prose of one lesson file after the other, an empty line between its parts; a broken file is left out."""
    folder = folder or next((path for path in FOLDERS if path.is_dir()), FOLDERS[0])
    for path in sorted(folder.rglob("*.toml")):
        try:
            lesson = tomli.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        yield "\n\n".join(map(plain, _texts(lesson)))


def plain(text: str) -> str:
    """A lesson's text without its marks."""
    for mark, instead in _MARKS:
        text = mark.sub(instead, text)
    return text.strip()


def _texts(value: Any, field: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in DATA:
                yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, field)
    elif isinstance(value, str) and field in READ:
        yield value
