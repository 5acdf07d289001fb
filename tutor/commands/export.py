"""`tutor export`: what the learner did, in a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tutor.commands import CommandError
from tutor.commands.output import say
from tutor.commands.progress_file import to_read, write
from tutor.experiments.cells import many
from tutor.study import answer_sheet, transfer
from tutor.study.archive import Archive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write; - is stdout")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--csv", action="store_true", help="the answers as a table (without this, too, if FILE ends in .csv)"
    )
    form.add_argument("--anki", action="store_true", help="the questions met with their answers, for Anki's import")
    form.add_argument(
        "--answers", action="store_true", help="the answers without name or own texts, for `tutor class report`"
    )


def run(args: argparse.Namespace) -> int:
    """Write all that was done as JSON, or the part and form that was asked for."""
    with to_read(args) as archive:
        if archive.path is not None and args.file.resolve() == archive.path.resolve():
            raise CommandError(f"{args.file} is the progress itself; choose another name")
        text, said = exported(archive, args)
    write(args.file, text)
    if str(args.file) == "-":
        print(f"-: {said}", file=sys.stderr)
    else:
        say(f"{args.file}: {said}")
    return 0


def exported(archive: Archive, args: argparse.Namespace) -> tuple[str, str]:
    """The file's text, and what is in it in words."""
    contents = archive.contents()
    if args.anki:
        from tutor.course.load import load_course
        from tutor.study.anki import encode, notes

        found, left_out = notes(load_course(), contents)
        without = f"; {left_out:,} left out that the course no longer has" if left_out else ""
        return encode(found), f"{many(len(found), 'question')} met{without}"
    if args.answers:
        sheet = answer_sheet.sheet(contents, archive.learner())
        return answer_sheet.encode(sheet), f"{many(len(sheet.answers), 'answer')}, learner {sheet.learner}"
    if args.csv or args.file.suffix.casefold() == ".csv":
        return answer_sheet.table(contents), many(len(answer_sheet.standing(contents)), "answer")
    return transfer.encode(contents), transfer.counted(contents)
