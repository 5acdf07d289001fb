"""The terms of the page below: what each means, without leaving the page."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from tutor.course.load import Course
from tutor.course.schema import Term
from tutor.screens.base import Steady
from tutor.widgets.lines import KeyLine, TitleLine
from tutor.widgets.term_pane import TermPane


class TermScreen(ModalScreen[None], Steady[None]):
    """One term after the other over the lower part of the page, which stays as it is."""

    CSS_PATH = "terms.tcss"
    BINDINGS = [
        Binding("right,l,n,tab", "turn(1)", "another term", key_display="←→"),
        Binding("left,h,p,shift+tab", "turn(-1)", show=False),
        Binding("b,backspace,escape", "back", "back", key_display="b"),
        Binding("v", "dismiss", "to the page"),
        Binding("question_mark", "app.help", "keys"),
    ]

    def __init__(self, course: Course, terms: Sequence[Term], first: str | None = None) -> None:
        """`first`: the id of the term to begin with, if it is among them."""
        super().__init__()
        self.course = course
        self.terms = terms
        self._at = next((i for i, term in enumerate(terms) if term.id == first), 0)

    def compose(self) -> ComposeResult:
        yield TitleLine("")
        yield TermPane(self.course, cards=False)
        yield KeyLine()

    def on_mount(self) -> None:
        self.action_turn(0)

    @property
    def pane(self) -> TermPane:
        """Where the term is shown."""
        return self.query_one(TermPane)

    def action_turn(self, by: int) -> None:
        """The next term of the page, or the one before; after the last comes the first."""
        self._at = (self._at + by) % len(self.terms)
        self.pane.show(self.terms[self._at])
        self._placed()

    def action_back(self) -> None:
        """Back along the links that were followed; from the page's own terms to the page."""
        if not self.pane.step_back():
            self.dismiss()

    def on_term_pane_followed(self) -> None:
        self._placed()

    def _placed(self) -> None:
        before, n = self.pane.before, len(self.terms)
        here = f"term {self._at + 1} of {n} on this page" if n > 1 else "term on this page"
        self.query_one(TitleLine).set("Glossary", f"from: {before.name}" if before else here)
        self.pane.links.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return len(self.terms) > 1 if action == "turn" else True
