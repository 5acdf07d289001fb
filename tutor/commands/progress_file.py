"""The learner's progress as a whole, and files beside it: for `export`, `import` and `reset`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor.commands import CommandError
from tutor.commands.output import complain, show
from tutor.study.archive import Archive
from tutor.study.transfer import Contents


@contextmanager
def to_read(args: argparse.Namespace) -> Iterator[Archive]:
    """The progress, or a copy in memory where the file cannot be written; raises CommandError if there is none."""
    with _opened(args) as archive:
        if archive.warning and archive.contents() == Contents():
            raise CommandError(_problem(archive), 1)
        if archive.warning:
            complain(_problem(archive))
        yield archive


@contextmanager
def to_change(args: argparse.Namespace) -> Iterator[Archive]:
    """The progress, on disk; raises CommandError where it is not."""
    with _opened(args) as archive:
        if archive.warning:
            raise CommandError(_problem(archive), 1)
        yield archive


@contextmanager
def _opened(args: argparse.Namespace) -> Iterator[Archive]:
    archive = Archive.open(args.data_dir)
    try:
        yield archive
    finally:
        archive.close()


def _problem(archive: Archive) -> str:
    return (archive.warning or "").removeprefix("Progress is not being saved: ")


def read(path: Path) -> bytes:
    """All of a file, or of stdin for `-`."""
    if str(path) != "-":
        return path.read_bytes()
    if sys.stdin is None:
        raise CommandError("nothing to read: stdin is closed")
    return sys.stdin.buffer.read()


def write(path: Path, text: str) -> None:
    """Put `text` in the place of the file all at once, or not at all; `-` is stdout.

    A terminal gets nothing that it would obey, a pipe the text as it is.
    """
    if str(path) == "-":
        print("\n".join(map(show, text.split("\n"))) if sys.stdout.isatty() else text, end="")
        return
    path = path.resolve()
    if path.exists() and not path.is_file():  # a pipe, a device
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        write_new(partial, text)
        partial.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        partial.unlink(missing_ok=True)


def write_new(path: Path, text: str) -> None:
    """Make a file that is on the disk when this returns; raises FileExistsError for one that is there."""
    with path.open("xb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
