from __future__ import annotations

from time import time

import pytest
from textual.app import App
from textual.notifications import Notification

from tutor.screens.timers import tick_once


@pytest.mark.parametrize("seconds", [-1.0, -1e-6, 0.0, 1e-9, 0.01])
async def test_a_timer_that_ticks_once_does_so_though_its_time_is_over(seconds: float) -> None:
    tick_once()
    app: App[None] = App()
    ticks: list[float] = []
    async with app.run_test() as pilot:
        app.set_timer(seconds, lambda: ticks.append(seconds))
        while not ticks:
            await pilot.pause(0.01)
        assert ticks == [seconds]


async def test_a_notice_that_ends_while_it_is_shown_anew_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    tick_once()
    monkeypatch.setattr(Notification, "has_expired", False)  # as it was when Textual asked
    app: App[None] = App()
    async with app.run_test(notifications=True) as pilot:
        app._notifications.add(Notification("gone", raised_at=time() - 6))
        app._refresh_notifications()
        await pilot.pause()
        while app.screen.query("Toast"):
            await pilot.pause(0.01)
