"""From the cards to the glossary and back: the terms that a text speaks of, the cards that speak of a term."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from tutor.course.load import Course
from tutor.course.schema import Chapter, Term
from tutor.course.text import links

TERM = "term:"


def underlined(texts: Iterable[str]) -> list[str]:
    """The ids of the terms that lesson texts link to, in order, each once."""
    targets = (link for text in texts for link in links(text))
    return list(dict.fromkeys(link.removeprefix(TERM) for link in targets if link.startswith(TERM)))


def names(term: Term) -> list[str]:
    """What the term is called, in small letters: "byte-pair encoding (BPE)" is byte-pair encoding, and bpe."""
    whole = term.name.casefold()
    name, _, rest = whole.partition(" (")
    short = term.name.partition(" (")[2].rstrip(")")
    return [name, *([whole] if rest else []), *([short.casefold()] if short.isupper() else [])]


def named(texts: Iterable[str], terms: Iterable[Term]) -> list[str]:
    """The ids of those terms whose names stand in the texts, in one or several, underlined or not, in order."""
    called = {name: term.id for term in terms for name in names(term)}
    longest = "|".join(map(re.escape, sorted(called, key=len, reverse=True)))
    spoken = re.finditer(rf"(?<!\w)({longest})s?(?!\w)", "\n".join(texts).casefold()) if called else ()
    return list(dict.fromkeys(called[match[1]] for match in spoken))


def taught(course: Course, chapter: Chapter) -> list[Term]:
    """The terms that the cards of this chapter and of those before it link to."""
    before = takewhile(lambda one: one.id != chapter.id, course.readable())
    ids = underlined(card.text for one in (*before, chapter) for card in one.cards)
    return [term for one in ids if (term := course.term(one))]


def cards_about(course: Course, term_id: str) -> list[tuple[str, str, str]]:
    """(chapter id, card id, card title) of the cards that link to the term."""
    cards = ((chapter, card) for chapter in course.readable() for card in chapter.cards)
    return [(chapter.id, card.id, card.title) for chapter, card in cards if TERM + term_id in links(card.text)]


def found(course: Course, name: str) -> tuple[Term | None, list[Term]]:
    """The term of this name or id, without regard to case; and the terms that have the name within theirs."""
    wanted = name.strip().casefold()
    near = [term for term in course.terms.values() if wanted and wanted in term.name.casefold()]
    return next((term for term in course.terms.values() if wanted in (term.id, *names(term))), None), near
