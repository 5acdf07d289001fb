"""Timers that tick once, and always do.

Textual's timers skip the ticks that they are late for. One that ticks only once, and is late for that, does not tick
at all; and one whose time is over before it has begun looks for its next tick for ever, with the whole program waiting
for it. So it is with a notice that is shown on another screen in the very moment in which it ends.
"""

from __future__ import annotations

from typing import Any

from textual.timer import Timer

ORIGINAL = Timer.__init__


def tick_once() -> None:
    """From now on, in this process, a timer that ticks once does so, however late it is."""

    def begin(timer: Timer, *arguments: Any, **options: Any) -> None:
        ORIGINAL(timer, *arguments, **options)
        if timer._repeat == 0:
            timer._skip = False

    Timer.__init__ = begin  # type: ignore[assignment, method-assign]
