"""A text file of the learner's own, as text for an experiment."""

from __future__ import annotations

from pathlib import Path

from tutor.experiments.base import ExperimentError

MOST_BYTES = 4_000_000


def read_text(name: str) -> str:
    """The text of the file `name` (UTF-8, `~` is home); raises ExperimentError, which says what is wrong with it."""
    path = Path(name.strip())
    try:
        path = path.expanduser()
        if not path.exists():
            raise ExperimentError(f"there is no file {name.strip()!r}; folders are looked up from {Path.cwd()}")
        if not path.is_file():  # a pipe or a device might never end
            raise ExperimentError(f"{name.strip()!r} is no plain file")
        if path.stat().st_size > MOST_BYTES:
            raise ExperimentError(f"{name.strip()!r} has {path.stat().st_size:,} bytes; the most is {MOST_BYTES:,}")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExperimentError(f"{name.strip()!r} is no UTF-8 text: byte {error.start:,} is none") from None
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: no home to expand
        why = getattr(error, "strerror", None) or error
        raise ExperimentError(f"{name.strip()!r} cannot be read: {why}") from None
