"""Checks of a chapter's form: ids, what refers to what inside it, and what a full chapter must contain."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from tutor.course.problems import Finding, Path
from tutor.course.prose import linked_terms, one_paragraph, used_facts
from tutor.course.question_form import check_draw, check_keys, check_outcomes, check_question
from tutor.course.schema import AnyQuestion, Card, Chapter, Struct
from tutor.course.text import SHOW

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# What no goal begins with: it is no verb, or one that no question can test.
_NO_VERB = re.compile(
    r"a|an|the|this|that|these|those|it|its|i|we|you|he|she|they|your|our|their|my|what|why|how|when|where|who|which"
    r"|there|here|in|on|at|of|for|from|with|to|by|as|and|or|but|if|not|all|some|any|each|every|one|two|three"
    r"|(?!bring$).+ing"
)
_UNTESTABLE = re.compile("understand|know|learn|appreciate|grasp|be|become|familiari[sz]e|reali[sz]e|see")


def walk(struct: Struct, path: Path = ()) -> Iterator[tuple[Path, Struct]]:
    """Every table of a document with its path, the outer one first."""
    yield path, struct
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        for place, item in enumerate(value) if isinstance(value, list) else [(-1, value)]:
            if isinstance(item, Struct):
                yield from walk(item, (*path, name, place) if place >= 0 else (*path, name))


def check_fields(document: Struct) -> Iterator[Finding]:
    """Empty texts, malformed ids, dates and addresses, numbers below zero."""
    for path, struct in walk(document):
        for field in msgspec.structs.fields(type(struct)):
            value, at = getattr(struct, field.name), (*path, field.name)
            if isinstance(value, str):
                yield from _check_text(field.name, value, at, field.required)
            elif isinstance(value, list) and field.required and not value:
                yield Finding(at, f"`{field.name}` is empty")
            elif field.name == "tolerance" and value < 0:
                yield Finding(at, "`tolerance` is below zero")
            elif field.name in ("minutes", "revision") and value < 1:
                yield Finding(at, f"`{field.name}` is at least 1")


def _check_text(name: str, value: str, at: Path, required: bool) -> Iterator[Finding]:
    if required and not value.strip():
        yield Finding(at, f"`{name}` is empty")
    elif name == "id" and not ID.fullmatch(value):
        yield Finding(at, f"`{value}` is no id: lower-case letters and digits, words joined by hyphens")
    elif name == "date" and not _is_date(value):
        yield Finding(at, f"`{value}` is no date: 2024, 2024-05 or 2024-05-31")
    elif name == "url" and not re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(?:/\S*)?", value):
        yield Finding(at, f"`{value}` is no web address")


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}(?:-\d\d){0,2}", text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def check_chapter(chapter: Chapter) -> Iterator[Finding]:
    """What is wrong with a chapter by itself."""
    yield from _check_goals(chapter)
    for i, card in enumerate(chapter.cards):
        yield from _check_card(card, ("cards", i))
    goals, cards = {goal.id for goal in chapter.goals}, {card.id for card in chapter.cards}
    for i, question in enumerate(chapter.questions):
        if question.goal not in goals:
            yield Finding(("questions", i, "goal"), f"unknown goal `{question.goal}`")
        if question.card not in cards:
            yield Finding(("questions", i, "card"), f"unknown card `{question.card}`: this chapter has none")
        yield from check_draw(question, ("questions", i))
        if question.draw is None:
            yield from check_question(question, ("questions", i))
        yield from _check_try(question, chapter, ("questions", i, "try_it"))
    for i, insight in enumerate(chapter.insights):
        if re.search(r"[.?!]\s+[A-Z]", one_paragraph(insight.text)):
            yield Finding(("insights", i, "text"), "an insight is one sentence")
    yield from _check_facts(chapter)
    yield from check_keys(chapter)
    if not chapter.opening:
        yield from _check_counts(chapter)


def _check_goals(chapter: Chapter) -> Iterator[Finding]:
    tested = {question.goal for question in chapter.questions}
    for i, goal in enumerate(chapter.goals):
        word = re.match(r"[A-Z][a-z]+(?=\s)", goal.text)
        first = word.group().lower() if word else ""
        if not first or _NO_VERB.fullmatch(first):
            yield Finding(("goals", i, "text"), "a goal begins with a capitalised verb: `Explain why ...`")
        elif _UNTESTABLE.fullmatch(first):
            yield Finding(("goals", i, "text"), f"no question can test `{first}`: `Explain`, `Compute`, `Predict` ...")
        if not chapter.opening and goal.id not in tested:
            yield Finding(("goals", i), f"no question tests the goal `{goal.id}`")


def _check_card(card: Card, at: Path) -> Iterator[Finding]:
    if card.widget and not card.first.strip():
        yield Finding((*at, "first"), "a card with a widget needs `first`: what to do first, what to look for")
    if not card.widget:
        for field in ("first", "challenges", "predictions"):
            if getattr(card, field):
                yield Finding((*at, field), f"`{field}` needs a widget on the card")
    for i, prediction in enumerate(card.predictions):
        yield from check_outcomes(prediction.outcomes, (*at, "predictions", i, "outcomes"))


def _check_try(question: AnyQuestion, chapter: Chapter, at: Path) -> Iterator[Finding]:
    """Whether the card on which a point can be tried is there, and has a widget."""
    if question.try_it is not None:
        name = question.try_it.card or question.card
        card = next((card for card in chapter.cards if card.id == name), None)
        if card is None and question.try_it.card:
            yield Finding((*at, "card"), f"unknown card `{name}`: this chapter has none")
        elif card is not None and card.widget is None:
            yield Finding(at, f"the card `{name}` has no widget to try it in")


def _check_facts(chapter: Chapter) -> Iterator[Finding]:
    used = used_facts(chapter)
    for i, fact in enumerate(chapter.facts):
        if fact.id not in used:
            yield Finding(("facts", i), f"no text uses the fact `{fact.id}`")
        if fact.compute is None and not (fact.source and fact.date):
            yield Finding(("facts", i), f"the fact `{fact.id}` needs `compute`, or `source` and `date`")
        if fact.show is not None and (isinstance(fact.value, str) or not _shows(fact.show, fact.value)):
            yield Finding(("facts", i, "show"), f'`{fact.show}` cannot show this value: ",d", ".0%", ".2f" ...')


def _shows(spec: str, value: Any) -> bool:
    try:
        return bool(SHOW.fullmatch(spec)) and bool(format(value, spec))
    except ValueError:
        return False


def _check_counts(chapter: Chapter) -> Iterator[Finding]:
    """The table "what every chapter has"."""
    cards = chapter.cards
    kinds = Counter(type(question).__struct_config__.tag for question in chapter.questions)
    for path, have, least, what in (
        ("goals", len(chapter.goals), 3, "goals"),
        ("cards", len(cards), 8, "cards"),
        ("cards", sum(card.analogy for card in cards), 1, "cards with an analogy"),
        ("cards", sum(card.widget is not None for card in cards), 3, "cards with a widget"),
        ("cards", sum(len(card.predictions) for card in cards), 2, "predictions"),
        ("cards", sum(len(card.challenges) for card in cards), 2, "challenges"),
        ("cards", len(linked_terms(chapter)), 8, "glossary terms linked from its cards"),
        ("cards", sum(card.lab is not None for card in cards), 1, "cards with a lab"),
        ("questions", len(chapter.questions), 12, "questions"),
        ("questions", len(kinds), 4, "kinds of question"),
        ("insights", len(chapter.insights), 4, "insights"),
    ):
        if have < least:
            yield Finding((path,), f"a full chapter has at least {least} {what}; this one has {have}")
