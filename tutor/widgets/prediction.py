"""A prediction: the learner commits to an outcome before the widget shows what it computes."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.course.schema import Fact, Prediction
from tutor.widgets.card import Prose
from tutor.widgets.navigator import Column
from tutor.widgets.passage import Passage


class Outcomes(Column, inherit_bindings=False):
    """Nothing is chosen at first, and an arrow to the side turns no guess in."""

    BINDINGS = [*Column.STEPS, Binding("enter,space", "select", "choose", show=False)]

    def on_mount(self) -> None:
        self.highlighted = None


class PredictionPane(Vertical):
    """The question and its outcomes; a digit or Enter commits, `s` goes on without an answer."""

    DEFAULT_CSS = """
    PredictionPane { height: 1fr; padding: 0 2; }
    PredictionPane > Prose { height: auto; max-width: 72; margin-bottom: 1; }
    PredictionPane > Outcomes { height: 1fr; max-width: 72; }
    """
    BINDINGS = [
        *(Binding(str(n), f"commit({n})", "choose", show=n == 1, key_display="1-9, Enter") for n in range(1, 10)),
        Binding("s", "skip", "skip"),
    ]

    class Committed(Message):
        """An outcome was chosen: its index, or None to go on without."""

        def __init__(self, prediction: Prediction, outcome: int | None) -> None:
            super().__init__()
            self.prediction = prediction
            self.outcome = outcome

    def __init__(self, prediction: Prediction, facts: Mapping[str, Fact]) -> None:
        super().__init__()
        self.prediction = prediction
        self.facts = facts

    def compose(self) -> ComposeResult:
        yield Prose(f"**Before you see it:** {self.prediction.text}", self.facts)
        options, plain = [], getattr(self.app, "ascii", False)
        for n, outcome in enumerate(self.prediction.outcomes, 1):
            options.append(Option(Passage(outcome.text, self.facts, head=f"{n}  ", ascii=plain)))
        yield Outcomes(*options)

    def action_commit(self, number: int) -> None:
        if number <= len(self.prediction.outcomes):
            self.post_message(self.Committed(self.prediction, number - 1))

    def action_skip(self) -> None:
        self.post_message(self.Committed(self.prediction, None))

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.action_commit(message.option_index + 1)
