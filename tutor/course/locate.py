"""Where the lessons are: in the installed package, else in the source tree."""

from __future__ import annotations

from pathlib import Path

TRACKS, GLOSSARY, LABS = "tracks.toml", "glossary.toml", "labs"


def lessons_root() -> Path:
    """The folder that holds tracks.toml."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "lessons"
    return packaged if packaged.is_dir() else package.parent / "lessons"


def inside(root: Path, name: str) -> Path | None:
    """The path `name` under `root`; None if it leads out of it or is no path at all."""
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root.resolve()) else None
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a circle
        return None
