"""Checks that run the experiments: facts, starting settings, predictions, challenges, computed answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from tutor.course.bench import Bench, TroubleError
from tutor.course.draws import filled, rows
from tutor.course.problems import Finding, Path
from tutor.course.schema import AnyQuestion, Card, Chapter, Computed, Fact, Number, Outcome, Predict, Settings
from tutor.course.text import show

if TYPE_CHECKING:
    from tutor.experiments.base import Reading

# What a learner might type where a question lets them: exactly one outcome must hold for each.
PROBES = (
    "",
    "The cat sat on the mat.",
    "dog",
    "Once upon a time",
    "12345 67890",
    "antidisestablishmentarianism",
    "日本語 café",
)


def check_live(chapter: Chapter, bench: Bench) -> Iterator[Finding]:
    """What the experiments say against a chapter."""
    for i, card in enumerate(chapter.cards):
        yield from _check_card(card, ("cards", i), bench)
    for i, question in enumerate(chapter.questions):
        yield from _check_question(question, chapter, ("questions", i), bench)
    for i, fact in enumerate(chapter.facts):
        if fact.compute:
            yield from _check_computed(fact, fact.compute, ("facts", i, "compute"), ("facts", i, "value"), bench)


def _check_question(question: AnyQuestion, chapter: Chapter, at: Path, bench: Bench) -> Iterator[Finding]:
    """A question for all that can be drawn, until something is wrong."""
    found: list[Finding] = []
    for row in rows(question.draw) if question.draw else [{}]:
        made = filled(question, row) if row else question
        if isinstance(made, Predict):
            found += _check_predict(made, at, bench)
        elif isinstance(made, Number) and made.compute and made.answer is not None:
            now = Fact(id=made.id, value=made.answer, tolerance=made.tolerance)
            found += _check_computed(now, made.compute, (*at, "compute"), (*at, "answer"), bench)
        elif isinstance(made, Number) and made.compute:
            found += _check_computes_number(made.compute, (*at, "compute"), bench)
        found += _check_try(made, chapter, (*at, "try_it"), bench)
        if found:
            drawn = "".join(f"{name} = {value!r}, " for name, value in row.items())
            yield from (Finding(f.path, f"with {drawn[:-2]}: {f.message}" if row else f.message) for f in found)
            return


def _check_try(question: AnyQuestion, chapter: Chapter, at: Path, bench: Bench) -> Iterator[Finding]:
    point = question.try_it
    if point is None:
        return
    card = next((card for card in chapter.cards if card.id == (point.card or question.card)), None)
    if card is not None and card.widget is not None:
        try:
            if bench.runs(card.widget.name):
                bench.readings(card.widget.name, {**card.widget.settings, **point.settings})
        except (TroubleError, KeyError) as trouble:
            yield Finding((*at, "settings"), str(trouble))


def _check_computes_number(computed: Computed, at: Path, bench: Bench) -> Iterator[Finding]:
    """Whether a drawn question's answer can be computed."""
    try:
        if computed.reading not in bench.module(computed.experiment).READINGS:
            yield Finding((*at, "reading"), _no_reading(computed.experiment, computed.reading))
        elif bench.runs(computed.experiment):
            now = bench.readings(computed.experiment, computed.settings).get(computed.reading)
            if not isinstance(now, float | int):
                yield Finding((*at, "reading"), f"`{computed.reading}` is {now!r}, which is no number")
    except TroubleError as trouble:
        yield Finding((*at, "experiment" if trouble.part == "name" else trouble.part), str(trouble))


def _check_computed(fact: Fact, computed: Computed, at: Path, value_at: Path, bench: Bench) -> Iterator[Finding]:
    try:
        if computed.reading not in bench.module(computed.experiment).READINGS:
            yield Finding((*at, "reading"), _no_reading(computed.experiment, computed.reading))
            return
        bench.settings(computed.experiment, computed.settings)
        if not bench.runs(computed.experiment):
            return
        now = bench.readings(computed.experiment, computed.settings).get(computed.reading)
    except TroubleError as trouble:
        yield Finding((*at, "experiment" if trouble.part == "name" else trouble.part), str(trouble))
        return
    if now is None:
        yield Finding((*at, "reading"), f"`{computed.experiment}` gave no `{computed.reading}`")
    elif not _agree(fact, now):
        said = f", give or take {fact.tolerance:g}" if fact.tolerance else ""
        yield Finding(value_at, f"`{computed.reading}` is {now} now; the lesson says {fact.value}{said}")


def _agree(fact: Fact, now: Reading) -> bool:
    """Within the tolerance, or the same as far as it is shown."""
    if isinstance(now, str) or isinstance(fact.value, str):
        return str(now) == str(fact.value)
    near = abs(now - fact.value) <= fact.tolerance + 1e-9 * abs(fact.value)
    return near or (fact.show is not None and show(fact) == show(msgspec.structs.replace(fact, value=now)))


def _check_card(card: Card, at: Path, bench: Bench) -> Iterator[Finding]:
    widget = card.widget
    if widget is None:
        return
    try:
        module = bench.module(widget.name)
        bench.settings(widget.name, widget.settings)
        starts = [bench.readings(widget.name, widget.settings)] if bench.runs(widget.name) else []
    except TroubleError as trouble:
        yield Finding((*at, "widget", trouble.part), str(trouble))
        return
    for i, prediction in enumerate(card.predictions):
        settings = {**widget.settings, **prediction.settings}
        yield from _check_outcomes(prediction.outcomes, widget.name, settings, (*at, "predictions", i), bench)
        with suppress(TroubleError):
            starts += [bench.readings(widget.name, settings)] if starts else []
    for i, challenge in enumerate(card.challenges):
        here = (*at, "challenges", i)
        found = list(_check_conditions(challenge.goals, module.READINGS, widget.name, (*here, "goals")))
        yield from found
        if not starts or found:
            continue
        if any(_holds(challenge.goals, start) is True for start in starts):
            yield Finding(
                (*here, "goals"), "this challenge is met before anything is done, or by a prediction of the card"
            )
        try:
            reached = bench.readings(widget.name, {**widget.settings, **challenge.recipe})
            if (met := _holds(challenge.goals, reached)) is not True:
                yield Finding(
                    (*here, "recipe"), f"the recipe does not meet it: {met or _told(challenge.goals, reached)}"
                )
        except TroubleError as trouble:
            yield Finding((*here, "recipe"), str(trouble))


def _check_predict(question: Predict, at: Path, bench: Bench) -> Iterator[Finding]:
    try:
        module = bench.module(question.experiment)
    except TroubleError as trouble:
        yield Finding((*at, "experiment"), str(trouble))
        return
    vary = question.vary
    if vary is not None and vary not in module.Settings.__struct_fields__:
        yield Finding((*at, "vary"), f"`{question.experiment}` has no setting `{vary}`")
        vary = None
    found = list(_check_outcomes(question.outcomes, question.experiment, question.settings, at, bench))
    yield from found
    if vary is None or found or not bench.runs(question.experiment):
        return
    try:
        bench.settings(question.experiment, {**question.settings, vary: PROBES[0]})
    except TroubleError:
        yield Finding((*at, "vary"), f"`{vary}` of `{question.experiment}` takes no text of the learner's own")
        return
    for probe in PROBES:
        try:
            readings = bench.readings(question.experiment, {**question.settings, vary: probe})
        except TroubleError:
            continue  # the question says so in place
        for finding in _check_exactly_one(question.outcomes, readings, (*at, "outcomes")):
            yield Finding(finding.path, f"with {vary} = {probe!r}: {finding.message}")
            return


def _check_outcomes(
    outcomes: list[Outcome], name: str, settings: Settings, at: Path, bench: Bench
) -> Iterator[Finding]:
    """Outcomes over the readings of an experiment: well formed, and exactly one of them holds."""
    known = bench.module(name).READINGS
    found: list[Finding] = []
    for i, outcome in enumerate(outcomes):
        found += _check_conditions(outcome.when, known, name, (*at, "outcomes", i, "when"))
    yield from found
    try:
        bench.settings(name, settings)
        if not found and bench.runs(name):
            yield from _check_exactly_one(outcomes, bench.readings(name, settings), (*at, "outcomes"))
    except TroubleError as trouble:
        yield Finding((*at, "settings"), str(trouble))


def _check_exactly_one(outcomes: list[Outcome], readings: Mapping[str, Reading], at: Path) -> Iterator[Finding]:
    if not outcomes:
        return
    holding = [_holds(outcome.when, readings) for outcome in outcomes]
    for i, held in enumerate(holding):
        if isinstance(held, str):
            yield Finding((*at, i, "when"), held)
            return
    if sum(held is True for held in holding) != 1:
        conditions = [condition for outcome in outcomes for condition in outcome.when]
        count = sum(held is True for held in holding)
        yield Finding(at, f"exactly one outcome must hold, not {count}: {_told(conditions, readings)}")


def _check_conditions(conditions: list[str], known: Mapping[str, str], name: str, at: Path) -> Iterator[Finding]:
    from tutor.experiments.base import Condition

    for i, text in enumerate(conditions):
        try:
            condition = Condition.parse(text)
        except ValueError:
            yield Finding((*at, i), f"`{text}` is not `reading < value`", text)
            continue
        for reading in condition.names():
            if reading not in known:
                yield Finding((*at, i), _no_reading(name, reading), text)


def _holds(conditions: list[str], readings: Mapping[str, Reading]) -> bool | str:
    """Whether all hold; or, as text, why that cannot be said."""
    from tutor.experiments.base import all_hold

    try:
        return all_hold(conditions, readings)
    except KeyError as error:
        return f"the experiment gave no reading {error}"
    except TypeError:
        return "a number and a text are compared"


def _told(conditions: list[str], readings: Mapping[str, Reading]) -> str:
    """The readings that the conditions speak of: `tokens = 5, words = 4`."""
    from tutor.experiments.base import Condition

    names = dict.fromkeys(name for text in conditions for name in Condition.parse(text).names())
    return ", ".join(f"{name} = {readings.get(name)}" for name in names) or "nothing is asked of any reading"


def _no_reading(name: str, reading: str) -> str:
    return f"`{name}` has no reading `{reading}`"
