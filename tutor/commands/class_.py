"""`tutor class`: what the answers of several learners say about the course's questions."""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
from pathlib import Path
from typing import Any

from tutor.commands import CommandError
from tutor.commands.arguments import add_json
from tutor.commands.output import complain, in_ascii, print_json, say
from tutor.course.load import facts, load_course
from tutor.course.schema import Chapter
from tutor.course.text import literal, plain
from tutor.experiments.cells import many, percent
from tutor.study.answer_sheet import AnswerSheet, decode
from tutor.study.classroom import ClassReport, QuestionState, Wrong, report
from tutor.study.transfer import TransferError

COLUMNS = "right   of  discrimination  "  # the question follows
FIELDS = ("chapter", "goal", "question", "learners", "right", "difficulty", "discrimination", "wrong", "wrong_learners")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="report", required=True)
    one = what.add_parser("report", help="how hard each question is, and what is answered in its place")
    one.add_argument("folder", type=Path, metavar="DIR", help="with a file of `tutor export --answers` a learner")
    form = one.add_mutually_exclusive_group()
    add_json(form)
    form.add_argument("--csv", action="store_true", help="print a table for a spreadsheet; docs/class.md describes it")


def run(args: argparse.Namespace) -> int:
    """Print the report over all files that can be read; 1 when there are others, each said on stderr."""
    sheets, problems = read(args.folder)
    for problem in problems:
        complain(problem)
    if not sheets:
        raise CommandError(f"{args.folder} has no file that `tutor export --answers` has written", 1)
    found = report(load_course(), sheets)
    if args.json:
        print_json(data(found))
    elif args.csv:
        writer = csv.DictWriter(sys.stdout, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(found))
    else:
        _print(found)
    return 1 if problems else 0


def read(folder: Path) -> tuple[list[AnswerSheet], list[str]]:
    """Every sheet in the folder, and what is wrong with the other files."""
    sheets, problems = [], []
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() == ".json":
            try:
                sheets.append(decode(path.read_bytes(), path.name))
            except TransferError as error:
                problems.append(str(error))
    return sheets, problems


def rows(found: ClassReport) -> list[dict[str, Any]]:
    """A row a question that somebody answered."""
    return [
        {
            "chapter": goal.chapter.id,
            "goal": goal.goal.id,
            "question": state.question.id,
            "learners": state.learners,
            "right": state.right,
            "difficulty": _rounded(state.difficulty),
            "discrimination": _rounded(state.discrimination),
            "wrong": _wrong(state, goal.chapter),
            "wrong_learners": state.wrong.learners if state.wrong else None,
        }
        for goal in found.goals
        for state in goal.questions
    ]


def data(found: ClassReport) -> dict[str, Any]:
    """The report for a program."""
    return {
        "learners": found.learners,
        "answers": found.answers,
        "left_out": found.left_out,
        "goals": [
            {
                "chapter": goal.chapter.id,
                "goal": goal.goal.id,
                "text": goal.goal.text,
                "difficulty": _rounded(goal.difficulty),
            }
            for goal in found.goals
        ],
        "questions": rows(found),
    }


def _print(found: ClassReport) -> None:
    print(f"{many(found.learners, 'learner')}, {many(found.answers, 'first answer')}")
    if found.left_out:
        say(f"{many(found.left_out, 'answer')} left out: the question is not in this course, or has been changed")
    for goal in found.goals:
        print()
        _write(f"**{goal.chapter.title}.** {goal.goal.text} {percent(goal.difficulty)} right.", goal.chapter)
        print(f"{COLUMNS}question")
        for state in goal.questions:
            r = "" if state.discrimination is None else f"{state.discrimination:+.2f}"
            numbers = f"{percent(state.difficulty):>5} {state.learners:4} {r:>15}"
            _write(state.question.text.split("\n\n")[0], goal.chapter, numbers)
            if state.wrong:
                share = f"{state.wrong.learners} of {state.learners - state.right}"
                _write(f"Wrong, {share}: {_markdown(state.wrong)}", goal.chapter, " ")


def _write(text: str, chapter: Chapter, before: str = "") -> None:
    """Lesson Markdown in the terminal's width; in the last column, when something stands before it."""
    indent = len(COLUMNS) if before else 0
    width = max(24, shutil.get_terminal_size((80, 24)).columns - indent)
    for line in plain(text, facts(chapter), width, ascii=in_ascii()):
        print(f"{before:{indent}}{line}".rstrip())
        before = ""


def _wrong(state: QuestionState, chapter: Chapter) -> str | None:
    """The most chosen wrong answer in one line without marks."""
    if state.wrong is None:
        return None
    return " ".join(" ".join(plain(_markdown(state.wrong), facts(chapter), 10_000)).split())


def _markdown(wrong: Wrong) -> str:
    return literal(wrong.text) if wrong.typed else wrong.text


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
