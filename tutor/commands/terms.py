"""What a term of the glossary means, said line by line."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.commands.dialogue import Dialogue
from tutor.course.glossary import found
from tutor.course.load import Course

TERM = {"term": "what a term means: :term token; :term alone lists the terms of this page"}


def say_term(dialogue: Dialogue, course: Course, name: str, here: Sequence[str]) -> None:
    """The term of this name with those beside it; without a name the terms `here`, given by their ids."""
    if not name.strip():
        names = [term.name for one in here if (term := course.term(one))]
        dialogue.line(f"Terms here: {', '.join(names)}." if names else "There are no terms on this page.")
        return
    term, near = found(course, name)
    if term is None:
        said = f" It has: {', '.join(other.name for other in near)}." if near else ""
        dialogue.line(f"The glossary has no {name.strip()!r}.{said}")
        return
    dialogue.say(f"**{term.name}:** {term.text}")
    see = [other.name for other in map(course.term, term.see) if other]
    if see:
        dialogue.line(f"See also: {', '.join(see)}.")
