"""Only the interface's thread touches the interface; one other computes, and keeps no process alive."""

from __future__ import annotations

from measure_threads import TOUCHING, Threads, stale, threads
from textual.pilot import Pilot

from tutor.app import TutorApp


async def test_only_its_own_thread_touches_the_interface() -> None:
    found = await threads()
    assert len(found.touched) > len(TOUCHING) / 2
    assert not any(found.touched.values()), found.touched
    assert found == Threads(found.touched, running={"engine"}, lasting=set())


async def test_a_job_that_touches_it_would_be_noticed() -> None:
    async def wrong(pilot: Pilot[None], app: TutorApp) -> None:
        told: list[object] = []
        app.engine.submit("wrong", app.screen.refresh, told.append)
        while not told:
            await pilot.pause(0.01)

    assert (await threads(wrong)).touched["Widget.refresh"] == {"engine"}


def test_of_many_requests_of_one_widget_only_the_last_counts() -> None:
    computed, done = stale()
    assert 1 <= done <= computed <= 100
