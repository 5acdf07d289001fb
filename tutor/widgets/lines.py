"""The first and the last line of every screen: where one is, and which keys work here, now."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.text import Text
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widgets import Static


class TitleLine(Static):
    """Title on the left, place on the right."""

    DEFAULT_CSS = """
    TitleLine { height: 1; padding: 0 1; color: $accent; text-style: bold; }
    """

    def __init__(self, title: str, place: str = "") -> None:
        super().__init__(markup=False)
        self.title = title
        self.place = place

    def set(self, title: str, place: str) -> None:
        """Change both; nothing is sent when both are as they were."""
        if (title, place) != (self.title, self.place):
            self.title, self.place = title, place
            self.refresh()

    def render(self) -> Text:
        room = self.content_size.width - cell_len(self.place) - 2
        title = Text(self.title)
        title.truncate(max(0, room), overflow="ellipsis", pad=True)
        return Text.assemble(title, "  ", self.place, no_wrap=True)


class KeyLine(Static):
    """The keys that work where the focus is, the nearest first; what does not fit is in the help."""

    DEFAULT_CSS = """
    KeyLine { height: 1; padding: 0 1; dock: bottom; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._keys: list[tuple[str, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._update)
        self._update(self.screen)

    def _update(self, screen: Screen[object]) -> None:
        keys = shown_keys(screen)
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def render(self) -> Text:
        always = [pair for pair in self._keys if pair[0] == "?" or pair[1] == AT_THE_END]
        always.sort(key=lambda pair: pair[0] == "?")
        room = self.content_size.width - sum(cell_len(f"{key} {what}  ") for key, what in always) + 2
        text = Text(no_wrap=True)
        for key, what in (pair for pair in self._keys if pair not in always):
            if text.cell_len + cell_len(f"{key} {what}  ") > room:
                break
            text.append(key, "bold").append(f" {what}  ")
        for key, what in always:
            text.append(key, "bold").append(f" {what}  ")
        text.right_crop(2)
        return text


SPELLED = {
    "right": "→", "left": "←", "up": "↑", "down": "↓", "enter": "Enter", "space": "Space", "tab": "Tab",
    "escape": "Esc", "backspace": "Backspace", "pageup": "PgUp", "pagedown": "PgDn", "question_mark": "?",
    "slash": "/", "colon": ":", "home": "Home", "end": "End", "left_square_bracket": "[", "delete": "Del",
    "right_square_bracket": "]", "comma": ",", "full_stop": ".", "plus": "+", "minus": "-", "equals_sign": "=",
    "less_than_sign": "<", "greater_than_sign": ">",
}  # fmt: skip


def spell(key: str) -> str:
    """A key as it is written on the keyboard."""
    shift, _, name = key.rpartition("shift+")
    spelled = SPELLED.get(name, name)
    return f"{shift}Shift+{spelled}" if shift or key.startswith("shift+") else spelled


ARROWS = {"←": "Left", "→": "Right", "↑": "Up", "↓": "Down"}


def in_words(key: str) -> str:
    """A key without arrows, in ASCII."""
    return re.sub(
        f"[{''.join(ARROWS)}]+",
        lambda found: "arrows" if len(found[0]) == len(ARROWS) else "/".join(ARROWS[arrow] for arrow in found[0]),
        key,
    )


AT_THE_END = "as a table"  # every widget has it: always shown, after the widget's own keys


def typed(screen: Screen[object], active: ActiveBinding) -> bool:
    """Whether the focused field takes this key as a character; Textual misses those with a name, like slash."""
    focused, key = screen.focused, spell(active.binding.key)
    return (
        focused is not None and focused is not active.node and len(key) == 1
        and focused.check_consume_key(active.binding.key, key)
    )  # fmt: skip


def shown_keys(screen: Screen[object]) -> list[tuple[str, str]]:
    """Key and description of the bindings that ask to be shown: of the focused widget first, then outwards."""
    found: dict[tuple[int, str], tuple[str, str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.show and active.enabled and binding.description and not typed(screen, active):
            key = binding.key_display or spell(binding.key)
            if getattr(screen.app, "ascii", False):
                key = in_words(key)
            found.setdefault((id(active.node), binding.action), (key, binding.description))
    return list(found.values())
