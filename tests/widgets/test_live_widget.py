"""What all live widgets have in common, on one of them."""

from __future__ import annotations

from live_host import shown, until

from tutor.engine import Done, Update
from tutor.widgets.base import LiveWidget


async def test_of_partial_results_that_wait_only_the_last_is_shown() -> None:
    async with shown("token-splitter", text="one two") as (app, pilot):
        live, before = app.live, len(app.readings)
        result, number = app.result, live._request
        for _ in range(50):
            live.post_message(LiveWidget.Heard(Update(number, result)))
        live.post_message(LiveWidget.Heard(Done(number, None)))  # which has no result to show in their place
        await until(pilot, lambda: len(app.readings) > before)
        assert len(app.readings) == before + 1
        for event in (
            Update(number, result),
            Update(number + 1, result),
            Done(number, result),
        ):  # one of another request
            live.post_message(LiveWidget.Heard(event))
        await until(pilot, lambda: len(app.readings) == before + 3)
