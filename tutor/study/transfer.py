"""What a learner did as data that can leave the machine: written to a file, read back, merged with another's.

The file's form is described in docs/cli.md. Rows have the names and the columns of the tables in `database`; derived
tables and settings stay behind.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, ClassVar, NoReturn, Self, TypeVar

import msgspec
from msgspec import Meta

T = TypeVar("T")

FORMAT, VERSION = "llm-tutor progress", 1  # raised with every change: a reader knows all fields or refuses the file

Moment = Annotated[float, Meta(ge=0, le=1e11)]  # seconds since 1970, UTC
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]
Whole = Annotated[int, Meta(ge=0, le=2**62)]
Text = Annotated[str, Meta(pattern=r"^[^\ud800-\udfff]*\Z")]  # what UTF-8 can hold
Id = Annotated[str, Meta(pattern=r"^[^\ud800-\udfff]+\Z", max_length=200)]


class TransferError(Exception):
    """A file that cannot be taken in; the message is one line."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table that holds such rows."""

    IDENTITY: ClassVar[tuple[str, ...]] = ("id",)  # two rows that agree in these are one

    at: Moment

    @property
    def identity(self) -> tuple[str, ...]:
        return tuple(getattr(self, name) for name in self.IDENTITY)

    def replaces(self, other: Self) -> bool:
        """Whether this row is kept and not `other`, which has the same identity."""
        return False


class First(Row, frozen=True):
    """What happens once: the first time counts."""

    def replaces(self, other: Self) -> bool:
        return self.at < other.at


class Answered(Row, frozen=True):
    """See `tutor.study.store.Answer`."""

    id: Id
    question: Id
    revision: Whole
    chapter: Id
    round: Whole
    correct: bool
    response: Any
    seconds: Number
    hinted: bool
    source: Id
    variant: Whole
    usual: Number | None


class Undone(First, frozen=True):
    IDENTITY = ("answer",)
    answer: Id


class Rated(Row, frozen=True):
    id: Id
    answer: Id
    rating: Annotated[int, Meta(ge=1, le=4)]


class Flagged(Row, frozen=True):
    id: Id
    question: Id
    revision: Whole
    note: Text


class Predicted(Row, frozen=True):
    id: Id
    prediction: Id
    outcome: Text
    correct: bool


class CardRead(First, frozen=True):
    IDENTITY = ("chapter", "card")
    chapter: Id
    card: Id


class ChallengeMet(First, frozen=True):
    id: Id


class Place(Row, frozen=True):
    """Where the learner was last in a chapter: the newest counts."""

    IDENTITY = ("chapter",)
    chapter: Id
    card: Id

    def replaces(self, other: Self) -> bool:
        return (self.at, self.card) > (other.at, other.card)


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that was done, each table by time; a field is named after its table."""

    answers: tuple[Answered, ...] = ()
    undos: tuple[Undone, ...] = ()
    ratings: tuple[Rated, ...] = ()
    flags: tuple[Flagged, ...] = ()
    predictions: tuple[Predicted, ...] = ()
    cards: tuple[CardRead, ...] = ()
    challenges: tuple[ChallengeMet, ...] = ()
    places: tuple[Place, ...] = ()


# the rows of each table
KINDS: dict[str, type[Row]] = {
    "answers": Answered,
    "undos": Undone,
    "ratings": Rated,
    "flags": Flagged,
    "predictions": Predicted,
    "cards": CardRead,
    "challenges": ChallengeMet,
    "places": Place,
}


def merge(one: Contents, other: Contents) -> Contents:
    """Everything that is in either, nothing twice, by time; it does not matter which of them comes first."""
    tables: dict[str, Any] = {name: _merged(getattr(one, name) + getattr(other, name)) for name in KINDS}
    return Contents(**tables)


def _merged(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    kept: dict[tuple[str, ...], Row] = {}
    for row in rows:
        same = kept.get(row.identity)
        if same is None or row.replaces(same):
            kept[row.identity] = row
    return tuple(sorted(kept.values(), key=lambda row: (row.at, row.identity)))


def minus(one: Contents, other: Contents) -> Contents:
    """What is in `one` and not in `other`."""
    tables: dict[str, Any] = {}
    for name in KINDS:
        known = {row.identity for row in getattr(other, name)}
        tables[name] = tuple(row for row in getattr(one, name) if row.identity not in known)
    return Contents(**tables)


def counted(contents: Contents) -> str:
    """`12 answers, 1 card read`, or `nothing`."""
    said = (
        (len(contents.answers), "answer", "answers"),
        (len(contents.cards), "card read", "cards read"),
        (len(contents.predictions), "prediction", "predictions"),
        (len(contents.challenges), "challenge met", "challenges met"),
        (len(contents.undos), "answer undone", "answers undone"),
        (len(contents.ratings), "rating", "ratings"),
        (len(contents.flags), "flag", "flags"),
    )
    return ", ".join(f"{n:,} {one if n == 1 else many}" for n, one, many in said if n) or "nothing"


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────


def encode(contents: Contents) -> str:
    """The file's text: ASCII, a line a row."""
    return document(FORMAT, VERSION, {name: getattr(contents, name) for name in KINDS})


def decode(raw: bytes, name: str) -> Contents:
    """The contents of the file called `name`; raises TransferError for one that is damaged, foreign or newer."""
    return merge(convert(parse(raw, name, FORMAT, VERSION), Contents, name), Contents())


def document(format: str, version: int, fields: dict[str, Any]) -> str:
    """A JSON document that says what it is; a list has a line an item."""
    parts = []
    for name, value in {"format": format, "version": version, **fields}.items():
        if isinstance(value, list | tuple):
            text = ",".join(f"\n  {json.dumps(msgspec.to_builtins(row), allow_nan=False)}" for row in value)
            parts.append(f' "{name}": [{text}\n ]' if text else f' "{name}": []')
        else:
            parts.append(f' "{name}": {json.dumps(value, allow_nan=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def parse(raw: bytes, name: str, format: str, version: int) -> dict[str, Any]:
    """The fields of a `document` of this format, of no newer version; raises TransferError."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no number")

    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise TransferError(f"{name} is damaged, or is no export of tutor: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict) or not isinstance(found.get("format"), str):
        raise TransferError(f"{name} is no export of tutor")
    if found["format"] != format:
        raise TransferError(f"{name} holds {found['format'][:40]!r}, not {format!r}")
    is_version = type(found.get("version")) is int and found["version"] > 0
    if is_version and found["version"] > version:
        said = f"{name} was written by a newer tutor (format {found['version']}, here {version}). Update tutor."
        raise TransferError(said)
    if not is_version:
        raise TransferError(f"{name} is damaged: it has no version")
    return {field: value for field, value in found.items() if field not in ("format", "version")}


def convert(fields: dict[str, Any], kind: type[T], name: str) -> T:
    """The fields of the file called `name` as a struct; raises TransferError."""
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise TransferError(f"{name} is damaged: {error}") from error
