"""A prediction on a card: which of its outcomes is true, and what is said to the learner's."""

from __future__ import annotations

from tutor.course.schema import Prediction
from tutor.course.text import literal
from tutor.experiments.base import Result, all_hold
from tutor.experiments.cells import visible


def truth(prediction: Prediction, result: Result) -> int | None:
    """The index of the outcome that came about; None when none did."""
    readings = result.readings()
    return next((i for i, outcome in enumerate(prediction.outcomes) if all_hold(outcome.when, readings)), None)


def revealed(prediction: Prediction, chosen: int, result: Result) -> str:
    """What is true, and what was computed, as lesson Markdown, for somebody who has committed to outcome number
    `chosen`, from 0."""
    seen = f"**Computed**{_with(prediction)}: {literal(visible(result.sentence()))}"
    true, outcomes = truth(prediction, result), prediction.outcomes
    if true is None:
        return f"**None of the outcomes came about.** {seen}"
    if true == chosen:
        return f"**As you said:** {outcomes[true].text}. {outcomes[true].explain}\n\n{seen}"
    you_said = f"**You said:** {outcomes[chosen].text}. {outcomes[chosen].explain}"
    return f"{you_said}\n\n**It is:** {outcomes[true].text}. {outcomes[true].explain}\n\n{seen}"


def _with(prediction: Prediction) -> str:
    """The switches that were set for it, unlike those of the widget that is shown then."""
    switches = [
        f"{name} {'on' if value else 'off'}" for name, value in prediction.settings.items() if isinstance(value, bool)
    ]
    return f" with {' and '.join(switches)}" if switches else ""
