"""`tutor progress`: where the learner stands, in words or as data."""

from __future__ import annotations

import argparse
import sys
import time

from tutor.commands.arguments import add_json
from tutor.commands.output import in_ascii, print_json, print_table, say, show
from tutor.commands.plain import progress
from tutor.course.load import Course, facts, load_course
from tutor.course.text import plain
from tutor.experiments.base import Table
from tutor.study import report as words
from tutor.study.fitting import fit, log_loss
from tutor.study.recall import plot
from tutor.study.report import Report, as_data, gather, report
from tutor.study.store import Store
from tutor.study.summary import Count

MOST = 10  # of the questions missed that are named


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--goals", action="store_true", help="each chapter's learning goals, too")
    add_json(parser)
    what = parser.add_subparsers(dest="what", metavar="rebuild|optimize")
    what.add_parser("rebuild", help="work out afresh from the log of answers all that is derived from it")
    optimize = what.add_parser("optimize", help="fit the parameters of FSRS to your own answers")
    optimize.add_argument("--off", action="store_true", help="go back to the parameters that come with FSRS")


def run(args: argparse.Namespace) -> int:
    """Print the report, or rebuild what it rests on."""
    course = load_course()
    with progress(args) as store:
        if args.what == "rebuild":
            store.rebuild()
            print(f"{len(store.memories()):,} memories worked out afresh from {len(store.answers()):,} answers")
            return 0
        if args.what == "optimize":
            say(_optimize(store, args.off))
            return 0
        found = report(course, gather(store), time.time())
    if args.json:
        print_json(as_data(found))
    else:
        _print(course, found, args.goals)
    return 0


def _optimize(store: Store, off: bool) -> str:
    """Schedule by parameters fitted to the log, where they predict it better; a line that says what was done."""
    if off:
        store.set_parameters(None)
        return "Reviews are scheduled by the parameters that come with FSRS."
    answers, ratings = store.answers(), store.ratings()
    fitted = fit(answers, ratings)
    before, after = (log_loss(answers, ratings, parameters) for parameters in (store.parameters(), fitted))
    losses = f"log loss {after:.4f}, against {before:.4f} with those before"
    if after >= before:
        return f"Nothing has been changed: fitted parameters predict your reviews no better ({losses})."
    store.set_parameters(fitted)
    return f"Reviews are scheduled by parameters fitted to your answers ({losses})."


def _print(course: Course, found: Report, goals: bool) -> None:
    summary, recall = found.summary, found.recall
    say(words.study_line(summary.study))
    say(words.due_line(recall))
    say(words.recall_line(recall))
    for track in summary.tracks:
        if track.chapters:
            print(f"\n{show(track.track.title)}")
            rows = [_row(chapter.entry.title, chapter.count, chapter.problem) for chapter in track.chapters]
            print_table(Table(("chapter", "cards read", "questions tried", "solid"), rows))
        for chapter in track.chapters if goals else ():
            print(f"\n{show(chapter.entry.title)}")
            for goal in chapter.goals:
                again = f" Read again: {', '.join(card.title for card in goal.read_again)}." if goal.read_again else ""
                say(f"  {goal.goal.text} {words.count_line(goal.count)}.{again}", hang=4)
    print()
    say(words.SOLID)
    if summary.missed:
        print("\nMissed most")
        for missed in summary.missed[:MOST]:
            text = " ".join(plain(missed.text, facts(course.chapter(missed.chapter_id)), sys.maxsize))
            say(f"  {text} ({missed.chapter_id}; {words.missed_line(missed)})", hang=4)
    if recall.bins:
        print("\nRecalled against predicted; on the dots both are the same")
        for line in [*plot(recall.bins, ascii=in_ascii()), *map(words.bin_line, recall.bins)]:
            print(f"  {line}")
    if summary.orphans:
        kept = ", ".join(f"{question} ({n})" for question, n in summary.orphans.items())
        print()
        say(f"Answers kept to questions that the course no longer has: {kept}")


def _row(title: str, done: Count, problem: str) -> tuple[str, str, str, str]:
    if problem:
        return title, "cannot be read", "", ""
    of = f"of {done.questions:,}"
    return title, f"{done.read:,} of {done.cards:,}", f"{done.tried:,} {of}", f"{done.solid:,} {of}"
