"""One content in the place of another, as a page that is turned."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.widget import Widget


async def turn(pane: Widget, content: Callable[[], Iterable[Widget]]) -> None:
    """Put `content()` in the place of what `pane` holds, and draw only then. The session may end meanwhile."""
    async with pane.batch():  # another may be asked for meanwhile
        await pane.remove_children()
        if pane.is_attached:
            await pane.mount(*content())
