"""Which threads touch the interface while every widget is driven, and which threads there are at all.

Everything of Textual's that changes the interface is watched; `post_message` is not, being made for other threads.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures import Figure
from textual.app import App
from textual.css.styles import Styles
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.engine import Engine, Event
from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.playground import WidgetScreen
from tutor.study.store import Store
from tutor.widgets.base import LiveWidget

TOUCHING: list[tuple[Any, str]] = [
    (Reactive, "__set__"), (Widget, "refresh"), (Widget, "mount"), (Widget, "focus"), (Static, "update"),
    (DOMNode, "set_class"), (Styles, "set_rule"), (Screen, "dismiss"), (App, "push_screen"), (App, "notify"),
    (Store, "_attempt"),
]  # fmt: skip
KEYS = ["right", "g", "s", "t"]
PATIENCE = 20.0  # seconds


@dataclass
class Threads:
    """Thread names; the interface's own is left out."""

    touched: dict[str, set[str]]  # the threads that called each of TOUCHING that was called at all
    running: set[str]  # while the app ran
    lasting: set[str]  # of these, those that would keep the process alive


@contextmanager
def watched() -> Iterator[dict[str, set[str]]]:
    """Note the thread of every call of TOUCHING."""
    here, called = threading.current_thread(), {}
    originals = [(owner, name, getattr(owner, name)) for owner, name in TOUCHING]

    def watch(what: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            threads = called.setdefault(what, set())
            if (thread := threading.current_thread()) is not here:
                threads.add(thread.name)
            return original(*arguments, **options)

        return call

    try:
        for owner, name, original in originals:
            setattr(owner, name, watch(f"{owner.__name__}.{name}", original))
        yield called
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)


async def until(pilot: Pilot[None], ready: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while not ready():
        if asyncio.get_running_loop().time() > end:
            raise AssertionError("it never came")
        await pilot.pause(0.01)


async def drive(pilot: Pilot[None], app: TutorApp) -> None:
    """Open every widget, wait for its first result and press some keys."""
    for name in EXPERIMENTS:
        screen = WidgetScreen(name)
        await app.push_screen(screen)
        live = screen.query_one(LiveWidget)
        await until(pilot, lambda live=live: live.result is not None)  # type: ignore[misc]
        await pilot.press(*KEYS)
        app.pop_screen()
        await pilot.pause()


async def threads(drive: Callable[[Pilot[None], TutorApp], Any] = drive) -> Threads:
    """What is so while `drive` has the app."""
    before = set(threading.enumerate())
    with tempfile.TemporaryDirectory() as folder, watched() as touched:
        app = TutorApp(load_course(), Store.open(Path(folder)))
        async with app.run_test(size=(80, 24)) as pilot:
            await drive(pilot, app)
            running = set(threading.enumerate()) - before
        return Threads(touched, {one.name for one in running}, {one.name for one in running if not one.daemon})


def stale(requests: int = 1000) -> tuple[int, int]:
    """So many requests of one key, all at once: how many were computed, and how many were told of as done."""
    engine, computed, done, ended = Engine(), [], [], threading.Semaphore(0)

    def listen(event: Event) -> None:
        done.append(type(event).__name__ == "Done")
        ended.release()

    for number in range(requests):
        engine.submit("one", lambda number=number: computed.append(number), listen)  # type: ignore[misc]
    for _ in range(requests):
        ended.acquire(timeout=PATIENCE)
    engine.close()
    return len(computed), sum(done)


def figures() -> Iterator[Figure]:
    found = asyncio.run(threads())
    others = set().union(*found.touched.values())
    yield Figure(11, "threads that touch the interface beside its own, all widgets driven", len(others), "", 0)
    yield Figure(11, "threads of ours beside the interface's", len(found.running), "", 1)
    yield Figure(10, "of these, threads that would keep the process alive", len(found.lasting), "", 0)
    computed, done = stale()
    yield Figure(11, "of 1,000 requests of one widget at once: computed", computed, "", 10)
    yield Figure(11, "of these, told as done although a newer one had been made", max(0, done - computed), "", 0)
