"""The embedding map by keyboard: words, steps, zoom, and its field."""

from __future__ import annotations

from functools import partial

import live_host
import pytest
from live_host import press_each, until

from tutor.experiments.cells import Tier
from tutor.experiments.embedding_map import DEEPEST, READINGS

WORDS = "violin cello piano trumpet carrot onion garlic tomato"


shown = partial(live_host.shown, "embedding-map", size=(72, 12), words=WORDS)


@pytest.mark.parametrize("size", [(72, 10), (80, 24), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
async def test_every_word_in_turn_says_its_nearest(size: tuple[int, int], tier: Tier) -> None:
    async with shown(size=size, tier=tier) as (app, pilot):
        for word in [*WORDS.split()[1:], WORDS.split()[0]]:
            await press_each(pilot, "full_stop")
            assert app.readings[-1]["selected"] == word and app.readings[-1].keys() == READINGS.keys()
            assert f"{word} is nearest to {app.readings[-1]['nearest']}" in app.text
        await press_each(pilot, "comma")
        assert app.readings[-1]["selected"] == WORDS.split()[-1]


async def test_zoom_goes_to_the_word_and_back() -> None:
    async with shown() as (app, pilot):
        await press_each(pilot, "full_stop", "full_stop", "plus")
        x, y = app.result.places[2]
        assert (app.live.settings.zoom, app.live.settings.x, app.live.settings.y) == (
            2,
            pytest.approx(x),
            pytest.approx(y),
        )
        assert "zoom 2" in app.text
        await press_each(pilot, *["equals_sign"] * 9)
        assert app.live.settings.zoom == DEEPEST and f"1 of {len(app.result.words)} words" in app.text
        await press_each(pilot, "full_stop")  # the frame goes along
        assert f"1 of {len(app.result.words)} words" in app.text
        assert app.live.settings.x == pytest.approx(app.result.places[3][0])
        await press_each(pilot, *["minus"] * 9)
        settings = app.live.settings
        assert (settings.zoom, settings.x, settings.y) == (1, 0, 0) and "zoom" not in app.text


async def test_the_frame_moves_over_the_map_but_not_off_it() -> None:
    async with shown(zoom=2) as (app, pilot):
        await press_each(pilot, "right", "up")
        assert (app.live.settings.x, app.live.settings.y) == (0.125, 0.125)
        await press_each(pilot, *["h"] * 20, *["j"] * 20)
        assert (app.live.settings.x, app.live.settings.y) == (-1, -1)
        await press_each(pilot, "0")
        assert (app.live.settings.zoom, app.live.settings.x, app.live.settings.y) == (1, 0, 0)


async def test_around_a_word_and_back_to_ones_own() -> None:
    async with shown(k=7) as (app, pilot):
        await press_each(pilot, "full_stop", "plus", "a")
        assert app.result.words[0] == "cello" and len(app.result.words) == 8
        assert app.live.settings.zoom == 1 and "around cello" in app.text
        await press_each(pilot, "e", *"snow", "enter")
        assert app.result.words[0] == "snow" and "around snow" in app.text
        await press_each(pilot, "w")
        assert app.result.words == tuple(WORDS.split()) and f"words {WORDS}" in app.text


async def test_words_are_added_with_completion() -> None:
    async with shown() as (app, pilot):
        await press_each(pilot, "e", "space", *"guit")
        assert "Tab or →: guitar" in app.text
        await press_each(pilot, "tab", "enter")
        assert app.result.words == (*WORDS.split(), "guitar") and "Tab or" not in app.text
        assert app.focused is app.live
        await press_each(pilot, "c", *"tea Coffee kettel", "escape")
        assert app.result.words == ("tea", "coffee") and "'kettel' is not among" in app.text
        await press_each(pilot, "c", "enter")
        assert "two words at least" in app.text
        await press_each(pilot, "full_stop", "plus", "a", "left")  # nothing to look at, nothing breaks
        assert app.readings[-1]["words"] == 0


async def test_the_twin_says_what_the_map_shows() -> None:
    async with shown(size=(80, 24)) as (app, pilot):
        await press_each(pilot, "t")
        assert "of the variance" in app.text and "nearest on the map" in app.text and "trumpet" in app.text
        await press_each(pilot, "full_stop", "t")
        assert "cello is nearest to" in app.text


async def test_a_resize_keeps_the_word() -> None:
    async with shown() as (app, pilot):
        await press_each(pilot, "full_stop")
        for size in ((60, 9), (120, 40), (72, 12)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: "cello is nearest to" in app.text and "variance" in app.text)


async def test_ascii_is_ascii() -> None:
    async with shown(tier="none", ascii=True) as (app, pilot):
        await press_each(pilot, "full_stop", "plus")
        assert app.text.isascii() and "variance >" in app.text
