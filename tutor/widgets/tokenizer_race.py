"""Tokenizer race: write a text, choose how large the vocabularies are, walk over the words and see why they differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding
from textual.widget import Widget

from tutor.experiments import tokenizer_race_picture
from tutor.experiments.tokenizer_race import Result, Settings
from tutor.models.vocabularies import SIZES
from tutor.widgets.base import Canvas, LiveWidget
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.own_text import OwnText

LONG = 100_000  # characters that take long enough to say so


class RacePicture(Canvas, CellLines):
    """The words and the reasons."""


class TokenizerRace(LiveWidget, can_focus=True):
    """The text is cut when it or the size changes; the cursor only looks at another word of the same cuts."""

    experiment = "tokenizer-race"
    settings: Settings
    BINDINGS = [
        Binding("down,j", "word(1)", "word", key_display="↑↓"),
        Binding("up,k", "word(-1)", show=False),
        Binding("right,l", "size(1)", "vocabulary", key_display="←→"),
        Binding("left,h", "size(-1)", show=False),
        Binding("d", "differing", "next differing"),
        Binding("enter,e", "edit", "own text", key_display="e"),
        Binding("c", "clear", "clear"),
        Binding("full_stop,pagedown", "word(10)", "ten words", show=False),
        Binding("comma,pageup", "word(-10)", show=False),
        Binding("g,home", "end(0)", "first word", show=False),
        Binding("G,end", "end(1)", "last word", show=False),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self._field = OwnText(self.settings.text, placeholder="your own text")

    def controls(self) -> Iterable[Widget]:
        yield self._field

    def picture(self) -> Iterable[Widget]:
        yield RacePicture()

    def compute(self) -> None:
        """Cut the text, if it is not cut yet; then look at the word."""
        settings, result = self.settings, self.result
        if isinstance(result, Result) and (result.source, result.vocab_size) == (settings.text, settings.vocab_size):
            self.ask(lambda: result.at(settings.word))
            return
        if len(settings.text) > LONG:
            self.complain(f"cutting {len(settings.text):,} characters…")
        super().compute()

    def show(self, result: Any) -> None:
        canvas = self.query_one(RacePicture)
        if canvas.size:  # else not laid out yet; the resize that follows shows it
            canvas.put(tokenizer_race_picture.picture(result, self.view(*canvas.size)))

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def cut(self) -> Result | None:
        """The result, if it is of the present text and there are words in it."""
        result = self.result
        current = isinstance(result, Result) and result.source == self.settings.text and bool(result.words)
        return result if current else None  # type: ignore[return-value]

    def _look(self, index: int) -> None:
        """At word number `index`, from 0; no further than the last."""
        if result := self.cut:
            word = min(max(0, index), len(result.words) - 1) + 1
            if word != self.settings.word:
                self.steer(word=word)

    def action_word(self, by: int) -> None:
        """So many words on or back."""
        if result := self.cut:
            self._look((self.settings.word or result.chosen + 1) - 1 + by)

    def action_end(self, end: int) -> None:
        """To the first word or the last."""
        if result := self.cut:
            self._look(len(result.words) - 1 if end else 0)

    def action_differing(self) -> None:
        """To the next word that the three cut differently; after the last to the first."""
        if (result := self.cut) and result.differ:
            n = len(result.words)
            after = (self.settings.word or result.chosen + 1) % n
            self._look(next(i % n for i in range(after, after + n) if result.words[i % n].differs))

    def action_size(self, by: int) -> None:
        """Larger or smaller vocabularies; the same word is looked at."""
        at = SIZES.index(self.settings.vocab_size) + by
        if 0 <= at < len(SIZES):
            self.steer(vocab_size=SIZES[at])

    def action_edit(self) -> None:
        self._field.focus()

    def action_clear(self) -> None:
        """Begin a text anew."""
        self._field.put("")
        self._field.focus()

    def on_own_text_changed(self, message: OwnText.Changed) -> None:
        message.stop()
        self.steer(text=message.field.value, word=None)
