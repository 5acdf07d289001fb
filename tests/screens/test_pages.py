"""Keys for a page of a list that is not laid out yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import opened, write
from textual.command import CommandList
from textual.widgets import OptionList
from textual.widgets.option_list import Option

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
