"""The glossary: every term, defined once, with the cards that speak of it."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static
from textual.widgets.option_list import Option

from tutor.course.load import Course, LessonError
from tutor.course.schema import Term
from tutor.course.text import links
from tutor.screens.base import TutorScreen
from tutor.widgets.card import Page, Prose
from tutor.widgets.navigator import Navigator


def cards_about(course: Course, term_id: str) -> list[tuple[str, str, str]]:
    """(chapter id, card id, card title) of the cards that link to the term."""
    found = []
    for entry in course.entries():
        if entry.file is not None:
            try:
                chapter = course.chapter(entry.id)
            except LessonError:
                continue
            found += [(entry.id, c.id, c.title) for c in chapter.cards if f"term:{term_id}" in links(c.text)]
    return found


class GlossaryScreen(TutorScreen[None]):
    """Terms on the left, or above; what the chosen one means beside or below; Enter opens a card about it."""

    CSS_PATH = "glossary.tcss"
    title_text = "Glossary"

    def __init__(self, term: str | None = None) -> None:
        super().__init__()
        self._first = term

    def body(self) -> Iterable[Widget]:
        yield Navigator(id="terms")
        yield Page(Static(id="name", classes="heading", markup=False), Prose("", {}))

    def on_mount(self) -> None:
        terms = self.query_one("#terms", Navigator)
        known = self.tutor.course.terms
        terms.add_options([Option(term.name, id=term.id) for term in known.values()])
        self.set_title(self.title_text, f"{len(known)} terms")
        if self.tutor.course.glossary_problems:
            self.notify(str(self.tutor.course.glossary_problems[0]), severity="error", timeout=10)
        if known:
            terms.highlighted = terms.get_option_index(self._first) if self._first in known else 0
        terms.focus()

    def on_option_list_option_highlighted(self, message: Navigator.OptionHighlighted) -> None:
        term = self.tutor.course.term(message.option_id or "")
        if term is not None:
            self._show(term)

    def _show(self, term: Term) -> None:
        self.query_one("#name", Static).update(term.name)
        lines = [term.text]
        see = [other.name for other in map(self.tutor.course.term, term.see) if other]
        if see:
            lines.append("See also: " + ", ".join(see) + ".")
        cards = cards_about(self.tutor.course, term.id)
        if cards:
            lines.append("**On the cards** (Enter opens the first)")
            lines.append("\n".join(f"- {title}" for _, _, title in cards))
        self.query_one(Prose).set("\n\n".join(lines))

    def on_option_list_option_selected(self, message: Navigator.OptionSelected) -> None:
        cards = cards_about(self.tutor.course, message.option_id or "")
        if cards:
            self.tutor.open_chapter(*cards[0][:2])
