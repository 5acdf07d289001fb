"""`tutor glossary`: every term, or what one means and which cards speak of it."""

from __future__ import annotations

import argparse
from typing import Any

from tutor.commands import CommandError
from tutor.commands.arguments import add_json
from tutor.commands.dialogue import Dialogue
from tutor.commands.output import print_json, show
from tutor.commands.terms import say_term
from tutor.course.glossary import cards_about, found
from tutor.course.load import Course, LessonError, load_course
from tutor.course.schema import Term


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("term", nargs="*", metavar="TERM", help="its name or a part of it (default: list all terms)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the terms, or one of them."""
    course, asked = load_course(), " ".join(args.term)
    if not course.terms:
        raise LessonError(course.glossary_problems) if course.glossary_problems else CommandError("there are no terms")
    if not asked:
        if args.json:
            print_json([data(course, each) for each in course.terms.values()])
        else:
            for each in course.terms.values():
                print(show(each.name))
        return 0
    term, near = found(course, asked)
    term = near[0] if term is None and len(near) == 1 else term
    if term is None:
        said = f"; it has {', '.join(other.name for other in near)}" if near else "; `tutor glossary` lists its terms"
        raise CommandError(f"the glossary has no {asked!r}{said}")
    if args.json:
        print_json(data(course, term))
        return 0
    dialogue = Dialogue()
    say_term(dialogue, course, term.name, [])
    for chapter, card, title in cards_about(course, term.id):
        dialogue.line(f"Card: {title} (`tutor read {chapter} --card {card}`)", hang=6)
    return 0


def data(course: Course, term: Term) -> dict[str, Any]:
    """A term with the cards that speak of it."""
    about = [{"chapter": chapter, "card": card} for chapter, card, _ in cards_about(course, term.id)]
    return {"id": term.id, "name": term.name, "text": term.text, "see": term.see, "cards": about}
