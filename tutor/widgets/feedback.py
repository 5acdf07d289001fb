"""What is said below a question: the hint, why an answer cannot be taken, and the notes of a grade."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from tutor.course.schema import Fact
from tutor.course.text import WIDTH, literal
from tutor.experiments.cells import visible
from tutor.study.asking import said
from tutor.study.grading import Note
from tutor.widgets.card import Page, Prose, styled


class Later(Widget):
    """A part that appears when there is reason to, and is then scrolled to: all of it, or its beginning."""

    def on_show(self) -> None:
        self.call_after_refresh(self._into_view)  # once it has its place

    def _into_view(self) -> None:
        if isinstance(self.parent, Page):
            top, bottom = self.virtual_region.y, self.virtual_region.bottom
            page = self.parent
            page.scroll_to(y=min(top, max(page.scroll_y, bottom - page.size.height)), animate=False)


class Hint(Later, Prose):
    """What helps without giving the answer away."""


class Complaint(Later, Static):
    """Why an answer cannot be taken as it is."""


class Feedback(Later):
    """The notes of a grade, each under a label that says what it is about."""

    COMPONENT_CLASSES = {"feedback--right", "feedback--wrong"}
    DEFAULT_CSS = """
    Feedback { height: auto; max-width: 72; }
    Feedback > .feedback--right { color: $success; }
    Feedback > .feedback--wrong { color: $error; }
    """

    def __init__(self, facts: Mapping[str, Fact], *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.facts = facts
        self.notes: tuple[Note, ...] = ()
        self.truth = ""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._text(width).plain.count("\n") + 1

    def render(self) -> Text:
        return self._text(self.size.width)

    def _text(self, width: int) -> Text:
        lines = []
        for note in self.notes:
            head, *rest = (self._styled(paragraph, width) for paragraph in said(note))
            style = self.get_component_rich_style(
                "feedback--right" if note.correct else "feedback--wrong", partial=True
            )
            head.stylize(style, 0, len(note.label) + 1)
            lines += [head, *rest, Text()]
        if self.truth:
            lines[:0] = [self._styled(literal(visible(self.truth)), width), Text()]
        return Text("\n", no_wrap=True).join(lines[:-1])

    def _styled(self, markdown: str, width: int) -> Text:
        return styled(markdown, self.facts, max(8, min(WIDTH, width)), getattr(self.app, "ascii", False))
