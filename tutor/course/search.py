"""Search over the cards of every chapter that can be read, and over the glossary."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from tutor.course.load import Course, LessonError, facts
from tutor.course.text import parse

MOST = 50  # hits


@dataclass(frozen=True)
class Hit:
    """Something that can be found."""

    kind: str  # "card" or "term"
    id: str  # "chapter-id/card-id", or the term's id
    title: str
    where: str
    text: str


def entries(course: Course) -> Generator[None, None, list[Hit]]:
    """Everything that can be found, a chapter at a time; what cannot be read is left out."""
    found = []
    for entry in course.entries():
        if entry.file is None:
            continue
        yield
        try:
            chapter = course.chapter(entry.id)
        except LessonError:
            continue
        for card in chapter.cards:
            blocks = ("".join(span.text for span in block.spans) for block in parse(card.text, facts(chapter)))
            found.append(Hit("card", f"{entry.id}/{card.id}", card.title, chapter.title, " ".join(blocks)))
    return found + [Hit("term", term.id, term.name, "Glossary", term.text) for term in course.terms.values()]


def find(query: str, hits: Iterable[Hit]) -> list[Hit]:
    """The hits with every word of the query: first those with all in the title, then in the text."""
    words = query.casefold().split()
    if not words:
        return []
    in_title, in_text = [], []
    for hit in hits:
        title = hit.title.casefold()
        if all(word in title for word in words):
            in_title.append(hit)
        elif all(word in f"{title} {hit.text.casefold()}" for word in words):
            in_text.append(hit)
    return (in_title + in_text)[:MOST]
