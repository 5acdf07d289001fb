"""What was typed about a question and not given yet: it stands there again when the learner comes back to the question.

    draft = answer(store, question, variant)    None where there is none that fits this showing of the question
    keep_answer(store, question_id, draft)      None drops it; so does an answer given since the question was shown
    note(store, question_id), keep_note(store, question_id, text)
    drop(store, question_ids)                   of these questions, or of all

A draft is a setting of its own for each question, so that two sessions leave each other's
alone. It stays on this machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from tutor.course.schema import AnyQuestion
from tutor.study.store import Store

T = TypeVar("T")


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the place to answer was left. Whoever takes it up again leaves what does not fit the question."""

    revision: int
    variant: int  # how often the question had been answered when it was shown: see `asking`
    text: str = ""  # number, blank
    items: tuple[int | None, ...] = ()  # choices, steps in their order, right sides; numbered as they are shown
    own: str | None = None  # the text put in place of the one that a prediction is about
    hinted: bool = False
    seconds: Annotated[float, Meta(ge=0, le=1e9)] = 0.0  # for which the question had been shown

    @property
    def empty(self) -> bool:
        """Whether nothing was done yet."""
        return not (self.text or self.items or self.own is not None or self.hinted)


def answer(store: Store, question: AnyQuestion, variant: int) -> Draft | None:
    """What was put down when the question was shown as it is now."""
    draft = _read(store, _name(question.id, "answer"), Draft)
    fits = draft is not None and (draft.revision, draft.variant) == (question.revision, variant)
    return draft if fits else None


def keep_answer(store: Store, question_id: str, draft: Draft | None) -> None:
    """Keep a draft unless the question was answered meanwhile; else there is none any more."""
    stands = draft is not None and not draft.empty and draft.variant == store.times_answered(question_id)
    _keep(store, _name(question_id, "answer"), draft if stands else None)


def note(store: Store, question_id: str) -> str:
    """The unfinished note on a question; empty where there is none."""
    return _read(store, _name(question_id, "note"), str) or ""


def keep_note(store: Store, question_id: str, text: str) -> None:
    """Keep an unfinished note; an empty one is none."""
    _keep(store, _name(question_id, "note"), text or None)


def drop(store: Store, question_ids: Iterable[str] = ("*",)) -> None:
    """Forget the drafts of these questions, or all there are."""
    for question_id in question_ids:
        store.drop_settings(_name(question_id, "*"))


def _name(question_id: str, what: str) -> str:
    return f"draft:{question_id}:{what}"


def _read(store: Store, name: str, kind: type[T]) -> T | None:
    """What the setting holds; None for what this program has not written."""
    try:
        return msgspec.convert(json.loads(store.setting(name) or "null"), kind)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return None


def _keep(store: Store, name: str, value: object) -> None:
    """Write only what is not there already: most questions have no draft when they come nor when they go."""
    text = None if value is None else json.dumps(msgspec.to_builtins(value))
    if text == store.setting(name):
        return
    if text is None:
        store.drop_settings(name)
    else:
        store.set_setting(name, text)
