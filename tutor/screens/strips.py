"""Lines that keep nothing but themselves.

Textual gives every line that a widget has drawn seven caches for what may be made of it: cut, styled, filtered. They
take 1.3 KB a line, in every line that is kept, and are hardly ever asked again: what is drawn again is mostly drawn
anew, and the frame sends what differs. Without them to turn to another card takes a quarter less time, and a session
that has seen a few takes 14 MB less.
"""

from __future__ import annotations

from typing import Any

from textual import strip
from textual.cache import FIFOCache


class Nothing(FIFOCache[Any, Any]):
    """A cache in which nothing is ever found."""

    __slots__ = ()

    def get(self, key: Any, default: Any = None) -> Any:
        """Not there."""
        return default

    def __setitem__(self, key: Any, value: Any) -> None:
        """Forget it."""


NOTHING = Nothing(0)


def keep_nothing() -> None:
    """From now on, in this process, lines are made without caches."""
    strip.FIFOCache = lambda size: NOTHING  # type: ignore[attr-defined, assignment]
