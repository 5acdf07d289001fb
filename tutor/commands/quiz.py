"""`tutor quiz`: a chapter's quiz as lines, or a mixed one over several chapters."""

from __future__ import annotations

import argparse

from tutor.commands.arguments import whole
from tutor.commands.asking import Asking
from tutor.commands.dialogue import Dialogue
from tutor.commands.plain import chosen, progress, talk
from tutor.course.load import Course, load_course
from tutor.study.rounds import Round, mix, resume
from tutor.study.store import Store

MIXED = 10  # questions of a mixed quiz, unless another number is asked for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "chapters",
        nargs="*",
        metavar="CHAPTER",
        help="its id, see `tutor course`; several are mixed (default: where you were last)",
    )
    parser.add_argument(
        "--questions", type=whole(1), default=MIXED, metavar="N", help=f"of a mixed quiz, at most (default: {MIXED})"
    )


def run(args: argparse.Namespace) -> int:
    """Ask what is open; a chapter's quiz that was left in the middle goes on there."""
    course = load_course()
    with progress(args) as store:
        asked = _round(course, store, args)
        dialogue = Dialogue()
        if not asked.items:
            dialogue.line("This chapter has no questions yet.")
            return 0
        with talk(store, dialogue):
            Asking(course, store, dialogue, asked).run()
    return 0


def _round(course: Course, store: Store, args: argparse.Namespace) -> Round:
    chapters = [chosen(course, store, one) for one in dict.fromkeys(args.chapters)]
    if len(chapters) > 1:
        return Round(mix(chapters, store.answers(), args.questions), source="mixed")
    chapter = chapters[0] if chapters else chosen(course, store, None)
    return resume(chapter, store.last_round(chapter.id))
