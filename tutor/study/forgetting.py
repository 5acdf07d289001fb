"""Which part of what was done a reset takes away, and what is left then.

A card takes along the answers to the questions that it teaches; a chapter all that is in it, and what was done in it
with cards and questions that the course no longer has. Flags are notes about the course: only `all` takes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tutor.course.load import Course
from tutor.course.schema import Card, Chapter
from tutor.study.transfer import Contents


@dataclass(frozen=True)
class Part:
    """A part of the course, by ids. `chapter`: with what was done there and is nowhere in the course now."""

    cards: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    challenges: frozenset[str] = frozenset()
    predictions: frozenset[str] = frozenset()
    chapter: str | None = None
    elsewhere: frozenset[str] = frozenset()  # ids of cards and questions that other chapters have


def card(course: Course, contents: Contents, card_id: str) -> Part:
    """A card; raises KeyError for one that is neither in the course nor among what was done."""
    for chapter in course.readable():
        for found in chapter.cards:
            if found.id == card_id:
                return _part([found], (q.id for q in chapter.questions if q.card == card_id))
    if card_id in {row.card for row in contents.cards} | {row.card for row in contents.places}:
        return Part(cards=frozenset({card_id}))
    raise KeyError(card_id)


def chapter(course: Course, contents: Contents, chapter_id: str) -> Part:
    """A chapter; raises KeyError for one that is neither in the course nor among what was done."""
    done = {row.chapter for row in contents.answers} | {row.chapter for row in contents.cards}
    done |= {row.chapter for row in contents.places}
    if course.find(chapter_id) is None and chapter_id not in done:
        raise KeyError(chapter_id)
    readable = course.readable()
    here = [one for one in readable if one.id == chapter_id]
    part = _part((c for one in here for c in one.cards), (q.id for one in here for q in one.questions))
    elsewhere = frozenset(item for one in readable if one.id != chapter_id for item in _ids(one))
    return replace(part, chapter=chapter_id, elsewhere=elsewhere)


def without(contents: Contents, part: Part) -> Contents:
    """The contents with nothing left of `part`."""

    def belongs(id: str, own: frozenset[str], chapter: str) -> bool:
        return id in own or (chapter == part.chapter and id not in part.elsewhere)

    gone = {row.id for row in contents.answers if belongs(row.question, part.questions, row.chapter)}
    return Contents(
        answers=tuple(row for row in contents.answers if row.id not in gone),
        undos=tuple(row for row in contents.undos if row.answer not in gone),
        ratings=tuple(row for row in contents.ratings if row.answer not in gone),
        flags=contents.flags,
        predictions=tuple(row for row in contents.predictions if row.prediction not in part.predictions),
        cards=tuple(row for row in contents.cards if not belongs(row.card, part.cards, row.chapter)),
        challenges=tuple(row for row in contents.challenges if row.id not in part.challenges),
        places=tuple(row for row in contents.places if not belongs(row.card, part.cards, row.chapter)),
    )


def _part(cards: Iterable[Card], questions: Iterable[str]) -> Part:
    found = list(cards)
    return Part(
        cards=frozenset(card.id for card in found),
        questions=frozenset(questions),
        challenges=frozenset(challenge.id for card in found for challenge in card.challenges),
        predictions=frozenset(prediction.id for card in found for prediction in card.predictions),
    )


def _ids(chapter: Chapter) -> Iterable[str]:
    yield from (card.id for card in chapter.cards)
    yield from (question.id for question in chapter.questions)
