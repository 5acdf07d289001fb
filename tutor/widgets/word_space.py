"""Word space: words looked up among 30,000 vectors, in four panels; a found word leads on to its own neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from tutor.experiments import word_space_picture
from tutor.experiments.cells import visible
from tutor.experiments.word_lookup import completions, fold
from tutor.experiments.word_space import ASKS, Panel, Result, Settings
from tutor.widgets.base import Canvas, LiveWidget
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.own_text import OwnText
from tutor.widgets.word_field import WordField

PANELS: tuple[Panel, ...] = get_args(Panel)
# what stands before the field of each setting, and after the last
FORMS = {"word": "word ", "other": " and ", "a": "", "b": " is to ", "c": " as "}


class WordPicture(Canvas, CellLines):
    """The panel."""


class WordSpace(LiveWidget, can_focus=True):
    """A word is looked up when its field is left; until then the field offers completions."""

    experiment = "word-space"
    settings: Settings
    DEFAULT_CSS = """
    WordSpace {
        & > .line, & > .words { height: 1; }
        & .label { width: auto; height: 1; }
        & WordField { width: 1fr; max-width: 22; }
    }
    """
    BINDINGS = [
        Binding("enter,e", "edit", "own words", key_display="e"),
        *(
            Binding(str(n), f"panel({n - 1})", "panel", show=n == 1, key_display=f"1-{len(PANELS)}")
            for n in range(1, len(PANELS) + 1)
        ),
        Binding("left,h", "step_panel(-1)", "panel", show=False),
        Binding("right,l", "step_panel(1)", "panel", show=False),
        Binding("x", "exclude", "inputs in/out"),
        Binding("up,k", "row(-1)", "row", key_display="↑↓"),
        Binding("down,j", "row(1)", show=False),
        Binding("g", "go", "its neighbours"),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self.at = 0  # the row of the list that is marked
        self._fields = {
            name: WordField(getattr(self.settings, name), self._complete, self._known, id=name) for name in FORMS
        }

    def controls(self) -> Iterable[Widget]:
        yield CellLines(classes="line panels")
        parts: list[Widget] = []
        for name, before in FORMS.items():
            parts += [Static(before, classes=f"label {name}", markup=False), self._fields[name]]
        yield Horizontal(*parts, Static(" is to ?", classes="label c", markup=False), classes="words")
        yield CellLines(classes="line note")

    def picture(self) -> Iterable[Widget]:
        yield WordPicture()

    def on_mount(self) -> None:
        self._show_form()
        super().on_mount()

    def _show_form(self) -> None:
        """The panels' names, and the fields of the one chosen."""
        chosen, asked = self.settings.panel, ASKS[self.settings.panel]
        line = []
        for n, panel in enumerate(PANELS, 1):
            line += [Segment(f" {n} {panel} ", Style(reverse=panel == chosen)), Segment(" ")]
        self.query_one(".panels", CellLines).put([line])
        for label in self.query(".label"):
            label.display = any(label.has_class(name) for name in asked)
        for name, field in self._fields.items():
            field.display = name in asked
        self.refresh_bindings()

    # ── asking and showing ───────────────────────────────────────────────────────────────────────────

    def steer(self, **changes: Any) -> None:
        self.at = 0
        super().steer(**changes)

    def show(self, result: Any) -> None:
        self._show_note()
        canvas = self.query_one(WordPicture)
        if canvas.size:  # else not laid out yet; the resize that follows shows it
            canvas.put(word_space_picture.picture(result, self.view(*canvas.size), self.at))

    def _show_note(self) -> None:
        """Completions while a word is written; else what was done to the words."""
        field = self.focused_field
        said = self.result.folded() if isinstance(self.result, Result) else ""
        line = field.offer(self.tutor.ascii) if field is not None else []
        self.query_one(".note", CellLines).put([line or [Segment(visible(said, ascii=self.tutor.ascii))]])

    @property
    def focused_field(self) -> WordField | None:
        """The field that the learner writes in."""
        return next((field for field in self._fields.values() if field.has_focus), None)

    def _complete(self, begun: str) -> list[str]:
        return completions(self.result.vectors, begun) if isinstance(self.result, Result) else []

    def _known(self, word: str) -> bool:
        return isinstance(self.result, Result) and fold(word) in self.result.vectors

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def on_own_text_changed(self, message: OwnText.Changed) -> None:
        message.stop()
        self._show_note()

    def on_word_field_entered(self, message: WordField.Entered) -> None:
        """To the next field of the panel; from the last back to the widget."""
        message.stop()
        asked = ASKS[self.settings.panel]
        after = asked[asked.index(str(message.field.id)) + 1 :]
        (self._fields[after[0]] if after else self).focus()

    def on_descendant_focus(self) -> None:
        self._show_note()

    def on_descendant_blur(self) -> None:
        written = {name: field.value for name, field in self._fields.items()}
        changed = {name: value for name, value in written.items() if value != getattr(self.settings, name)}
        if changed:
            self.steer(**changed)
        self._show_note()

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_edit(self) -> None:
        self._fields[ASKS[self.settings.panel][0]].focus()

    def action_panel(self, number: int) -> None:
        if PANELS[number] != self.settings.panel:
            self.steer(panel=PANELS[number])
            self._show_form()

    def action_step_panel(self, by: int) -> None:
        self.action_panel((PANELS.index(self.settings.panel) + by) % len(PANELS))

    def action_row(self, by: int) -> None:
        if self.result is not None and not self.has_class("-twin"):
            rows = word_space_picture.n_rows(self.result, self.query_one(WordPicture).size.width)  # type: ignore[arg-type]
            self.at = min(max(0, self.at + by), max(0, rows - 1))
            self.show(self.result)

    def action_go(self) -> None:
        """Look up the word of the marked row."""
        result = self.result
        if not isinstance(result, Result) or result.unknown or result.settings != self.settings:
            return
        found = result.neighbours if result.settings.panel == "neighbours" else result.answers
        word = found[self.at][0]
        self._fields["word"].put(word)
        self.steer(word=word, panel="neighbours")
        self._show_form()

    def action_exclude(self) -> None:
        """Let the inputs of the analogy in among the answers, or leave them out."""
        self.steer(exclude=not self.settings.exclude)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "go":
            return self.settings.panel in ("neighbours", "analogy")
        return self.settings.panel == "analogy" if action == "exclude" else True
