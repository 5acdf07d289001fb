"""The first and the last line of every screen: where one is, and which keys work here, now."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.screen import Screen
from textual.widgets import Static

from tutor.widgets.keys import named


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


STAY = ("lab", "as a table", "both again", "back", "quit", "keys")  # what a key line always names, at its end


class KeyLine(Static):
    """The keys that work where the focus is, by their importance.

    From the left those of what has the focus, then outwards, each in the order of its BINDINGS, which is therefore
    that of importance. Where there is no room for all, the last of them go; but not those in `STAY`: the ways out of
    here, and `?`, which leads to all the others.
    """

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
        keys = [(entry.short, entry.what) for entry in named(screen) if entry.short]
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def render(self) -> Text:
        staying = sorted((pair for pair in self._keys if pair[1] in STAY), key=lambda pair: STAY.index(pair[1]))
        room = self.content_size.width + GAP - sum(map(_width, staying))
        text = Text(no_wrap=True)
        for pair in (pair for pair in self._keys if pair not in staying):
            room -= _width(pair)
            if room < 0:
                break
            _append(text, pair)
        for pair in staying:
            _append(text, pair)
        text.right_crop(GAP)
        return text


GAP = 2  # columns between two keys


def _width(pair: tuple[str, str]) -> int:
    return cell_len(f"{pair[0]} {pair[1]}") + GAP


def _append(text: Text, pair: tuple[str, str]) -> None:
    text.append(pair[0], "bold").append(f" {pair[1]}{' ' * GAP}")
