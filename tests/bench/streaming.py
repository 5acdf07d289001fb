"""`tutor` while its engine works without end: the app itself, with one more job.

usage: streaming.py DATA_DIR CHAPTER [writes|trains|loads]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from textual import constants

from tutor.app import TutorApp, leave
from tutor.course.load import load_course
from tutor.engine import Event, Priority, Update
from tutor.models.library import Library
from tutor.study.store import Store


def writes(library: Library) -> Iterator[object]:
    """One text after the other, token by token."""
    from tutor.models.generate import generate
    from tutor.models.sampling import Sampling

    model = library.model()
    for seed in count():
        yield from generate(model, model.start("Once upon a time"), Sampling(), seed, 250)


def trains(library: Library) -> Iterator[object]:
    """Word vectors, trained on and on as the widget does it."""
    from tutor.experiments.word2vec import Session, Settings

    while True:
        for seen in Session().at(Settings(steps=2000), frames=True):
            yield seen or 0


def loads(library: Library) -> Iterator[object]:
    """The model, from its file each time and run once, as when the first widget that needs it is opened."""
    while True:
        yield 0
        model = Library().model()
        yield model.config.n_layer
        model.next_logits(model.start("Once"))


JOBS: dict[str, Callable[[Library], Iterator[object]]] = {job.__name__: job for job in (writes, trains, loads)}


AT_WORK = "at-work"  # a file that is there once the work has begun


class Streaming(TutorApp):
    """Shows nothing of the work, so that a byte sent is the answer to a key."""

    job = "writes"
    begun = Path()

    def on_mount(self) -> None:
        super().on_mount()
        self.engine.submit("stream", self.work, self.heard, priority=Priority.BACKGROUND)

    def work(self) -> Iterator[object]:
        return JOBS[self.job](self.engine.library)

    def heard(self, event: Event) -> None:
        if not isinstance(event, Update):
            self.call_from_thread(self.notify, f"the stream has ended: {event}")
        elif not self.begun.exists():
            self.begun.touch()


if __name__ == "__main__":
    constants.COLOR_SYSTEM = "256"  # type: ignore[misc]
    app = Streaming(load_course(), Store.open(Path(sys.argv[1])), chapter=sys.argv[2] or None)
    app.begun = Path(sys.argv[1]) / AT_WORK
    app.job = sys.argv[3] if len(sys.argv) > 3 else app.job
    app.run()
    leave(app)
