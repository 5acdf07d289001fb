"""The one worker thread that runs experiments for everybody.

A job is a plain function, or a function that returns a generator: what the generator yields goes out as
`Update`, what it returns as `Done`. Between two yields the engine runs whatever more urgent waits, so a
slider answers while a model trains; a job that wants the engine to stay responsive yields every 50 ms.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, is_dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from tutor.experiments.base import ExperimentError
from tutor.models.errors import ModelFileError

if TYPE_CHECKING:
    from tutor.models.library import Library


MOST_PARTS = 100  # of a list that may hold arrays
QUIET = 3.0  # seconds without a request, after which is let go what is read again in no time
AWAY = 60.0  # and after so many more what takes a moment to read: a learner who reads would wait for it


class Priority(IntEnum):
    """What runs first; between equals, what was asked first."""

    INTERACTIVE = 0  # somebody looks at the screen and waits
    BACKGROUND = 1  # training, streams


@dataclass(frozen=True)
class Update:
    """A partial result; more events follow."""

    request: int
    value: object


@dataclass(frozen=True)
class Done:
    """The result; the last event of its request."""

    request: int
    value: object


@dataclass(frozen=True)
class Failed:
    """What went wrong, as one line for the learner; the last event of its request."""

    request: int
    message: str


@dataclass(frozen=True)
class Cancelled:
    """Overtaken or cancelled; the last event of its request."""

    request: int


Event = Update | Done | Failed | Cancelled
Job = Callable[[], object]
Listener = Callable[[Event], None]


@dataclass(eq=False)
class _Request:
    number: int
    key: Hashable
    job: Job
    listener: Listener
    priority: Priority
    cache: Hashable | None
    cancelled: bool = False

    @property
    def urgency(self) -> tuple[int, int]:
        """Smaller is sooner; to say "cancelled" takes no time, so it comes first."""
        return (-1 if self.cancelled else self.priority), self.number


class Engine:
    """One daemon thread and its queue.

    Every request gets its events in order, from this thread, the last of them one of Done, Failed and
    Cancelled. After `close` nobody hears anything more.
    """

    def __init__(self, kept_results: int = 16, kept_bytes: int = 1 << 23) -> None:
        """`kept_results`: how many results are kept for `submit(cache=...)`, the last used ones, and the most that
        the arrays in all of them may take, see `array_bytes`.
        """
        self._changed = threading.Condition()  # guards the five below
        self._queue: list[_Request] = []  # not begun
        self._running: list[_Request] = []  # begun; each was interrupted by the next, more urgent one
        self._last_number = 0
        self._closed = False
        self._library: Library | None = None
        self._results: OrderedDict[Hashable, object] = OrderedDict()  # touched by the worker alone
        self._kept_results, self._kept_bytes = kept_results, kept_bytes
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
        self._thread.start()

    @property
    def library(self) -> Library:
        """The models and encodings, shared by all jobs; they load when a job first uses them."""
        with self._changed:
            if self._library is None:
                from tutor.models.library import Library

                self._library = Library()
            return self._library

    def submit(
        self,
        key: Hashable,
        job: Job,
        listener: Listener,
        *,
        priority: Priority = Priority.INTERACTIVE,
        cache: Hashable | None = None,
    ) -> int:
        """Have `job` done and `listener` told, on the worker thread; returns the request's number.

        The latest of a key wins: an older request with this key that has not begun is cancelled, one that
        has begun is cancelled at its next yield. With `cache` the result is kept under that name, and a
        job whose result is still there is not run.
        """
        with self._changed:
            self._last_number += 1
            self._cancel(key)
            if not self._closed:
                self._queue.append(_Request(self._last_number, key, job, listener, priority, cache))
            self._changed.notify()
            return self._last_number

    def cancel(self, key: Hashable) -> None:
        """Cancel the request with this key: at once if it has not begun, else at its next yield."""
        with self._changed:
            self._cancel(key)
            self._changed.notify()

    def close(self) -> None:
        """Stop at the next yield. Returns at once; the thread keeps no process alive."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            for request in self._running:
                request.cancelled = True
            self._changed.notify()

    def ended(self, seconds: float) -> bool:
        """After `close`: whether the job that was running has ended, waiting at most `seconds` for it.

        A job that has not may be deep in native code. Then leave by `os._exit`: an orderly exit takes the
        libraries from under it, and OpenBLAS crashes, or hangs in joining its threads.
        """
        self._thread.join(seconds)
        return not self._thread.is_alive()

    # ── under the lock ───────────────────────────────────────────────────────────────────────────────

    def _cancel(self, key: Hashable) -> None:
        for request in (*self._queue, *self._running):
            if request.key == key:
                request.cancelled = True

    def _take(self, below: int) -> _Request | None:
        """The most urgent request, begun now, if it is more urgent than `below`."""
        request = min(self._queue, key=lambda r: r.urgency, default=None)
        if request is None or request.urgency[0] >= below:
            return None
        self._queue.remove(request)
        self._running.append(request)
        return request

    # ── on the worker thread ─────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        while not self._closed:
            self._run_waiting(below=max(Priority) + 1)
            with self._changed:
                for seconds, let_go in ((QUIET, self._rest), (AWAY, self._forget), (None, None)):
                    if self._changed.wait_for(lambda: self._queue or self._closed, seconds):
                        break
                    if let_go is not None:
                        let_go()

    def _rest(self) -> None:
        if self._library is not None:
            self._library.rest()
        give_back()

    def _forget(self) -> None:
        self._results.clear()
        if self._library is not None:
            self._library.forget()
        give_back()

    def _run_waiting(self, below: int) -> None:
        """Run what waits and is more urgent than `below`, until nothing is."""
        while True:
            with self._changed:
                request = self._take(below)
            if request is None:
                return
            self._tell(request, self._run(request))

    def _run(self, request: _Request) -> Event:
        """Do a request's job, with what is more urgent between its yields; returns its last event."""
        event: Event
        try:
            event = Done(request.number, self._result(request))
        except BaseException as error:  # whatever a job raises, the engine goes on
            event = Failed(request.number, one_line(error))
        return Cancelled(request.number) if request.cancelled else event

    def _result(self, request: _Request) -> object:
        """The result of a request's job, kept or computed; without meaning once it is cancelled."""
        if request.cancelled:
            return None
        if request.cache is not None and request.cache in self._results:
            self._results.move_to_end(request.cache)
            return self._results[request.cache]
        value = request.job()
        if isinstance(value, Generator):
            steps = value
            try:
                while True:
                    self._run_waiting(below=request.priority)
                    if request.cancelled:
                        steps.close()
                        return None
                    partial = next(steps)
                    if partial is not None and not request.cancelled:
                        self._tell(request, Update(request.number, partial))
            except StopIteration as end:
                value = end.value
        if request.cache is not None:
            self._keep(request.cache, value)
        return value

    def _keep(self, name: Hashable, value: object) -> None:
        if array_bytes(value) > self._kept_bytes:
            return
        self._results[name] = value
        while len(self._results) > self._kept_results or array_bytes(self._results) > self._kept_bytes:
            self._results.popitem(last=False)

    def _tell(self, request: _Request, event: Event) -> None:
        if not isinstance(event, Update):
            with self._changed:
                self._running.remove(request)
        if self._closed:
            return
        try:
            request.listener(event)
        except Exception:
            logging.getLogger(__name__).exception("A listener failed on %r", event)


def give_back() -> None:
    """Return memory that is free to the system: glibc keeps up to 64 MB of it otherwise."""
    import ctypes

    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def array_bytes(value: object) -> int:
    """The bytes of the arrays in a value: in the fields of dataclasses, in tuples, lists and mappings unless long."""
    if isinstance(size := getattr(value, "nbytes", None), int):
        return size
    if is_dataclass(value):
        return sum(map(array_bytes, vars(value).values()))
    if not isinstance(value, Mapping | tuple | list) or len(value) > MOST_PARTS:
        return 0
    return sum(map(array_bytes, value.values() if isinstance(value, Mapping) else value))


def one_line(error: BaseException) -> str:
    """What went wrong, as one line: an expected error's own message, others with their type."""
    message = " ".join(str(error).split())
    if isinstance(error, ExperimentError | ModelFileError | ValueError) and message:
        return message
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
