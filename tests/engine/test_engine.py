"""The engine by example: order, urgency, cancelling, caching, errors, closing. Nothing here waits by the clock."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from queue import SimpleQueue

import pytest

from tutor.engine import Cancelled, Done, Engine, Event, Failed, Priority, Update, one_line
from tutor.experiments.base import ExperimentError
from tutor.models.errors import ModelFileError

BACKGROUND = Priority.BACKGROUND
LONG = 20  # seconds; only a broken engine waits this long


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(kept_results=2)
    yield engine
    engine.close()
    engine._thread.join(LONG)
    assert not engine._thread.is_alive()


class Ears:
    """Collects events; `next` waits for one."""

    def __init__(self) -> None:
        self.events: SimpleQueue[Event] = SimpleQueue()

    def __call__(self, event: Event) -> None:
        assert threading.current_thread().name == "engine"
        self.events.put(event)

    def next(self) -> Event:
        return self.events.get(timeout=LONG)

    def until_last(self) -> list[Event]:
        heard = [self.next()]
        while isinstance(heard[-1], Update):
            heard.append(self.next())
        return heard


@pytest.fixture
def ears() -> Ears:
    return Ears()


class Gate:
    """A job that holds the worker until the test opens it."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.open.wait(LONG)


def block(engine: Engine) -> Gate:
    """Keep the worker busy, so that what is submitted now waits."""
    gate = Gate()
    engine.submit(object(), gate, lambda event: None)
    assert gate.begun.wait(LONG)
    return gate


def test_a_function_is_done_with_what_it_returns(engine: Engine, ears: Ears) -> None:
    number = engine.submit("k", lambda: 6 * 7, ears)
    assert ears.next() == Done(number, 42)


def test_a_generator_tells_what_it_yields_then_what_it_returns(engine: Engine, ears: Ears) -> None:
    def job() -> Generator[str | None, None, str]:
        yield "o"
        yield None  # only a breathing point
        yield "on"
        return "one"

    n = engine.submit("k", job, ears)
    assert ears.until_last() == [Update(n, "o"), Update(n, "on"), Done(n, "one")]


def test_interactive_runs_before_background_and_equals_in_turn(engine: Engine, ears: Ears) -> None:
    gate = block(engine)
    for key, priority in (
        ("a", BACKGROUND),
        ("b", BACKGROUND),
        ("c", Priority.INTERACTIVE),
        ("d", Priority.INTERACTIVE),
    ):
        engine.submit(key, lambda key=key: key, ears, priority=priority)  # type: ignore[misc]
    gate.open.set()
    assert [ears.next().value for _ in "abcd"] == ["c", "d", "a", "b"]  # type: ignore[union-attr]


def test_an_interactive_job_runs_between_two_yields_of_a_background_one(engine: Engine, ears: Ears) -> None:
    at_step: SimpleQueue[int] = SimpleQueue()
    go: SimpleQueue[None] = SimpleQueue()

    def training() -> Generator[int, None, str]:
        for step in range(3):
            at_step.put(step)
            go.get(timeout=LONG)
            yield step
        return "trained"

    b = engine.submit("training", training, ears, priority=BACKGROUND)
    assert at_step.get(timeout=LONG) == 0
    i = engine.submit("slider", lambda: "moved", ears)
    go.put(None)
    assert [ears.next(), ears.next()] == [Update(b, 0), Done(i, "moved")]
    go.put(None)
    go.put(None)
    assert ears.until_last() == [Update(b, 1), Update(b, 2), Done(b, "trained")]


def test_the_latest_of_a_key_replaces_one_not_begun(engine: Engine, ears: Ears) -> None:
    gate, ran = block(engine), []
    numbers = [engine.submit("slider", lambda i=i: ran.append(i), ears) for i in range(4)]  # type: ignore[misc]
    gate.open.set()
    assert [ears.next() for _ in numbers] == [*map(Cancelled, numbers[:3]), Done(numbers[3], None)]
    assert ran == [3]


def test_the_latest_of_a_key_cancels_one_begun_at_its_next_yield(engine: Engine, ears: Ears) -> None:
    closed, begun, go = threading.Event(), threading.Event(), threading.Event()

    def endless() -> Generator[None, None, None]:
        try:
            while True:
                begun.set()
                go.wait(LONG)
                yield
        finally:
            closed.set()

    old = engine.submit("k", endless, ears)
    assert begun.wait(LONG)
    new = engine.submit("k", lambda: "new", ears)
    go.set()
    assert [ears.next(), ears.next()] == [Cancelled(old), Done(new, "new")]
    assert closed.is_set()


def test_a_cancelled_function_ends_cancelled_whatever_it_returns_or_raises(engine: Engine, ears: Ears) -> None:
    for fails in (False, True):
        begun, go = threading.Event(), threading.Event()

        def job(begun: threading.Event = begun, go: threading.Event = go, fails: bool = fails) -> None:
            begun.set()
            assert go.wait(LONG)
            if fails:
                raise ValueError

        n = engine.submit("k", job, ears)
        assert begun.wait(LONG)
        engine.cancel("k")
        go.set()
        assert ears.next() == Cancelled(n)


def test_cancelling_nothing_is_nothing(engine: Engine, ears: Ears) -> None:
    engine.cancel("nobody")
    n = engine.submit("k", lambda: 1, ears)
    assert ears.next() == Done(n, 1)


def test_results_are_kept_up_to_the_bound_and_the_last_used_stay(engine: Engine, ears: Ears) -> None:
    ran: list[str] = []

    def ask(name: str, job: Callable[[], object] | None = None) -> object:
        engine.submit("k", job or (lambda: ran.append(name) or name), ears, cache=name)
        return ears.until_last()[-1].value  # type: ignore[union-attr]

    def stepwise() -> Generator[int, None, str]:
        ran.append("b")
        yield 1
        return "b"

    assert [ask("a"), ask("b", stepwise), ask("a"), ask("b", stepwise), ask("a")] == ["a", "b", "a", "b", "a"]
    assert ran == ["a", "b"]
    ask("c")  # two are kept: b, the longest unused, goes
    ask("a")
    assert ran == ["a", "b", "c"]
    ask("b")
    assert ran == ["a", "b", "c", "b"]


@dataclass
class Large:
    """A result with arrays in it."""

    parts: dict[str, tuple[memoryview, ...]]


def test_the_arrays_in_the_results_kept_are_bounded(ears: Ears) -> None:
    engine = Engine(kept_bytes=1000)
    ran: list[int] = []

    def ask(size: int) -> None:
        def job() -> Large:
            ran.append(size)
            return Large({"a": (memoryview(bytes(size // 2)),) * 2, "b": ()})

        engine.submit("k", job, ears, cache=size)
        ears.until_last()

    for size in (400, 600, 400, 1002, 1002, 600, 800, 800, 600):  # 1002 is never kept, 800 has no room beside others
        ask(size)
    engine.close()
    assert ran == [400, 600, 1002, 1002, 800, 600]


def test_a_failure_is_not_kept(engine: Engine, ears: Ears) -> None:
    def fail() -> None:
        raise ValueError("no")

    engine.submit("k", fail, ears, cache="a")
    assert isinstance(ears.next(), Failed)
    n = engine.submit("k", lambda: 1, ears, cache="a")
    assert ears.next() == Done(n, 1)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ExperimentError("type a few words"), "type a few words"),
        (ModelFileError("model.safetensors: truncated"), "model.safetensors: truncated"),
        (ValueError("two\n  lines"), "two lines"),
        (ValueError(), "ValueError"),
        (KeyError("rank"), "KeyError: 'rank'"),
        (MemoryError(), "MemoryError"),
        (SystemExit(3), "SystemExit: 3"),
    ],
)
def test_an_error_is_one_line_and_the_engine_goes_on(
    engine: Engine, ears: Ears, error: BaseException, line: str
) -> None:
    def job() -> None:
        raise error

    def stepwise() -> Generator[int, None, None]:
        yield 1
        raise error

    assert one_line(error) == line
    a = engine.submit("k", job, ears)
    assert ears.next() == Failed(a, line)
    b = engine.submit("k", stepwise, ears)
    assert ears.until_last() == [Update(b, 1), Failed(b, line)]
    n = engine.submit("k", lambda: "still here", ears)
    assert ears.next() == Done(n, "still here")


def test_a_listener_that_fails_is_logged_and_stops_nobody(
    engine: Engine, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    def deaf(event: Event) -> None:
        raise RuntimeError("a listener's mistake")

    engine.submit("a", lambda: 1, deaf)
    n = engine.submit("b", lambda: 2, ears)
    assert ears.next() == Done(n, 2)
    assert "a listener's mistake" in caplog.text


def test_a_listener_may_submit_again(engine: Engine, ears: Ears) -> None:
    def then(event: Event) -> None:
        engine.submit("k", lambda: "second", ears)

    engine.submit("k", lambda: "first", then)
    assert ears.next().value == "second"  # type: ignore[union-attr]


def test_nobody_runs_or_hears_anything_after_close(ears: Ears) -> None:
    engine, gate, ran = Engine(), Gate(), []
    engine.submit("running", gate, ears)
    assert gate.begun.wait(LONG)
    engine.submit("waiting", lambda: ran.append(1), ears)
    engine.close()
    engine.submit("late", lambda: ran.append(2), ears)
    gate.open.set()
    engine._thread.join(LONG)
    assert not engine._thread.is_alive()
    assert ears.events.empty()
    assert ran == []
    engine.close()  # a second time is nothing


def test_a_finished_request_is_let_go(engine: Engine, ears: Ears) -> None:
    class Widget:
        def hear(self, event: Event) -> None:
            ears(event)

    widget = Widget()
    engine.submit(widget, lambda: 1, widget.hear)
    ears.next()
    engine.submit("k", lambda: 2, ears)
    ears.next()
    gone = weakref.ref(widget)
    del widget
    gc.collect()
    assert gone() is None


ENDLESS = {
    "function": "\ndef job():\n    begun.set()\n    while True: pass",
    "generator": "\ndef job():\n    begun.set()\n    while True: yield",
    "native": "\nimport numpy as np\na = np.ones((1500, 1500))\ndef job():\n    begun.set()\n    while True: a @ a",
}


@pytest.mark.parametrize(
    ("kind", "leave"),
    [
        ("function", "engine.close(); sys.exit(7)"),
        ("generator", "engine.close(); sys.exit(7)"),
        ("generator", "engine.close(); engine.ended(0.2) and sys.exit(7)"),
        ("native", "engine.close(); engine.ended(0.2) or sys.stdout.flush() or os._exit(7)"),
    ],
)
def test_a_process_leaves_at_once_during_an_endless_job(kind: str, leave: str) -> None:
    program = f"""
import os, sys, threading
from tutor.engine import Engine
engine, begun = Engine(), threading.Event()
{ENDLESS[kind]}
engine.submit("k", job, lambda event: None)
begun.wait()
print("leaving", flush=True)
print("said last")
{leave}
"""
    took = []
    for _ in range(3):  # the best of three, for a busy machine
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "leaving\n"
            start = time.monotonic()
            try:
                assert process.wait(LONG) == 7
            finally:
                process.kill()
            took.append(time.monotonic() - start)
            assert process.stdout.read() == "said last\n"
        if took[-1] < 0.5:
            break
    assert min(took) < 0.5


def test_the_engine_brings_neither_models_nor_a_screen() -> None:
    program = (
        "import sys, tutor.engine; tutor.engine.Engine(); print(*{'numpy', 'textual', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_results_are_let_go_when_nothing_was_asked_for_long(
    engine: Engine, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.engine.QUIET", 0.01)
    monkeypatch.setattr("tutor.engine.AWAY", 0.01)
    kept = threading.Event()

    class Result:
        pass

    def job() -> Result:
        result = Result()
        weakref.finalize(result, kept.set)
        return result

    engine.submit("a", job, lambda event: None, cache="a")
    assert kept.wait(LONG)


def test_a_model_rests_when_nothing_was_asked_for_a_while(engine: Engine, ears: Ears) -> None:
    rests = threading.Event()

    def job() -> weakref.ref[object]:
        return weakref.ref(engine.library.model("ladder/9k").run, lambda gone: rests.set())

    engine.submit("load", job, ears)
    assert isinstance(done := ears.next(), Done)
    assert rests.wait(LONG)
    assert isinstance(left := done.value, weakref.ref) and left() is None


def test_the_library_is_one_for_all() -> None:
    engine = Engine()
    assert engine.library is engine.library
    engine.close()
