"""Read JSON that may be anything: bounded in size, and every fault is one clear line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tutor.models.errors import ModelFileError


def parse_object(text: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8; raises ValueError, also for a name that occurs twice."""
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is not an object")
    return value


def read_object(path: Path, max_bytes: int) -> dict[str, Any]:
    """The JSON object in the file; raises ModelFileError."""
    try:
        with path.open("rb") as file:
            text = file.read(max_bytes + 1)
        if len(text) > max_bytes:
            raise ModelFileError(f"{path}: larger than {max_bytes:,} bytes")
        return parse_object(text)
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise ModelFileError(f"{path}: not JSON that we read: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        raise ValueError("a name occurs twice")
    return names
