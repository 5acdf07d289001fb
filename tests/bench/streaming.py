"""`tutor` while its model writes without end: the app itself, with one more job on its engine.

usage: streaming.py DATA_DIR CHAPTER
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from textual import constants

from tutor.app import TutorApp, leave
from tutor.course.load import load_course
from tutor.engine import Event, Priority, Update
from tutor.study.store import Store


class Streaming(TutorApp):
    """Says when the first tokens have come; shows none, so that a byte sent is the answer to a key."""

    def on_mount(self) -> None:
        super().on_mount()
        self.engine.submit("stream", self.write, self.heard, priority=Priority.BACKGROUND)

    def write(self) -> Iterator[int]:
        from tutor.models.generate import generate
        from tutor.models.sampling import Sampling

        model = self.engine.library.model()
        for seed in count():
            yield from generate(model, model.start("Once upon a time"), Sampling(), seed, 250)

    def heard(self, event: Event) -> None:
        if not isinstance(event, Update):
            self.call_from_thread(self.notify, f"the stream has ended: {event}")
        elif not self.title.startswith("writing"):
            self.title = "writing"
            self.call_from_thread(self.notify, "the model writes", timeout=0.5)


if __name__ == "__main__":
    constants.COLOR_SYSTEM = "256"  # type: ignore[misc]
    app = Streaming(load_course(), Store.open(Path(sys.argv[1])), chapter=sys.argv[2] or None)
    app.run()
    leave(app)
