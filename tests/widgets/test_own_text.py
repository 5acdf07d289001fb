"""The text field: any text goes in, nothing harmful comes out on the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from tutor.widgets.own_text import OwnText


class Page(App[None]):
    """A field and something else to go to; notes what the field says."""

    CSS = "Widget { height: 1; }"
    BINDINGS = [("q", "quit", "quit")]

    def __init__(self, value: str = "", whole: bool = False) -> None:
        super().__init__()
        self.field = OwnText(value, placeholder="your own text", whole=whole)
        self.other = Widget()
        self.other.can_focus = True
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.field
        yield self.other

    def on_own_text_changed(self, message: OwnText.Changed) -> None:
        self.said.append(message.field.value)

    def on_own_text_left(self) -> None:
        self.said.append("left")
        self.other.focus()

    @property
    def line(self) -> str:
        return "".join(segment.text for segment in self.screen._compositor.render_strips()[0])


@asynccontextmanager
async def page(value: str = "", width: int = 30, whole: bool = False) -> AsyncIterator[tuple[Page, Pilot[None]]]:
    app = Page(value, whole)
    async with app.run_test(size=(width, 5)) as pilot:
        app.field.focus()
        await pilot.pause()
        yield app, pilot


async def test_typing_editing_and_leaving() -> None:
    async with page() as (app, pilot):
        await pilot.press("a", "space", "q", "?", "left", "left", "Z", "backspace", "delete", "home", "b", "end", "!")
        assert app.field.value == "ba ?!"
        assert app.said[0] == "a"
        assert app.line.startswith("ba␣?!")
        await pilot.press("home", "backspace", "end", "delete", "right")  # nothing beyond the ends
        assert app.field.value == "ba ?!"
        await pilot.press("enter")
        assert app.said[-1] == "left"
        assert app.line.startswith("ba ?!")


async def test_a_backslash_before_enter_makes_a_line_break() -> None:
    async with page("a") as (app, pilot):
        await pilot.press("backslash", "enter", "b", "down")
        assert app.field.value == "a\nb"
        assert app.said[-1] == "left"
        assert app.line.startswith("a⏎b")


async def test_pasted_text_stays_whole_and_comes_out_harmless() -> None:
    async with page() as (app, pilot):
        app.field.post_message(events.Paste("one\r\ntwo\rx\x1b[2J\u202e\x07"))
        await pilot.pause()
        assert app.field.value == "one\ntwo\nx\x1b[2J\u202e\x07"
        assert "one⏎two⏎x␛[2J<202E>␇" in app.line
        await pilot.press("ctrl+u")
        assert app.field.value == ""


@pytest.mark.parametrize(
    ("keys", "value"),
    [("x y", "xy"), ("backspace x", "x"), ("left x", "caxt"), ("end x", "catx"), ("enter", "cat"), ("ctrl+u", "")],
)
async def test_what_is_there_as_a_whole_gives_way_to_a_letter_and_stays_for_an_arrow(keys: str, value: str) -> None:
    async with page("cat", whole=True) as (app, pilot):
        await pilot.press(*keys.split())
        assert app.field.value == value


async def test_a_paste_too_takes_the_place_of_the_whole() -> None:
    async with page("cat", whole=True) as (app, pilot):
        app.field.post_message(events.Paste("wren"))
        await pilot.pause()
        assert app.field.value == "wren" and app.line.startswith("wren")


async def test_a_long_text_shows_the_part_around_the_cursor() -> None:
    async with page("".join(f"{n:06}," for n in range(100_000))) as (app, pilot):
        assert app.line.rstrip().endswith("099999,")
        await pilot.press("home")
        assert app.line.startswith("000000,")
        await pilot.press(*["right"] * 40)
        assert "000005" in app.line
        await pilot.press("x")
        assert app.field.value[40] == "x"
        app.other.focus()
        await pilot.pause()
        assert app.line.startswith("000000,") and app.line.rstrip().endswith("…")


async def test_the_placeholder_shows_only_while_there_is_nothing_to_edit() -> None:
    async with page() as (app, pilot):
        assert "your own text" not in app.line
        await pilot.press("enter")
        assert app.line.startswith("your own text")


@pytest.mark.parametrize(
    "text", ["日本語" * 10, "e\u0301" * 40, "👩\u200d💻" * 9, "\u0301" * 20, "مرحبا" * 9, "\ud83d" * 9]
)
async def test_the_line_is_as_wide_as_the_field_wherever_the_cursor_is(text: str) -> None:
    async with page(text) as (app, pilot):
        for key in ["left"] * 12 + ["home"] + ["right"] * 12:
            await pilot.press(key)
            assert cell_len(app.line) == 30


@settings(deadline=None, max_examples=8)
@given(st.lists(st.sampled_from(["a", "é", "left", "right", "home", "end", "backspace", "delete"]), max_size=25))
async def test_keys_do_what_they_do_to_a_list_of_characters(keys: list[str]) -> None:
    text, at = list("xyz"), 3
    async with page("xyz") as (app, pilot):
        for key in keys:
            await pilot.press(key)
            if key in ("a", "é"):
                text.insert(at, key)
                at += 1
            elif key == "backspace" and at:
                at -= 1
                del text[at]
            elif key == "delete":
                del text[at : at + 1]
            elif key in ("left", "right", "home", "end"):
                at = {"left": max(0, at - 1), "right": min(len(text), at + 1), "home": 0, "end": len(text)}[key]
        assert (app.field.value, app.field.cursor) == ("".join(text), at)
