"""`tutor check`: every problem in the lessons, as file:line: message."""

from __future__ import annotations

import argparse
from pathlib import Path

from tutor.commands import CommandError
from tutor.commands.arguments import add_json
from tutor.commands.output import print_json, show
from tutor.course.locate import lessons_root


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="a lesson file or folder (default: the course)"
    )
    parser.add_argument("--torch", action="store_true", help="run the labs that need PyTorch too, which takes longer")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Check, and print the problems; the exit code is 1 when there are any."""
    from tutor.course.check import check

    path = lessons_root() if args.path is None else args.path
    if not path.exists():
        raise CommandError(f"{path}: no such file or folder")
    problems = check(path, torch=args.torch)
    if args.json:
        import msgspec

        print_json([msgspec.structs.asdict(problem) for problem in problems])
    else:
        for problem in problems:
            print(show(str(problem)))
        if not problems:
            print(show(f"{path}: no problems"))
    return 1 if problems else 0
