"""The shape of a lesson file. TOML in, frozen structs out; a field that is not named here is an error.

Every id is written by the author, never derived from a path or a text: progress hangs on ids, so that
lessons can be edited, moved and reordered. Ids are lower-case words joined by hyphens, and are unique in
the whole course within their kind (cards, questions, facts and so on).
"""

from __future__ import annotations

from typing import Any

import msgspec


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rules of every table in a lesson file."""


# ── tracks.toml ──────────────────────────────────────────────────────────────────────────────────────


class ChapterEntry(Struct, frozen=True):
    """A chapter in the navigator. Without a `file` it is coming: shown, not opened."""

    id: str
    title: str
    summary: str
    file: str | None = None  # beside tracks.toml


class Part(Struct, frozen=True):
    id: str
    title: str
    chapters: list[ChapterEntry]


class Track(Struct, frozen=True):
    id: str
    title: str
    summary: str
    parts: list[Part]


class Tracks(Struct, frozen=True):
    track: list[Track]


# ── glossary.toml ────────────────────────────────────────────────────────────────────────────────────


class Term(Struct, frozen=True):
    """A glossary entry. Cards link to it as [subword](term:subword) in their Markdown."""

    id: str
    name: str
    text: str
    see: list[str] = []  # ids of related terms


class Glossary(Struct, frozen=True):
    term: list[Term]


# ── a chapter ────────────────────────────────────────────────────────────────────────────────────────

Settings = dict[str, Any]  # of an experiment; the experiment's own Settings struct says what is allowed


class Goal(Struct, frozen=True):
    id: str
    text: str  # begins with a verb that a quiz can test


class Computed(Struct, frozen=True):
    """A number that an experiment gives: run `experiment` with `settings`, take `reading`."""

    experiment: str  # a name in the registry, e.g. "token-splitter"
    reading: str
    settings: Settings = {}


class Fact(Struct, frozen=True):
    """A number used in the text as {fact:id}: computed by the course, or with a source and a date."""

    id: str
    value: float | int | str
    show: str | None = None  # a Python format spec for a number, e.g. ",d" or ".0%"; none shows it as it is
    compute: Computed | None = None
    tolerance: float = 0.0  # how far a recomputed value may be off
    source: str | None = None
    date: str | None = None  # ISO, when the source was read or published


class LiveWidget(Struct, frozen=True):
    """A live experiment on a card and how it starts."""

    name: str  # a name in the registry
    settings: Settings = {}


class Challenge(Struct, frozen=True):
    """Something to bring about in the card's widget; met when all goals hold at once."""

    id: str
    text: str
    goals: list[str]  # "reading < number" and so on, over the widget's readings
    recipe: Settings  # settings with which `tutor check` meets it
    hint: str = ""


class Outcome(Struct, frozen=True):
    """One of the answers to a prediction; `when` is a condition over the readings, like a challenge's."""

    text: str
    when: list[str]
    explain: str


class Prediction(Struct, frozen=True):
    """A question to answer before the widget shows; the truth is what the widget then computes."""

    id: str
    text: str
    settings: Settings
    outcomes: list[Outcome]  # for the given settings exactly one holds


class Card(Struct, frozen=True):
    """One idea. `text` is Markdown: paragraphs, lists, emphasis, code; {fact:id}; [name](term:id)."""

    id: str
    title: str
    text: str
    first: str = ""  # for a widget card: what to do first, and what to look for
    widget: LiveWidget | None = None
    challenges: list[Challenge] = []
    predictions: list[Prediction] = []
    analogy: bool = False  # the card holds an analogy and says where it breaks
    lab: str | None = None  # a file name in lessons/labs


class Choice(Struct, frozen=True):
    text: str
    explain: str
    correct: bool = False


Row = dict[str, str | float | int]  # what is put in the place of each {p:name}


class Draw(Struct, frozen=True):
    """What changes each time a question is asked: {p:name} in its texts and settings is filled from one row.

    The rows are written here, or made by a generator of tutor.course.draws; one of the two. A row's `answer` is
    the answer of a number question that has none of its own.
    """

    rows: list[Row] = []
    generator: str = ""


class TryIt(Struct, frozen=True):
    """Where the point of a question can be tried: a card's widget, with `settings` laid over the card's."""

    settings: Settings = {}
    card: str = ""  # id; none is the question's own card


class Question(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What all kinds of question share."""

    id: str
    goal: str  # id of the chapter's goal that it tests
    card: str  # id of the card that teaches it
    text: str
    revision: int = 1  # raised when the question changes so much that an old answer says nothing about it
    hint: str = ""
    draw: Draw | None = None
    try_it: TryIt | None = None  # offered with the feedback; a `predict` or computed question has its own


class OneChoice(Question, frozen=True, kw_only=True, tag="one"):
    """Exactly one choice is correct."""

    choices: list[Choice]


class SeveralChoices(Question, frozen=True, kw_only=True, tag="several"):
    """Any number of choices, at least one, is correct; right when all and only these are chosen."""

    choices: list[Choice]


class Number(Question, frozen=True, kw_only=True, tag="number"):
    """A number; right within `tolerance`. `compute` lets `tutor check` recompute the answer; without `answer`,
    in a question that is drawn, the engine computes it when the learner has answered."""

    answer: float | None = None
    tolerance: float = 0.0
    unit: str = ""
    explain: str
    compute: Computed | None = None


class Blank(Question, frozen=True, kw_only=True, tag="blank"):
    """A sentence with ___ in `text`; `answers` are accepted without regard to case and outer space."""

    answers: list[str]
    explain: str
    near: dict[str, str] = {}  # a likely wrong answer -> what to say to it


class Predict(Question, frozen=True, kw_only=True, tag="predict"):
    """Predict the model: `vary` names the setting that the learner may fill with text of their own; the
    key is the outcome that holds when the engine has computed the experiment."""

    experiment: str
    settings: Settings
    vary: str | None = None
    outcomes: list[Outcome]


class Step(Struct, frozen=True):
    """One of the things to put in order; `explain` says why it stands where it does."""

    text: str
    explain: str


class Order(Question, frozen=True, kw_only=True, tag="order"):
    """Put in order: `steps` are written in the right order and shown in another."""

    steps: list[Step]


class Pair(Struct, frozen=True):
    left: str
    right: str
    explain: str  # why these two belong together


class Match(Question, frozen=True, kw_only=True, tag="match"):
    """Pair each left side with its right side; the right sides are shown in another order."""

    pairs: list[Pair]


class CodeLine(Struct, frozen=True):
    """A line of the code that may be chosen, counted from 1."""

    line: int
    explain: str  # what it does, or what is wrong with it
    mended: str = ""  # the line as it should be; only the wrong one has it


class Code(Question, frozen=True, kw_only=True, tag="code"):
    """Spot the mistake: which of the `lines` of the shown program is wrong?"""

    code: str
    lines: list[CodeLine]


AnyQuestion = OneChoice | SeveralChoices | Number | Blank | Predict | Order | Match | Code


class Insight(Struct, frozen=True):
    id: str
    text: str  # one sentence


class Source(Struct, frozen=True):
    id: str
    text: str  # who, what, when
    url: str
    date: str


class Chapter(Struct, frozen=True):
    id: str
    title: str
    minutes: int  # to read it and try everything
    goals: list[Goal]
    cards: list[Card]
    questions: list[AnyQuestion] = []
    insights: list[Insight] = []
    facts: list[Fact] = []
    sources: list[Source] = []
    opening: bool = False  # only the first cards of a chapter that is still being written
