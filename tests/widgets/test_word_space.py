"""Word space by keyboard: writing with completion, the panels, walking from word to word."""

from __future__ import annotations

from functools import partial

import live_host
import pytest
from live_host import press_each, until

from tutor.experiments.cells import Tier
from tutor.experiments.word_space import READINGS

shown = partial(live_host.shown, "word-space", size=(72, 10))


async def test_a_word_is_completed_while_it_is_written() -> None:
    async with shown() as (app, pilot):
        await press_each(pilot, "e", *"vio")
        candidates = app.result.vectors.completions("vio", 5)
        assert "Tab or →: " + "  ".join(candidates) in app.text
        assert app.result.word == "coffee"  # not looked up before the field is left
        await press_each(pilot, "tab")
        assert app.live._fields["word"].value == candidates[0]
        await press_each(pilot, "enter")
        assert app.focused is app.live and app.result.word == candidates[0]
        assert f"nearest to {candidates[0]}" in app.text and "Tab or" not in app.text
        await press_each(pilot, "enter", "end", "backspace", "backspace", "right", "enter")
        assert app.result.word == app.result.vectors.completions(candidates[0][:-2], 5)[0]


async def test_tab_leaves_a_whole_word_as_it_is() -> None:
    async with shown(panel="cosine") as (app, pilot):
        await press_each(pilot, "e", *"piano")
        assert "\n→: pianos" in app.text or "\n→: pianist" in app.text
        await press_each(pilot, "tab")
        assert app.result.word == "piano" and app.focused is app.live._fields["other"]
        await press_each(pilot, "backspace", *"cello", "enter")
        assert app.focused is app.live and (app.result.word, app.result.other) == ("piano", "cello")
        assert f"cosine {app.result.cosine:.2f}" in app.text
        assert app.readings[-1].keys() == READINGS.keys()


async def test_unknown_words_and_capitals_are_answered_in_place() -> None:
    async with shown() as (app, pilot):
        await press_each(pilot, "e", *"kettel", "enter")
        assert "not among the 30,000 words" in app.text and "kettle" in app.text
        await press_each(pilot, "down", "g")  # there is nothing to walk to
        assert app.result.word == "kettel"
        await press_each(pilot, "e", *"Oslo", "escape")
        assert "Oslo is read as oslo" in app.text and app.result.neighbours


@pytest.mark.parametrize("size", [(72, 10), (80, 24), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "none"])
async def test_the_panels(size: tuple[int, int], tier: Tier) -> None:
    async with shown(size=size, tier=tier) as (app, pilot):
        for key, panel, sign in (
            ("2", "cosine", "same sign in"),
            ("3", "analogy", "inputs left out"),
            ("right", "bias", "lean to he"),
            ("right", "neighbours", "nearest to coffee"),
            ("left", "bias", "2014 and earlier"),
        ):
            await press_each(pilot, key)
            assert app.result.settings.panel == panel and sign in app.text
        await press_each(pilot, "3")
        assert app.lines[1].split() == ["brother", "is", "to", "sister", "as", "uncle", "is", "to", "?"]


async def test_the_inputs_are_let_in_and_left_out() -> None:
    async with shown(panel="analogy") as (app, pilot):
        await press_each(pilot, "x")
        assert app.readings[-1]["answer_is_input"] == 1 and "an input" in app.text and "inputs let in" in app.text
        await press_each(pilot, "x")
        assert app.readings[-1]["answer_is_input"] == 0 and "inputs left out" in app.text
        await press_each(pilot, "1", "x")
        assert app.live.settings.exclude  # the key belongs to the analogy


async def test_the_three_words_of_an_analogy_are_written_one_after_the_other() -> None:
    async with shown(panel="analogy") as (app, pilot):
        await press_each(pilot, "e", *"violin", "enter", *"violinist", "enter", *"piano", "enter")
        assert app.focused is app.live
        assert app.result.analogy is not None and app.result.analogy.inputs == ("violin", "violinist", "piano")


async def test_walking_from_neighbour_to_neighbour() -> None:
    async with shown(k=5) as (app, pilot):
        for _ in range(3):
            there = app.result.neighbours[2][0]
            await press_each(pilot, "down", "j", "g")
            assert app.result.word == there and app.live._fields["word"].value == there
            assert app.live.at == 0
        await press_each(pilot, *["down"] * 9)
        assert app.live.at == 4 and "▸  5" in app.text
        await press_each(pilot, *["up"] * 9)
        assert app.live.at == 0 and "▸  1" in app.text


async def test_long_lists_turn_their_page() -> None:
    async with shown(panel="cosine") as (app, pilot):
        dimensions = app.result.vectors.d
        await press_each(pilot, *["j"] * (dimensions + 3))
        smallest = app.result.table().rows[-1]
        assert any(line.startswith("▸") and line.split()[1] == smallest[0] for line in app.lines)


async def test_the_twin_says_what_the_picture_shows() -> None:
    async with shown(size=(72, 24), panel="bias") as (app, pilot):
        await press_each(pilot, "t")
        assert "half of all words lie between" in " ".join(app.text.split()) and "lean to he (+)" in app.text
        await press_each(pilot, "t", "1")
        assert "nearest to coffee" in app.text


async def test_a_resize_keeps_the_place() -> None:
    async with shown(k=30) as (app, pilot):
        await press_each(pilot, *["down"] * 20)
        for size in ((60, 8), (120, 40), (72, 10)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: "▸ 21" in app.text)


async def test_ascii_is_ascii() -> None:
    async with shown(tier="none", ascii=True) as (app, pilot):
        for key in "1234":
            await press_each(pilot, key, "down")
            assert app.text.isascii() and "\n> " in app.text.replace("\n>  ", "\n> ")
        await press_each(pilot, "e", *"kettl")
        assert app.text.isascii() and "Tab or Right: " in app.text
