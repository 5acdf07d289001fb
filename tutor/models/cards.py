"""What is known of the models that ship: `card.json`, one a family, read without loading any of them.

A family is a folder of `tutor/data/models`: one model, or several of one training. Its `README.md` is the card for
people; `tutor models measure` recomputes the numbers of both.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.models.config import Config, read_config
from tutor.models.errors import ModelFileError
from tutor.models.jsonfile import read_object

WEIGHTS = "model.safetensors"
MEASURED = ("parameters", "bytes", "sha256", "bits_per_byte")  # what is known of every model
_MAX_BYTES = 4 << 20


@dataclass(frozen=True)
class Card:
    """A family's card. `models`: what was measured of each, by name (`tiny`, `ladder/92k`)."""

    folder: Path
    summary: str
    licence: str
    date: str  # of the measurement
    models: dict[str, dict[str, Any]]
    data: dict[str, Any]  # all of card.json


def read_card(folder: Path) -> Card:
    """Raises ModelFileError when there is none, or it is damaged."""
    path = folder / "card.json"
    data = read_object(path, _MAX_BYTES)
    summary, licence, date, models = (data.get(name) for name in ("summary", "licence", "date", "models"))
    if not isinstance(models, dict) or not all(isinstance(m, dict) for m in models.values()):
        raise ModelFileError(f"{path}: not the card of a model: it has no models")
    for numbers in models.values():
        for name in MEASURED:
            numbers.setdefault(name, None)  # not measured yet
    if not (isinstance(summary, str) and isinstance(licence, str) and isinstance(date, str)):
        raise ModelFileError(f"{path}: not the card of a model: it needs summary, licence and date")
    return Card(folder, summary, licence, date, models, data)


def cards(shelf: Path) -> list[Card]:
    """The cards of all families on a shelf (a folder of model folders), `tiny` first."""
    folders = [path.parent for path in shelf.glob("*/card.json")]
    return [read_card(folder) for folder in sorted(folders, key=lambda path: (path.name != "tiny", path.name))]


@dataclass(frozen=True)
class File:
    """What a model's folder holds, as it is on disk now."""

    name: str
    config: Config
    n_bytes: int
    sha256: str


def examine(folder: Path, name: str) -> File:
    """Reads every byte of the weights, and computes nothing; raises ModelFileError."""
    path = folder / WEIGHTS
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return File(name, read_config(folder / "config.json"), path.stat().st_size, digest)
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror or error}") from error
