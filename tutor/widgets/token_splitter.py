"""Token splitter: write any text, walk over its tokens, choose the encodings to compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from tutor.experiments.token_picture import Cursor, Page
from tutor.experiments.tokens import Settings
from tutor.widgets.base import Canvas, LiveWidget
from tutor.widgets.cell_lines import CellLines
from tutor.widgets.own_text import OwnText

CHOICES = ("gpt2", "cl100k_base", "o200k_base", "tiny")  # by digit, from 1
TALL = 14  # rows from which on there is one to spare between text and picture
LONG = 100_000  # characters that take long enough to say so


class TokenPicture(Canvas, Vertical):
    """The page of tokens; sends only the lines that changed."""

    DEFAULT_CSS = "TokenPicture { height: 1fr; }"

    class Pointed(Message):
        """A cell was clicked."""

        def __init__(self, x: int, y: int) -> None:
            super().__init__()
            self.x, self.y = x, y

    def compose(self) -> ComposeResult:
        yield CellLines()

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Pointed(event.screen_x - self.region.x, event.screen_y - self.region.y))


class TokenSplitter(LiveWidget, can_focus=True):
    """The text is cut anew with every key; the cursor only looks elsewhere in the same result."""

    experiment = "token-splitter"
    settings: Settings
    DEFAULT_CSS = "TokenSplitter.-tall > .picture { margin-top: 1; }"
    BINDINGS = [
        Binding("enter,e", "edit", "own text", key_display="e"),
        *(
            Binding(str(n), f"encoding({n - 1})", "encodings", show=n == 1, key_display=f"1-{len(CHOICES)}")
            for n in range(1, len(CHOICES) + 1)
        ),
        Binding("left,h", "token(-1)", "token", key_display="←→"),
        Binding("right,l", "token(1)", show=False),
        Binding("i", "ids", "ids"),
        Binding("c", "clear", "clear"),
        Binding("up,k", "row(-1)", "row", key_display="↑↓"),
        Binding("down,j", "row(1)", show=False),
        Binding("s", "special", "special tokens", show=False),
        Binding("full_stop", "page(1)", "page", key_display=",."),
        Binding("comma", "page(-1)", show=False),
        Binding("pagedown", "page(1)", "page on", show=False),
        Binding("pageup", "page(-1)", "page back", show=False),
        Binding("g,home", "end(0)", "first token", show=False),
        Binding("G,end", "end(1)", "last token", show=False),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self.ids = False
        self.cursor = Cursor(0, 0)
        self.top = 0  # a byte of the first line on the page
        self.page: Page | None = None
        self._field = OwnText(self.settings.text, placeholder="your own text")

    def controls(self) -> Iterable[Widget]:
        yield self._field

    def picture(self) -> Iterable[Widget]:
        yield TokenPicture()

    def compute(self) -> None:
        if len(self.settings.text) > LONG:
            self.complain(f"cutting {len(self.settings.text):,} characters…")
        super().compute()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height >= TALL, "-tall")

    # ── the picture ──────────────────────────────────────────────────────────────────────────────────

    def show(self, result: Any) -> None:
        """Lay the result out anew, with the cursor where it was in the text."""
        picture = self.query_one(TokenPicture)
        if picture.size:  # else not laid out yet; the resize that follows shows it
            self.page = Page(result, self.view(*picture.size), self.ids)
            if self._field.has_focus:
                before = self._field.value[: max(0, self._field.cursor - 1)]
                self.cursor = Cursor(self.cursor.band, len(before.encode("utf-8", "replace")))
            self._go(self.cursor.band, self.cursor.offset)

    def _go(self, band: int, offset: int, top: int | None = None) -> None:
        """Put the cursor on a byte in an encoding's row, scrolled as little as needed."""
        page = self.page
        if page is None or self.has_class("-twin"):
            return
        self.cursor = Cursor(
            min(max(0, band), len(page.result.cuts) - 1), min(max(0, offset), max(0, len(page.result.raw) - 1))
        )
        self.top = page.scroll(self.top if top is None else top, self.cursor.offset)
        console = self.app.console
        rows = page.rows(self.cursor, self.top)
        self.query_one(CellLines).put([[Segment(t, s) for t, s, _ in row.render(console)] for row in rows])

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_token(self, by: int) -> None:
        """To the next token or the one before."""
        if self.page is not None and self.page.result.raw:
            cut = self.page.result.cuts[self.cursor.band]
            token = min(max(0, cut.at(self.cursor.offset) + by), len(cut) - 1)
            self._go(self.cursor.band, cut.start(token))

    def action_row(self, by: int) -> None:
        """To the row above or below: another encoding, or another line of the text."""
        if self.page is None or not self.page.result.raw:
            return
        band, offset = self.cursor.band + by, self.cursor.offset
        if not 0 <= band < len(self.page.result.cuts):
            here = self.page.find(offset)
            there = self.page.step(here, by)
            if there == here:
                return
            offset = self.page.line(there).offset(self.page.line(here).column(offset))
            band %= len(self.page.result.cuts)
        self._go(band, offset)

    def action_page(self, by: int) -> None:
        """A page on or back."""
        if self.page is not None and self.page.result.raw:
            top = self.page.step(self.page.find(self.top), by * self.page.n_lines)
            start = self.page.line(top).start
            self._go(self.cursor.band, start, top=start)

    def action_end(self, end: int) -> None:
        """To the first token or the last."""
        if self.page is not None:
            self._go(self.cursor.band, len(self.page.result.raw) if end else 0)

    def action_encoding(self, number: int) -> None:
        """Take an encoding in, or out if it is not the only one."""
        name, chosen = CHOICES[number], self.settings.encodings
        left = tuple(other for other in chosen if other != name)
        if left:
            self.steer(encodings=left if name in chosen else (*chosen, name))

    def action_ids(self) -> None:
        """Show or hide a row of ids under every row of tokens."""
        self.ids = not self.ids
        self.show_again()

    def action_special(self) -> None:
        """Take the name of a special token for that token, or for the text it is."""
        self.steer(special=not self.settings.special)

    def action_edit(self) -> None:
        self._field.focus()

    def action_clear(self) -> None:
        self._field.put("")
        self._field.focus()

    def written(self, left: OwnText.Left) -> None:
        super().written(left)
        self._go(self.cursor.band, 0)

    def on_own_text_changed(self, message: OwnText.Changed) -> None:
        message.stop()
        self.steer(text=message.field.value)

    def on_token_picture_pointed(self, message: TokenPicture.Pointed) -> None:
        message.stop()
        self.focus()
        if self.page is None:
            return
        line, row = divmod(message.y, self.page.rows_per_line + self.page.gap)
        lines = self.page.shown(self.top)
        if line < len(lines) and row < self.page.rows_per_line:
            self._go(row // (2 if self.ids else 1), lines[line].offset(message.x - self.page.gutter))
