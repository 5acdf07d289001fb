"""Key insights: what each chapter comes down to, on one page."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from tutor.course.load import LessonError, facts
from tutor.screens.reading import ReadingScreen
from tutor.widgets.card import Page, Prose


class InsightsScreen(ReadingScreen[None]):
    """The insights of every chapter that can be read, in the order of the course."""

    CSS_PATH = "insights.tcss"
    title_text = "Key insights"

    def body(self) -> Iterable[Widget]:
        yield Page(*self._insights())

    def _insights(self) -> list[Widget]:
        parts: list[Widget] = []
        for entry in self.tutor.course.entries():
            try:
                chapter = self.tutor.course.chapter(entry.id) if entry.file else None
            except LessonError:
                continue  # home says what is wrong with it
            if chapter is not None and chapter.insights:
                parts.append(Static(chapter.title, classes="heading", markup=False))
                parts.append(Prose("\n".join(f"- {insight.text}" for insight in chapter.insights), facts(chapter)))
        return parts or [Static("Here will stand what each chapter comes down to.")]

    def on_mount(self) -> None:
        self.query_one(Page).focus()
