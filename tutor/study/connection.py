"""The connection to the file of progress, which goes on in memory when the file fails it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from tutor.study import database

T = TypeVar("T")


class Connection:
    """Opening never raises, nor does reading or writing: trouble becomes `warning`. For the thread that opened it."""

    def __init__(self, db: sqlite3.Connection, warning: str | None, on_warning: Callable[[str], None] | None) -> None:
        self._db = db
        self._whole = False  # inside a transaction
        self.warning = warning  # one line: what happened, and what to do
        self.on_warning = on_warning  # called when a file that was fine at the start fails later, or is deleted
        self.saved = warning is None  # False: what is recorded is gone when the program ends
        self.path: Path | None = None
        self._files: tuple[object, ...] = ()  # which ones were opened there

    @classmethod
    def at(cls, path: Path, on_warning: Callable[[str], None] | None = None) -> Self:
        """Open the file at `path`, or a copy in memory with a `warning` if that cannot be."""
        try:
            found = cls(database.connect(path), None, on_warning)
        except database.UnusableError as error:
            found = cls(database.in_memory(path), _unsaved(str(error)), on_warning)
        found.path = path
        found._files = database.files(path)
        return found

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        self._stay_on_file()
        self._db.close()

    def _write(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        """Run one statement in a transaction of its own, which SQLite begins with the write lock held."""
        self._attempt(lambda: self._db.execute(statement, values))

    def _read(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return self._attempt(lambda: self._db.execute(query, values).fetchall())

    def _write_whole(self, action: Callable[[], None]) -> None:
        """Run `action`, which may read and write, in one transaction: all of it is done, or nothing."""

        def run() -> None:
            with self._transaction():
                action()

        self._attempt(run)

    def _attempt(self, action: Callable[[], T]) -> T:
        """What `action` gives, from memory where the file fails it."""
        self._stay_on_file()
        try:
            return action()
        except sqlite3.Error as error:
            if not self.saved or self._whole:
                raise
            self._go_on_in_memory(error)
            return action()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        self._whole = True
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        finally:
            self._whole = False

    def _stay_on_file(self) -> None:
        """What goes into a file that was deleted is lost with the connection: write all of it anew and say so."""
        if not self.saved or self._whole or self.path is None or self._files[0] == database.files(self.path)[0]:
            return
        try:
            old, self._db = self._db, database.again(self._db, self.path, self._files)
        except database.UnusableError as error:
            self._leave_file(f"{self.path} was deleted: {error}")
            return
        old.close()
        self._files = database.files(self.path)
        self._say(f"{self.path} was deleted, or another put in its place. It is written anew, and nothing is lost.")

    def _go_on_in_memory(self, error: sqlite3.Error) -> None:
        self._leave_file(f"{self.path} has failed ({database.reason(error)}). Mend that and start tutor again.")

    def _leave_file(self, problem: str) -> None:
        """Carry what the file holds into memory and say so."""
        failed, self._db = self._db, database.in_memory(self._db)
        failed.close()
        self.saved = False
        self.warning = _unsaved(problem)
        self._say(self.warning)

    def _say(self, line: str) -> None:
        if self.on_warning is not None:
            self.on_warning(line)


def _unsaved(problem: str) -> str:
    return f"Progress is not being saved: {problem}"
