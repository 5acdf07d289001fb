"""The program, with one thing more: on SIGUSR2 it writes into a file who would hear a key, and what each of its tasks
and threads waits for.

python watched.py FILE [ARGUMENTS OF TUTOR]
"""

from __future__ import annotations

import asyncio
import faulthandler
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from textual.app import App
from textual.message_pump import MessagePump

from tutor.cli import main

DEEP = 30  # frames of a task


def waits(task: asyncio.Task[Any]) -> Iterator[str]:
    """Where a task stands, from the outermost frame to the one that waits."""
    yield f"{task.get_name()[:100]}"
    at: Any = task.get_coro()
    for _ in range(DEEP):
        frame = next((f for name in ("cr_frame", "gi_frame", "ag_frame") if (f := getattr(at, name, None))), None)
        if frame is not None:
            yield f"    {frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}"
        at = getattr(at, "cr_await", None) or getattr(at, "gi_yieldfrom", None)
        if at is None:
            return


def stands(app: App[Any]) -> Iterator[str]:
    """Who would hear a key, and whether what changes would be drawn."""
    focused = app.focused
    yield f"screens {app.screen_stack}, {app._batch_count} batches"
    yield f"focus {focused}, there: {focused is None or focused.is_attached}"
    yield f"keys {sorted(app.screen.active_bindings)}"


def tell(path: str) -> None:
    """Called in the thread of the event loop, between two steps of it."""
    tasks = asyncio.all_tasks()
    pumps = (task.get_coro().cr_frame.f_locals.get("self") for task in tasks if task.get_coro().cr_frame)  # type: ignore[union-attr]
    app = next(pump.app for pump in pumps if isinstance(pump, MessagePump))
    with Path(path).open("w", encoding="utf-8") as file:
        print(*stands(app), sep="\n", file=file)
        for task in tasks:
            print(*waits(task), sep="\n", file=file)
        faulthandler.dump_traceback(file)


if __name__ == "__main__":
    where = sys.argv.pop(1)

    def on_signal(number: int, frame: FrameType | None) -> None:
        tell(where)

    signal.signal(signal.SIGUSR2, on_signal)
    sys.exit(main())
