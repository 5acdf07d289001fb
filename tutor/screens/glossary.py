"""The glossary: every term, defined once, with the terms beside it and the cards that speak of it."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets.option_list import Option

from tutor.screens.base import TutorScreen
from tutor.widgets.navigator import Navigator
from tutor.widgets.term_pane import TermPane


class GlossaryScreen(TutorScreen[None]):
    """All terms; below, what the chosen one means. Enter leads to its links, Enter there follows one, b comes back."""

    CSS_PATH = "glossary.tcss"
    title_text = "Glossary"

    def __init__(self, term: str | None = None) -> None:
        super().__init__()
        self._first = term

    def body(self) -> Iterable[Widget]:
        yield Navigator(id="terms")
        yield TermPane(self.tutor.course, cards=True)

    def on_mount(self) -> None:
        known = self.tutor.course.terms
        self.list.add_options([Option(term.name, id=term.id) for term in known.values()])
        self.set_title(self.title_text, f"{len(known)} terms")
        if self.tutor.course.glossary_problems:
            self.notify(str(self.tutor.course.glossary_problems[0]), severity="error", timeout=10)
        if known:
            self.list.highlighted = self.list.get_option_index(self._first) if self._first in known else 0
        self.list.focus()

    @property
    def list(self) -> Navigator:
        """All terms."""
        return self.query_one("#terms", Navigator)

    @property
    def pane(self) -> TermPane:
        """The chosen term."""
        return self.query_one(TermPane)

    def on_option_list_option_highlighted(self, message: Navigator.OptionHighlighted) -> None:
        term = self.tutor.course.term(message.option_id or "")
        if message.option_list is self.list and term is not None and term is not self.pane.term:
            self.pane.show(term)

    def on_option_list_option_selected(self) -> None:
        """To the links of the chosen term."""
        if self.pane.links.display:
            self.pane.links.focus()

    def on_term_pane_followed(self, message: TermPane.Followed) -> None:
        self.list.highlighted = self.list.get_option_index(message.term.id)
        (self.pane.links if self.pane.links.display else self.list).focus()

    def on_term_pane_chosen(self, message: TermPane.Chosen) -> None:
        self.tutor.open_chapter(message.chapter_id, message.card_id)

    def action_back(self) -> None:
        """Back along the links that were followed, to the list of terms, to where one came from."""
        if self.pane.step_back():
            return
        if self.pane.links.has_focus:
            self.list.focus()
        else:
            self.dismiss()
