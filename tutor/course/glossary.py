"""From the cards to the glossary and back: the terms that a text speaks of, the cards that speak of a term."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tutor.course.load import Course, LessonError
from tutor.course.schema import Chapter, Term
from tutor.course.text import links

TERM = "term:"


def underlined(texts: Iterable[str]) -> list[str]:
    """The ids of the terms that lesson texts link to, in order, each once."""
    targets = (link for text in texts for link in links(text))
    return list(dict.fromkeys(link.removeprefix(TERM) for link in targets if link.startswith(TERM)))


def named(texts: Iterable[str], terms: Iterable[Term]) -> list[str]:
    """The ids of those terms whose names stand in the texts, in one or several, underlined or not."""
    whole = "\n".join(texts)
    return [t.id for t in terms if re.search(rf"(?<!\w){re.escape(t.name)}s?(?!\w)", whole, re.IGNORECASE)]


def terms_of(course: Course, chapter: Chapter) -> list[Term]:
    """The terms that the chapter's cards link to, in order."""
    return [term for one in underlined(card.text for card in chapter.cards) if (term := course.term(one))]


def cards_about(course: Course, term_id: str) -> list[tuple[str, str, str]]:
    """(chapter id, card id, card title) of the cards that link to the term."""
    found = []
    for entry in course.entries():
        if entry.file is not None:
            try:
                chapter = course.chapter(entry.id)
            except LessonError:
                continue
            found += [(entry.id, c.id, c.title) for c in chapter.cards if TERM + term_id in links(c.text)]
    return found


def found(course: Course, name: str) -> tuple[Term | None, list[Term]]:
    """The term of this name or id, without regard to case; and the terms that have the name within theirs."""
    wanted = name.strip().casefold()
    near = [term for term in course.terms.values() if wanted and wanted in term.name.casefold()]
    return next((t for t in course.terms.values() if wanted in (t.id, t.name.casefold())), None), near
