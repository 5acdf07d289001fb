"""A chapter: its goals, its cards one at a time, its quiz, its key insights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from textual import events
from textual.binding import Binding
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from tutor.course.exercises import CHECK, beside
from tutor.course.leaves import GOALS, QUIZ, Leaf, leaves
from tutor.course.load import facts
from tutor.course.schema import Card, Chapter, Settings
from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.copying import Copy, Copying, of_page, of_widget
from tutor.screens.reading import ReadingScreen
from tutor.study.rounds import resume
from tutor.widgets.base import LiveWidget
from tutor.widgets.card import Challenges, Page, Prose
from tutor.widgets.turning import turn
from tutor.widgets.workbench import Workbench, focus_first


class ChapterScreen(ReadingScreen[None], Copying[None]):
    """Pages are turned by arrows; Tab goes to the widget and back."""

    CSS_PATH = "chapter.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS = [
        Binding("right,l,n", "turn(1)", "next", key_display="→"),
        Binding("enter", "begin", "begin"),
        Binding("enter", "turn(1)", "next", show=False),
        Binding("space", "page_or_turn", "page on", show=False),
        Binding("tab", "pane('widget')", "to the widget"),
        Binding("tab", "pane('question')", "to the question"),
        Binding("tab", "app.focus_next", "next pane", show=False),
        Binding("L", "lab('lab')", "lab", key_display="L"),
        Binding("L", "lab('exercise')", "exercise", key_display="L"),
        Binding("v", "terms", "terms"),
        Binding("H", "hint", "hint"),
        Binding("left,h,p", "turn(-1)", "previous", key_display="←"),
        Binding("z", "zoom('one')", "whole screen"),
        Binding("z", "zoom('both')", "both again"),
        Binding("Q", "quiz", "quiz", show=False),
    ]

    def __init__(
        self,
        chapter_id: str,
        leaf_id: str | None = None,
        *,
        visiting: bool = False,
        settings: Settings | None = None,
    ) -> None:
        """`visiting`: from a question to its card; the chapter's cards alone, and no place is kept.
        With `settings` the widget of the first card shown starts with them, its predictions put off."""
        super().__init__()
        self.chapter_id = chapter_id
        self.visiting = visiting
        self._first = leaf_id
        self._settings = settings
        self._at = 0

    @cached_property
    def chapter(self) -> Chapter:
        return self.tutor.course.chapter(self.chapter_id)

    @cached_property
    def leaves(self) -> list[Leaf]:
        return [leaf for leaf in leaves(self.chapter) if leaf.card is not None or not self.visiting]

    @property
    def leaf(self) -> Leaf:
        return self.leaves[self._at]

    def body(self) -> Iterable[Widget]:
        yield Container(id="body")

    async def on_mount(self) -> None:
        wanted = self._first or self.tutor.store.place_in(self.chapter_id)
        ids = [leaf.id for leaf in self.leaves]
        await self._open(ids.index(wanted) if wanted in ids else 0)
        self._import_widgets()

    def _import_widgets(self) -> None:
        """Those of the cards to come, while the learner still reads: no other chapter's, each takes room."""
        from tutor.engine import Priority

        names = dict.fromkeys(card.widget.name for card in self.chapter.cards if card.widget is not None)
        entries = [EXPERIMENTS[name] for name in names if name in EXPERIMENTS]

        def imported() -> Iterator[None]:
            for entry in entries:
                entry.load_widget()
                yield

        self.tutor.engine.submit("widgets", imported, lambda event: None, priority=Priority.BACKGROUND)

    # ── turning pages ────────────────────────────────────────────────────────────────────────────────

    async def _open(self, at: int) -> None:
        """Show page number `at` and keep the place."""
        body = self.query_one("#body")
        async with body.batch():  # another page may be asked for meanwhile
            self._at = at
            leaf = self.leaf
            if not self.visiting:
                self.tutor.store.set_place(self.chapter_id, leaf.id)
            self.set_title(self.chapter.title, leaf.place)
            self.remove_class("-text-only", "-widget-only")
            self.set_class(leaf.card is not None and leaf.card.widget is not None, "-with-widget")
            await turn(body, lambda: self._content(leaf))
            self.set_class(self._predicting(), "-predicting")
        self.refresh_bindings()
        focus_first(body.children[-1] if self._predicting() else body)

    def _predicting(self) -> bool:
        return bool(self.query("PredictionPane"))

    def _content(self, leaf: Leaf) -> list[Widget]:
        known = facts(self.chapter)
        if leaf.card is not None:
            return self._card(leaf.card)
        if leaf.id == GOALS:
            goals = "\n".join(f"- {goal.text}" for goal in self.chapter.goals)
            about = f"About {self.chapter.minutes} minutes, {len(self.chapter.cards)} cards."
            return [Page(Static("After this chapter you can", classes="heading"), Prose(f"{goals}\n\n{about}", known))]
        if leaf.id == QUIZ:
            return [Page(Static("Quiz", classes="heading"), Prose(self._quiz(), known))]
        insights = "\n".join(f"- {insight.text}" for insight in self.chapter.insights)
        sources = "\n".join(f"- {s.text} ({s.date}): {s.url}" for s in self.chapter.sources)
        tail = [Static("Sources", classes="heading later"), Prose(sources, known)] if sources else []
        return [Page(Static("Key insights", classes="heading"), Prose(insights, known), *tail)]

    def _quiz(self) -> str:
        """What the quiz is, how it stands, and what Enter does."""
        n, last = len(self.chapter.questions), self.tutor.store.last_round(self.chapter_id)
        about = (
            f"{n} questions on this chapter. Answer first, then read why; nothing is lost if you leave in the middle."
        )
        if begun := len(resume(self.chapter, last).right):
            stands = f"{begun} of {n} are answered. Press **Enter** to go on."
        elif last:
            right = sum(answer.correct for answer in last)
            stands = f"The last time {right} of {len(last)} were right. Press **Enter** to take it again."
        else:
            stands = "Press **Enter** to begin."
        return f"{about}\n\n{stands}"

    def _card(self, card: Card) -> list[Widget]:
        known = facts(self.chapter)
        page: list[Widget] = [Static(card.title, classes="heading", markup=False), Prose(card.text, known)]
        if card.first:
            page.append(Prose(card.first, known, classes="first"))
        if card.challenges:
            page.append(Challenges(card.challenges, self.tutor.store.challenges_met(), known))
        if card.widget is None:
            return [Page(*page)]
        settings, self._settings = self._settings, None
        return [Page(*page), Workbench(card, known, settings)]

    async def action_turn(self, by: int) -> None:
        leaf = self.leaf
        if by > 0 and leaf.card is not None:
            self.tutor.store.mark_card(self.chapter_id, leaf.id)
        if 0 <= self._at + by < len(self.leaves):
            await self._open(self._at + by)
        elif by > 0:
            self.dismiss()

    async def action_page_or_turn(self) -> None:
        page = self.query_one(Page)
        if page.scroll_y < page.max_scroll_y:
            page.scroll_page_down(animate=False)
        else:
            await self.action_turn(1)

    def action_pane(self, to: str) -> None:
        """From the text to the widget or what is asked before it, through its parts, and back."""
        self.focus_next()

    async def on_key(self, event: events.Key) -> None:
        """A key that only the widget knows is its, also from the text, which may have told one to press it."""
        if event.key in self.active_bindings or self._in_widget():
            return
        for widget in self.query(LiveWidget):
            if await widget.take(event.key):
                event.stop()

    def action_zoom(self, to: str) -> None:
        """Give the pane with the focus the whole screen, or share it again."""
        if to == "both":
            self.remove_class("-widget-only", "-text-only")
        else:
            self.add_class("-widget-only" if self._in_widget() else "-text-only")
        self.refresh_bindings()

    @property
    def _zoomed(self) -> bool:
        return self.has_class("-widget-only") or self.has_class("-text-only")

    def _in_widget(self) -> bool:
        return self.focused is not None and any(isinstance(node, Workbench) for node in self.focused.ancestors)

    def action_back(self) -> None:
        """From the whole screen to the shared one; from the widget to the text; from there to where one came from."""
        if self._zoomed:
            self.action_zoom("both")
        elif self._in_widget():
            self.query_one(Page).focus()
        else:
            self.dismiss()

    def action_hint(self) -> None:
        """Show the hints of this card's challenges, or hide them."""
        for challenges in self.query(Challenges):
            challenges.hint()
            self.call_after_refresh(self.query_one(Page).scroll_to_widget, challenges, animate=False)

    def copied(self) -> Copy:
        return of_widget(self) or Copy(f"{self.chapter_id}-{self.leaf.id}.txt", of_page(self.query_one(Page)))

    # ── the quiz and the lab ─────────────────────────────────────────────────────────────────────────

    def action_begin(self) -> None:
        """From the quiz's own page."""
        self.action_quiz()

    def action_quiz(self) -> None:
        from tutor.screens.quiz import QuizScreen

        self.tutor.store.set_place(self.chapter_id, QUIZ)

        def after(page: str | None) -> None:
            if self in self.app.screen_stack:  # a long way may have been gone meanwhile
                self.run_worker(self._open([leaf.id for leaf in self.leaves].index(page or QUIZ)))

        if self.chapter.questions:
            self.app.push_screen(QuizScreen(self.chapter), after)

    @cached_property
    def _exercises(self) -> set[str]:
        """The labs of this chapter that have a check beside them; asked with every key, so the disk is not."""
        labs = {card.lab: self.tutor.course.lab(card.lab) for card in self.chapter.cards if card.lab is not None}
        return {name for name, path in labs.items() if path is not None and beside(path, CHECK).is_file()}

    def action_lab(self, kind: str) -> None:
        from tutor.screens.lab import LabScreen

        if self.leaf.card is not None and self.leaf.card.lab is not None:
            self.app.push_screen(LabScreen(self.leaf.card.lab))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that do nothing on this page are neither shown nor heard."""
        if not self.is_mounted or "leaves" not in self.__dict__:
            return True
        card = self.leaf.card
        if action == "begin":
            return self.leaf.id == QUIZ
        if action == "quiz":
            return not self.visiting
        if action == "lab":
            kind = "exercise" if card is not None and card.lab in self._exercises else "lab"
            return card is not None and card.lab is not None and parameters == (kind,)
        if action == "hint":
            return card is not None and any(challenge.hint for challenge in card.challenges)
        if action == "pane":
            here = "question" if self._predicting() else "widget"
            shared = self.has_class("-with-widget") and not self.has_class("-text-only")
            return shared and not self._in_widget() and parameters == (here,)
        if action == "zoom":
            return self.has_class("-with-widget") and parameters == ("both" if self._zoomed else "one",)
        if action == "turn" and parameters == (-1,):
            return self._at > 0
        return super().check_action(action, parameters)

    async def on_workbench_went_on(self, message: Workbench.WentOn) -> None:
        """The truth about a prediction stands behind the text, before what to do with the widget. After the last one,
        made or skipped, the text has the focus as on every card: there the truth is read, and Tab leads to the
        widget."""
        if message.workbench not in self.query(Workbench) or not self.query(Page):
            return  # the page was turned meanwhile
        page = self.query_one(Page)
        if message.truth and page.is_attached:  # else the session ends
            truth = Prose(message.truth, facts(self.chapter), classes="truth")
            after = page.query(".first, .challenge")
            await page.mount(truth, before=after.first() if after else None)
            self.call_after_refresh(page.scroll_to_widget, truth, top=True, animate=False)
            self.remove_class("-widget-only")  # there it could not be read
        self.set_class(self._predicting(), "-predicting")
        if self._predicting():
            focus_first(self.query_one(Workbench))
        elif not self._in_widget():  # else one was quicker
            page.focus()
        self.refresh_bindings()

    def on_workbench_met(self, message: Workbench.Met) -> None:
        for challenges in self.query(Challenges):
            challenges.meet(message.challenge_id)
        self.notify("Challenge met.", timeout=2)
