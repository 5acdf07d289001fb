"""Read one TOML file of the course into structs of the schema."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import tomli

from tutor.course.lines import Lines
from tutor.course.problems import LessonError, Problem
from tutor.course.shape import Mended

T = TypeVar("T")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
_AT_END = re.compile(r"\s*\(at end of document\)$")


def read(path: Path, type: type[T]) -> T:
    """The file as a `type`; raises LessonError with every difference from the schema."""
    source, data = document(path)
    try:
        return msgspec.convert(data, type)
    except (msgspec.ValidationError, RecursionError) as error:
        problems = [Problem(shown(path), 1, " ".join(str(error).split()))]
    with suppress(RecursionError):
        lines = Lines(source)
        findings = Mended(data, type).findings
        problems = sorted(Problem(shown(path), lines.of(f.path, f.near), f.message) for f in findings) or problems
    raise LessonError(problems)


def document(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a file and what TOML makes of it; raises LessonError."""
    source = ""
    try:
        source = path.read_bytes().decode("utf-8")
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


def shown(path: Path) -> str:
    """A path as an author would type it: from the working folder where it is inside."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
