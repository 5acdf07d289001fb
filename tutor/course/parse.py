"""Read one TOML file of the course into structs of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import msgspec
import tomli

from tutor.course.problems import Finding, LessonError, Problem
from tutor.course.problems import Path as Place

T = TypeVar("T")
_ONE_AT_A_TIME = Lock()  # msgspec crashes when two threads convert to a struct that is new to it
_LOOKED_AT = re.compile("[^\t\n -~·×–—‘’“”…␣→√]")  # all but what lessons are full of
_BLANK = str.maketrans("\t\n", "  ")
_SAMPLES = ("settings", "recipe")  # go to experiments, which show any text
_MOST = 1 << 22  # bytes of a file
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
_AT_END = re.compile(r"\s*\(at end of document\)$")


def read(path: Path, type: type[T]) -> T:
    """The file as a `type`; raises LessonError with every difference from the schema."""
    source, data = document(path)
    try:
        with _ONE_AT_A_TIME:
            value = msgspec.convert(data, type)
        findings, said = list(obeyed(data)), "a character in it cannot be shown"
        if not findings:
            return value
    except (msgspec.ValidationError, RecursionError) as error:
        findings, said = [], " ".join(str(error).split())
    from tutor.course.lines import Lines  # for what is broken only
    from tutor.course.shape import Mended

    problems = [Problem(shown(path), 1, said)]
    with suppress(RecursionError):
        lines = Lines(source)
        findings = findings or Mended(data, type).findings
        problems = sorted(Problem(shown(path), lines.of(f.path, f.near), f.message) for f in findings) or problems
    raise LessonError(problems)


def obeyed(value: Any, path: Place = ()) -> Iterator[Finding]:
    """The texts in parsed TOML with a character that a terminal obeys or hides; `tutor check` refuses more."""
    if isinstance(value, str):
        if _LOOKED_AT.search(value) and (char := hidden(value)):
            yield Finding(path, f"the character U+{ord(char):04X} cannot be shown: a terminal would obey or hide it")
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from obeyed(item, (*path, i))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in _SAMPLES:
                yield from obeyed(item, (*path, key))


def hidden(text: str) -> str:
    """The first character that does not show as itself, or stands under too many marks; empty if all do."""
    from tutor.experiments.cells import drawn  # for what is unusual only

    return next((source[-1] for source, shown in drawn(text.translate(_BLANK)) if source != shown), "")


def document(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a file and what TOML makes of it; raises LessonError."""
    source = ""
    try:
        source = content(path).decode("utf-8")
        return source, tomli.loads(source)
    except OSError as error:
        message, line = f"cannot be read: {error.strerror or error}", 1
    except UnicodeDecodeError as error:
        message, line = "this line is not UTF-8 text", error.object[: error.start].count(b"\n") + 1
    except RecursionError:
        message, line = "is nested too deeply", 1
    except ValueError as error:  # tomli's errors, and numbers that Python will not read
        message, line = str(error), 1
        if at := _AT_LINE.search(message):
            message, line = message[: at.start()], int(at.group(1))
        elif end := _AT_END.search(message):
            message, line = message[: end.start()] + " at the end of the file", max(1, len(source.splitlines()))
    raise LessonError([Problem(shown(path), line, message)])


def content(path: Path) -> bytes:
    """The bytes of a file; raises OSError, also for what is no file and would never end."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError("it is not a file")
    with path.open("rb") as file:
        data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise OSError(f"it has more than {_MOST:,} bytes")
    return data


def shown(path: Path) -> str:
    """A path as an author would type it: from the working folder where it is inside."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError, RuntimeError):  # RuntimeError: links in a circle
        return str(path)
