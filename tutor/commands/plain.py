"""What `read`, `quiz` and `review` share: the learner's progress, the chapter that is meant, and what is computed."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from tutor.commands import CommandError
from tutor.commands.dialogue import Dialogue, LeftError
from tutor.commands.output import complain
from tutor.commands.show import finished
from tutor.course.load import Course
from tutor.course.schema import Chapter
from tutor.experiments.base import ExperimentError, Result
from tutor.experiments.registry import EXPERIMENTS
from tutor.models.errors import ModelFileError
from tutor.study.store import Store

if TYPE_CHECKING:
    from tutor.models.library import Library


def add_chapter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "chapter", nargs="?", metavar="CHAPTER", help="its id, see `tutor course` (default: where you were last)"
    )


@contextmanager
def progress(args: argparse.Namespace) -> Iterator[Store]:
    """The learner's progress; trouble with the file is one line on stderr, and what follows goes on without it."""

    store = Store.open(args.data_dir, complain)
    if store.warning:
        complain(store.warning)
    try:
        yield store
    finally:
        store.close()


def chosen(course: Course, store: Store, asked: str | None) -> Chapter:
    """The chapter asked for, else the one where the learner was last, else the first."""
    place = store.place()
    last = place[0] if place and course.is_ready(place[0]) else None
    first = next((entry.id for entry in course.entries() if entry.file is not None), None)
    chapter_id = asked or last or first
    if chapter_id is None or course.find(chapter_id) is None:
        raise CommandError(f"no chapter {chapter_id!r}; `tutor course` lists them")
    return course.chapter(chapter_id)


@contextmanager
def talk(store: Store, dialogue: Dialogue) -> Iterator[None]:
    """Something that may be left at any time."""
    try:
        yield
    except LeftError:
        dialogue.line("Everything is kept." if store.saved else "Nothing of this is kept, as said at the start.")


def computed(experiment: str, settings: dict[str, Any]) -> Result:
    """An experiment carried out here and now; what cannot be computed raises ValueError with a line for the learner."""
    import msgspec

    module = EXPERIMENTS[experiment].load()
    try:
        result: Result = finished(module.compute(msgspec.convert(settings, module.Settings), _library()))
    except (ExperimentError, ModelFileError) as error:
        raise ValueError(str(error)) from error
    return result


@cache
def _library() -> Library:
    """The models, loaded once for all questions and cards."""
    from tutor.models.library import Library

    return Library()
