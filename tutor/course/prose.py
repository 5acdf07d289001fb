"""Checks of what learners read: marks, links, facts, numbers, characters, and whether a card fits a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from tutor.course.figures import figures
from tutor.course.load import facts
from tutor.course.problems import Finding, Path
from tutor.course.schema import (
    AnyQuestion,
    Blank,
    Card,
    Chapter,
    Code,
    Glossary,
    Match,
    Number,
    OneChoice,
    Order,
    Predict,
    SeveralChoices,
)
from tutor.course.text import FACT, WIDTH, inline, links, parse, plain

PAGE = 18  # lines of a card without a widget, at 80x24
ABOVE_WIDGET = 10  # lines of a card with one, its `first` and challenges included
PREDICTION = 11  # lines of a prediction below its card, with the blank one before its outcomes
OUTCOME = 66  # cells of an outcome
TITLE = 56  # cells, beside the place mark

_VERDICT = re.compile(
    r"(?:correct|incorrect|right|wrong|yes|yep|no|nope|exactly|precisely|indeed|absolutely|true|false|sorry|bingo"
    r"|that['’]s|(?:that|this) is (?:correct|right|wrong|true|false|incorrect|it)"
    r"|not (?:quite|right|correct|exactly|true)"
    r"|of course|well done|good (?:job|guess|try|work)|nice|great|perfect|excellent"
    r"|(?:almost|nearly|close|good)(?=[\s]*[,.;:–—]|\s+(?:right|correct|there)\b))(?![\w-])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’")
_UNCLOSED = re.compile(r"(\*\*|`|\]\(|^#{1,6}(?= )|^>(?= )|^\|)\S*", re.MULTILINE)
_FACT_LIKE = re.compile(r"\{\s*fact\b[^}\n]*\}?")
_EXCLAIMED = re.compile(r"\w*!")


@dataclass(frozen=True)
class Prose:
    path: Path
    text: str
    title: bool = False  # no marks in it
    states: bool = True  # it states things: its numbers must be facts
    explains: bool = False  # it answers a choice: no verdict at its beginning


def of_chapter(chapter: Chapter) -> Iterator[Prose]:
    """Everything a learner reads in a chapter."""
    yield Prose(("title",), chapter.title, title=True)
    for i, goal in enumerate(chapter.goals):
        yield Prose(("goals", i, "text"), goal.text)
    for i, card in enumerate(chapter.cards):
        yield from _of_card(card, ("cards", i))
    for i, question in enumerate(chapter.questions):
        yield from _of_question(question, ("questions", i))
    for i, insight in enumerate(chapter.insights):
        yield Prose(("insights", i, "text"), insight.text)
    for i, source in enumerate(chapter.sources):
        yield Prose(("sources", i, "text"), source.text, title=True, states=False)


def of_glossary(glossary: Glossary) -> Iterator[Prose]:
    """Everything a learner reads in the glossary."""
    for i, term in enumerate(glossary.term):
        yield Prose(("term", i, "name"), term.name, title=True, states=False)
        yield Prose(("term", i, "text"), term.text)


def _of_card(card: Card, at: Path) -> Iterator[Prose]:
    yield Prose((*at, "title"), card.title, title=True)
    yield Prose((*at, "text"), card.text)
    yield Prose((*at, "first"), card.first, states=False)
    for i, challenge in enumerate(card.challenges):
        yield Prose((*at, "challenges", i, "text"), challenge.text, states=False)
        yield Prose((*at, "challenges", i, "hint"), challenge.hint, states=False)
    for i, prediction in enumerate(card.predictions):
        yield Prose((*at, "predictions", i, "text"), prediction.text, states=False)
        for j, outcome in enumerate(prediction.outcomes):
            yield Prose((*at, "predictions", i, "outcomes", j, "text"), outcome.text, states=False)
            yield Prose((*at, "predictions", i, "outcomes", j, "explain"), outcome.explain, explains=True)


def _of_question(question: AnyQuestion, at: Path) -> Iterator[Prose]:
    yield Prose((*at, "text"), question.text)
    yield Prose((*at, "hint"), question.hint, states=False)
    match question:
        case OneChoice() | SeveralChoices():
            for i, choice in enumerate(question.choices):
                yield Prose((*at, "choices", i, "text"), choice.text, states=False)
                yield Prose((*at, "choices", i, "explain"), choice.explain, explains=True)
        case Predict():
            for i, outcome in enumerate(question.outcomes):
                yield Prose((*at, "outcomes", i, "text"), outcome.text, states=False)
                yield Prose((*at, "outcomes", i, "explain"), outcome.explain, explains=True)
        case Number() | Blank():
            yield Prose((*at, "explain"), question.explain, explains=True)
        case Order():
            for i, step in enumerate(question.steps):
                yield Prose((*at, "steps", i, "text"), step.text, states=False)
                yield Prose((*at, "steps", i, "explain"), step.explain, explains=True)
        case Match():
            for i, pair in enumerate(question.pairs):
                yield Prose((*at, "pairs", i, "left"), pair.left, states=False)
                yield Prose((*at, "pairs", i, "right"), pair.right, states=False)
                yield Prose((*at, "pairs", i, "explain"), pair.explain, explains=True)
        case Code():
            for i, line in enumerate(question.lines):
                yield Prose((*at, "lines", i, "explain"), line.explain, explains=True)
    if isinstance(question, Blank):
        for wrong, said in question.near.items():
            yield Prose((*at, "near", wrong), said, explains=True)


def check_prose(
    prose: Prose, known_facts: set[str], cards: set[str] | None, terms: set[str] | None
) -> Iterator[Finding]:
    """What is wrong in one text. `cards` and `terms` are the ids a link may name; None where nobody knows."""
    path, text = prose.path, prose.text
    for char in sorted({c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")}):
        yield Finding(path, f"the character U+{ord(char):04X} cannot be shown: a control or format character", char)
    spans = [span for block in parse(text) if block.kind != "code" for span in block.spans if not span.code]
    bare = "\n".join(span.text for span in spans)
    for char in sorted({c for c in bare if _is_emoji(c)}):
        yield Finding(path, f"{char} is an emoji: terminals disagree about its width; use words", char)
    if exclaimed := _EXCLAIMED.search(_QUOTED.sub("", bare)):
        yield Finding(path, "no exclamation marks in prose", exclaimed.group())
    if prose.title:
        if any(span.bold or span.emphasis or span.link for span in spans) or "`" in text or "{fact" in text:
            yield Finding(path, "a title is plain text: no marks, links or facts")
        if "\n" in text or (path[-1] == "title" and cell_len(text) > TITLE):
            yield Finding(path, f"a title is one line of at most {TITLE} cells")
    elif unclosed := _UNCLOSED.search(bare):
        yield Finding(path, f"`{unclosed[1]}` is not closed, or not in the Markdown of lessons", unclosed.group())
    for link in links(text):
        yield from _check_link(path, link, cards, terms)
    for piece in sorted(set(_FACT_LIKE.findall(text))):
        fact = FACT.fullmatch(piece)
        if not fact:
            yield Finding(path, f"`{piece}` is not `{{fact:id}}`", piece)
        elif fact[1] not in known_facts:
            yield Finding(path, f"unknown fact `{fact[1]}`", piece)
    if prose.states or prose.explains:
        for figure in sorted(set(figures(text))):
            yield Finding(path, f"`{figure}` looks like a statistic: make it a fact, or put it in code", figure)
    if prose.explains and (verdict := _VERDICT.match(text.lstrip(" *_`\n"))):
        yield Finding(path, f"an explanation does not begin with a verdict (`{verdict.group()}`)", verdict.group())


def _check_link(path: Path, link: str, cards: set[str] | None, terms: set[str] | None) -> Iterator[Finding]:
    kind, _, target = link.partition(":")
    ids = {"card": cards, "term": terms}
    if kind not in ids or not target:
        yield Finding(path, f"a link leads to `term:id` or `card:id`, not to `{link}`", link)
    elif (known := ids[kind]) is not None and target not in known:
        yield Finding(path, f"unknown {kind} `{target}`", f"{link})")


def _is_emoji(char: str) -> bool:
    return (
        0x1F000 <= ord(char) <= 0x1FAFF
        or ord(char) in (0xFE0F, 0x20E3)
        or (0x2600 <= ord(char) <= 0x27BF and cell_len(char) > 1)
    )


def used_facts(chapter: Chapter) -> set[str]:
    """The ids of the facts that the chapter's prose shows."""
    return {name for prose in of_chapter(chapter) for name in FACT.findall(prose.text)}


def check_pages(chapter: Chapter) -> Iterator[Finding]:
    """Cards that do not fit a page of 80x24, and code wider than the text."""
    known = facts(chapter)
    for i, card in enumerate(chapter.cards):
        lines = len(plain(card.text.strip("\n"), known))
        if card.widget:
            below = [card.first.strip("\n"), *(f"Challenge: {challenge.text}" for challenge in card.challenges)]
            lines += sum(len(plain(text, known)) for text in below)
            if lines > ABOVE_WIDGET:
                said = f"text, `first` and challenges take {lines} lines; a card with a widget has {ABOVE_WIDGET}"
                yield Finding(("cards", i, "text"), said)
        elif lines > PAGE:
            yield Finding(("cards", i, "text"), f"the text takes {lines} lines; a card without a widget has {PAGE}")
        for block in parse(card.text, known):
            for span in block.spans if block.kind == "code" else ():
                if cell_len(span.text.expandtabs(4)) > WIDTH - 2:
                    yield Finding(("cards", i, "text"), f"a line of code is wider than {WIDTH - 2} cells", span.text)
        for j, prediction in enumerate(card.predictions):
            lines = 1 + len(plain(f"Before you see it: {prediction.text}", known))
            lines += sum(len(plain(outcome.text, known, OUTCOME)) for outcome in prediction.outcomes)
            if lines > PREDICTION:
                said = f"the prediction takes {lines} lines with its outcomes; there are {PREDICTION}"
                yield Finding(("cards", i, "predictions", j, "text"), said)


def linked_terms(chapter: Chapter) -> set[str]:
    """The glossary terms that the chapter's cards link to."""
    found = (link for card in chapter.cards for text in (card.text, card.first) for link in links(text))
    return {link.removeprefix("term:") for link in found if link.startswith("term:")}


def one_paragraph(text: str) -> str:
    """`text` without marks, on one line."""
    return " ".join("".join(span.text for span in inline(text)).split())
