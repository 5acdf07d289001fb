"""The line of every table and key in a TOML document, which its parser does not tell.

The document has been parsed before, so it is known to be valid and the scanner may be trusting.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from tutor.course.problems import Path

_SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!"")|"(?="""))*"""'
    r"|'''(?:[^']|'(?!'')|'(?='''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)


class Lines:
    """Where the values of a document stand: `Lines(source).of(("cards", 2, "text"))`."""

    def __init__(self, source: str) -> None:
        self._source = source.replace("\r\n", "\n")
        self._starts = [0, *(m.end() for m in re.finditer("\n", self._source))]
        self._spans: dict[Path, tuple[int, int]] = {(): (0, len(self._source))}
        self._sizes: dict[Path, int] = {}  # of arrays of tables
        self._at = 0
        self._document()

    def of(self, path: Path, near: str = "") -> int:
        """The line (from 1) of the value at `path`, or of the nearest table around it that is there.

        With `near`, the first line of that value on which this text begins.
        """
        there = path
        while there not in self._spans:
            there = there[:-1]
        if not there:
            return 1
        start, end = self._spans[there]
        found = self._source.find(near, start, end) if near else -1
        return bisect_right(self._starts, found if found >= 0 else start)

    def _document(self) -> None:
        table: Path = ()
        while True:
            self._skip()
            if self._at >= len(self._source):
                return
            start = self._at
            if self._source[start] == "[":
                array = self._source.startswith("[[", start)
                self._at += 2 if array else 1
                table = self._header(self._key(), array)
                self._at += 2 if array else 1
                self._spans[table] = (start, self._at)
            else:
                self._pair(table)

    def _header(self, key: list[str], array: bool) -> Path:
        path: Path = ()
        for i, part in enumerate(key):
            path += (part,)
            if array and i == len(key) - 1:
                self._spans.setdefault(path, (self._at, self._at))
                self._sizes[path] = self._sizes.get(path, 0) + 1
            if path in self._sizes:
                path += (self._sizes[path] - 1,)
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        path = (*table, *self._key())
        self._at += 1  # =
        self._skip()
        self._value(path)
        self._spans[path] = (start, self._at)

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip()
            if string := _STRING.match(self._source, self._at):
                parts.append(string.group()[1:-1])
                self._at = string.end()
            elif bare := _BARE_KEY.match(self._source, self._at):
                parts.append(bare.group())
                self._at = bare.end()
            self._skip()
            if self._source[self._at : self._at + 1] != ".":
                return parts
            self._at += 1

    def _value(self, path: Path) -> None:
        start = self._at
        first = self._source[start : start + 1]
        if string := _STRING.match(self._source, start):
            self._at = string.end()
        elif first in ("[", "{"):
            self._at += 1
            self._items(path, array=first == "[")
        else:
            bare = _BARE_VALUE.match(self._source, start)
            self._at = bare.end() if bare else start
        self._spans[path] = (start, self._at)

    def _items(self, path: Path, array: bool) -> None:
        count = 0
        while True:
            self._skip()
            char = self._source[self._at : self._at + 1]
            if char in ("]", "}", ""):
                self._at += 1
                return
            if char == ",":
                self._at += 1
            elif array:
                self._value((*path, count))
                count += 1
            else:
                self._pair(path)

    def _skip(self) -> None:
        space = _SPACE.match(self._source, self._at)
        self._at = space.end() if space else self._at
