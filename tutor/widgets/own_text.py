"""One line in which the learner writes any text: what a terminal would obey is shown, not sent."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tutor.experiments.cells import drawn, fit, visible

MOST_MARKS = 4  # combining marks that `visible` puts on one character
PASTED_BREAKS = str.maketrans({"\r": "\n"})


class OwnText(Widget, can_focus=True):
    """A text field without limits: pasted line breaks and control characters stay in the text.

    Enter leaves it; a backslash before Enter makes that a line break. With `whole` the first letter written
    replaces the text that is there, as if it were selected; an arrow keeps it, to be edited.
    """

    DEFAULT_CSS = """
    OwnText { height: 1; background: $panel; color: $foreground; }
    """
    BINDINGS = [
        Binding("enter", "enter", "done (\\ first: a new line)"),
        Binding("tab", "app.focus_next", "next part"),
        Binding("escape,down", "leave", "done", show=False),
        Binding("left", "move(-1)", "left", show=False),
        Binding("right", "move(1)", "right", show=False),
        Binding("home,up,ctrl+a", "go(0)", "to the front", show=False),
        Binding("end,ctrl+e", "go(1)", "to the end", show=False),
        Binding("backspace", "delete(-1)", "delete", show=False),
        Binding("delete", "delete(1)", "delete to the right", show=False),
        Binding("ctrl+u", "clear", "delete all", show=False),
    ]

    class Changed(Message):
        """The text is another one."""

        def __init__(self, field: OwnText) -> None:
            super().__init__()
            self.field = field

    class Left(Message):
        """The learner is done with it, by Enter or by a key that goes elsewhere."""

        def __init__(self, entered: bool) -> None:
            super().__init__()
            self.entered = entered

    def __init__(self, value: str = "", *, placeholder: str = "", whole: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.placeholder = placeholder
        self.value = value
        self.whole = whole
        self.cursor = len(value)  # before this character
        self._selected = False  # the text that is there, as a whole
        self._first = 0  # the leftmost character drawn

    def put(self, value: str) -> None:
        """Show another text, as if the learner had written it."""
        self._replace(0, len(self.value), value)

    def _replace(self, start: int, end: int, new: str) -> None:
        """Put `new` in place of characters `start` to `end` and the cursor after it."""
        self.value = self.value[:start] + new + self.value[end:]
        self.cursor = start + len(new)
        self._selected = False
        self.refresh()
        self.post_message(self.Changed(self))

    def _write(self, new: str) -> None:
        """Put `new` where the cursor is, or in place of what is selected."""
        self._replace(0 if self._selected else self.cursor, len(self.value) if self._selected else self.cursor, new)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def on_focus(self) -> None:
        self._selected = self.whole and bool(self.value)
        if self._selected:
            self.cursor = len(self.value)

    def on_blur(self) -> None:
        self._selected = False

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character.isprintable()

    async def _on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character is not None:
            event.stop()
            event.prevent_default()
            self._write(event.character)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._write(event.text.replace("\r\n", "\n").translate(PASTED_BREAKS))

    def action_enter(self) -> None:
        """Done; or, after a backslash, a line break in its place."""
        if self.cursor and self.value[self.cursor - 1] == "\\":
            self._replace(self.cursor - 1, self.cursor, "\n")
        else:
            self.post_message(self.Left(entered=True))

    def action_leave(self) -> None:
        self.post_message(self.Left(entered=False))

    def action_move(self, by: int) -> None:
        self._move_to(self.cursor + by)

    def action_go(self, end: int) -> None:
        self._move_to(len(self.value) if end else 0)

    def _move_to(self, cursor: int) -> None:
        self._selected = False
        self.cursor = min(max(0, cursor), len(self.value))
        self.refresh()

    def action_delete(self, by: int) -> None:
        if self._selected:
            self.put("")
            return
        start, end = sorted((self.cursor, min(max(0, self.cursor + by), len(self.value))))
        if start < end:
            self._replace(start, end, "")

    def action_clear(self) -> None:
        self.put("")

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        plain = bool(getattr(self.app, "ascii", False))
        base = self.rich_style
        if getattr(self.app, "tier", "256") in ("16", "none"):
            base += Style(underline=True)  # there is no ground that sets the field off
        if not self.value and not self.has_focus:
            return Strip([Segment(fit(self.placeholder, width), base + Style(dim=True))])
        if self._selected:
            shown = fit(visible(self.value, ascii=plain), width, "").rstrip()
            return Strip([Segment(shown, base + Style(reverse=True))]).adjust_cell_length(width, base)
        if not self.has_focus:
            begun = self.value[: width * (1 + MOST_MARKS) + 1]  # a pasted megabyte is not gone through for one line
            shown = fit(visible(begun, ascii=plain), width, "..." if plain else "…")
            return Strip([Segment(shown, base)])
        segments = []
        self._first = self._leftmost(width, plain)
        at = self._first
        for source, shown in drawn(self.value[at : at + width + 1], "␣", plain):
            here = at <= self.cursor < at + len(source)
            segments.append(Segment(shown, base + Style(reverse=here)))
            at += len(source)
        if self.cursor == len(self.value):
            segments.append(Segment(" ", base + Style(reverse=True)))
        return Strip(segments).simplify().adjust_cell_length(width, base)

    def _leftmost(self, width: int, ascii: bool) -> int:
        """Where to begin so that the cursor is in view; where it was, if it can stay there."""
        first = max(min(self._first, self.cursor), self.cursor - width)
        before = drawn(self.value[first : self.cursor], "␣", ascii)
        under = drawn(self.value[self.cursor : self.cursor + 1], "␣", ascii)
        room = width - sum(cell_len(shown) for _, shown in [*before, *(under or [(" ", " ")])])
        for source, shown in before:
            if room >= 0:
                break
            room += cell_len(shown)
            first += len(source)
        return first
