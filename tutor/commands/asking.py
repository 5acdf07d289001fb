"""Asking questions line by line: the same questions, words and log as on the screens."""

from __future__ import annotations

import time
from collections.abc import Mapping

from tutor.commands.dialogue import Dialogue, LeftError
from tutor.commands.plain import computed
from tutor.commands.terms import TERM, say_term
from tutor.course.glossary import named, taught
from tutor.course.load import Course, facts
from tutor.course.schema import Fact, Number, Predict
from tutor.course.text import literal
from tutor.experiments.cells import visible
from tutor.study.asking import Asked, ask, feedback, judge, needed, read, try_it
from tutor.study.rounds import Item, Round, recap
from tutor.study.store import Store

CARD, TRY, UNDO, FLAG, SKIP, HINT, TEXT = "card", "try", "undo", "flag", "skip", "hint", "text"
_UNDO = "take back the last answer, and ask its question again"
_FLAG = "note what is wrong with this question: :flag two choices are right"


class Asking:
    """Asks what is open in a round, then says how it went. Leaving in the middle raises LeftError."""

    def __init__(self, course: Course, store: Store, dialogue: Dialogue, round: Round) -> None:
        self.course = course
        self.store = store
        self.dialogue = dialogue
        self.round = round
        self._variants: dict[str, int] = {}  # question id -> how it was asked in this talk

    def run(self) -> None:
        item = self.round.after(None)
        while item is not None:
            item = self._question(item)
        self._recap()

    # ── for the review ───────────────────────────────────────────────────────────────────────────────

    def more(self) -> Mapping[str, str]:
        """Further commands after an answer, and what they do."""
        return {}

    def do(self, command: str) -> None:
        """One of `more`."""

    def answered(self) -> None:
        """The feedback to the last answer has been shown."""

    # ── one question ─────────────────────────────────────────────────────────────────────────────────

    def _question(self, item: Item) -> Item | None:
        """Ask until there is an answer, or the learner goes elsewhere; the question that comes then."""
        asked = ask(item.question, self._variant(item))
        self._show(item, asked)
        known, own, hinted, begun = facts(item.chapter), None, False, time.monotonic()
        commands = self._commands(asked)
        while True:
            said = self.dialogue.ask(asked.prompt, commands)
            if said.command == HINT:
                hinted = True
                self.dialogue.say(f"**Hint:** {asked.question.hint}", known)
            elif said.command == TEXT:
                own = said.text
            elif said.command == SKIP:
                return self.round.after(item)
            elif said.command == FLAG:
                self._flag(item, said.text)
            elif said.command == UNDO:
                return self._undo() or item
            elif told := self._answer(item, asked, said.text, own, hinted, time.monotonic() - begun):
                return self._afterwards(item, asked, own, told)

    def _variant(self, item: Item) -> int:
        """What is asked again because its answer was taken back keeps its order, which still stands above; only what
        is drawn is drawn anew, since the answer to it has been told."""
        times = self.store.times_answered(item.id)
        return times if item.question.draw else self._variants.setdefault(item.id, times)

    def _commands(self, asked: Asked) -> dict[str, str]:
        """What can be done before the answer."""
        commands = {SKIP: "leave this question open", FLAG: _FLAG}
        if asked.question.hint:
            commands[HINT] = "show the hint, which costs nothing"
        if isinstance(asked.question, Predict) and asked.question.vary is not None:
            commands[TEXT] = "put another text in the place of this one: :text hello"
        if self.round.given:
            commands[UNDO] = _UNDO
        return commands

    def _show(self, item: Item, asked: Asked) -> None:
        say, known = self.dialogue.say, facts(item.chapter)
        say()
        say(f"**Question {self.round.position(item)} of {len(self.round.items)}.**")
        say()
        say(asked.text, known)
        for number, line in asked.code:
            self.dialogue.code(f"{'' if number is None else number + 1:>2}  {line}")
        for left in asked.lefts:
            say(f"- {left}", known)
        if not asked.code:
            for number, text in enumerate(asked.items, 1):
                say(f"{number}. {text}", known)
        if isinstance(asked.question, Predict) and (vary := asked.question.vary) is not None:
            self.dialogue.line(f"{vary}: {asked.question.settings.get(vary, '')} (:text puts another in its place)")
        if isinstance(asked.question, Number) and asked.question.unit:
            self.dialogue.line(f"The unit is {asked.question.unit}.")

    def _answer(self, item: Item, asked: Asked, typed: str, own: str | None, hinted: bool, seconds: float) -> list[str]:
        """Grade what was typed, keep it, then say what is returned; empty for what is no answer."""
        truth, readings = "", None
        try:
            given = read(asked, typed)
            if (need := needed(asked, own)) is not None:
                result = computed(need.experiment, need.settings)
                truth, readings = result.sentence(), result.readings()
            response, grade = judge(asked, given, readings, own)
        except ValueError as error:
            self.dialogue.line(str(error))
            return []
        self.round.answer(
            self.store, item, response, grade.correct, seconds=seconds, hinted=hinted, variant=asked.variant
        )
        told = feedback(grade, truth)
        for paragraph in told:
            self.dialogue.say(paragraph, facts(item.chapter))
        self.answered()
        return told

    def _afterwards(self, item: Item, asked: Asked, own: str | None, told: list[str]) -> Item | None:
        """What can be done after the feedback, which told this; then the next question."""
        point = try_it(asked, item.chapter, own)
        commands = {CARD: "read the card that teaches this", UNDO: _UNDO, FLAG: _FLAG, **TERM, **self.more()}
        if point is not None:
            commands[TRY] = "see the point in the card's widget"
        while True:
            try:
                said = self.dialogue.ask("Enter goes on, :help lists commands.", commands)
            except LeftError:
                if self.round.after(item) is None:  # the input has ended with the last answer
                    return None
                raise
            if said.command == CARD:
                self._card(item)
            elif said.command == TRY and point is not None:
                self._widget(item, point.card, point.settings)
            elif said.command in TERM:
                here = named([asked.text, *told], taught(self.course, item.chapter))
                say_term(self.dialogue, self.course, said.text, here)
            elif said.command == UNDO:
                return self._undo()
            elif said.command == FLAG:
                self._flag(item, said.text)
            elif said.command:
                self.do(said.command)
            else:
                if said.text.strip() and not self.dialogue.typed:  # a file of answers without empty lines between
                    self.dialogue.give_back(said.text)
                return self.round.after(item)

    def _undo(self) -> Item | None:
        item = self.round.undo(self.store)
        if item is not None:
            self.dialogue.line("Your answer is taken back.")
        return item

    def _flag(self, item: Item, note: str) -> None:
        if note.strip():
            self.store.flag(item.id, item.question.revision, note.strip())
            self.dialogue.line("Your note is kept.")
        else:
            self.dialogue.line("Say what is wrong with it: :flag two choices are right")

    def _card(self, item: Item) -> None:
        card = next((card for card in item.chapter.cards if card.id == item.question.card), None)
        if card is not None:
            self.dialogue.say(f"**{card.title}**")
            self.dialogue.say(card.text, facts(item.chapter))

    def _widget(self, item: Item, card_id: str, settings: dict[str, object]) -> None:
        """What the card's widget says with these settings."""
        from tutor.commands.output import print_table

        card = next(card for card in item.chapter.cards if card.id == card_id)
        assert card.widget is not None
        try:
            result = computed(card.widget.name, settings)
        except ValueError as error:
            self.dialogue.line(str(error))
            return
        self.dialogue.say(literal(visible(result.sentence())))
        print_table(result.table())

    # ── at the end ───────────────────────────────────────────────────────────────────────────────────

    def _recap(self) -> None:
        """What is solid, and what to read again."""
        say = self.dialogue.say
        right, skipped = sum(self.round.right.values()), len(self.round.open)
        say()
        say(f"**{right} of {len(self.round.items)} right**" + (f", {skipped} skipped." if skipped else "."))
        for goal in recap(self.round):
            known: Mapping[str, Fact] = facts(goal.chapter)
            state = "Solid" if goal.solid else "Read again"
            say(f"**{state}** ({goal.right} of {goal.asked} right): {goal.goal.text}", known)
            for card in goal.read_again:
                say(f"  Card: {card.title}: `tutor read {goal.chapter.id} --card {card.id}`", known)
