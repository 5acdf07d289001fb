"""The head gallery by keyboard."""

from __future__ import annotations

import pytest
from live_host import Host, press, shown, until
from textual.pilot import Pilot

from tutor.experiments.cells import Tier
from tutor.experiments.head_gallery import READINGS, SORTS, name

TEXT = "Ben saw a bug. Ben saw a bug."


async def complete(pilot: Pilot[None], app: Host) -> None:
    """Wait until every head has been tried."""
    await until(pilot, lambda: bool(app.readings[-1]["most_needed"]))


@pytest.mark.parametrize("size", [(72, 10), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
async def test_choose_sort_and_open_in_every_tier(size: tuple[int, int], tier: Tier) -> None:
    async with shown("head-gallery", size, tier, text=TEXT) as (app, pilot):
        await complete(pilot, app)
        attention = app.result.seen.attention
        assert "Head 1.1" in app.text and "▸1.1" in app.text
        await press(pilot, "right", "down", "left", "left", "up", "up")
        assert app.result.chosen == (0, 5) and "▸1.6" in app.text  # left of the first of a row is the last before it
        for sort in SORTS[1:]:
            await press(pilot, "s")
            first = app.result.order[0]
            assert (
                app.readings[-1]["head"] == first[1] + 1 and f"▸{name(first)}" in app.text and f"by {sort}" in app.text
            )
        await press(pilot, "o")
        layer, head = app.result.chosen
        assert f"Layer {layer + 1} of 6  Head {head + 1} of 6" in app.text and "▾" in app.text
        await press(pilot, "up", "left", "escape")
        assert f"▸{name((layer, head))}" in app.text and "▾" not in app.text
        assert app.result.seen.attention is attention  # nothing was computed
        assert app.readings[-1].keys() == READINGS.keys()


async def test_heads_off_change_the_loss_and_on_again() -> None:
    async with shown("head-gallery", text=TEXT, sort="loss") as (app, pilot):
        await complete(pilot, app)
        before = app.result
        assert before.chosen in before.scores and f"; without head {name(before.chosen)} it " in app.text
        alone = before.alone[before.order[0]]
        await press(pilot, *["up"] * 36, "x")
        await until(pilot, lambda: app.readings[-1]["heads_off"] == 1)
        assert app.readings[-1]["loss_change"] == pytest.approx(alone, abs=1e-6)
        assert " OFF " in app.text and f"off: {name(before.order[0])}" in app.text and "worse: " in app.text
        assert app.readings[-1]["most_needed"] == before.readings()["most_needed"]  # known already
        await press(pilot, "right", "space")
        await until(pilot, lambda: app.readings[-1]["heads_off"] == 2)
        await press(pilot, "x")
        await until(pilot, lambda: app.readings[-1]["heads_off"] == 1)
        await press(pilot, "a")
        await until(pilot, lambda: app.readings[-1]["heads_off"] == 0)
        assert app.readings[-1]["loss_change"] == 0 and "worse" not in app.text


async def test_escape_is_the_screens_key_while_no_head_is_open() -> None:
    async with shown("head-gallery", text=TEXT) as (app, pilot):
        assert not app.live.check_action("close", ()) and app.live.check_action("switch", ())
        await press(pilot, "enter")
        assert app.live.check_action("close", ()) and not app.live.check_action("switch", ())
        await press(pilot, "o")
        assert "▸1.1" in app.text


async def test_own_text_keeps_order_and_heads() -> None:
    async with shown("head-gallery", text=TEXT, sort="induction", off=["2.3"]) as (app, pilot):
        assert app.readings[-1]["heads_off"] == 1
        await press(pilot, "c", *"go go", "enter")
        await until(pilot, lambda: app.result.seen.text == "go go")
        assert "by induction" in app.text and "off: 2.3" in app.text and app.focused is app.live


async def test_the_twin_lists_every_head() -> None:
    async with shown("head-gallery", (80, 60), text=TEXT, sort="previous", off=["2.3"]) as (app, pilot):
        await press(pilot, "t")
        assert "loss alone off" in app.text and "▸" not in app.text
        listed = [line.split()[0] for line in app.text.split("\n") if line.endswith((" on", " off"))]
        assert listed == [name(head) for head in app.result.order]


async def test_ascii_is_ascii() -> None:
    async with shown("head-gallery", tier="none", ascii=True, text=TEXT) as (app, pilot):
        assert app.text.isascii() and ">1.1" in app.text
        await press(pilot, "o")
        assert app.text.isascii()


async def test_a_head_that_is_not_there_is_said() -> None:
    async with shown("head-gallery", text=TEXT) as (app, pilot):
        app.live.steer(off=("9.1",))
        await until(pilot, lambda: "there is no head 9.1 here; the last one is 6.6" in app.text)
