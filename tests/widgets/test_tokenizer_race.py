"""The tokenizer race by keyboard."""

from __future__ import annotations

import pytest
from live_host import press, shown, until

from tutor.experiments.cells import Tier
from tutor.experiments.tokenizer_race import READINGS

TEXT = "a naïve 日本 a unhappy teakettle"


@pytest.mark.parametrize("size", [(72, 10), (80, 24), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
async def test_words_and_sizes_in_every_tier(size: tuple[int, int], tier: Tier) -> None:
    async with shown("tokenizer-race", size, tier, text=TEXT) as (app, pilot):
        assert app.readings[-1].keys() == READINGS.keys()
        assert app.result.chosen == 1 and "▸≠naïve" in app.text  # the first that differs
        assert "1,000 tokens each" in app.text and "[UNK]" in app.text and "<unk>" in app.text
        for name, total in app.result.totals.items():
            assert f"{name}: {total}".lower() in app.text.lower()
        words = app.result.words
        await press(pilot, "up")
        await until(pilot, lambda: app.result.chosen == 0)
        assert "▸ a" in app.text and app.result.words is words  # nothing is cut again
        await press(pilot, "up", "d", "d")
        await until(pilot, lambda: app.result.chosen == 2)
        assert "▸≠日本" in app.text
        await press(pilot, "right")
        await until(pilot, lambda: app.result.vocab_size == 2000)
        assert "2,000 tokens each" in app.text and app.result.chosen == 2  # the same word
        await press(pilot, "right", "left", "left", "left")
        await until(pilot, lambda: app.result.vocab_size == 500)
        await press(pilot, "G")
        await until(pilot, lambda: app.result.chosen == 5)
        assert "teakettle" in app.text and "next best" in app.text


async def test_own_text_is_cut_as_it_is_written() -> None:
    async with shown("tokenizer-race", text=TEXT) as (app, pilot):
        await press(pilot, "c", *"tea")
        await until(pilot, lambda: app.readings[-1]["words"] == 1)
        assert app.readings[-1]["word_text"] == "tea"
        await press(pilot, "enter")
        assert app.focused is app.live
        await press(pilot, "e", "ctrl+u")
        await until(pilot, lambda: "Write a text" in app.text)
        await press(pilot, "enter", "down", "d", "G", "g", "t", "t")  # there is nothing to look at
        assert app.readings[-1]["word"] == 0


async def test_a_long_text_scrolls_with_the_cursor() -> None:
    async with shown("tokenizer-race", (72, 10), text=" ".join(f"word{n}" for n in range(300))) as (app, pilot):
        await press(pilot, "G", "k")
        await until(pilot, lambda: app.result.chosen == 298)
        assert "≠word298" in app.text and "≠word0" not in app.text
        await press(pilot, "comma", "full_stop", "g", "comma")
        await until(pilot, lambda: app.result.chosen == 0)


async def test_the_twin_says_what_the_picture_shows() -> None:
    async with shown("tokenizer-race", (120, 50), text=TEXT) as (app, pilot):
        await press(pilot, "t")
        words = " ".join(app.text.split())
        assert app.result.sentence()[:60] in words and "why naïve, 1" in words
        assert "nothing fits: [UNK]" in words and words.count("differ") >= app.result.differ
        await press(pilot, "t", "down")
        await until(pilot, lambda: app.result.chosen == 2)
        assert "▸≠日本" in app.text


async def test_what_cannot_be_cut_is_said_in_place() -> None:
    async with shown("tokenizer-race", text=TEXT) as (app, pilot):
        app.live.steer(text="a" * 300)
        await until(pilot, lambda: "300 characters stand together" in app.text)
        app.live.steer(text="tea")
        await until(pilot, lambda: app.readings[-1]["words"] == 1)
        assert "stand together" not in app.text


async def test_ascii_is_ascii() -> None:
    async with shown("tokenizer-race", (80, 24), "none", True, text="naïve teakettle") as (app, pilot):
        assert app.text.isascii() and ">!" in app.text
        await press(pilot, "down")
        await until(pilot, lambda: app.result.chosen == 1)
        assert app.text.isascii()
