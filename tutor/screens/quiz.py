"""A chapter's quiz: its questions in order, where the last round was left, and a recap by goal."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.course.leaves import INSIGHTS
from tutor.course.schema import Chapter
from tutor.screens.asking import AskingScreen
from tutor.study.rounds import Round, resume

REST, AGAIN, LEAVE = "rest", "again", "leave"


class QuizScreen(AskingScreen[str]):
    """Dismisses with the id of the page of the chapter to open, or None."""

    def __init__(self, chapter: Chapter) -> None:
        super().__init__()
        self.chapter = chapter
        self.title_text = f"{chapter.title} · quiz"

    async def on_mount(self) -> None:
        self.round = resume(self.chapter, self.tutor.store.last_round(self.chapter.id))
        await self.ask(self.round.after(None))

    def ways_on(self) -> Iterable[tuple[str, str]]:
        if self.round.open:
            yield REST, "Answer the skipped questions"
        yield LEAVE, "On to the key insights" if self.chapter.insights else "Back to the chapter"
        yield AGAIN, "Take the quiz again"

    async def go(self, way: str) -> None:
        if way == LEAVE:
            self.dismiss(INSIGHTS if self.chapter.insights else None)
            return
        if way == AGAIN:
            self.round = Round(self.round.items, self.round.number + 1)
        await self.ask(self.round.after(None))
