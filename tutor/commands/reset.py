"""`tutor reset`: begin again with a card, a chapter or all."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from tutor.commands import CommandError
from tutor.commands.output import say
from tutor.commands.progress_file import to_change, write_new
from tutor.course.load import Course, load_course
from tutor.study import drafts, forgetting
from tutor.study.archive import Archive
from tutor.study.forgetting import Part
from tutor.study.transfer import Contents, counted, encode, minus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="card|chapter|all", required=True)
    said = {
        "card": "that it was read, and the answers to the questions that it teaches",
        "chapter": "all that was done in it",
        "all": "all that was ever done",
    }
    for name, summary in said.items():
        one = what.add_parser(name, help=summary)
        if name != "all":
            one.add_argument("id", metavar="ID", help="its id")
        one.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Say what would go, ask, keep all that is there in a file, and take it away."""
    course = load_course()
    with to_change(args) as archive:
        before = archive.contents()
        part = chosen(course, before, args)
        going = minus(before, left(before, part))
        if going == Contents():
            print("There is nothing to forget.")
            return 0
        say(f"To be forgotten: {counted(going)}.")
        if not args.yes and not agreed():
            print("Nothing was changed.")
            return 0
        backup = forget(archive, part)
    say(f"Forgotten. All that was there before is in {backup}: `tutor import` of it brings it back.")
    return 0


def chosen(course: Course, contents: Contents, args: argparse.Namespace) -> Part | None:
    """The part of the course to be forgotten, None for all; raises CommandError for an id that says nothing."""
    if args.what == "all":
        return None
    try:
        return {"card": forgetting.card, "chapter": forgetting.chapter}[args.what](course, contents, args.id)
    except KeyError:
        raise CommandError(f"no {args.what} {args.id!r} in the course, nor in what was done") from None


def left(contents: Contents, part: Part | None) -> Contents:
    """What remains of the contents."""
    return Contents() if part is None else forgetting.without(contents, part)


def forget(archive: Archive, part: Part | None) -> Path:
    """Write the backup, then change the progress; where the one fails the other is not done. The backup's path."""
    assert archive.path is not None
    now = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    backup = archive.path.with_name(f"{archive.path.stem}.backup-{now}.json")

    def change(contents: Contents) -> Contents:
        write_new(backup, encode(contents))
        return left(contents, part)

    archive.change(change)
    if part is None:
        archive.forget_learner()
    else:
        drafts.drop(archive, part.questions)
    return backup


def agreed() -> bool:
    """Whether the next line of stdin says yes; raises CommandError where there is none."""
    print("Go on? Type yes: ", end="", flush=True)
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if not line:
        print()
        raise CommandError("nothing was changed: there was no answer; --yes does not ask")
    return line.strip().casefold() in ("y", "yes")
