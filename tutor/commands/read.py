"""`tutor read`: a chapter card by card, as lines; its live widgets in words and tables."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from tutor.commands import CommandError
from tutor.commands.dialogue import Dialogue
from tutor.commands.output import print_table
from tutor.commands.plain import add_chapter, chosen, computed, progress, talk
from tutor.commands.settings import typed
from tutor.commands.terms import TERM, say_term
from tutor.course.glossary import underlined
from tutor.course.leaves import GOALS, INSIGHTS, QUIZ, Leaf, leaves
from tutor.course.load import Course, facts, load_course
from tutor.course.schema import Card, Chapter, Prediction
from tutor.course.text import literal
from tutor.experiments.base import Result, Table, all_hold
from tutor.experiments.cells import visible
from tutor.experiments.registry import EXPERIMENTS
from tutor.study.predicting import revealed, truth
from tutor.study.store import Store

ROWS = 12  # of a widget's table, unless all are asked for
WAYS = {"back": "the page before", "goto": "a card by its number: :goto 3", **TERM}
LIVE = {
    "set": "change a setting and compute again: :set text Hello",
    "settings": "the settings and what they are now",
    "readings": "all numbers that the widget reads",
    "table": "the whole table",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_chapter(parser)
    parser.add_argument("--card", metavar="N", help="begin at this card (default: where you were in the chapter)")
    parser.add_argument("--all", action="store_true", help="print the whole chapter without asking anything")


def run(args: argparse.Namespace) -> int:
    """Read on from where the learner was."""
    course = load_course()
    with progress(args) as store:
        chapter = chosen(course, store, args.chapter)
        pages = leaves(chapter)
        dialogue = Dialogue()
        if args.all:
            for page in pages:
                Reading(course, chapter, store, dialogue).show(page, alone=True)
            return 0
        start = store.place_in(chapter.id) if args.card is None else _card(pages, args.card)
        with talk(store, dialogue):
            Reading(course, chapter, store, dialogue).begin(start)
    return 0


def _card(pages: list[Leaf], asked: str) -> str:
    """The id of a card given by its number or id."""
    cards = [page.id for page in pages if page.card is not None]
    if asked in cards:
        return asked
    if asked.isdecimal() and 1 <= int(asked) <= len(cards):
        return cards[int(asked) - 1]
    raise CommandError(f"no card {asked!r}; this chapter has cards 1 to {len(cards)}")


class Reading:
    """One learner reading one chapter."""

    def __init__(self, course: Course, chapter: Chapter, store: Store, dialogue: Dialogue) -> None:
        self.course = course
        self.chapter = chapter
        self.store = store
        self.dialogue = dialogue
        self.facts = facts(chapter)

    def begin(self, start: str | None) -> None:
        """Page after page, from `start` or the first, until the last is done."""
        pages = leaves(self.chapter)
        ids = [page.id for page in pages]
        at = ids.index(start) if start in ids else 0
        while at < len(pages):
            self.store.set_place(self.chapter.id, pages[at].id)
            self.show(pages[at])
            card = pages[at].card
            live = self._try(card) if card is not None else None
            self.dialogue.line()
            at = self._onward(pages, at, live)
        self.dialogue.line("This was the last page of the chapter.")

    # ── what a page says ─────────────────────────────────────────────────────────────────────────────

    def show(self, page: Leaf, alone: bool = False) -> None:
        """The page's text; `alone` without a prompt below it."""
        say = self.dialogue.say
        say()
        if page.card is not None:
            say(f"**{page.place.capitalize()}: {page.card.title}**")
            say()
            say(page.card.text, self.facts)
            if page.card.lab:
                how = f"tutor lab {page.card.lab.removesuffix('.py')}" if alone else ":lab"
                say()
                say(f"This card has a lab, `{page.card.lab}`: `{how}` prints it.")
        elif page.id == GOALS:
            goals = "\n".join(f"- {goal.text}" for goal in self.chapter.goals)
            about = f"About {self.chapter.minutes} minutes, {len(self.chapter.cards)} cards."
            say(f"{self.chapter.title}\n\nAfter this chapter you can\n\n{goals}\n\n{about}", self.facts)
        elif page.id == QUIZ:
            n = len(self.chapter.questions)
            say(f"Quiz: {n} questions on this chapter. `tutor quiz {self.chapter.id}` asks them.")
        elif page.id == INSIGHTS:
            insights = "\n".join(f"- {insight.text}" for insight in self.chapter.insights)
            sources = "\n".join(f"- {s.text} ({s.date}): {s.url}" for s in self.chapter.sources)
            say(f"Key insights\n\n{insights}" + (f"\n\nSources\n\n{sources}" if sources else ""), self.facts)

    # ── what the learner does on it ──────────────────────────────────────────────────────────────────

    def _onward(self, pages: list[Leaf], at: int, live: Live | None) -> int:
        """The number of the page to go to; the commands of this page are dealt with before."""
        card = pages[at].card
        ways = WAYS | (LIVE if live else {}) | self._extras(card)
        while True:
            said = self.dialogue.ask("Enter goes on, :help lists commands.", ways)
            if said.command == "back":
                return max(0, at - 1)
            if said.command == "goto":
                try:
                    return [page.id for page in pages].index(_card(pages, said.text.strip()))
                except CommandError as error:
                    self.dialogue.line(f"{error}.".capitalize())
            elif said.command == "term":
                here = underlined([card.text]) if card is not None else []
                say_term(self.dialogue, self.course, said.text, here)
            elif said.command == "hint" and card is not None:
                self._hints(card)
            elif said.command == "lab" and card is not None:
                self._lab(card)
            elif said.command and live is not None:
                live.do(said.command, said.text)
            elif said.text.strip():
                self.dialogue.line("Press Enter to go on, or type a command that begins with a colon.")
            else:
                if card is not None:
                    self.store.mark_card(self.chapter.id, card.id)
                return at + 1

    def _extras(self, card: Card | None) -> dict[str, str]:
        extras = {}
        if card is not None and any(challenge.hint for challenge in card.challenges):
            extras["hint"] = "hints for the challenges"
        if card is not None and card.lab:
            extras["lab"] = "print the lab"
        return extras

    def _try(self, card: Card) -> Live | None:
        """Ask the card's predictions, then show what its widget shows."""
        if card.widget is None:
            return None
        made = self.store.predictions_made()
        for prediction in card.predictions:
            if prediction.id not in made:
                self._predict(card, prediction)
        live = Live(self, card)
        live.introduce()
        return live

    def _predict(self, card: Card, prediction: Prediction) -> None:
        assert card.widget is not None
        say, n = self.dialogue.say, len(prediction.outcomes)
        say()
        say(f"**Before you see it:** {prediction.text}", self.facts)
        for i, outcome in enumerate(prediction.outcomes, 1):
            say(f"{i}. {outcome.text}", self.facts)
        while True:
            said = self.dialogue.ask("Type the number of what you expect:", {"skip": "go on without an answer"})
            if said.command:
                return
            if said.text.strip() in map(str, range(1, n + 1)):
                break
            self.dialogue.line(f"Type a number from 1 to {n}, or :skip.")
        chosen = int(said.text) - 1
        try:
            result = computed(card.widget.name, {**card.widget.settings, **prediction.settings})
        except ValueError as error:
            self.dialogue.line(f"The truth could not be computed: {error}")
            return
        self.store.record_prediction(prediction.id, str(chosen), chosen == truth(prediction, result))
        say(revealed(prediction, chosen, result), self.facts)

    def _hints(self, card: Card) -> None:
        for challenge in card.challenges:
            if challenge.hint:
                self.dialogue.say(f"{challenge.text} ({challenge.hint})", self.facts)

    def _lab(self, card: Card) -> None:
        path = self.course.lab(card.lab or "")
        for line in path.read_text(encoding="utf-8").splitlines() if path else ():
            self.dialogue.code(line)


class Live:
    """A card's widget in words: computed with its settings, which the learner may change."""

    def __init__(self, reading: Reading, card: Card) -> None:
        assert card.widget is not None
        self.reading = reading
        self.card = card
        self.name = card.widget.name
        self.settings: dict[str, Any] = dict(card.widget.settings)
        self.result: Result | None = None

    def introduce(self) -> None:
        """What to do first, the challenges, and what the widget shows at the start."""
        say, known = self.reading.dialogue.say, self.reading.facts
        say()
        say(f"Live: {EXPERIMENTS[self.name].title}. `:set` changes what it is computed from.")
        if self.card.first:
            say(f"In the app: {self.card.first}", known)  # it may name keys
        met = self.reading.store.challenges_met()
        for challenge in self.card.challenges:
            say(f"**{'Met' if challenge.id in met else 'Challenge'}:** {challenge.text}", known)
        say()
        self._compute(self.settings)

    def do(self, command: str, text: str) -> None:
        """One of the LIVE commands."""
        line = self.reading.dialogue.line
        if command == "set":
            name, _, value = text.partition(" ")
            try:
                value = typed(EXPERIMENTS[self.name].load().Settings, name, value)
            except ValueError as error:
                line(str(error))
            else:
                self._compute({**self.settings, name: value})
        elif command == "settings":
            now = msgspec.convert(self.settings, EXPERIMENTS[self.name].load().Settings)
            for field, kept in msgspec.structs.asdict(now).items():
                line(f"{field}: {' '.join(map(str, kept)) if isinstance(kept, tuple | list) else kept}", hang=2)
        elif self.result is None:
            line("There is nothing to show; :set another value.")
        elif command == "readings":
            for reading, read in self.result.readings().items():
                line(f"{reading}: {read:.4g}" if isinstance(read, float) else f"{reading}: {read}")
        else:
            print_table(self.result.table())

    def _compute(self, settings: dict[str, Any]) -> None:
        """Show the result with these settings and keep them, or say what is wrong with them."""
        dialogue, store = self.reading.dialogue, self.reading.store
        try:
            result = computed(self.name, settings)
        except ValueError as error:
            dialogue.line(str(error))
            return
        self.settings, self.result = settings, result
        dialogue.say(literal(visible(result.sentence())))
        table = result.table()
        print_table(Table(table.columns, table.rows[:ROWS]))
        if len(table.rows) > ROWS:
            dialogue.line(f"({ROWS} of {len(table.rows):,} rows; :table prints all)")
        for challenge in self.card.challenges:
            if challenge.id not in store.challenges_met() and all_hold(challenge.goals, result.readings()):
                store.meet_challenge(challenge.id)
                dialogue.say(f"**Met:** {challenge.text}", self.reading.facts)
