"""An app around one live widget, with a real engine and the model that ships."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tutor.engine import Engine
from tutor.experiments.base import Reading
from tutor.experiments.cells import Tier
from tutor.experiments.registry import EXPERIMENTS
from tutor.themes import THEMES, names
from tutor.widgets.base import LiveWidget


class Host(App[None]):
    """Keeps all readings."""

    def __init__(self, name: str, settings: dict[str, Any], tier: Tier, ascii: bool) -> None:
        super().__init__()
        self.engine = Engine()
        self.tier: Tier = tier
        self.ascii = ascii
        self.live: Any = EXPERIMENTS[name].load_widget()(settings)
        self.readings: list[dict[str, Reading]] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = names(tier)[0]

    def compose(self) -> ComposeResult:
        yield self.live

    def on_mount(self) -> None:
        self.live.focus()

    def on_live_widget_changed(self, message: LiveWidget.Changed) -> None:
        self.readings.append(dict(message.readings))

    def on_unmount(self) -> None:
        self.engine.close()

    @property
    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def result(self) -> Any:
        """What is shown now; a widget that shows nothing yet fails the test."""
        assert self.live.result is not None
        return self.live.result


@asynccontextmanager
async def shown(
    name: str, size: tuple[int, int] = (80, 24), tier: Tier = "256", ascii: bool = False, **settings: Any
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """The widget once it shows a result."""
    app = Host(name, settings, tier, ascii)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: bool(app.readings) and "working" not in app.text)
        yield app, pilot


async def until(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    for _ in range(3000):
        if ready():
            await pilot.pause()
            return
        await pilot.pause(0.01)
    raise AssertionError(f"never came; the screen is\n{pilot.app.text}")  # type: ignore[attr-defined]


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def press_each(pilot: Pilot[None], *keys: str) -> None:
    """Press one after the other, and wait each time until what is shown is of the present settings."""
    app = cast(Host, pilot.app)
    for key in keys:
        await press(pilot, key)
        await until(pilot, lambda: app.result.settings == app.live.settings)
