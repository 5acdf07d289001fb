"""The whole log at once: to take it out, and to put another in its place in one transaction."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from typing import Any

from tutor.study import drafts
from tutor.study.database import UnusableError, reason
from tutor.study.store import Store
from tutor.study.transfer import KINDS, Contents, Row, merge


class Archive(Store):
    """The learner's progress, to be read or changed as a whole."""

    def contents(self) -> Contents:
        """All that was done, as it is at one moment; raises UnusableError when another program holds the file."""
        return self.change(lambda contents: contents)

    def change(self, change: Callable[[Contents], Contents]) -> Contents:
        """Put what `change` makes of the contents in their place, all or nothing; returns what is there now.

        What `change` raises goes through and leaves all as it was. Raises UnusableError where the file fails.
        """
        try:
            with self._transaction():
                before = self._contents()
                after = change(before)
                if after != before:
                    self._replace(after)
            return after
        except sqlite3.Error as error:
            raise UnusableError(f"{self.path} cannot be used ({reason(error)}). Nothing was changed.") from error

    def learner(self) -> str:
        """This installation's name in answer sheets: random, made when it is first asked for."""
        name = self.setting(_LEARNER)
        if not name:
            name = os.urandom(8).hex()
            self.set_setting(_LEARNER, name)
        return name

    def forget_learner(self) -> None:
        """Drop what settings tell of the learner: the name in answer sheets, the schedule's parameters, drafts."""
        self.set_setting(_LEARNER, "")
        self.set_parameters(None)
        drafts.drop(self)

    def _contents(self) -> Contents:
        tables: dict[str, Any] = {}
        for table, kind in KINDS.items():
            rows = self._db.execute(f"SELECT {', '.join(kind.__struct_fields__)} FROM {table}")
            tables[table] = tuple(_from_columns(kind, row) for row in rows)
        return merge(Contents(**tables), Contents())

    def _replace(self, contents: Contents) -> None:
        """Rows go in by time, for that is the order in which the store counts them."""
        self._db.execute("DELETE FROM memories")
        for table, kind in KINDS.items():
            columns = kind.__struct_fields__
            self._db.execute(f"DELETE FROM {table}")
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            self._db.executemany(statement, map(_to_columns, getattr(contents, table)))


def _from_columns(kind: type[Row], row: tuple[Any, ...]) -> Row:
    fields = dict(zip(kind.__struct_fields__, row, strict=True))
    for name in ("correct", "hinted"):
        if name in fields:
            fields[name] = bool(fields[name])
    if "response" in fields:
        fields["response"] = json.loads(fields["response"])
    return kind(**fields)


def _to_columns(row: Row) -> tuple[Any, ...]:
    fields = {name: getattr(row, name) for name in row.__struct_fields__}
    if "response" in fields:
        fields["response"] = json.dumps(fields["response"])
    return tuple(fields.values())


_LEARNER = "learner"
