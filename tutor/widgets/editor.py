"""A Python program, to read or to write, with its keywords, strings and comments told apart."""

from __future__ import annotations

import re
from functools import lru_cache

from pygments import lex  # type: ignore[import-untyped]
from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]
from pygments.token import Comment, Keyword, Operator, String  # type: ignore[import-untyped]
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from tutor.experiments.cells import visible

INDENT = "    "
_WITHIN = re.compile("[^\n\t]+")
KINDS = ((Keyword, "keyword"), (Operator.Word, "keyword"), (String, "string"), (Comment, "comment"))


class Editor(TextArea):
    """To read at first, where arrows scroll; `write` makes it writable. Its screen ends that by `leave_editor`.

    What a terminal would obey is spelled out in the text itself: what one sees is what runs.
    """

    DEFAULT_CSS = """
    Editor {
        border: none;
        padding: 0 1;
        background: $background;
        &:focus { border: none; }
        & > .editor--keyword { text-style: bold; }
        & > .editor--string { color: $accent; }
        & > .editor--comment { color: $text-muted; text-style: italic; }
        & .text-area--cursor {
            color: $foreground !important;
            background: $background !important;
            text-style: reverse !important;
        }
        & .text-area--cursor-line { background: $background; }
        & .text-area--gutter, & .text-area--cursor-gutter { color: $text-muted; background: $background; }
    }
    """
    COMPONENT_CLASSES = {f"editor--{kind}" for _, kind in KINDS}
    BINDINGS = [
        Binding("tab", "screen.leave_editor", "done"),
        Binding("ctrl+z,super+z", "undo", "undo", key_display="Ctrl+Z"),
        Binding("ctrl+x,super+x", "cut", "cut the line", key_display="Ctrl+X"),
        Binding("ctrl+v", "paste", "paste", key_display="Ctrl+V"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            language=None, read_only=True, show_cursor=False, show_line_numbers=True, tab_behavior="focus", id=id
        )
        self.cursor_blink = False

    @property
    def writing(self) -> bool:
        """Whether keys write."""
        return not self.read_only

    def write(self, on: bool) -> None:
        """Let keys write, or only read."""
        self.read_only, self.show_cursor = not on, on

    def load_text(self, text: str) -> None:
        """Put another program in the place of this one."""
        super().load_text(in_lines(text))
        self.refresh()  # a text of the same size would leave the old one on the screen

    def edit(self, edit: Edit) -> EditResult:
        edit.text = in_lines(edit.text)
        return super().edit(edit)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What changes the text is no key while one reads."""
        return self.writing or not action.startswith(("delete_", "cut", "paste", "undo", "redo"))

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        for start, end, kind in marks(self.text)[line_index]:
            line.stylize(self.get_component_rich_style(f"editor--{kind}", partial=True), start, end)
        return line

    async def _on_key(self, event: events.Key) -> None:
        """A new line begins where the one above does, or a step further in after a colon."""
        if event.key != "enter" or not self.writing:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        row, column = self.selection.start
        before = self.document.get_line(row)[:column]
        indent = before[: len(before) - len(before.lstrip(" "))]
        step = INDENT if before.rstrip().endswith(":") else ""
        self.replace(f"\n{indent}{step}", *self.selection, maintain_selection_offset=False)


def in_lines(text: str) -> str:
    """`text` with every character spelled out that does not show as itself, but for tabs and the ends of lines."""
    return _WITHIN.sub(lambda part: visible(part[0]), text.replace("\r\n", "\n").replace("\r", "\n"))


@lru_cache(maxsize=2)
def marks(source: str) -> list[list[tuple[int, int, str]]]:
    """For each line, the stretches of it that are of a kind: from, to, kind."""
    lines: list[list[tuple[int, int, str]]] = [[]]
    column = 0
    for token, text in lex(source, PythonLexer(stripnl=False, ensurenl=False)):
        kind = next((kind for of, kind in KINDS if token in of), None)
        for i, piece in enumerate(text.split("\n")):
            if i:
                lines.append([])
                column = 0
            begin, column = column, column + len(piece)
            if kind and piece:
                if lines[-1] and lines[-1][-1][1:] == (begin, kind):
                    begin = lines[-1].pop()[0]
                lines[-1].append((begin, column, kind))
    return lines
