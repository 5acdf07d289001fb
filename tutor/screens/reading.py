"""A screen with lesson text: the glossary's terms in it can be opened, over the page."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.binding import Binding

from tutor.course.glossary import underlined
from tutor.screens.base import TutorScreen
from tutor.widgets.card import Prose

R = TypeVar("R")


class ReadingScreen(TutorScreen[R]):
    """One key shows what the underlined terms mean; they are closed again and the page is as it was."""

    BINDINGS = [Binding("v", "terms", "terms")]

    def terms(self) -> list[str]:
        """The ids of the terms that can be opened now: those underlined, from the top."""
        return underlined(text.markdown for text in self.query(Prose) if text.display)

    def action_terms(self, first: str | None = None) -> None:
        """What the terms mean, beginning with the first."""
        from tutor.screens.terms import TermScreen

        terms = [term for one in self.terms() if (term := self.tutor.course.term(one))]
        if terms:
            self.app.push_screen(TermScreen(self.tutor.course, terms, first))

    def on_click(self, event: events.Click) -> None:
        """The mouse opens the term that it points at."""
        if (term := event.style.meta.get("term")) is not None:
            self.action_terms(term)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.terms()) if action == "terms" else super().check_action(action, parameters)
