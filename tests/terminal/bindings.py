"""What is bound at a place, as the running app has it."""

from __future__ import annotations

from dataclasses import dataclass, field

from stations import Visit
from textual.screen import Screen

from tutor.screens.home import HomeScreen
from tutor.widgets.keys import Named, named, spell, typed
from tutor.widgets.lines import KeyLine
from tutor.widgets.own_text import OwnText

CHORDS = ("ctrl+", "alt+", "super+", "meta+", "hyper+")
FUNCTION = tuple(f"f{n}" for n in range(1, 25))
ARROWS = {"left": "h", "right": "l", "up": "k", "down": "j"}  # with vim's key for the same
# What only a chord does, because terminals and their users expect it there: to the shell and back, which `q` does too;
# drawing the screen anew, as a change of its size does too; copying what the mouse has selected; and in a field for
# text deleting all of it, which `c` does outside the field and Backspace in it.
ONLY_CHORDS = {"suspend_process", "redraw", "screen.copy_text", "clear"}


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
    tab_unsaid: list[str] = field(default_factory=list)  # fields of widgets whose key line does not say what Tab does
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
        typing = writing(screen)
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
                if arrow in keys and letter not in keys and node not in spoken and not typing:
                    self.no_vim.append(f"{place}: {arrow} {action}")
        told = {key for entry in entries for key in entry.keys}
        keys_here = {spell(key) for key, one in active.items() if not typed(screen, one)}
        self.unnamed += [f"{place}: {key}" for key in sorted(keys_here - told)]
        self.not_ours += [f"{place}: {e.what}" for e in entries if not e.of_textual and e.what.istitle()]
        if isinstance(screen.focused, OwnText) and " Tab " not in f" {screen.query_one(KeyLine).render()}":
            self.tab_unsaid.append(place)
        if not isinstance(screen, HomeScreen) and not typing and not leaves(entries):
            self.no_back.append(place)


def leaves(entries: list[Named]) -> bool:
    """Whether a plain key leads back from here."""
    back = [key for entry in entries if "back" in entry.what or entry.what == "to the page" for key in entry.keys]
    return any(key not in ("Esc", "Backspace") for key in back)


def writing(screen: Screen[object]) -> bool:
    """Whether letters are typed."""
    return screen.focused is not None and screen.focused.check_consume_key("b", "b")


async def got_out(there: Visit) -> bool:
    """Whether Tab leads from the field to where letters are keys again, or closes what it is in."""
    screen, field = there.screen, there.screen.focused

    def out() -> bool:
        return there.screen is not screen or not writing(screen)

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
