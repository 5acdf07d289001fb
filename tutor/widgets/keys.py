"""The keys that work here, now, as they are written: one list, of which the key line shows part and the help all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode
from textual.screen import Screen

SPELLED = {
    "right": "→", "left": "←", "up": "↑", "down": "↓", "enter": "Enter", "space": "Space", "tab": "Tab",
    "escape": "Esc", "backspace": "Backspace", "pageup": "PgUp", "pagedown": "PgDn", "question_mark": "?",
    "slash": "/", "colon": ":", "home": "Home", "end": "End", "left_square_bracket": "[", "delete": "Del",
    "right_square_bracket": "]", "comma": ",", "full_stop": ".", "plus": "+", "minus": "-", "equals_sign": "=",
    "less_than_sign": "<", "greater_than_sign": ">",
}  # fmt: skip
ARROWS = {"←": "Left", "→": "Right", "↑": "Up", "↓": "Down"}
UNKNOWN = (0, False)
MODIFIERS = {"shift": "Shift", "ctrl": "Ctrl", "alt": "Alt", "super": "Super"}


def spell(key: str) -> str:
    """A key as it is written on the keyboard."""
    *modifiers, name = key.split("+")
    spelled = SPELLED.get(name, name.upper() if modifiers else name)
    return "+".join([*(MODIFIERS.get(modifier, modifier) for modifier in modifiers), spelled])


def in_words(key: str) -> str:
    """A key without arrows, in ASCII."""
    return re.sub(
        f"[{''.join(ARROWS)}]+",
        lambda found: "arrows" if len(found[0]) == len(ARROWS) else "/".join(ARROWS[arrow] for arrow in found[0]),
        key,
    )


@dataclass
class Named:
    """What some keys do. A binding without a description is the other way of the one before it, and named with it."""

    node: DOMNode
    what: str
    keys: list[str] = field(default_factory=list)  # every one, spelled
    short: str = ""  # for the key line: "←→", "1-6"; empty where it is not to be there
    of_textual: bool = False  # bound by Textual itself, as the keys of its fields for text are

    def __str__(self) -> str:
        """All the keys, those first and together that have a short form."""
        return " ".join(dict.fromkeys([self.short or self.keys[0], *(k for k in self.keys if k not in self.covered)]))

    @property
    def covered(self) -> set[str]:
        """The keys that the short form stands for."""
        found = {self.short}
        for part in re.split(r",? ", self.short):
            if span := re.fullmatch(r"(\d)-(\d)", part):
                found |= {str(digit) for digit in range(int(span[1]), int(span[2]) + 1)}
            found |= {part} if part in self.keys else set(part) & set(self.keys)
        return found


def named(screen: Screen[object]) -> list[Named]:
    """Every key that works on `screen` now: those of the focused widget first, then outwards, and of each node in the
    order in which its BINDINGS name them, a subclass's own first."""
    active = {
        key: one
        for key, one in screen.active_bindings.items()
        if one.enabled and not one.binding.system and not typed(screen, one)
    }
    nodes = list(dict.fromkeys(id(one.node) for one in active.values()))
    order = {key: (nodes.index(id(one.node)), places(type(one.node)).get(key, UNKNOWN)) for key, one in active.items()}
    spelled = {spell(key): one for key, one in active.items()}
    found: list[Named] = []
    for key in sorted(active, key=order.__getitem__):
        node, binding = active[key].node, active[key].binding
        if binding.description:
            entry = next((e for e in found if e.node is node and e.what == binding.description), None)
            if entry is None:
                entry = Named(node, binding.description, of_textual=places(type(node)).get(key, UNKNOWN)[1])
                found.append(entry)
            if binding.show and not entry.short:
                entry.short = _short(binding, active[key], spelled)
        elif found and found[-1].node is node:
            entry = found[-1]
        else:
            continue  # the key that it is the other way of means something else here
        entry.keys.append(spell(key))
    if getattr(screen.app, "ascii", False):
        for entry in found:
            entry.keys, entry.short = [in_words(key) for key in entry.keys], in_words(entry.short)
    return found


def _short(binding: Binding, active: ActiveBinding, spelled: dict[str, ActiveBinding]) -> str:
    """The form that the binding asks for, unless a key in it does something else here; empty for half a pair."""
    asked = binding.key_display or ""
    if len(asked) > 1 and set(asked) <= ARROWS.keys():
        taken = any(key not in spelled or spelled[key].node is not active.node for key in asked)
        return "" if taken else asked
    taken = asked in spelled and spelled[asked].binding.action != binding.action
    return spell(binding.key) if taken or not asked else asked


@lru_cache
def places(kind: type) -> dict[str, tuple[int, bool]]:
    """Each key of a class of nodes: its place in the BINDINGS, from the class itself up to what it inherits, and
    whether Textual binds it."""
    found: dict[str, tuple[int, bool]] = {}
    for base in kind.__mro__:
        for binding in Binding.make_bindings(vars(base).get("BINDINGS", ())):
            found.setdefault(binding.key, (len(found), base.__module__.startswith("textual.")))
    return found


def typed(screen: Screen[object], active: ActiveBinding) -> bool:
    """Whether the focused field takes this key as a character; Textual misses those with a name, like slash."""
    focused, key = screen.focused, spell(active.binding.key)
    return (
        focused is not None and focused is not active.node and len(key) == 1
        and focused.check_consume_key(active.binding.key, key)
    )  # fmt: skip
