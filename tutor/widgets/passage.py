"""Lesson text as an entry of a list: wrapped to the width there is, whatever that becomes."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from tutor.course.schema import Fact
from tutor.course.text import WIDTH, literal
from tutor.widgets.card import styled

SET_IN = "    "


class Passage:
    """`markdown` after `head`, set in below it; then `tail`, which is no Markdown, set in on lines of its own."""

    def __init__(
        self, markdown: str, facts: Mapping[str, Fact], *, head: str = "", tail: str = "", ascii: bool = False
    ) -> None:
        self.markdown = markdown
        self.facts = facts
        self.head = head
        self.tail = tail
        self.ascii = ascii

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = max(8, min(WIDTH, options.max_width) - cell_len(self.head))
        for n, line in enumerate(styled(self.markdown, self.facts, room, self.ascii).split("\n")):
            yield Text.assemble(" " * cell_len(self.head) if n else self.head, line, no_wrap=True)
        if self.tail:
            for line in styled(literal(self.tail), {}, room - len(SET_IN), self.ascii).split("\n"):
                yield Text.assemble(SET_IN, line, no_wrap=True)
