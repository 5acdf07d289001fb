"""Context shift: write two sentences and a word that both have, and see its two vectors part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from tutor.engine import Event, Failed
from tutor.experiments import context_shift_picture
from tutor.experiments.context_shift import EXAMPLES, Settings
from tutor.widgets.base import Canvas, LiveWidget
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.own_text import OwnText

FIELDS = ("first", "second", "word")


class ShiftPicture(Canvas, CellLines):
    """A line a layer."""


class ContextShift(LiveWidget, can_focus=True):
    """The sentences are read once a field is left."""

    experiment = "context-shift"
    settings: Settings
    DEFAULT_CSS = """
    ContextShift {
        & > .fields { height: 1; }
        & > .fields Static { width: auto; }
        & > .fields OwnText { width: 1fr; }
        & > .fields #word { width: 14; }
    }
    """
    BINDINGS = [
        Binding("enter,e,1", "edit('first')", "first sentence", key_display="e"),
        Binding("r,2", "edit('second')", "second", key_display="r"),
        Binding("w,3", "edit('word')", "word", key_display="w"),
        Binding("m", "example", "another word"),
        Binding("c", "clear", "clear"),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self._fields = {
            name: OwnText(
                getattr(self.settings, name), placeholder=f"a {name} sentence of your own", whole=True, id=name
            )
            for name in FIELDS
        }
        self._fields["word"].placeholder = "a word"

    def controls(self) -> Iterable[Widget]:
        fields = self._fields
        yield Horizontal(Static("1st "), fields["first"], Static("  word "), fields["word"], classes="fields")
        yield Horizontal(Static("2nd "), fields["second"], classes="fields")

    def picture(self) -> Iterable[Widget]:
        yield ShiftPicture()

    def show(self, result: Any) -> None:
        canvas = self.query_one(ShiftPicture)
        if canvas.size:  # else not laid out yet; the resize that follows shows it
            canvas.put(context_shift_picture.picture(result, self.view(*canvas.size)))

    def heard(self, event: Event) -> None:
        if isinstance(event, Failed):  # what is drawn is of other words
            self.result = None
            self.query_one(ShiftPicture).put([])
        super().heard(event)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_edit(self, name: str) -> None:
        self._fields[name].focus()

    def action_clear(self) -> None:
        """Begin two sentences and a word anew."""
        for field in self._fields.values():
            field.put("")
        self._fields["first"].focus()

    def action_example(self) -> None:
        """To the next of some words with two senses."""
        shown = (self.settings.word, self.settings.first, self.settings.second)
        word, first, second = EXAMPLES[(EXAMPLES.index(shown) + 1) % len(EXAMPLES) if shown in EXAMPLES else 0]
        for name, value in (("first", first), ("second", second), ("word", word)):
            self._fields[name].put(value)
        self._take()

    def written(self, left: OwnText.Left) -> None:
        """Done; but a field that is still empty is next."""
        empty = [field for field in self._fields.values() if not field.value.strip() and not field.has_focus]
        (empty[0] if empty else self).focus()

    def on_descendant_blur(self) -> None:
        if all(field.value.strip() for field in self._fields.values()):
            self._take()

    def _take(self) -> None:
        """Read what stands in the fields, if it is something else."""
        written = {name: field.value for name, field in self._fields.items()}
        if any(getattr(self.settings, name) != value for name, value in written.items()):
            self.steer(**written)
