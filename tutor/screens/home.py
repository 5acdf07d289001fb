"""Home: the chapter navigator, with what the learner has done beside every chapter."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec
from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.course.load import Course, LessonError
from tutor.course.schema import ChapterEntry
from tutor.screens.base import TutorScreen
from tutor.widgets.navigator import Navigator, Row

if TYPE_CHECKING:
    from tutor.engine import Event

WELCOME = "Press Enter to begin with the first chapter; the arrows choose another."


class Size(msgspec.Struct, frozen=True):
    """What a chapter holds, or why it cannot be opened."""

    cards: int = 0
    questions: int = 0
    problem: str = ""


def sizes(course: Course) -> Iterator[tuple[str, Size]]:
    """Read the chapters that exist, one at a time; a broken one says so and the others go on."""
    from tutor.experiments.cells import visible

    for entry in course.entries():
        if entry.file is not None:
            try:
                chapter = course.chapter(entry.id)
                yield entry.id, Size(len(chapter.cards), len(chapter.questions))
            except LessonError as error:
                yield entry.id, Size(problem=visible(str(error.problems[0])))


class HomeScreen(TutorScreen[None]):
    """Every track, part and chapter on one list."""

    title_text = "tutor · how language models work"
    BINDINGS = [
        Binding("c", "continue", "continue"),
        Binding("r", "app.review", "review"),
        Binding("m", "app.mixed", "mixed quiz"),
        Binding("s", "app.progress", "progress"),
        Binding("p", "app.playground", "playground"),
        Binding("i", "app.insights", "insights"),
        Binding("o", "app.glossary", "glossary"),
        Binding("q", "app.quit", "quit"),
    ]

    class Sized(Message):
        """A chapter has been read in the background."""

        def __init__(self, chapter: str, size: Size) -> None:
            super().__init__()
            self.chapter = chapter
            self.size = size

    class AllSized(Message):
        """All chapters have been read."""

    def __init__(self) -> None:
        super().__init__()
        self._sizes: dict[str, Size] = {}
        self._due = 0  # questions, once the chapters have been read

    def body(self) -> Iterable[Widget]:
        yield Static(id="where", markup=False)
        yield Navigator(id="chapters")
        yield Static(id="summary", markup=False)

    # ── what stands in the list ──────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        self._fill()
        self.call_after_refresh(self._read_chapters)

    def _fill(self) -> None:
        chapters = self.query_one("#chapters", Navigator)
        at = chapters.highlighted
        options: list[Option] = []
        for track in self.tutor.course.tracks:
            if options:
                options.append(Option("", disabled=True))
            options.append(Option(Text(track.title, "bold underline"), disabled=True))
            number = 0
            for part in track.parts:
                options.append(Option(Text(f"  {part.title}", "italic"), disabled=True))
                for entry in part.chapters:
                    number += 1
                    options.append(Option(self._row(number, entry), id=entry.id))
        chapters.clear_options().add_options(options)
        place = self.tutor.store.place()
        if at is not None:
            chapters.highlighted = at
        elif place is not None and place[0] in (option.id for option in options):
            chapters.highlighted = chapters.get_option_index(place[0])
        else:
            chapters.action_first()
        self._say_where()
        chapters.focus()

    def _row(self, number: int, entry: ChapterEntry) -> Row:
        said_style = "dim" if entry.file is None else ""
        return Row(f"  {number:2d}  {entry.title}", 42, f"{self._state(entry):<32}", said_style=said_style)

    def _state(self, entry: ChapterEntry) -> str:
        """What the learner has done of a chapter, in at most 32 cells."""
        if entry.file is None:
            return "coming"
        size = self._sizes.get(entry.id)
        if size is None:
            return ""
        if size.problem:
            return "cannot be read"
        done = self.tutor.store.progress().get(entry.id)
        if done is None:
            return f"{size.cards} cards" + (f", {size.questions} questions" if size.questions else "")
        read = min(len(done.cards_read), size.cards)
        right = min(sum(mark.correct for mark in done.marks.values()), size.questions)
        quiz = f", {right} of {size.questions} right" if size.questions else ""
        return f"{read} of {size.cards} cards{quiz}"

    def _say_where(self) -> None:
        place = self.tutor.store.place()
        entry = self.tutor.course.find(place[0]) if place else None
        where = f"Press c to continue where you were: {entry.title}." if entry else WELCOME
        if self._due:
            from tutor.study.review import count

            where += f"\nPress r to review {count(self._due, 'question')} due today."
        self.query_one("#where", Static).update(where)

    # ── reading the chapters after the first paint ───────────────────────────────────────────────────

    def _read_chapters(self) -> None:
        course = self.tutor.course
        self.tutor.engine.submit(self, lambda: sizes(course), self._listen)

    def _listen(self, event: Event) -> None:
        from tutor.engine import Done, Update

        if isinstance(event, Update) and isinstance(event.value, tuple):
            self.post_message(self.Sized(*event.value))
        elif isinstance(event, Done):
            self.post_message(self.AllSized())

    def on_home_screen_sized(self, message: Sized) -> None:
        self._sizes[message.chapter] = message.size
        self._refresh_row(message.chapter)

    def _refresh_row(self, chapter_id: str) -> None:
        numbered = [(n, e) for t in self.tutor.course.tracks for n, e in enumerate(_chapters(t), 1)]
        for number, entry in numbered:
            if entry.id == chapter_id:
                self.query_one("#chapters", Navigator).replace_option_prompt(chapter_id, self._row(number, entry))

    def on_home_screen_all_sized(self) -> None:
        self._count_due()

    def _count_due(self) -> None:
        from tutor.study.review import queue

        self._due = len(queue(self.tutor.course.readable(), self.tutor.store.memories(), time.time()))
        self._say_where()

    def on_screen_resume(self) -> None:
        for chapter_id in self._sizes:
            self._refresh_row(chapter_id)
        if self._sizes:
            self._count_due()

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def on_option_list_option_highlighted(self, message: OptionList.OptionHighlighted) -> None:
        entry = self.tutor.course.find(message.option_id or "")
        size = self._sizes.get(message.option_id or "")
        text = entry.summary if entry else ""
        if size is not None and size.problem:
            text = f"This chapter cannot be read; `tutor check` says why: {size.problem}"
        elif entry is not None and entry.file is None:
            text = f"Still being written. {text}"
        self.query_one("#summary", Static).update(text)

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        self._open(message.option_id or "")

    def action_continue(self) -> None:
        place = self.tutor.store.place()
        first = next((e.id for e in self.tutor.course.entries() if e.file is not None), "")
        self._open(place[0] if place else first)

    def _open(self, chapter_id: str) -> None:
        entry = self.tutor.course.find(chapter_id)
        if entry is None or entry.file is None:
            self.notify("This chapter is still being written.", timeout=3)
            return
        self.tutor.open_chapter(chapter_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing below home: the way out is q."""
        return action != "back"


def _chapters(track: object) -> Iterator[ChapterEntry]:
    for part in track.parts:  # type: ignore[attr-defined]
        yield from part.chapters
