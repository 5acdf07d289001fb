"""One term of the glossary: what it means, and links to follow from it: other terms, cards."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static
from textual.widgets.option_list import Option

from tutor.course.glossary import TERM, cards_about
from tutor.course.load import Course
from tutor.course.schema import Term
from tutor.widgets.card import Prose
from tutor.widgets.navigator import Column


class TermPane(Vertical):
    """Enter follows a link; `step_back` goes back along the links that were followed."""

    DEFAULT_CSS = """
    TermPane { height: auto; padding: 0 2; }
    TermPane > .heading { text-style: bold; }
    TermPane > Prose { height: auto; max-width: 72; }
    TermPane > Column { height: auto; max-height: 6; margin-top: 1; max-width: 72; }
    """

    class Followed(Message):
        """Another term is shown now."""

        def __init__(self, term: Term) -> None:
            super().__init__()
            self.term = term

    class Chosen(Message):
        """A card is to be opened."""

        def __init__(self, chapter_id: str, card_id: str) -> None:
            super().__init__()
            self.chapter_id = chapter_id
            self.card_id = card_id

    def __init__(self, course: Course, *, cards: bool) -> None:
        """`cards`: whether the cards about a term are among its links."""
        super().__init__()
        self.course = course
        self.cards = cards
        self.term: Term | None = None
        self._trail: list[tuple[Term, int]] = []  # the terms on the way here, and the link that was followed

    @property
    def links(self) -> Column:
        """The list of what can be opened from here."""
        return self.query_one(Column)

    @property
    def before(self) -> Term | None:
        """The term from which the one shown was reached, if a link led to it."""
        return self._trail[-1][0] if self._trail else None

    def compose(self) -> ComposeResult:
        yield Static(classes="heading", markup=False)
        yield Prose("", {})
        yield Column()

    def show(self, term: Term) -> None:
        """Show a term that no link led to."""
        self._trail = []
        self._put(term)

    def step_back(self) -> bool:
        """Show the term from which this one was reached; False where there is none."""
        if not self._trail:
            return False
        term, link = self._trail.pop()
        self._put(term, link)
        self.post_message(self.Followed(term))
        return True

    def _put(self, term: Term, link: int = 0) -> None:
        self.term = term
        self.query_one(".heading", Static).update(term.name)
        self.query_one(Prose).set(term.text)
        see = [other for other in map(self.course.term, term.see) if other]
        options = [Option(f"See also: {other.name}", id=TERM + other.id) for other in see]
        for chapter_id, card_id, title in cards_about(self.course, term.id) if self.cards else ():
            options.append(Option(f"Card: {title}", id=f"{chapter_id}/{card_id}"))
        self.links.clear_options().add_options(options)
        self.links.display = bool(options)
        self.links.highlighted = link if options else None

    def on_option_list_option_selected(self, message: Column.OptionSelected) -> None:
        message.stop()
        chosen = message.option_id or ""
        term = self.course.term(chosen.removeprefix(TERM))
        if not chosen.startswith(TERM):
            self.post_message(self.Chosen(*chosen.split("/")))
        elif term is not None and self.term is not None:
            self._trail.append((self.term, message.option_index))
            self._put(term)
            self.post_message(self.Followed(term))
