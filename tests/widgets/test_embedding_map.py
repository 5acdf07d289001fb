"""The embedding map by keyboard: words, steps, zoom, and its field."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tutor.engine import Engine
from tutor.experiments.base import Reading
from tutor.experiments.cells import Tier
from tutor.experiments.embedding_map import DEEPEST, READINGS, Result
from tutor.themes import THEMES, names
from tutor.widgets.base import LiveWidget
from tutor.widgets.embedding_map import EmbeddingMap

WORDS = "violin cello piano trumpet carrot onion garlic tomato"


class Host(App[None]):
    """An app around the widget, with a real engine and the vectors that ship."""

    def __init__(self, settings: dict[str, Any], tier: Tier, ascii: bool) -> None:
        super().__init__()
        self.engine = Engine()
        self.tier: Tier = tier
        self.ascii = ascii
        self.map = EmbeddingMap(settings)
        self.readings: list[dict[str, Reading]] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = names(tier)[0]

    def compose(self) -> ComposeResult:
        yield self.map

    def on_mount(self) -> None:
        self.map.focus()

    def on_live_widget_changed(self, message: LiveWidget.Changed) -> None:
        self.readings.append(dict(message.readings))

    def on_unmount(self) -> None:
        self.engine.close()

    @property
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())

    @property
    def result(self) -> Result:
        assert isinstance(self.map.result, Result)
        return self.map.result


@asynccontextmanager
async def shown(
    size: tuple[int, int] = (72, 12), tier: Tier = "256", ascii: bool = False, **settings: Any
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host({"words": WORDS, **settings}, tier, ascii)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "variance" in app.text)
        yield app, pilot


async def until(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    for _ in range(3000):
        if ready():
            await pilot.pause()
            return
        await pilot.pause(0.01)
    raise AssertionError(f"never came; the screen is\n{pilot.app.text}")  # type: ignore[attr-defined]


async def press(app: Host, pilot: Pilot[None], *keys: str) -> None:
    """Press one after the other, and wait each time until what is shown is of the present settings."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
        await until(pilot, lambda: app.result.settings == app.map.settings)


@pytest.mark.parametrize("size", [(72, 10), (80, 24), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
async def test_every_word_in_turn_says_its_nearest(size: tuple[int, int], tier: Tier) -> None:
    async with shown(size, tier) as (app, pilot):
        for word in [*WORDS.split()[1:], WORDS.split()[0]]:
            await press(app, pilot, "full_stop")
            assert app.readings[-1]["selected"] == word and app.readings[-1].keys() == READINGS.keys()
            assert f"{word} is nearest to {app.readings[-1]['nearest']}" in app.text
        await press(app, pilot, "comma")
        assert app.readings[-1]["selected"] == WORDS.split()[-1]


async def test_zoom_goes_to_the_word_and_back() -> None:
    async with shown() as (app, pilot):
        await press(app, pilot, "full_stop", "full_stop", "plus")
        x, y = app.result.places[2]
        assert (app.map.settings.zoom, app.map.settings.x, app.map.settings.y) == (
            2,
            pytest.approx(x),
            pytest.approx(y),
        )
        assert "zoom 2" in app.text
        await press(app, pilot, *["equals_sign"] * 9)
        assert app.map.settings.zoom == DEEPEST and f"1 of {len(app.result.words)} words" in app.text
        await press(app, pilot, "full_stop")  # the frame goes along
        assert f"1 of {len(app.result.words)} words" in app.text
        assert app.map.settings.x == pytest.approx(app.result.places[3][0])
        await press(app, pilot, *["minus"] * 9)
        assert (app.map.settings.zoom, app.map.settings.x, app.map.settings.y) == (1, 0, 0) and "zoom" not in app.text


async def test_the_frame_moves_over_the_map_but_not_off_it() -> None:
    async with shown(zoom=2) as (app, pilot):
        await press(app, pilot, "right", "up")
        assert (app.map.settings.x, app.map.settings.y) == (0.125, 0.125)
        await press(app, pilot, *["h"] * 20, *["j"] * 20)
        assert (app.map.settings.x, app.map.settings.y) == (-1, -1)
        await press(app, pilot, "0")
        assert (app.map.settings.zoom, app.map.settings.x, app.map.settings.y) == (1, 0, 0)


async def test_around_a_word_and_back_to_ones_own() -> None:
    async with shown(k=7) as (app, pilot):
        await press(app, pilot, "full_stop", "plus", "a")
        assert app.result.words[0] == "cello" and len(app.result.words) == 8
        assert app.map.settings.zoom == 1 and "around cello" in app.text
        await press(app, pilot, "e", *"snow", "enter")
        assert app.result.words[0] == "snow" and "around snow" in app.text
        await press(app, pilot, "w")
        assert app.result.words == tuple(WORDS.split()) and f"words {WORDS}" in app.text


async def test_words_are_added_with_completion() -> None:
    async with shown() as (app, pilot):
        await press(app, pilot, "e", "space", *"guit")
        assert "Tab or →: guitar" in app.text
        await press(app, pilot, "tab", "enter")
        assert app.result.words == (*WORDS.split(), "guitar") and "Tab or" not in app.text
        assert app.focused is app.map
        await press(app, pilot, "c", *"tea Coffee kettel", "escape")
        assert app.result.words == ("tea", "coffee") and "'kettel' is not among" in app.text
        await press(app, pilot, "c", "enter")
        assert "two words at least" in app.text
        await press(app, pilot, "full_stop", "plus", "a", "left")  # nothing to look at, nothing breaks
        assert app.readings[-1]["words"] == 0


async def test_the_twin_says_what_the_map_shows() -> None:
    async with shown((80, 24)) as (app, pilot):
        await press(app, pilot, "t")
        assert "of the variance" in app.text and "nearest on the map" in app.text and "trumpet" in app.text
        await press(app, pilot, "full_stop", "t")
        assert "cello is nearest to" in app.text


async def test_a_resize_keeps_the_word() -> None:
    async with shown() as (app, pilot):
        await press(app, pilot, "full_stop")
        for size in ((60, 9), (120, 40), (72, 12)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: "cello is nearest to" in app.text and "variance" in app.text)


async def test_ascii_is_ascii() -> None:
    async with shown(tier="none", ascii=True) as (app, pilot):
        await press(app, pilot, "full_stop", "plus")
        assert app.text.isascii() and "variance >" in app.text
