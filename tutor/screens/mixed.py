"""A mixed quiz: questions of the chapters that the learner marks, interleaved."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.message import Message
from textual.widgets.option_list import Option

from tutor.course.schema import Chapter
from tutor.screens.asking import AskingScreen
from tutor.study.review import count
from tutor.study.rounds import Round, items, mix
from tutor.widgets.card import Prose
from tutor.widgets.navigator import Navigator, Row

MORE, REST, LEAVE = "more", "rest", "leave"
LENGTHS = (5, 10, 20, 40)
ABOUT = "Mark the chapters to be asked about. What you have answered least often comes first."


class Picks(Navigator, inherit_bindings=False):
    """The chapters, each with a mark that Space puts and takes away; arrows change the number of questions."""

    BINDINGS = [
        *(binding for binding in Navigator.BINDINGS if isinstance(binding, Binding) and "enter" not in binding.key),
        Binding("space", "mark", "mark"),
        Binding("left,h", "longer(-1)", "fewer", key_display="←"),
        Binding("right,l", "longer(1)", "more", key_display="→"),
        Binding("enter", "begin", "begin"),
    ]

    class Changed(Message):
        """Other chapters, or another number of questions."""

    class Begun(Message):
        """The learner is content with the choice."""

    def __init__(self, chapters: list[Chapter], marked: set[str]) -> None:
        self.chapters = {chapter.id: chapter for chapter in chapters}
        self.marked = marked & self.chapters.keys()
        self.most = LENGTHS[1]
        super().__init__(*(Option(self._row(chapter), id=chapter.id) for chapter in chapters))

    @property
    def chosen(self) -> list[Chapter]:
        return [chapter for chapter in self.chapters.values() if chapter.id in self.marked]

    @property
    def questions(self) -> int:
        """How many questions the quiz will have."""
        return min(self.most, len(items(self.chosen)))

    def _row(self, chapter: Chapter) -> Row:
        mark = "[x]" if chapter.id in self.marked else "[ ]"
        return Row(f"{mark} {chapter.title}", 48, f" {count(len(chapter.questions), 'question'):<13}")

    def action_mark(self) -> None:
        if self.highlighted is not None:
            chapter = list(self.chapters.values())[self.highlighted]
            self.marked ^= {chapter.id}
            self.replace_option_prompt(chapter.id, self._row(chapter))
            self.post_message(self.Changed())

    def action_longer(self, by: int) -> None:
        self.most = LENGTHS[min(len(LENGTHS) - 1, max(0, LENGTHS.index(self.most) + by))]
        self.post_message(self.Changed())

    def action_begin(self) -> None:
        self.post_message(self.Begun())


class MixedScreen(AskingScreen[None]):
    """Opens with the choice of chapters; those with an answer are marked."""

    title_text = "Mixed quiz"

    async def on_mount(self) -> None:
        chapters = [chapter for chapter in self.tutor.course.readable() if chapter.questions]
        if not chapters:
            await self.show("", Prose("Here you will choose chapters with questions.", {}))
            return
        tried = {chapter for chapter, done in self.tutor.store.progress().items() if done.marks}
        picks = Picks(chapters, tried or {chapters[0].id})
        await self.show("", Prose(ABOUT, {}), picks)
        picks.action_first()
        picks.focus()
        self.on_picks_changed()

    def on_picks_changed(self) -> None:
        for picks in self.query(Picks):  # none, once the quiz has begun: a key came too late
            self.set_title(self.title_text, count(picks.questions, "question"))

    async def on_picks_begun(self) -> None:
        for picks in self.query(Picks):
            if not picks.chosen:
                self.query_one(Prose).set("**Mark a chapter first**, with Space.")
                return
            self._chapters, self._most = picks.chosen, picks.most
            await self._begin()

    async def _begin(self) -> None:
        self.round = Round(mix(self._chapters, self.tutor.store.answers(), self._most), source="mixed")
        await self.ask(self.round.after(None))

    def ways_on(self) -> Iterable[tuple[str, str]]:
        if self.round.open:
            yield REST, "Answer the skipped questions"
        yield MORE, "More questions on these chapters"
        yield LEAVE, "Back"

    async def go(self, way: str) -> None:
        if way == REST:
            await self.ask(self.round.after(None))
        elif way == MORE:
            await self._begin()
        else:
            self.dismiss()
