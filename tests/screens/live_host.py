"""An app around one live widget, with a real engine and the model that ships."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

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
        self.live: LiveWidget = EXPERIMENTS[name].load_widget()(settings)
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
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())


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
