"""The pages of a chapter in order: its goals, its cards, its quiz, its key insights."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.schema import Card, Chapter

GOALS, QUIZ, INSIGHTS = "goals", "quiz", "insights"  # pages without a card; no card has these ids


@dataclass(frozen=True)
class Leaf:
    """One page of the chapter, by the id under which the place is kept."""

    id: str
    place: str  # "card 3 of 14"
    card: Card | None = None


def leaves(chapter: Chapter) -> list[Leaf]:
    """The pages of a chapter, in order."""
    n = len(chapter.cards)
    cards = [Leaf(card.id, f"card {i} of {n}", card) for i, card in enumerate(chapter.cards, 1)]
    quiz = [Leaf(QUIZ, "quiz")] if chapter.questions else []
    insights = [Leaf(INSIGHTS, "key insights")] if chapter.insights else []
    return [Leaf(GOALS, "goals"), *cards, *quiz, *insights]
