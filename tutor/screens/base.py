"""What every screen has: a title line, a body, a line of keys, and a way back that is not Escape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.events import Event, Mount, Resize
from textual.geometry import Offset
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tutor.widgets.lines import KeyLine, TitleLine

if TYPE_CHECKING:
    from tutor.app import TutorApp

LEAST = (60, 20)  # cells; below, a screen says so

R = TypeVar("R")


class Steady(Screen[R]):
    """A screen that keeps its feet when much comes at once, where Textual's fails."""

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """What is under the mouse; nothing, where that has just been taken away, since Textual would fail on it."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        return (widget, offset) if widget is not None and widget.is_attached else (None, None)

    def set_focus(self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False) -> None:
        """Give the keyboard to what is there to stay: with the focus on what has been taken away no key would be heard
        any more, those of the app neither.

        Textual gives it to such a thing where a page is turned in the moment in which its screen opens, and where a
        click finds what stood there before.
        """
        if widget is None or stays(widget):
            super().set_focus(widget, scroll_visible, from_app_focus)
        elif self.focused is not None and not stays(self.focused):
            super().set_focus(None)

    def _forward_event(self, event: Event) -> None:
        """What held the mouse and was taken away before the button was let go would hold it for ever."""
        held = self.app.mouse_captured
        if held is not None and not held.is_attached:
            self.app.capture_mouse(None)
        super()._forward_event(event)

    async def _dispatch_message(self, message: Message) -> None:
        """A screen that is closed before it has opened, itself or with the session, has no widgets, and nothing to do
        with them."""
        if not (isinstance(message, Mount) and (self._pruning or self._closing or self.app._exit)):
            await super()._dispatch_message(message)

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        """Close this screen; asked again, as by a second click, or below another one, it leaves the others alone."""
        on_top = self.app.screen_stack[-1:] == [self]  # Textual's `is_current` holds below a dialog too
        return super().dismiss(result) if on_top else AwaitComplete()


def stays(widget: Widget) -> bool:
    """Whether a widget is on the screen and is not being taken away."""
    return widget.is_attached and not widget._pruning


class TutorScreen(Steady[R]):
    """One title line, the body, one line of keys."""

    DEFAULT_CSS = """
    TutorScreen {
        & > #too-small { display: none; padding: 1; }
        &.-too-small > * { display: none; }
        &.-too-small > #too-small { display: block; }
    }
    """
    BINDINGS = [
        Binding("b", "back", "back"),
        Binding("escape,backspace", "back", "back"),  # shown where `b` is typed into a field
        Binding("tab", "app.focus_next", "next pane", show=False),
        Binding("shift+tab", "app.focus_previous", "pane before", show=False),
        Binding("ctrl+c,super+c", "screen.copy_text", "copy what is selected", show=False),
    ]
    title_text = ""
    _hidden: Widget | None = None  # what had the focus before the window became too small

    @property
    def tutor(self) -> TutorApp:
        """The app, which owns engine, store and course."""
        return self.app  # type: ignore[return-value]

    def body(self) -> Iterable[Widget]:
        """What stands between the two lines."""
        return ()

    def compose(self) -> ComposeResult:
        yield TitleLine(self.title_text)
        yield from self.body()
        yield KeyLine()
        yield Static(id="too-small", markup=False)

    def set_title(self, title: str, place: str = "") -> None:
        """Change the first line."""
        self.query_one(TitleLine).set(title, place)

    def on_resize(self, event: Resize) -> None:
        small = event.size.width < LEAST[0] or event.size.height < LEAST[1]
        if small and not self.has_class("-too-small"):
            self._hidden = self.focused  # what is not shown loses the focus
        self.set_class(small, "-too-small")
        if small:
            said = (
                f"This window is too small: tutor needs {LEAST[0]} x {LEAST[1]} cells, and this is {event.size.width}"
            )
            what = "Make it larger to go on, or press q to quit."
            self.query_one("#too-small", Static).update(f"{said} x {event.size.height}. {what}")
        if not small and self._hidden is not None:
            self.call_after_refresh(self._hidden.focus)
            self._hidden = None

    def action_back(self) -> None:
        self.dismiss()
