"""The lower half of a widget card: first its predictions, then the live widget; notices challenges met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from tutor.course.schema import Card, Fact, Prediction, Settings
from tutor.engine import Done, Event, Failed
from tutor.experiments.base import Reading, Result, all_hold, converted
from tutor.experiments.registry import EXPERIMENTS
from tutor.study.predicting import revealed, truth
from tutor.widgets.base import LiveWidget
from tutor.widgets.prediction import PredictionPane
from tutor.widgets.turning import turn

if TYPE_CHECKING:
    from tutor.app import TutorApp


class Workbench(Vertical):
    """Predictions not made yet, one after the other; then the widget with the card's settings."""

    DEFAULT_CSS = """
    Workbench { height: 1fr; padding: 0 1; }
    """

    class Met(Message):
        """A challenge was met for the first time."""

        def __init__(self, challenge_id: str) -> None:
            super().__init__()
            self.challenge_id = challenge_id

    class WentOn(Message):
        """The next prediction, or the widget, has taken the place of one that was made or skipped.

        `truth` is what is true about that one, as lesson text; empty if it was skipped.
        """

        def __init__(self, workbench: Workbench, truth: str) -> None:
            super().__init__()
            self.workbench = workbench
            self.truth = truth

    class Computed(Message):
        """The truth about a prediction has arrived."""

        def __init__(self, prediction: Prediction, outcome: int, event: Event) -> None:
            super().__init__()
            self.prediction = prediction
            self.outcome = outcome
            self.event = event

    def __init__(self, card: Card, facts: Mapping[str, Fact], settings: Settings | None = None) -> None:
        """`settings` in the place of the card's, to show a point at once: its predictions wait for another time."""
        super().__init__()
        assert card.widget is not None
        self.card = card
        self.facts = facts
        self.widget_name = card.widget.name
        self.showing = settings is not None
        self.settings: Settings = card.widget.settings if settings is None else settings
        self._waiting: list[Prediction] = []  # to be made, that on the screen first

    @property
    def tutor(self) -> TutorApp:
        """The app, which owns engine and store."""
        return self.app  # type: ignore[return-value]

    def compose(self) -> ComposeResult:
        made = self.tutor.store.predictions_made()
        self._waiting = [p for p in self.card.predictions if p.id not in made and not self.showing]
        yield self._following()

    def _following(self) -> PredictionPane | LiveWidget | Static:
        return PredictionPane(self._waiting[0], self.facts) if self._waiting else self._live()

    def _live(self) -> LiveWidget | Static:
        """The widget with its starting settings, or one line where they do not fit it."""
        try:
            widget: LiveWidget = EXPERIMENTS[self.widget_name].load_widget()(self.settings)
        except (KeyError, ValueError) as error:
            return Static(f"This card's widget cannot start ({error}); `tutor check` says more.", markup=False)
        return widget

    # ── predictions ──────────────────────────────────────────────────────────────────────────────────

    def on_prediction_pane_committed(self, message: PredictionPane.Committed) -> None:
        message.stop()
        if message.prediction not in self._waiting[:1]:
            return  # a key too many: it has been made
        del self._waiting[0]
        if message.outcome is None:
            self.run_worker(self._go_on(""))
            return
        prediction, outcome = message.prediction, message.outcome
        module, library = EXPERIMENTS[self.widget_name].load(), self.tutor.engine.library
        settings = {**self.settings, **prediction.settings}

        def job() -> Any:
            return module.compute(converted(settings, module.Settings), library)

        def listen(event: Event) -> None:
            if isinstance(event, Done | Failed):
                self.post_message(self.Computed(prediction, outcome, event))

        self.tutor.engine.submit(self, job, listen)

    async def on_workbench_computed(self, message: Computed) -> None:
        message.stop()
        if isinstance(message.event, Failed):
            await self._go_on(f"The truth could not be computed: {message.event.message}")
            return
        assert isinstance(message.event, Done)
        result: Result = message.event.value  # type: ignore[assignment]
        prediction, chosen = message.prediction, message.outcome
        self.tutor.store.record_prediction(prediction.id, str(chosen), chosen == truth(prediction, result))
        await self._go_on(revealed(prediction, chosen, result))

    async def _go_on(self, truth: str) -> None:
        """Put the next prediction, or the widget, in the place of the one before."""
        await turn(self, lambda: [self._following()])
        self.post_message(self.WentOn(self, truth))

    # ── challenges ───────────────────────────────────────────────────────────────────────────────────

    def on_live_widget_changed(self, message: LiveWidget.Changed) -> None:
        message.stop()
        for challenge in self.card.challenges:
            if challenge.id not in self.tutor.store.challenges_met() and _met(challenge.goals, message.readings):
                self.tutor.store.meet_challenge(challenge.id)
                self.post_message(self.Met(challenge.id))

    def on_unmount(self) -> None:
        self.tutor.engine.cancel(self)


def focus_first(pane: Any) -> None:
    """Give the keyboard to the first thing in `pane` that takes it."""
    for widget in (pane, *pane.query("*")):
        if widget.focusable:
            widget.focus()
            return


def _met(goals: list[str], readings: Mapping[str, Reading]) -> bool:
    try:
        return all_hold(goals, readings)
    except (KeyError, TypeError, ValueError):
        return False  # a goal about a reading that is not there is the author's mistake; `tutor check` names it
