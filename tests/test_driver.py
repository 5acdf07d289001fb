"""What the driver waits with."""

from __future__ import annotations

from selectors import EVENT_READ, DefaultSelector

from tutor.driver import Waitable


def test_a_selector_can_wait_for_an_event_each_time_it_is_set() -> None:
    event = Waitable()
    with DefaultSelector() as selector:
        selector.register(event.raised, EVENT_READ)
        for _ in range(3):
            assert not selector.select(0) and not event.is_set()
            event.set()
            event.set()
            assert selector.select(0) and event.is_set()
            event.clear()
            event.clear()
