"""Progress: where the learner stands by track, chapter and goal; days, memory, and what was missed most."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.course.leaves import QUIZ
from tutor.course.load import facts
from tutor.course.text import literal
from tutor.engine import Done, Event, Failed
from tutor.experiments.cells import bar, fit, visible
from tutor.screens.base import TutorScreen
from tutor.study import report as words
from tutor.study.recall import Recall, plot
from tutor.study.report import Report, gather, report
from tutor.study.review import count
from tutor.study.summary import ChapterState, Count, Missed, Study
from tutor.widgets.card import Page, Prose
from tutor.widgets.navigator import Navigator, Row
from tutor.widgets.passage import Passage

DAYS, MEMORY, MISSED = "days", "memory", "missed"  # lines of the first page; no chapter has these ids
TITLE, BAR, NUMBERS = 32, 5, 8  # cells
TIME = "Time runs from one thing kept to the next, an answer or a card, unless more than ten minutes lie between."
ON_DOTS = "Each point is reviews alike in their prediction. On the dots, as much was recalled as FSRS had predicted."


class ProgressScreen(TutorScreen[None]):
    """What was done in all, and every chapter that exists; Enter on a line says more about it."""

    CSS_PATH = "progress.tcss"
    title_text = "Progress"
    BINDINGS = [
        Binding("d", "more('days')", "days"),
        Binding("m", "more('memory')", "memory"),
        Binding("w", "more('missed')", "most missed"),
    ]

    class Worked(Message):
        """The engine has the report, or could not make it."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

    def __init__(self) -> None:
        super().__init__()
        self.report: Report | None = None

    def body(self) -> Iterable[Widget]:
        yield Static("working…", id="said", markup=False)
        yield Navigator(id="lines")

    def on_screen_resume(self) -> None:
        """Also after a chapter or card that was opened from here: count again."""
        course, log, at = self.tutor.course, gather(self.tutor.store), time.time()

        def listen(event: Event) -> None:
            if isinstance(event, Done | Failed):
                self.post_message(self.Worked(event))

        self.tutor.engine.submit(self, lambda: report(course, log, at), listen)

    def on_unmount(self) -> None:
        self.tutor.engine.cancel(self)

    def on_progress_screen_worked(self, message: Worked) -> None:
        said = self.query_one("#said", Static)
        if isinstance(message.event, Failed):
            said.update(visible(message.event.message))
            return
        assert isinstance(message.event, Done) and isinstance(message.event.value, Report)
        self.report = message.event.value
        said.update(words.study_line(self.report.summary.study))
        lines = self.query_one("#lines", Navigator)
        at = lines.highlighted
        lines.clear_options().add_options(self._lines(self.report))
        lines.highlighted = at
        if at is None:
            lines.action_first()
        lines.focus()
        self.refresh_bindings()

    def _lines(self, found: Report) -> Iterator[Option]:
        due = Passage(literal(words.due_line(found.recall)), {}, head=f"  {fit('Memory', 13)}")
        yield Option(due, id=MEMORY)
        yield Option(Text(f"  {fit('Days', 13)}{words.duration(found.summary.study.seconds)}"), id=DAYS)
        missed = count(len(found.summary.missed), "question")
        yield Option(Text(f"  {fit('Most missed', 13)}{missed}"), id=MISSED)
        for track in found.summary.tracks:
            if track.chapters:
                heads = "".join(fit(f"  {head}", 2 + BAR + NUMBERS) for head in ("cards read", "tried", "solid"))
                short = "".join(fit(f"  {head}", 2 + NUMBERS) for head in ("read", "tried", "solid"))
                yield Option("", disabled=True)
                yield Option(Row(track.track.title, TITLE, heads, short, style="bold"), disabled=True)
                order = [entry.id for part in track.track.parts for entry in part.chapters]  # also those to come
                for chapter in track.chapters:
                    number = order.index(chapter.entry.id) + 1
                    yield Option(self._row(f"  {number:2d}  {chapter.entry.title}", chapter), id=chapter.entry.id)
                if len(track.chapters) > 1:
                    yield Option(Row("      all of it", TITLE, *self._bars(track.count)), disabled=True)
        yield Option("", disabled=True)
        yield Option(Text(f"  {words.SOLID}"), disabled=True)

    def _row(self, title: str, chapter: ChapterState) -> Row:
        return Row(title, TITLE, *(["  cannot be read"] if chapter.problem else self._bars(chapter.count)))

    def _bars(self, done: Count) -> list[str]:
        """Bars and numbers; and, for a narrow window, the numbers alone."""
        pairs = ((done.read, done.cards), (done.tried, done.questions), (done.solid, done.questions))
        said = [(n / of, f"{n}/{of}") if of else (0.0, "none") for n, of in pairs]
        numbers = [fit(f" {text}", NUMBERS) for _, text in said]
        bars = [bar(x, BAR, self.tutor.ascii) for x, _ in said]
        return ["".join(map("  {}{}".format, bars, numbers)), "".join(map(" {} ".format, numbers))]

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.action_more(message.option_id or "")

    def action_more(self, what: str) -> None:
        """Open what a line is about."""
        if self.report is None:
            return
        summary = self.report.summary
        if what == DAYS:
            self.app.push_screen(DaysScreen(summary.study))
        elif what == MEMORY:
            self.app.push_screen(MemoryScreen(self.report.recall))
        elif what == MISSED:
            self.app.push_screen(MissedScreen(summary.missed))
        else:
            state = next(c for track in summary.tracks for c in track.chapters if c.entry.id == what)
            if state.problem:
                self.notify(state.problem, severity="error", timeout=10)
            else:
                self.app.push_screen(GoalsScreen(state))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.report is not None if action == "more" else True


class GoalsScreen(TutorScreen[None]):
    """A chapter by goal, with the cards to read again."""

    CSS_PATH = "progress.tcss"

    def __init__(self, state: ChapterState) -> None:
        super().__init__()
        self.state = state
        self.title_text = state.entry.title
        self._leads: list[str] = []  # the page of the chapter that each line with an id leads to

    def body(self) -> Iterable[Widget]:
        yield Navigator(*self._lines())

    def on_mount(self) -> None:
        done = self.state.count
        self.set_title(self.title_text, f"{done.solid} of {done.questions} solid")
        self.query_one(Navigator).action_first()
        self.query_one(Navigator).focus()

    def _lines(self) -> Iterator[Option]:
        chapter = self.tutor.course.chapter(self.state.entry.id)
        known = facts(chapter)
        for goal in self.state.goals:
            first = next((q.card for q in chapter.questions if q.goal == goal.goal.id), "")
            said = Passage(goal.goal.text, known, tail=words.count_line(goal.count), ascii=self.tutor.ascii)
            yield self._line(said, goal.read_again[0].id if goal.read_again else first)
            for card in goal.read_again:
                again = Passage(f"Read again: {card.title}", known, head="    ", ascii=self.tutor.ascii)
                yield self._line(again, card.id)
        yield Option("", disabled=True)
        yield self._line(Text("The chapter's quiz"), QUIZ)

    def _line(self, text: Text | Passage, leads_to: str) -> Option:
        self._leads.append(leads_to)
        return Option(text, id=str(len(self._leads) - 1))

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.tutor.open_chapter(self.state.entry.id, self._leads[int(message.option_id or 0)] or None)


class DaysScreen(TutorScreen[None]):
    """The months with a day of study."""

    CSS_PATH = "progress.tcss"
    title_text = "Days"

    def __init__(self, study: Study) -> None:
        super().__init__()
        self.study = study

    def body(self) -> Iterable[Widget]:
        lines = "\n".join(words.months(self.study.days, self.tutor.ascii))
        yield Page(Static(words.study_line(self.study), markup=False), Static(lines, markup=False), Prose(TIME, {}))

    def on_mount(self) -> None:
        self.query_one(Page).focus()


class MemoryScreen(TutorScreen[None]):
    """What was recalled against what FSRS predicted, drawn and in words."""

    CSS_PATH = "progress.tcss"
    title_text = "Memory"
    BINDINGS = [Binding("r", "app.review", "review")]

    def __init__(self, recall: Recall) -> None:
        super().__init__()
        self.recall = recall

    def body(self) -> Iterable[Widget]:
        parts: list[Widget] = [
            Static(words.due_line(self.recall), markup=False),
            Static(words.recall_line(self.recall), markup=False),
        ]
        if self.recall.bins:
            drawn = "\n".join(plot(self.recall.bins, self.tutor.ascii))
            said = "\n".join(map(words.bin_line, self.recall.bins))
            parts += [Static(drawn, markup=False), Prose(ON_DOTS, {}), Static(said, markup=False)]
        yield Page(*parts)

    def on_mount(self) -> None:
        self.query_one(Page).focus()


class MissedScreen(TutorScreen[None]):
    """The questions answered wrong most often; Enter opens the card that teaches one."""

    CSS_PATH = "progress.tcss"
    title_text = "Most missed"

    def __init__(self, missed: tuple[Missed, ...]) -> None:
        super().__init__()
        self.missed = missed

    def body(self) -> Iterable[Widget]:
        if not self.missed:
            yield Page(Static("No answer has been wrong so far."))
            return
        rows = []
        for n, one in enumerate(self.missed):
            known = facts(self.tutor.course.chapter(one.chapter_id))
            text = Passage(one.text, known, tail=words.missed_line(one), ascii=self.tutor.ascii)
            rows.append(Option(text, id=str(n)))
        yield Navigator(*rows)

    def on_mount(self) -> None:
        self.set_title(self.title_text, count(len(self.missed), "question"))
        self.query_one("Navigator, Page").focus()
        for rows in self.query(Navigator):
            rows.action_first()

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        one = self.missed[int(message.option_id or 0)]
        self.tutor.open_chapter(one.chapter_id, one.question.card)
