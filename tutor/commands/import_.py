"""`tutor import`: take in what was exported, here or on another machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from tutor.commands.output import say
from tutor.commands.progress_file import read, to_change
from tutor.study.transfer import counted, decode, merge, minus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="written by `tutor export`; - is stdin")


def run(args: argparse.Namespace) -> int:
    """Merge the file with what is here; one that cannot be read changes nothing."""
    found = decode(read(args.file), str(args.file))
    with to_change(args) as archive:
        new = minus(found, archive.contents())
        archive.change(lambda here: merge(here, found))
    say(f"new from {args.file}: {counted(new)}")
    return 0
