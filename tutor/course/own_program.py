"""The learner's own version of a lab's program: one file, which an editor or another session may change meanwhile."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


class OwnProgram:
    """The file at `path`, and what it held when it was last read or written here."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: str | None = None

    def read(self) -> str | None:
        """The program; None when there is none. Raises OSError, and ValueError for one that is not text."""
        self._known = self.path.read_text(encoding="utf-8") if self.path.is_file() else None
        return self._known

    def news(self) -> str | None:
        """The program that somebody else has written since; None when nobody has, or it cannot be read."""
        with suppress(OSError, ValueError):
            if self.path.is_file() and (there := self.path.read_text(encoding="utf-8")) != self._known:
                return there
        return None

    def keep(self, text: str | None) -> Path | None:
        """Write `text`, or delete the file for None; raises OSError, and ValueError for half a character.

        What somebody else has written since is not lost: returns the file in which it is kept.
        """
        other, put_by = self.news(), None
        if other is not None and other != text:
            put_by = self._beside()
            _write(put_by, other)
        if text is None:
            self.path.unlink(missing_ok=True)
        else:
            _write(self.path, text)
        self._known = text
        return put_by

    def _beside(self) -> Path:
        """A name that no file has yet: name-2.py, name-3.py and so on."""
        number = 2
        while (path := self.path.with_stem(f"{self.path.stem}-{number}")).exists():
            number += 1
        return path


def _write(path: Path, text: str) -> None:
    """All of `text` or nothing."""
    partial = path.with_suffix(".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except (OSError, ValueError):
        partial.unlink(missing_ok=True)
        raise
