"""A number on a track: move it with the arrows, or type it."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

VALUE = 5  # columns


class Slider(Widget, can_focus=True):
    """One line: label, track and value. Arrows stay on the track; a typed number may lie beyond it.

    It posts `Changed`; whoever steers by it says whether the number is allowed, and may set `value` back.
    """

    DEFAULT_CSS = """
    Slider { height: 1; width: 1fr; }
    Slider:focus { color: $accent; text-style: bold; }
    """
    BINDINGS = [
        Binding("left,h,down,j", "move(-1)", "change", key_display="←→"),
        Binding("right,l,up,k", "move(1)", show=False),
        Binding("shift+left,H,pagedown,minus", "move(-10)", "ten steps", show=False),
        Binding("shift+right,L,pageup,plus", "move(10)", show=False),
        Binding("home", "end(0)", show=False),
        Binding("end", "end(1)", show=False),
        Binding("enter", "enter", "type", show=False),
    ]

    class Changed(Message):
        """The learner chose another value."""

        def __init__(self, slider: Slider, value: float) -> None:
            super().__init__()
            self.slider = slider
            self.value = value

        @property
        def control(self) -> Slider:
            return self.slider

    def __init__(
        self,
        label: str,
        value: float,
        *,
        least: float,
        most: float,
        step: float,
        digits: int = 0,
        off: float | None = None,
        id: str | None = None,
    ) -> None:
        """From `least` to `most` by `step`, shown with `digits` decimals; the value `off` is shown as "off"."""
        super().__init__(id=id)
        self.label, self.least, self.most, self.step = label, least, most, step
        self.digits, self.off = digits, off
        self._value = value
        self._typed = ""

    @property
    def value(self) -> float:
        return self._value

    @value.setter
    def value(self, value: float) -> None:
        """Show another value, without a message."""
        if value != self._value:
            self._value = value
            self.refresh()

    def render(self) -> Text:
        shown = self._typed + "_" if self._typed else self._spell(self._value)
        head = f"{'>' if self.has_focus else ' '}{self.label} "
        room = max(0, self.size.width - len(head) - 1 - VALUE)
        share = (self._value - self.least) / (self.most - self.least)
        at = round(min(1.0, max(0.0, share)) * (room - 1)) if room else 0
        done, knob, rest = ("=", "|", "-") if getattr(self.app, "ascii", False) else ("━", "┃", "─")
        track = (done * at + knob + rest * (room - 1 - at)) if room else ""
        return Text(f"{head}{track} {shown.rjust(VALUE)}", no_wrap=True)

    def _spell(self, value: float) -> str:
        return "off" if value == self.off else f"{value:.{self.digits}f}"

    def _choose(self, value: float) -> None:
        self._typed = ""
        self.refresh()
        if value != self._value:
            self._value = value
            self.post_message(self.Changed(self, value))

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, steps: int) -> None:
        moved = round(self._value / self.step + steps) * self.step
        self._choose(round(min(self.most, max(self.least, moved)), self.digits))

    def action_end(self, which: int) -> None:
        self._choose(self.most if which else self.least)

    def action_enter(self) -> None:
        """Take the number that was typed."""
        if self._typed:
            self._choose(round(float(self._typed), self.digits))

    def on_key(self, event: events.Key) -> None:
        char = event.character or ""
        if char and char in "0123456789":
            self._typed = (self._typed + char)[: VALUE - 1]
        elif char == "." and self.digits and "." not in self._typed:
            self._typed = (self._typed or "0") + char
        elif event.key in ("backspace", "delete"):
            self._typed = self._typed[:-1]
        elif event.key == "escape" and self._typed:
            self._typed = ""
        else:
            return
        event.stop()
        event.prevent_default()
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.action_enter()
        self.refresh()
