"""Keys for a page of a list that is not laid out yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import happens, opened, text_of, write
from textual.command import CommandList
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.screens.home import HomeScreen
from tutor.screens.palette import Palette
from tutor.widgets.navigator import Navigator


@pytest.mark.parametrize("key", ["pagedown", "pageup"])
async def test_a_page_key_before_the_list_is_laid_out_does_nothing(key: str, tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path) as (app, pilot):
        await pilot.press("colon")
        palette = app.screen
        assert isinstance(palette, Palette)
        for widget, turn in (
            (palette.query_one(CommandList), lambda: palette._action_command_list(f"page_{key[4:]}")),
            (navigator := Navigator(), lambda: navigator._move_page(1 if key == "pagedown" else -1)),
        ):
            assert isinstance(widget, OptionList)
            widget.clear_options().add_option(Option("one"))
            widget._option_render_cache.clear()
            widget.set_reactive(OptionList.highlighted, 0)
            turn()
        await pilot.press(key, "escape")
        assert app.return_code is None


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_list_of_commands_says_its_keys_and_they_do_it(size: tuple[int, int], tmp_path: Path) -> None:
    async with opened(write(tmp_path / "lessons"), tmp_path, size=size) as (app, pilot):
        before = app.theme
        await pilot.press("colon", *"theme:")
        await happens(pilot, lambda: "Theme: day" in text_of(app) and "Home" not in text_of(app))
        assert text_of(app).splitlines()[-1].split("  ") == [" Enter run", "↑↓ choose", "Esc back"]
        await pilot.press("down", "down", "up")
        commands = app.screen.query_one(CommandList)
        await happens(pilot, lambda: commands.highlighted == 1)
        await pilot.press("enter")
        await happens(pilot, lambda: app.theme == "day" != before and isinstance(app.screen, HomeScreen))
        for key in ("escape", "tab"):
            await pilot.press("colon")
            assert isinstance(app.screen, Palette)
            await pilot.press(key)
            assert isinstance(app.screen, HomeScreen)
