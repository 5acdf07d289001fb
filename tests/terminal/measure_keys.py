"""The keys of every screen and widget, as the running app has them bound: none needs more than plain keys."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from figures import Figure
from stations import Visit, labs, quiz, screens, visit, widgets
from textual.screen import Screen

from tutor.study.rounds import Item, items
from tutor.widgets.keys import Named, named, spell

CHORDS = ("ctrl+", "alt+", "super+", "meta+", "hyper+")
FUNCTION = tuple(f"f{n}" for n in range(1, 25))
ARROWS = {"left": "h", "right": "l", "up": "k", "down": "j"}  # with vim's key for the same
# What only a chord does, because terminals and their users expect it there: to the shell and back, which `q` does too;
# drawing the screen anew, as a change of its size does too; copying what the mouse has selected; and in a field for
# text deleting all of it, which `c` does outside the field and Backspace in it.
ONLY_CHORDS = {"suspend_process", "redraw", "screen.copy_text", "clear"}
# Keys with nothing to do in a widget as it is opened: no merge is made, the cursor is on the strongest key already,
# nothing has been drawn.
AT_FIRST = {
    "bpe-stepper": {"word's step", "none"},
    "attention-heatmap": {"strongest key"},
    "temperature-lab": {"start over"},
}


@dataclass
class Keys:
    """What was found, each finding with its place."""

    places: int = 0
    bindings: int = 0
    chords: dict[str, str] = field(default_factory=dict)  # what a chord or an F-key does, with the first place of each
    plain: set[str] = field(default_factory=set)  # what a plain key does
    no_vim: list[str] = field(default_factory=list)  # arrows without vim's key for the same
    no_back: list[str] = field(default_factory=list)  # places that only Escape leaves
    unnamed: list[str] = field(default_factory=list)  # keys neither in the key line nor in the help
    not_ours: list[str] = field(default_factory=list)  # descriptions in Textual's own words

    @property
    def not_plain(self) -> dict[str, str]:
        """What no plain key does anywhere."""
        return {what: place for what, place in self.chords.items() if what not in self.plain}

    def look(self, screen: Screen[object], place: str) -> None:
        """Look at what is bound now."""
        self.places += 1
        active = {key: one for key, one in screen.active_bindings.items() if one.enabled and not one.binding.system}
        self.bindings += len(active)
        does: dict[tuple[int, str], set[str]] = {}
        for key, one in active.items():
            does.setdefault((id(one.node), one.binding.action), set()).add(key)
        kinds = {id(one.node): type(one.node).__name__ for one in active.values()}
        writing = screen.focused is not None and screen.focused.check_consume_key("b", "b")
        entries = named(screen)
        spoken = {id(entry.node) for entry in entries if entry.of_textual}  # a field of Textual's: as in every editor
        for (node, action), keys in does.items():
            plain = {key for key in keys if not key.startswith((*CHORDS, *FUNCTION))}
            what = f"{kinds[node]} {action}"
            if plain:
                self.plain.add(what)
            elif node not in spoken and action not in ONLY_CHORDS:
                self.chords.setdefault(what, place)
            for arrow, letter in ARROWS.items():
                if arrow in keys and letter not in keys and node not in spoken and not writing:
                    self.no_vim.append(f"{place}: {arrow} {action}")
        self.unnamed += [f"{place}: {entry.what}" for entry in entries if not entry.what or not str(entry)]
        self.not_ours += [f"{place}: {e.what}" for e in entries if not e.of_textual and e.what.istitle()]
        if place != "home" and not writing and not leaves(entries):
            self.no_back.append(place)


def leaves(entries: list[Named]) -> bool:
    """Whether a plain key leads back from here."""
    back = [key for entry in entries if "back" in entry.what or entry.what == "to the page" for key in entry.keys]
    return any(key not in ("Esc", "Backspace") for key in back)


@lru_cache
def keys() -> Keys:
    """Of every kind of place, at 80x24."""
    return asyncio.run(_keys())


async def _keys() -> Keys:
    found = Keys()
    with tempfile.TemporaryDirectory() as folder:
        async with visit(Path(folder)) as there:
            async for place in places(there):
                found.look(there.screen, place)
                focused = there.screen.focused
                if focused is not None and focused.check_consume_key("b", "b") and not await got_out(there):
                    found.no_back.append(f"{place}, where letters are typed")
    return found


async def got_out(there: Visit) -> bool:
    """Whether Tab leads from the field to where letters are keys again, or closes what it is in."""
    screen, field = there.screen, there.screen.focused

    def out() -> bool:
        focused = screen.focused
        return there.screen is not screen or focused is None or not focused.check_consume_key("b", "b")

    for _ in range(3):  # a field for a word completes it first; another field may follow
        await there.press("tab")
        for _ in range(100):
            if out():
                break
            await there.pilot.pause(0.01)
        if out():
            if there.screen is screen and field is not None:
                field.focus()  # for what comes next
            return True
    return False


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


async def places(there: Visit) -> AsyncIterator[str]:
    """A place of every kind: screens, labs, widgets, cards with and without widget, a question of every kind."""
    async for place in screens(there):
        yield place
    for chapter in there.app.course.readable():
        screen = await there.chapter(chapter.id)
        seen = set()
        for at, leaf in enumerate(screen.leaves):
            card = leaf.card
            kind = (card.widget and card.widget.name, bool(card.lab)) if card else leaf.id
            if kind in seen:
                continue
            seen.add(kind)
            await there.turn(screen, at)
            yield f"{chapter.id}/{leaf.id}"
            if await there.past_predictions():
                yield f"{chapter.id}/{leaf.id}, past the prediction"
            if there.lives:
                await there.press("tab")
                yield f"{chapter.id}/{leaf.id}, in the widget"
    kinds: dict[str, Item] = {}
    for item in items(there.app.course.readable()):
        kinds.setdefault(type(item.question).__name__, item)
    for walk in (widgets(there), labs(there, ["bpe_encode.py"]), quiz(there, kinds.values())):
        async for place in walk:
            yield place


def figures() -> Iterator[Figure]:
    found = keys()
    yield Figure(12, "bindings looked at in the running app", found.bindings, "")
    yield Figure(12, "actions that need more than plain keys", len(found.not_plain), "", limit=0)
    yield Figure(12, "places without a plain key that leads back", len(found.no_back), "", limit=0)
    yield Figure(12, "arrows without vim's key beside them", len(found.no_vim), "", limit=0)
    yield Figure(12, "keys that stand neither in the key line nor in the help", len(found.unnamed), "", limit=0)
