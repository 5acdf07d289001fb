"""`tutor review`: the questions that are due, as lines, each rated as it was remembered."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping

from tutor.commands.asking import Asking
from tutor.commands.dialogue import Dialogue
from tutor.commands.plain import progress, talk
from tutor.course.load import load_course
from tutor.study.review import count, day, days_ahead, next_due, queue, rated
from tutor.study.rounds import Round
from tutor.study.schedule import Rating

RATINGS = {rating.name.lower(): rating for rating in Rating}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--forecast", action="store_true", help="say what the days ahead bring, and ask nothing")


def run(args: argparse.Namespace) -> int:
    """Ask what is due today."""
    course, at = load_course(), time.time()
    with progress(args) as store:
        chapters, memories = course.readable(), store.memories()
        due = Round(queue(chapters, memories, at), source="review")
        dialogue = Dialogue()
        if due.items:
            where = count(len({item.chapter.id for item in due.items}), "chapter")
            dialogue.line(f"{count(len(due.items), 'question')} due from {where}.")
        elif (next_at := next_due(chapters, memories, at)) is not None:
            dialogue.line(f"Nothing is due now. The next question comes back {day(next_at, at)}.")
        else:
            dialogue.line("Nothing is here yet. Every question that you answer in a quiz comes back here.")
        if args.forecast:
            for name, n in days_ahead(chapters, memories, at):
                dialogue.line(f"{name}: {n}")
        elif due.items:
            with talk(store, dialogue):
                Review(course, store, dialogue, due).run()
    return 0


class Review(Asking):
    """A round of what is due."""

    def more(self) -> Mapping[str, str]:
        return {name: f"rate this answer {name}" for name in RATINGS}

    def do(self, command: str) -> None:
        self.store.rate(self.round.given[-1][1], RATINGS[command])
        self.answered()

    def answered(self) -> None:
        """Say how the answer is rated, and when its question comes back by it."""
        found = rated(self.store, self.round)
        if found is not None:
            rating, due = found
            back = day(due, time.time())
            self.dialogue.line(f"How well remembered: {rating.name.lower()}. It comes back {back}.")
