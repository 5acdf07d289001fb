"""`tutor lab`: read, change and run the programs of the course; an exercise is checked as in the app."""

from __future__ import annotations

import argparse
import errno
from pathlib import Path
from textwrap import dedent
from typing import Any

from tutor.commands import CommandError
from tutor.commands.arguments import add_json
from tutor.commands.output import print_json, print_table, say, show
from tutor.commands.plain import progress
from tutor.course.exercises import Exercise, exercise
from tutor.course.labs import run_source
from tutor.course.load import Course, load_course
from tutor.course.own_program import OwnProgram
from tutor.experiments.base import Table
from tutor.study.store import Store, labs_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lab", nargs="?", metavar="NAME", help="print this one (default: list them all)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--copy", action="store_true", help="copy it to a file of your own, to change in any editor")
    what.add_argument("--run", action="store_true", help="run your file, or the course's, and the check of an exercise")
    what.add_argument("--hint", action="store_true", help="the hint of an exercise")
    what.add_argument("--solution", action="store_true", help="a solution, once you have tried")
    what.add_argument("--original", action="store_true", help="print the course's own program, whatever you have made")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; the exit code is 1 when a program fails, or its check does."""
    course = load_course()
    with progress(args) as store:
        if args.lab is None:
            if args.copy or args.run or args.hint or args.solution or args.original:
                raise CommandError("name the lab; `tutor lab` lists them")
            rows = listed(course, store)
            if args.json:
                print_json(rows)
            else:
                print_table(Table(("lab", "chapter", "card", ""), [cells(row) for row in rows]))
            return 0
        lab = Lab(course, args.lab, labs_folder(args.data_dir))
        if args.copy:
            return lab.copy()
        if args.run:
            return lab.run(store)
        if args.hint:
            say(lab.task().hint)
        elif args.solution:
            lab.solve(store)
        else:
            lab.print(lab.original if args.original else lab.source)
    return 0


def listed(course: Course, store: Store) -> list[dict[str, Any]]:
    """Every lab with the card that it belongs to."""
    solved = store.challenges_met()
    found = []
    for chapter in course.readable():
        for card in chapter.cards:
            path = course.lab(card.lab) if card.lab else None
            if path is not None:
                is_exercise = exercise(path) is not None
                row = {"lab": path.stem, "chapter": chapter.id, "card": card.id, "exercise": is_exercise}
                found.append({**row, "solved": path.name in solved if is_exercise else None})
    return found


def cells(row: dict[str, Any]) -> tuple[str, str, str, str]:
    """A row of the list for people."""
    state = {None: "", False: "exercise", True: "exercise, solved"}[row["solved"]]
    return row["lab"], row["chapter"], row["card"], state


class Lab:
    """One lab, and the learner's own file of it, which the app opens too."""

    def __init__(self, course: Course, name: str, own: Path) -> None:
        path = course.lab(f"{name.removesuffix('.py')}.py")
        if path is None:
            raise CommandError(f"no lab {name!r}; `tutor lab` lists them")
        self.path, self.own = path, own / path.name
        self.original = path.read_text(encoding="utf-8")
        self.exercise: Exercise | None = exercise(path)

    @property
    def source(self) -> str:
        """What the learner has made of it, or the course's own."""
        return self.own.read_text(encoding="utf-8") if self.own.is_file() else self.original

    def task(self) -> Exercise:
        """What there is to do; raises CommandError where there is nothing."""
        if self.exercise is None:
            raise CommandError(f"{self.path.stem} is no exercise: there is nothing to fill in")
        return self.exercise

    def print(self, source: str) -> None:
        """The program, a line a line."""
        for line in source.splitlines():
            print(show(line))

    def copy(self) -> int:
        """Give the learner a file, unless there is one."""
        if not self.own.is_file():
            self._write()
        say(f"Yours is {self.own}. Change it in any editor; `tutor lab {self.path.stem} --run` runs it.")
        return 0

    def _write(self) -> None:
        """The course's program as the learner's file, whole or not at all; raises CommandError."""
        try:
            OwnProgram(self.own).keep(self.original)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            advice = "make room and try again" if full else "see to the folder and try again"
            raise CommandError(f"{self.own} could not be written: {error.strerror}; {advice}", 1) from error

    def run(self, store: Store) -> int:
        """What the program prints, how it ended, and what the check says."""
        ran = run_source(self.path.name, self.source, self.exercise.check if self.exercise else None)
        self.print(ran.output)
        if ran.trouble:
            say(f"It {ran.trouble}.")
        elif ran.passed:
            store.meet_challenge(self.path.name)
            print("The check passes: solved.")
        return 1 if ran.trouble or ran.passed is False else 0

    def solve(self, store: Store) -> None:
        """What stands in the gap of the solution, for one who has tried."""
        answer = self.task().answer
        if self.source == self.original and self.path.name not in store.challenges_met():
            raise CommandError(
                f"try it yourself first, with `tutor lab {self.path.stem} --copy`; a solution is shown then"
            )
        self.print(dedent(answer))
