"""What every live widget has in common: settings, one question at a time to the engine, readings, a twin.

A live widget is a subclass with

    experiment = "token-splitter"       its name in the registry
    def controls(self)                  yields the widgets that steer: text field, slider ...
    def picture(self)                   yields the widgets that show
    def show(self, result)              puts a result into them; never computes

It calls `self.steer(text=...)` when the learner changes something. The engine computes on its own thread;
what has been overtaken by a newer request is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from rich.console import Group
from rich.table import Table as RichTable
from rich.text import Text
from textual import actions
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.theme import Theme
from textual.widget import Widget
from textual.widgets import Static

from tutor.engine import Done, Event, Failed, Update
from tutor.experiments.base import Reading, Result, Settings, converted
from tutor.experiments.cells import View, visible
from tutor.experiments.registry import EXPERIMENTS
from tutor.widgets.one_line import OneLine
from tutor.widgets.own_text import OwnText

if TYPE_CHECKING:
    from tutor.app import TutorApp

MOST_KEPT = 50_000  # bytes of settings; the results of longer texts are large, and are computed again
TWIN_ROWS = 200  # of a table on the screen; `tutor show ... --table` prints them all


class TextField(OneLine):
    """One line of the learner's own text; Enter leaves it, and nothing in it blinks."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(value, placeholder=placeholder, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False


class Canvas(Widget):
    """What a live widget draws its picture in; when there is more or less room it is drawn again."""

    class Resized(Message):
        """There is more or less room now."""

    def on_resize(self) -> None:
        self.post_message(self.Resized())


class LiveWidget(Vertical):
    """An instrument to play: controls above, picture below, one line for what goes wrong."""

    experiment: ClassVar[str]
    DEFAULT_CSS = """
    LiveWidget {
        height: 1fr; min-height: 8;
        & > .picture { height: 1fr; }
        & > .twin { display: none; height: 1fr; }
        & > .complaint { height: auto; text-style: italic; }
        &.-twin > .picture { display: none; }
        &.-twin > .twin { display: block; }
    }
    """
    BINDINGS = [Binding("t", "twin", "as a table")]

    class Heard(Message):
        """An event of the engine, carried to the UI thread."""

        def __init__(self, event: Event) -> None:
            super().__init__()
            self.event = event

        def can_replace(self, message: Message) -> bool:
            """Whether `message`, the next one that waits here, has overtaken this one: a later result has."""
            if not isinstance(message, LiveWidget.Heard) or not isinstance(self.event, Update):
                return False
            later = message.event
            return later.request == self.event.request and isinstance(later, Update | Done) and later.value is not None

    class Changed(Message):
        """New readings: a challenge may be met."""

        def __init__(self, widget: LiveWidget, readings: Mapping[str, Reading]) -> None:
            super().__init__()
            self.widget = widget
            self.readings = readings

    def __init__(self, settings: Mapping[str, Any] | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="live")
        self.module = EXPERIMENTS[self.experiment].load()
        self.settings: Settings = converted(dict(settings or {}), self.module.Settings)
        self.result: Result | None = None
        self._request = 0
        self._complaint = Static("working…", classes="complaint", markup=False)
        self._twin = VerticalScroll(Static(classes="twin-text"), classes="twin")

    # ── for subclasses ───────────────────────────────────────────────────────────────────────────────

    def controls(self) -> Iterable[Widget]:
        """The widgets that steer, from top to bottom."""
        return ()

    def picture(self) -> Iterable[Widget]:
        """The widgets that show."""
        return ()

    def show(self, result: Result) -> None:
        """Put `result` into the picture."""

    def written(self, left: OwnText.Left) -> None:
        """The learner is done with a field: keys steer again."""
        self.focus()

    def view(self, width: int, height: int) -> View:
        """Where a picture of this size (cells) is drawn, in this terminal."""
        app = self.tutor
        return View(width, height, app.tier, app.ascii, app.current_theme.dark)

    @property
    def tutor(self) -> TutorApp:
        """The app, which owns the engine and knows the terminal."""
        return self.app  # type: ignore[return-value]

    def steer(self, **changes: Any) -> None:
        """Change settings and compute again; the newest request wins."""
        try:
            merged = {**msgspec.structs.asdict(self.settings), **changes}
            self.settings = converted(merged, type(self.settings))
        except (ValueError, TypeError) as error:
            self.complain(str(error))
            return
        self.compute()

    def compute(self) -> None:
        """Ask the engine for the result of the present settings."""
        module, settings, library = self.module, self.settings, self.tutor.engine.library
        asked = msgspec.json.encode(settings)
        cache = (self.experiment, asked) if len(asked) <= MOST_KEPT else None
        self.ask(lambda: module.compute(settings, library), cache=cache)

    def ask(self, job: Any, *, cache: Any = None) -> None:
        """Have the engine do `job`; its events come to `heard`."""
        self._request = self.tutor.engine.submit(self, job, self._listen, cache=cache)

    def heard(self, event: Event) -> None:
        """An event of the newest request: a result (or a partial one) is shown, an error said in place."""
        if isinstance(event, Failed):
            self.complain(event.message)
        elif isinstance(event, Update | Done) and event.value is not None:
            self.accept(event.value)  # type: ignore[arg-type]

    def accept(self, result: Result) -> None:
        """Show a result, in the picture or as its twin, and tell the readings."""
        self.result = result
        self.complain("")
        if self.has_class("-twin"):
            self._show_twin(result)
        else:
            self.show(result)
        self.post_message(self.Changed(self, result.readings()))

    def show_again(self) -> None:
        """Draw the picture of the present result anew, if it is the picture that is shown."""
        if self.result is not None and not self.has_class("-twin"):
            self.show(self.result)

    def complain(self, message: str) -> None:
        """One line in place of what could not be shown; empty to take it away."""
        self._complaint.update(visible(message))
        self._complaint.display = bool(message)

    # ── the shared behaviour ─────────────────────────────────────────────────────────────────────────

    def compose(self) -> ComposeResult:
        yield from self.controls()
        yield self._complaint
        with Vertical(classes="picture"):
            yield from self.picture()
        yield self._twin

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._draw_anew)
        self.compute()

    def _draw_anew(self, theme: Theme) -> None:
        """In the colours of another theme."""
        if self.result is not None:
            self.accept(self.result)

    def on_unmount(self) -> None:
        self.app.theme_changed_signal.unsubscribe(self)  # which would keep it, and its result, for good
        self.tutor.engine.cancel(self)

    def _listen(self, event: Event) -> None:
        self.post_message(self.Heard(event))  # on the engine's thread: may post, nothing else

    def on_live_widget_heard(self, message: Heard) -> None:
        message.stop()
        if message.event.request == self._request:
            self.heard(message.event)

    async def take(self, key: str) -> bool:
        """Do what a key does here, and have the keyboard; False, and nothing, for a key that does nothing here."""
        for kind in type(self).__mro__:
            for binding in vars(kind).get("BINDINGS", ()):
                _, action, parameters = actions.parse(binding.action)
                if key in binding.key.split(",") and self.check_action(action, parameters):
                    if self.can_focus:
                        self.focus()
                    return await self.app.run_action(binding.action, self)
        return False

    def on_canvas_resized(self, message: Canvas.Resized) -> None:
        message.stop()
        self.show_again()

    def on_own_text_left(self, message: OwnText.Left) -> None:
        message.stop()
        self.written(message)

    def action_twin(self) -> None:
        """Change between the picture and its table."""
        self.toggle_class("-twin")
        if self.result is not None:
            self.accept(self.result)
        if self.has_class("-twin"):
            self._twin.focus()
        elif self.can_focus:
            self.focus()  # not into a text field, where the next key would be a letter

    def _show_twin(self, result: Result) -> None:
        self._twin.query_one(Static).update(twin(result))


def twin(result: Result) -> Group:
    """The sentence and the table of a result, safe to show."""
    table = result.table()
    grid = RichTable(box=None, pad_edge=False)
    for column in table.columns:
        grid.add_column(Text(column), overflow="fold")
    for row in table.rows[:TWIN_ROWS]:
        grid.add_row(*(Text(visible(cell)) for cell in row))
    if len(table.rows) > TWIN_ROWS:
        grid.caption = Text(f"{len(table.rows) - TWIN_ROWS} more rows: `tutor show` prints them all")
    return Group(Text(visible(result.sentence())), Text(), grid)
