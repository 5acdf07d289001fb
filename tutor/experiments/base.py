"""What every experiment has in common.

An experiment is a module with

    READINGS: dict[str, str]            name of a reading -> what it says, with its unit
    class Settings(base.Settings)       what the learner steers, with defaults that show something at once
    def compute(settings, library)      -> Result; runs on the engine's thread, may load models
    def draw(result, view, ...)         -> a rich renderable for a picture of `view.width` x `view.height` cells

and a `Result` that can say itself in four ways: as readings, as one sentence, as a table, as data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol, TypeVar

import msgspec

Reading = float | int | str


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the learner steers. Values outside their range raise ValueError with one line that says so."""


S = TypeVar("S", bound=Settings)
_ONE_AT_A_TIME = Lock()  # msgspec crashes when two threads convert to a struct that is new to it


def converted(values: Mapping[str, Any], kind: type[S]) -> S:
    """`values` as settings of this kind, from any thread; raises ValueError."""
    with _ONE_AT_A_TIME:
        return msgspec.convert(values, kind)


@dataclass(frozen=True)
class Table:
    """The non-visual twin of a picture."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]  # may be made when read


class Result(Protocol):
    def readings(self) -> Mapping[str, Reading]:
        """The current value of every name in the module's READINGS."""

    def sentence(self) -> str:
        """What the picture shows, in one sentence."""

    def table(self) -> Table:
        """What the picture shows, in rows."""

    def data(self) -> Any:
        """What the picture shows, for `--json`: lists, dicts, numbers and strings."""


class ExperimentError(Exception):
    """The learner's settings cannot be computed; the message is one line that says what to do."""


_CONDITION = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*")
_COMPARE = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@dataclass(frozen=True)
class Condition:
    """`reading < value`: data, never evaluated as code."""

    reading: str
    operator: str
    value: Reading | str

    @staticmethod
    def parse(text: str) -> Condition:
        """`top_probability < 0.2`, `tokens == words`, `top_text == "dog"`; raises ValueError.

        The right side is a number, a string in double quotes, or the name of another reading.
        """
        match = _CONDITION.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not `reading < value`")
        reading, operator, right = match.groups()
        if len(right) >= 2 and right[0] == right[-1] == '"':
            return Condition(reading, operator, Quoted(right[1:-1]))
        if re.fullmatch(r"[a-z][a-z0-9_]*", right):
            return Condition(reading, operator, right)
        return Condition(reading, operator, float(right))

    def names(self) -> list[str]:
        """The readings it speaks of."""
        other = isinstance(self.value, str) and not isinstance(self.value, Quoted)
        return [self.reading, str(self.value)] if other else [self.reading]

    def holds(self, readings: Mapping[str, Reading]) -> bool:
        """Whether it is met; raises KeyError for a reading that is not there, TypeError for text < number."""
        other = isinstance(self.value, str) and not isinstance(self.value, Quoted)
        right = readings[str(self.value)] if other else self.value
        return bool(_COMPARE[self.operator](readings[self.reading], right))


class Quoted(str):
    """A string on the right of a condition, as against the name of a reading."""


def all_hold(conditions: Sequence[str], readings: Mapping[str, Reading]) -> bool:
    """Whether every condition is met."""
    return all(Condition.parse(c).holds(readings) for c in conditions)
