"""Embedding map: choose words, walk from one to the next, go nearer, and see what the flat picture hides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from tutor.experiments import embedding_map_picture
from tutor.experiments.embedding_map import DEEPEST, Result, Settings
from tutor.experiments.word_lookup import completions, fold
from tutor.widgets.base import Canvas, LiveWidget
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.own_text import OwnText
from tutor.widgets.word_field import WordField

FIELDS = {"words": "words ", "around": "around "}
STEP = 0.25  # of half the frame, a key
WHOLE = {"zoom": 1.0, "x": 0.0, "y": 0.0}


class MapPicture(Canvas, CellLines):
    """The map."""


class EmbeddingMap(LiveWidget, can_focus=True):
    """Words of one's own, or one word and its nearest; a field is read when it is left."""

    experiment = "embedding-map"
    settings: Settings
    DEFAULT_CSS = """
    EmbeddingMap {
        & > .fields { height: 1; }
        & > .offer { height: 1; display: none; }
        & .label { width: auto; height: 1; }
        & WordField { width: 1fr; }
    }
    """
    BINDINGS = [
        Binding("enter,e", "edit", "own words", key_display="e"),
        Binding("full_stop", "select(1)", "word", key_display=",."),
        Binding("comma", "select(-1)", show=False),
        Binding("plus,equals_sign", "zoom(2)", "zoom", key_display="+-"),
        Binding("minus", "zoom(0.5)", show=False),
        Binding("left,h", "pan(-1, 0)", "move", key_display="←↓↑→"),
        Binding("right,l", "pan(1, 0)", show=False),
        Binding("up,k", "pan(0, 1)", show=False),
        Binding("down,j", "pan(0, -1)", show=False),
        Binding("0", "whole", "whole map", show=False),
        Binding("a", "around", "around it"),
        Binding("w", "words", "your words"),
        Binding("c", "clear", "clear", show=False),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self._fields = {
            name: WordField(getattr(self.settings, name), self._complete, self._known, whole=name == "around", id=name)
            for name in FIELDS
        }

    def controls(self) -> Iterable[Widget]:
        parts: list[Widget] = []
        for name, label in FIELDS.items():
            parts += [Static(label, classes=f"label {name}", markup=False), self._fields[name]]
        yield Horizontal(*parts, classes="fields")
        yield CellLines(classes="offer")

    def picture(self) -> Iterable[Widget]:
        yield MapPicture()

    def on_mount(self) -> None:
        self._show_form()
        super().on_mount()

    @property
    def shown(self) -> Result | None:
        """The result, if it is of the present settings."""
        result = self.result
        return result if isinstance(result, Result) and result.settings == self.settings and result.words else None

    @property
    def mode(self) -> str:
        """The field that says which words are drawn."""
        return "around" if self.settings.around else "words"

    def _show_form(self) -> None:
        """The one field that says which words are drawn."""
        for name, field in self._fields.items():
            field.display = name == self.mode
        for label in self.query(".label"):
            label.display = label.has_class(self.mode)
        self.refresh_bindings()

    def show(self, result: Any) -> None:
        canvas = self.query_one(MapPicture)
        if canvas.size:  # else not laid out yet; the resize that follows shows it
            canvas.put(embedding_map_picture.picture(result, self.view(*canvas.size)).lines)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def _complete(self, begun: str) -> list[str]:
        return completions(self.result.vectors, begun) if isinstance(self.result, Result) else []

    def _known(self, word: str) -> bool:
        return isinstance(self.result, Result) and fold(word) in self.result.vectors

    def _show_offer(self) -> None:
        """A line of completions while a word is written."""
        field = self._fields[self.mode]
        line = self.query_one(".offer", CellLines)
        line.display = field.has_focus
        line.put([field.offer(self.tutor.ascii)])

    def on_own_text_changed(self, message: OwnText.Changed) -> None:
        message.stop()
        self._show_offer()

    def on_word_field_entered(self, message: WordField.Entered) -> None:
        message.stop()
        self.focus()

    def on_descendant_focus(self) -> None:
        self._show_offer()

    def on_descendant_blur(self) -> None:
        self._show_offer()
        written = self._fields[self.mode].value
        if written != getattr(self.settings, self.mode):
            self._draw(**{self.mode: written})

    def _draw(self, **words: str) -> None:
        """Other words, the whole of their map."""
        self.steer(**{"selected": "", **WHOLE, **words})
        self._show_form()

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_edit(self) -> None:
        self._fields[self.mode].focus()

    def action_clear(self) -> None:
        self._fields[self.mode].put("")
        self.action_edit()

    def action_select(self, by: int) -> None:
        """To the next word or the one before; the frame goes along if it does not show it."""
        if result := self.shown:
            i = (result.selected + by) % len(result.words)
            self.steer(selected=result.words[i], **({} if i in result.in_sight else self._place_of(result, i)))

    def action_zoom(self, factor: float) -> None:
        """Nearer, to the selected word, or farther."""
        zoom = min(max(1.0, self.settings.zoom * factor), DEEPEST)
        if zoom == 1:
            self.action_whole()
        elif (result := self.shown) and zoom != self.settings.zoom:
            self.steer(zoom=zoom, **(self._place_of(result, result.selected) if factor > 1 else {}))

    @staticmethod
    def _place_of(result: Result, i: int) -> dict[str, float]:
        x, y = (round(min(1.0, max(-1.0, float(value))), 6) for value in result.places[i])
        return {"x": x, "y": y}

    def action_whole(self) -> None:
        """All of the map."""
        if any(getattr(self.settings, name) != value for name, value in WHOLE.items()):
            self.steer(**WHOLE)

    def action_pan(self, right: int, up: int) -> None:
        """Move the frame over the map."""
        s = self.settings
        step = STEP / s.zoom
        x, y = (min(1.0, max(-1.0, value)) for value in (s.x + right * step, s.y + up * step))
        if (x, y) != (s.x, s.y):
            self.steer(x=x, y=y)

    def action_around(self) -> None:
        """The selected word with its nearest."""
        if result := self.shown:
            word = result.words[result.selected]
            self._fields["around"].put(word)
            self._draw(around=word)

    def action_words(self) -> None:
        """Back to the words of one's own."""
        self._draw(around="")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.settings.around) if action == "words" else True
