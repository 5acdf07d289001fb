"""The attention heatmap by keyboard, in every colour tier and at two sizes."""

from __future__ import annotations

from functools import partial

import live_host
import pytest
from live_host import press, until

from tutor.experiments.attention import READINGS
from tutor.experiments.cells import Tier

TEXT = "Lily had a dog. The dog was happy."


shown = partial(live_host.shown, "attention-heatmap", text=TEXT)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
async def test_head_cursor_and_gallery_in_every_tier(size: tuple[int, int], tier: Tier) -> None:
    async with shown(size, tier, query=5, key=4) as (app, pilot):
        trace = app.result.attention
        await press(pilot, "3", "full_stop", "left", "up")
        assert (app.result.layer, app.result.head, app.result.query, app.result.key) == (2, 3, 4, 3)
        assert app.result.attention is trace  # only looked at elsewhere
        weight = trace[1, 2, 4, 3]
        assert "Layer 2 of 6  Head 3 of 6" in app.text
        assert f"query 4 ␣dog  key 3 ␣a  {100 * weight:.1f} %" in app.text
        assert app.result.row_sentence(1) in app.text
        assert app.readings[-1]["weight"] == weight and app.readings[-1].keys() == READINGS.keys()
        assert "▾ ␣a" in app.text and "␣dog▸" in app.text and "masked" in app.text
        await press(pilot, "g")
        assert "▸3 " in app.text and "▾" not in app.text
        await press(pilot, "right", "down")
        assert (app.result.layer, app.result.head) == (3, 4) and "▸4 " in app.text
        await press(pilot, "enter")
        assert "▾ ␣a" in app.text and "Layer 3 of 6  Head 4 of 6" in app.text


async def test_own_text_is_traced_once_it_is_left() -> None:
    async with shown(query=3, key=1) as (app, pilot):
        before = app.result
        await press(pilot, "c", *"A cat sat on A cat", "enter")
        await until(pilot, lambda: app.result is not before and app.result.text == "A cat sat on A cat")
        assert app.focused is app.live
        assert app.result.query == app.result.t - 1  # the cursor begins anew
        assert "␣sat" in app.text and "␣dog" not in app.text
        await press(pilot, "e", *" up", "tab")  # leaving it any other way counts too
        await until(pilot, lambda: app.result.text == "A cat sat on A cat up")


async def test_the_cursor_stays_in_the_matrix_and_reaches_the_masked_half() -> None:
    async with shown(query=0, key=0) as (app, pilot):
        await press(pilot, "up", "k", "left", "h")
        assert (app.result.query, app.result.key) == (0, 0)
        await press(pilot, "l", "right")
        assert (app.result.query, app.result.key) == (0, 2) and app.result.masked
        assert next(line for line in app.text.split("\n") if line.startswith("query 0")).rstrip(" ·").endswith("masked")
        await press(pilot, *["j"] * 40, *["l"] * 40)
        assert app.result.query == app.result.key == app.result.t - 1
        await press(pilot, "comma", "left_square_bracket", "9")
        assert (app.result.layer, app.result.head) == (1, 1)  # there is no layer 0 and no head 9


async def test_the_strongest_key_is_followed_from_head_to_head() -> None:
    async with shown(query=6, key=0) as (app, pilot):
        await press(pilot, "m")
        for key in "3526":
            await press(pilot, key)
            assert app.result.key == app.result.row.argmax()


async def test_the_twin_says_what_the_picture_shows() -> None:
    async with shown(query=4, key=2) as (app, pilot):
        await press(pilot, "t")
        assert "attention of ' dog'" in app.text and app.result.row_sentence(1) in " ".join(app.text.split())
        assert "▾" not in app.text
        await press(pilot, "t", "3")
        assert "▾ ␣had" in app.text and "Head 3 of 6" in app.text


async def test_a_long_text_scrolls_with_the_cursor() -> None:
    async with shown(text=TEXT * 12) as (app, pilot):
        total = app.result.t
        assert total > 100 and f"of {total}" in app.text
        for _ in range(total):
            app.live.action_move(-1, 0)
        await pilot.pause()
        assert "<start>▸" in app.text and "rows 0-" in app.text


async def test_a_resize_keeps_the_place() -> None:
    async with shown(query=5, key=3) as (app, pilot):
        for size in ((60, 20), (120, 40), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: "▾ ␣a" in app.text)
            assert (app.result.query, app.result.key) == (5, 3)


async def test_ascii_is_ascii() -> None:
    async with shown(tier="none", ascii=True) as (app, pilot):
        assert app.text.isascii() and "_dog" in app.text
        await press(pilot, "g")
        assert app.text.isascii() and ">1 " in app.text


async def test_a_place_that_is_not_there_is_said_in_place() -> None:
    app = live_host.Host("attention-heatmap", {"text": TEXT, "layer": 7}, "256", False)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "there is no layer 7 here; the last one is 6" in app.text)
