"""Context shift by keyboard."""

from __future__ import annotations

from functools import partial

import live_host
import pytest
from live_host import until

from tutor.experiments.cells import Tier
from tutor.experiments.context_shift import EXAMPLES, READINGS

shown = partial(live_host.shown, "context-shift")


@pytest.mark.parametrize("size", [(72, 10), (80, 24), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "none"])
async def test_every_layer_is_shown_at_once(size: tuple[int, int], tier: Tier) -> None:
    async with shown(size, tier) as (app, _):
        assert EXAMPLES[0][1] in app.text and EXAMPLES[0][2] in app.text and "GloVe" in app.text
        for layer, cosine in enumerate(app.result.cosines):
            assert f" {layer}   {cosine:.2f} " in app.text
        assert app.readings[-1] == app.result.readings() and app.readings[-1].keys() == READINGS.keys()


async def test_own_sentences_and_word_are_taken_when_the_field_is_left() -> None:
    async with shown() as (app, pilot):
        before = app.result
        await pilot.press("c", *"A dog.", "enter")  # what is still empty comes next
        await pilot.press(*"My dog!", "enter", *"dog", "enter")
        await until(pilot, lambda: app.result is not before)
        assert app.focused is app.live
        assert (app.result.settings.first, app.result.settings.second, app.result.word) == ("A dog.", "My dog!", "dog")
        await pilot.press("r", "end", "backspace", "tab")
        await until(pilot, lambda: app.result.settings.second == "My dog")
        assert len(app.readings) == 3


async def test_a_word_that_is_missing_is_said_in_place_and_mended() -> None:
    async with shown() as (app, pilot):
        assert "GloVe" in app.text
        await pilot.press("w", "right", *"ary", "enter")
        await until(pilot, lambda: "'canary' is not in the first sentence" in app.text)
        assert "GloVe" not in app.text  # nor anything else about another word
        await pilot.press("w", *"can", "enter")  # the first letter takes the place of what is there
        await until(pilot, lambda: "is not in" not in app.text and app.result.word == "can")


async def test_the_examples_go_round() -> None:
    async with shown() as (app, pilot):
        for word, first, second in (*EXAMPLES[1:], EXAMPLES[0]):
            await pilot.press("m")
            await until(pilot, lambda: app.result.settings.second == second and app.result.settings.word == word)  # noqa: B023
            assert first in app.text and second in app.text


async def test_the_twin_says_what_the_picture_shows() -> None:
    async with shown((100, 40)) as (app, pilot):
        await pilot.press("t")
        said = " ".join(app.text.split())
        assert app.result.sentence() in said and "unrelated tokens" in said
        await pilot.press("t", "m")
        await until(pilot, lambda: app.result.word == EXAMPLES[1][0] and "near in the first" in app.text)


async def test_ascii_is_ascii() -> None:
    async with shown(tier="none", ascii=True) as (app, _):
        assert app.text.isascii() and "_can" in app.text


async def test_a_resize_keeps_all() -> None:
    async with shown() as (app, pilot):
        for size in ((60, 20), (200, 60), (72, 10)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: f"{app.result.cosines[-1]:.2f}" in app.text)
