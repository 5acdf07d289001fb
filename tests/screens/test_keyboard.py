from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tutor.screens.keyboard import TypedInOrder


class Fields(TypedInOrder[None]):
    """Two fields; `n` opens the second where it is not text, Enter goes back to no field at all."""

    BINDINGS = [Binding("n", "open('b')"), Binding("d", "drop")]

    def compose(self) -> ComposeResult:
        yield Input(id="a")
        yield Input(id="b")
        yield Static("c")

    def action_open(self, id: str) -> None:
        self.query_one(f"#{id}").focus()

    async def action_drop(self) -> None:
        await self.query_one("#a").remove()

    def on_input_submitted(self) -> None:
        self.screen.set_focus(None)

    def type(self, *keys: str) -> None:
        """All at once, as a slow line brings them."""
        for key in keys:
            self.post_message(events.Key(key, key if len(key) == 1 else None))

    async def all_dealt_with(self, pilot: Pilot[None]) -> None:
        await pilot.pause()
        while self._dealing is None or not self._dealing.done():
            await pilot.pause()


async def test_keys_that_come_together_are_dealt_with_in_order() -> None:
    app = Fields()
    async with app.run_test() as pilot:
        app.type("o", "l", "d", "backspace", "backspace", "n", "home", "m", "enter", "n", "n", "o", "enter", "enter")
        app.type("n", "a", "backspace", "left", "i")
        app.post_message(events.Paste("nk"))
        app.type("left", "left", "r", "enter", "n", "end", "backspace")
        await app.all_dealt_with(pilot)
        assert (app.query_one("#a", Input).value, app.query_one("#b", Input).value) == ("mon", "irn")


async def test_the_next_key_is_dealt_with_when_the_focus_was_taken_away() -> None:
    app = Fields()
    async with app.run_test() as pilot:
        app.type("enter", "d", "n", "k")
        await app.all_dealt_with(pilot)
        assert app.query_one("#b", Input).value == "k"
        assert not app.query("#a")
