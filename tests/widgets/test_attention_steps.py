"""Attention in steps by keyboard."""

from __future__ import annotations

import pytest
from live_host import press, shown, until

from tutor.experiments.attention import percent
from tutor.experiments.attention_steps import READINGS
from tutor.experiments.cells import Tier

TEXT = "Lily had a dog. The dog was happy."


@pytest.mark.parametrize("size", [(72, 10), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
async def test_all_steps_forward_and_back(size: tuple[int, int], tier: Tier) -> None:
    async with shown("attention-steps", size, tier, text=TEXT, layer=2, head=3, query=6) as (app, pilot):
        first, told = app.text, []
        keys = app.result.queries
        for stage in range(1, 6):
            await press(pilot, "s")
            assert app.readings[-1]["stage"] == stage and app.readings[-1].keys() == READINGS.keys()
            told.append(app.text)
        r = app.result
        assert len({first, *told}) == 6 and r.queries is keys  # only looked at elsewhere
        assert f"{r.scaled.max():.2f}" in told[1] and "-∞" in told[2] and percent(r.weights[r.top]) in told[3]
        assert f"{r.output[0]:.3f}" in told[4]
        await press(pilot, "s")  # there is no step after the last
        for before in [*told[-2::-1], first]:
            await press(pilot, "a")
            assert app.text == before
        await press(pilot, "a")
        assert app.readings[-1]["stage"] == 0


async def test_root_and_mask_switch_off_and_on() -> None:
    async with shown("attention-steps", text=TEXT, query=4, stage=4) as (app, pilot):
        usual = app.text
        await press(pilot, "r")
        assert app.readings[-1]["scale_factor"] == 1 and "root OFF" in app.text
        assert app.readings[-1]["entropy"] < app.readings[-1]["entropy_with_root"]  # type: ignore[operator]
        await press(pilot, "r", "m")
        leak = app.result.future
        assert app.readings[-1]["future"] == leak > 0 and f"mask off: {percent(leak)} to later tokens" in app.text
        await press(pilot, "m")
        assert app.text == usual


async def test_arrows_and_digits_choose_the_place() -> None:
    async with shown("attention-steps", text=TEXT, stage=1) as (app, pilot):
        last = app.result.t - 1
        assert app.readings[-1]["query"] == last
        await press(pilot, "right", "left", "left", "l", "4", "full_stop", "9", "comma", "full_stop")
        seen = app.result.seen
        assert (seen.query, seen.layer, seen.head) == (last - 1, 2, 4)
        await press(pilot, *["up"] * last, "up", "down")
        assert app.readings[-1]["key"] == 1 and "▸   1" in app.text


async def test_own_text_begins_at_its_last_token() -> None:
    async with shown("attention-steps", text=TEXT, query=2, stage=4) as (app, pilot):
        await press(pilot, "c", *"A cat sat", "enter")
        await until(pilot, lambda: app.result.seen.text == "A cat sat")
        assert app.readings[-1]["query"] == app.result.t - 1 and app.focused is app.live
        assert "␣sat" in app.text and "␣dog" not in app.text


async def test_the_twin_says_the_stage() -> None:
    async with shown("attention-steps", text=TEXT, query=3, stage=3) as (app, pilot):
        await press(pilot, "t")
        assert "position" in app.text and "masked" in app.text and "-∞" in app.text and "▸" not in app.text


async def test_ascii_is_ascii() -> None:
    async with shown("attention-steps", tier="none", ascii=True, text=TEXT, query=3) as (app, pilot):
        for _ in range(6):
            assert app.text.isascii() and "_a" in app.text
            await press(pilot, "s")


async def test_a_place_that_is_not_there_is_said() -> None:
    async with shown("attention-steps", text=TEXT, stage=4) as (app, pilot):
        app.live.steer(query=99)
        await until(pilot, lambda: "there is no query 99 here" in app.text)
