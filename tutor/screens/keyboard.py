"""What is typed is dealt with in order, each key where the focus is after the one before it.

Textual hands a key on as soon as it comes, while the one before may still be on its way from widget to widget.
Keys that arrive together, as over a slow line or after a moment's work, would overtake each other: letters the
Backspace before them; and a text that follows the key which opens its field would be taken for other keys.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any, TypeVar

from textual import events
from textual.app import App
from textual.message import Message

R = TypeVar("R")
ROUNDS = 4  # a key may lead to a message, that to another, that to a change of focus
LOOKS, APART = 10, 0.05  # seconds; a widget that is taken away may take the message with it


class Passed(Message):
    """Goes the way of a key, from the focus up to the app, behind it and all it led to."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()


class TypedInOrder(App[R]):
    """An app that deals with one key or paste after the other."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._typed: deque[events.Event] = deque()
        self._dealing: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._dealing is not None and not self._dealing.done():
            self._typed.append(event)
        else:
            await self._hand_on(event)
            self._dealing = asyncio.create_task(self._deal())

    def ignores(self, typed: events.Event) -> bool:
        """Whether a key or paste is not to be dealt with."""
        return False

    async def _hand_on(self, typed: events.Event) -> None:
        if not self._exit and not self.ignores(typed):
            await super().on_event(typed)

    async def _deal(self) -> None:
        """Hand on what has been typed meanwhile."""
        await self._dealt_with()
        while self._typed:
            try:
                await self._hand_on(self._typed.popleft())
            except Exception as error:
                self._handle_exception(error)
            await self._dealt_with()

    async def _dealt_with(self) -> None:
        """Wait until all that the last key led to has been done, but for the engine's work."""
        for _ in range(ROUNDS):
            if not self.is_running or not self.screen_stack:
                return
            passed, first = Passed(), self.focused or self.screen
            first.post_message(passed)
            for _ in range(LOOKS):
                if passed.arrived.is_set() or not first.is_running:
                    break
                with suppress(TimeoutError):
                    await asyncio.wait_for(passed.arrived.wait(), APART)

    def on_passed(self, message: Passed) -> None:
        message.arrived.set()
