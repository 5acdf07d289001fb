"""The temperature lab by keyboard. What the model says is not looked at, only that it follows from the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.experiments.temperature import END, Result, Settings, compute
from tutor.models.library import Library
from tutor.screens.playground import WidgetScreen
from tutor.study.store import Store
from tutor.widgets.base import LiveWidget
from tutor.widgets.slider import Slider
from tutor.widgets.temperature_lab import ENDED, HINT, TemperatureLab

LONG = 30  # seconds; only a broken widget takes this long
LIBRARY = Library()


class Lab:
    """The widget on a screen of its own, and the keyboard."""

    def __init__(self, app: TutorApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.widget = app.screen.query_one(TemperatureLab)

    @property
    def result(self) -> Result:
        assert isinstance(self.widget.result, Result)
        return self.widget.result

    @property
    def writes(self) -> bool:
        return self.widget._timer is not None

    @property
    def screen(self) -> list[str]:
        return ["".join(s.text for s in strip) for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.screen)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(LONG):
            while not holds():
                await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press, and wait for what the engine has to say."""
        await self.pilot.press(*keys)
        await self.until(lambda: not self.widget._waiting)
        await self.pilot.pause()


@asynccontextmanager
async def lab(folder: Path, size: tuple[int, int] = (80, 24), **settings: object) -> AsyncIterator[Lab]:
    app = TutorApp(load_course(), Store.open(folder))
    async with app.run_test(size=size) as pilot:
        screen = WidgetScreen("temperature-lab")
        await app.push_screen(screen)
        if settings:
            screen.query_one(TemperatureLab).steer(**settings)
        it = Lab(app, pilot)
        await it.until(lambda: isinstance(it.widget.result, Result) and not it.widget._waiting)
        await pilot.pause()
        yield it


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_everything_is_on_the_first_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with lab(tmp_path, size) as it:
        for word in (">temperature", "top-k", "top-p", "min-p", "seed", it.result.settings.text, "entropy", "s draws"):
            assert word in it.text
        labels = [it.result.label(i) for i in it.result.order[:5].tolist()]
        assert all(any(line.startswith(label + " ") for line in it.screen) for label in labels)
        assert f"kept {it.result.kept:,}" in it.text
        assert " more " in it.text


async def test_the_distribution_follows_the_slider_at_once(tmp_path: Path) -> None:
    async with lab(tmp_path) as it:
        before, shown = it.result, it.screen
        await it.press("right", "right")
        assert it.result.settings.temperature == 1.1
        assert it.result.entropy > before.entropy
        assert it.result.entropy == pytest.approx(compute(Settings(temperature=1.1), LIBRARY).entropy, rel=1e-4)
        assert f"entropy {it.result.entropy:.2f} bits" in it.text
        same = [a == b for a, b in zip(shown, it.screen, strict=True)]
        assert not all(same)
        assert same[0]
        await it.press("0", ".", "4", "enter")
        assert it.result.settings.temperature == 0.4
        assert it.result.entropy < before.entropy


async def test_the_cuts_are_steered_and_named(tmp_path: Path) -> None:
    async with lab(tmp_path) as it:
        await it.press("tab", "4", "enter")
        assert it.result.kept == 4
        assert "cut by top-k" in it.text
        await it.press("tab", "0", ".", "0", "1", "enter")
        assert it.result.kept == 1
        assert "cut by top-p" in it.text
        await it.press("tab", "1", "enter")
        assert it.result.settings.min_p == 1
        await it.press("home", "shift+tab", "end", "shift+tab", "home")
        assert it.result.kept == len(it.result.order)


async def test_a_number_that_is_not_allowed_is_said_and_put_back(tmp_path: Path) -> None:
    async with lab(tmp_path) as it:
        await it.press("tab", "tab", "7", "enter")
        assert "top_p must be a number from 0 to 1" in it.text
        assert it.app.screen.query_one("#top_p", Slider).value == 1
        await it.press("left")
        assert it.result.settings.top_p == 0.95
        assert "must be" not in it.text


async def test_own_text_changes_the_distribution_as_it_is_typed(tmp_path: Path) -> None:
    async with lab(tmp_path) as it:
        await it.press("s")
        await it.press("e", "space", "s", "g", "q")  # letters are text here, not keys
        assert it.result.settings.text == Settings().text + " sgq"
        assert it.result.drawn == ()
        assert not it.writes
        assert HINT in it.text
        await it.press("enter", "right")
        assert it.result.settings.temperature == 1.05


async def test_sampling_appends_a_token(tmp_path: Path) -> None:
    async with lab(tmp_path, temperature=0.5) as it:
        await it.press("s", "s", "s")  # faster than the engine may answer: none is lost
        expected = compute(Settings(temperature=0.5, tokens=3), LIBRARY)
        assert it.result.drawn == expected.drawn
        assert it.result.drawn_text.split("\n")[-1].strip() in it.text
        await it.press("x")
        assert it.result.drawn == ()
        assert HINT in it.text


async def test_the_same_seed_writes_the_same_text_and_a_stream_can_be_stopped(tmp_path: Path) -> None:
    async with lab(tmp_path) as it:
        await it.pilot.press("g")
        await it.until(lambda: len(it.result.drawn) >= 3)
        assert it.writes
        await it.press("g")
        stopped = it.result.drawn
        assert not it.writes
        assert it.result.settings.tokens == 0
        await it.press("s")
        assert it.result.drawn[:-1] == stopped  # it stands still until it is told to go on

        it.widget.pace, it.widget.most = 0.001, 20
        texts = []
        for keys in (("x", "g"), ("x", "g")):
            await it.pilot.press(*keys)
            await it.until(lambda: not it.writes and not it.widget._waiting)
            texts.append(it.result.drawn)
        assert texts[0] == texts[1] == compute(Settings(tokens=20), LIBRARY).drawn
        assert texts[0][:3] == stopped[:3]

        it.app.screen.query_one("#seed", Slider).focus()
        await it.press("9", "enter")
        assert it.result.drawn == ()
        await it.pilot.press("g")
        await it.until(lambda: not it.writes and not it.widget._waiting)
        assert it.result.drawn == compute(Settings(seed=9, tokens=20), LIBRARY).drawn


async def test_the_slider_answers_while_the_model_writes(tmp_path: Path) -> None:
    async with lab(tmp_path) as it:
        await it.pilot.press("g")
        await it.until(lambda: len(it.result.drawn) >= 2)
        await it.pilot.press("right")
        await it.until(lambda: it.result.settings.temperature == 1.05)
        seen = len(it.result.drawn)
        await it.until(lambda: len(it.result.drawn) > seen)
        await it.press("t")  # the table stands still
        assert not it.writes
        assert "logit" in it.text


async def test_nothing_is_drawn_after_the_end(tmp_path: Path) -> None:
    eos = LIBRARY.model().config.eos
    async with lab(tmp_path, drawn=(300, eos)) as it:
        assert END in it.text
        await it.press("s")
        assert ENDED in it.text
        await it.press("g")
        assert not it.writes
        await it.press("x", "s")
        assert len(it.result.drawn) == 1
        assert ENDED not in it.text


async def test_readings_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    monkeypatch.setattr(
        WidgetScreen,
        "on_live_widget_changed",
        lambda self, message: told.append(message.readings["temperature"]),
        raising=False,
    )
    async with lab(tmp_path) as it:
        await it.press("left")
        await it.until(lambda: told[-1:] == [0.95])
    assert isinstance(it.widget, LiveWidget)


async def test_quitting_while_the_model_writes(tmp_path: Path) -> None:
    async with lab(tmp_path) as it:
        await it.pilot.press("g")
        await it.until(lambda: len(it.result.drawn) >= 2)
        assert it.writes
        engine = it.app.engine
        it.app.exit()
    engine._thread.join(LONG)
    assert not engine._thread.is_alive()
    assert it.app.return_code == 0


async def test_leaving_the_screen_while_the_model_writes(tmp_path: Path) -> None:
    async with lab(tmp_path) as it:
        await it.pilot.press("g")
        await it.until(lambda: len(it.result.drawn) >= 2)
        assert it.writes
        await it.pilot.press("b")
        await it.until(lambda: not it.widget.is_attached)
        seen = it.result.drawn
        await it.pilot.pause()
        assert it.result.drawn == seen
