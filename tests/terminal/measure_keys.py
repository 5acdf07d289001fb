"""The keys of every screen and widget, as the running app has them bound: none needs more than plain keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from figures import Figure
from stations import Visit
from survey import SMALLEST, survey

from tutor.widgets.keys import named, spell

# Keys with nothing to do in a widget as it is opened: no merge is made, the cursor is on the strongest key already,
# nothing has been drawn.
AT_FIRST = {
    "bpe-stepper": {"word's step", "none"},
    "attention-heatmap": {"strongest key"},
    "temperature-lab": {"start over"},
}


def shown(there: Visit) -> object:
    """What a learner sees, and where the keys go."""
    return there.text, id(there.screen), id(there.screen.focused)


async def dead(there: Visit, open_again: Callable[[], Awaitable[object]]) -> list[str]:
    """The entries of the key line of a place of which no key does anything that is seen."""
    found = []
    await open_again()
    for what in [entry.what for entry in named(there.screen) if entry.short and entry.what != "quit"]:
        await open_again()
        entry = next(entry for entry in named(there.screen) if entry.what == what)
        keys = [key for key, one in there.screen.active_bindings.items() if spell(key) in entry.keys]
        before = shown(there)
        for key in keys:
            await there.press(key)
            if shown(there) != before:
                break
        else:
            found.append(what)
    return found


def figures() -> Iterator[Figure]:
    found = survey(SMALLEST).keys
    yield Figure(12, "bindings looked at in the running app", found.bindings, "")
    yield Figure(12, "actions that need more than plain keys", len(found.not_plain), "", limit=0)
    yield Figure(12, "places without a plain key that leads back", len(found.no_back), "", limit=0)
    yield Figure(12, "arrows without vim's key beside them", len(found.no_vim), "", limit=0)
    yield Figure(12, "keys that stand neither in the key line nor in the help", len(found.unnamed), "", limit=0)
