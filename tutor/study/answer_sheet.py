"""The answers alone: as a sheet for a class, which names nobody, and as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from tutor.study.transfer import Answered, Contents, Id, convert, document, parse

FORMAT, VERSION = "llm-tutor answers", 1


class AnswerSheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one learner answered, oldest first. The name is random, and the same each time."""

    learner: Id
    answers: tuple[Answered, ...]


def standing(contents: Contents) -> tuple[Answered, ...]:
    """The answers that were not undone, oldest first."""
    undone = {row.answer for row in contents.undos}
    return tuple(row for row in contents.answers if row.id not in undone)


def sheet(contents: Contents, learner: str) -> AnswerSheet:
    """The answers that stand, without texts of the learner's own on which a model was tried."""
    return AnswerSheet(learner, tuple(_without_text(row) for row in standing(contents)))


def encode(sheet: AnswerSheet) -> str:
    """The text of a sheet's file."""
    return document(FORMAT, VERSION, {"learner": sheet.learner, "answers": sheet.answers})


def decode(raw: bytes, name: str) -> AnswerSheet:
    """The sheet in the file called `name`; raises TransferError for one that is damaged, foreign or newer."""
    return convert(parse(raw, name, FORMAT, VERSION), AnswerSheet, name)


def table(contents: Contents) -> str:
    """The answers that stand as CSV (RFC 4180); `at` is UTC, `response` JSON."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = [name for name in Answered.__struct_fields__ if name != "at"]
    writer.writerow(["at", *columns])
    for row in standing(contents):
        at = datetime.fromtimestamp(row.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        writer.writerow([at, *(_cell(name, getattr(row, name)) for name in columns)])
    return out.getvalue()


def _cell(name: str, value: Any) -> Any:
    if name == "response":
        return json.dumps(value)
    return int(value) if isinstance(value, bool) else value


def _without_text(row: Answered) -> Answered:
    if isinstance(row.response, dict) and "text" in row.response:
        return msgspec.structs.replace(row, response={**row.response, "text": None})
    return row
