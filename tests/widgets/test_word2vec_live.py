"""Word vectors, learned live, by keyboard: the training runs, stops, goes step by step, and lets other keys through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import live_host
import numpy as np
import pytest
from live_host import Host, until
from textual.pilot import Pilot

from tutor.experiments.cells import Tier
from tutor.experiments.word2vec import READINGS, Session, Settings
from tutor.widgets.word2vec_live import PAUSED, RUNNING, Word2VecLive

TEXT = "The small cat saw the big dog. The big dog saw the small cat near the old house, and the cat ran home. " * 4


def rests(app: Host) -> bool:
    """Nothing is being computed, and nothing will be unless a key asks for it."""
    return app.live._timer is None and not app.live._waiting


@asynccontextmanager
async def shown(
    size: tuple[int, int] = (80, 24), tier: Tier = "256", ascii: bool = False, **settings: Any
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    settings = {"text": TEXT, "word": "cat", "d": 6, "steps": 20, **settings}
    async with live_host.shown("word2vec-live", size, tier, ascii, **settings) as (app, pilot):
        await until(pilot, lambda: rests(app) and PAUSED in app.text)
        yield app, pilot


async def press(app: Host, pilot: Pilot[None], *keys: str) -> None:
    """Press, and wait until the engine has answered."""
    await pilot.press(*keys)
    await until(pilot, lambda: not app.live._waiting)


@pytest.mark.parametrize("size", [(72, 10), (80, 24), (120, 40)])
@pytest.mark.parametrize("tier", ["truecolor", "256", "16", "none"])
async def test_it_shows_something_at_once_and_rests(size: tuple[int, int], tier: Tier) -> None:
    async with shown(size, tier) as (app, _):
        assert "step 20 " in app.text and "near to cat" in app.text and "of the variance" in app.text
        assert ">cat" in app.text or "cat>" in app.text
        assert app.readings[-1].keys() == READINGS.keys() and app.readings[-1]["steps"] == 20


async def test_it_trains_until_it_is_stopped() -> None:
    async with shown() as (app, pilot):
        await pilot.press("g")
        await until(pilot, lambda: app.result.steps > 50 and RUNNING in app.text)
        assert len(app.readings) > 2
        await press(app, pilot, "g")
        assert rests(app) and PAUSED in app.text
        steps, seen = app.result.steps, len(app.readings)
        for _ in range(3):
            await pilot.pause(app.live.pace)
        assert app.result.steps == steps == app.live.settings.steps and len(app.readings) == seen
        await press(app, pilot, "s", "s")
        assert app.result.steps == steps + 2 and rests(app)


async def test_where_it_stands_is_where_the_settings_lead() -> None:
    async with shown(steps=0) as (app, pilot):
        await pilot.press("g")
        await until(pilot, lambda: app.result.steps > 10)
        await press(app, pilot, "g")
        steps = Session().at(app.live.settings)
        expected = None
        while expected is None:
            try:
                next(steps)
            except StopIteration as end:
                expected = end.value
        assert np.array_equal(app.result.vectors, expected.vectors)


async def test_starting_over_goes_back_to_the_same_beginning() -> None:
    async with shown(steps=0) as (app, pilot):
        first = app.result.vectors
        await press(app, pilot, "s", "s", "s")
        assert not np.array_equal(app.result.vectors, first)
        await press(app, pilot, "x")
        assert app.result.steps == 0 and np.array_equal(app.result.vectors, first) and "step 0 " in app.text


async def test_the_rate_changes_while_it_trains() -> None:
    async with shown(learning_rate=0.05) as (app, pilot):
        await pilot.press("g")
        await until(pilot, lambda: app.result.steps > 25)
        steps = app.result.steps
        await pilot.press("left", "left")
        await until(pilot, lambda: app.result.rate == 0.01 and app.result.steps > steps)
        assert "rate 0.01" in app.text and RUNNING in app.text
        await press(app, pilot, "g", "l")
        assert app.result.rate == 0.02


async def test_a_loss_that_runs_away_ends_the_training_and_x_begins_another() -> None:
    async with shown(learning_rate=5.0, steps=0) as (app, pilot):
        await press(app, pilot, "right", "right")
        assert app.live.settings.learning_rate == 10  # the highest there is
        await pilot.press("g")
        await until(pilot, lambda: app.result.diverged and rests(app) and "ran away: lower the rate" in app.text)
        steps = app.result.steps
        await press(app, pilot, "g", "s")
        assert app.result.steps == steps and rests(app)
        await press(app, pilot, *["left"] * 6, "x", "s")
        assert app.result.steps == 1 and not app.result.diverged


async def test_the_word_is_another_one() -> None:
    async with shown() as (app, pilot):
        words = app.result.corpus.words
        await press(app, pilot, "up")
        await press(app, pilot, "up", "up", "up", "up")
        assert app.result.word == words[0]
        await press(app, pilot, "j")
        assert app.result.word == words[1] and f"near to {words[1]}" in app.text
        await press(app, pilot, "w", *"xyz", "enter")
        assert "no vector: xyz" in app.text and app.focused is app.live
        assert app.result.steps == 20  # nothing was trained


async def test_own_text_begins_at_its_first_step() -> None:
    async with shown(text="") as (app, pilot):
        assert "the course's own prose" in app.text
        await press(app, pilot, "e", *"one two", "enter")
        await until(pilot, lambda: "the text is too short" in app.text)
        await press(app, pilot, "e", *(" one two six ten red cat dog hen" * 3), "enter")
        await until(pilot, lambda: app.result.steps == 0 and "the text is too short" not in app.text)
        assert sorted(app.result.corpus.words) == ["cat", "dog", "hen", "one", "red", "six", "ten", "two"]


async def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a b.txt"
    path.write_text("Ada Ben Cleo Dan Eve Fay Gus Hal met. " * 3, encoding="utf-8")
    async with shown() as (app, pilot):
        await pilot.press("f", *"nowhere.txt", "enter")
        await until(pilot, lambda: "there is no file" in app.text)
        await pilot.press("f")
        app.live._file.put(str(path))
        await pilot.press("enter")
        await until(pilot, lambda: app.result.steps == 0 and "ada" in app.result.corpus.index)
        assert "Ada Ben Cleo" in app.text and rests(app)
        await press(app, pilot, "s")
        assert app.result.steps == 1


async def test_the_twin_stops_the_training_and_says_all() -> None:
    async with shown((100, 40)) as (app, pilot):
        await pilot.press("g")
        await until(pilot, lambda: app.result.steps > 25)
        await press(app, pilot, "t")
        assert rests(app)
        said = " ".join(app.text.split())
        assert app.result.sentence() in said and "times in the text" in said and "variance" not in said
        await press(app, pilot, "t")
        assert "variance" in app.text


async def test_keys_are_answered_while_it_trains() -> None:
    async with shown(text="", steps=0) as (app, pilot):
        app.live.steer(steps=100_000)  # one job that lasts
        await until(pilot, lambda: app.result.steps > 0)
        await pilot.press("w", "a")
        assert "word a\n" in app.text
        done: list[object] = []
        app.engine.submit("other", lambda: "heard", done.append)
        await until(pilot, lambda: bool(done))
        assert app.live._waiting and app.result.steps < 100_000
        await pilot.press("enter", "x")
        await until(pilot, lambda: app.result.steps == 0 and rests(app))


async def test_a_cleared_text_gives_way_to_the_prose_of_the_course() -> None:
    async with shown() as (app, pilot):
        few = len(app.result.corpus.words)
        await pilot.press("c", "enter")
        await until(pilot, lambda: app.live.settings.text == "" and len(app.result.corpus.words) > few)


async def test_ascii_is_ascii() -> None:
    async with shown(tier="none", ascii=True) as (app, pilot):
        assert app.text.isascii() and ("+" in app.text)
        await press(app, pilot, "w", "é", "enter")
        assert app.text.isascii()


def test_settings_of_a_card_are_taken() -> None:
    live = Word2VecLive({"steps": 3, "word": "sea"})
    assert live.settings == Settings(steps=3, word="sea")
