"""Head gallery: all heads as small pictures; open one, sort them, switch some off and read the loss."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding
from textual.widget import Widget

from tutor.experiments import attention, attention_picture, head_gallery, head_gallery_picture
from tutor.experiments.attention_picture import Origin
from tutor.experiments.head_gallery import SORTS, Result, Settings, name
from tutor.widgets.attention_heatmap import AttentionPicture
from tutor.widgets.traced_text import TracedText


class HeadGallery(TracedText, can_focus=True):
    """The engine reads the text with and without heads; choosing, sorting and opening compute nothing."""

    experiment = "head-gallery"
    settings: Settings
    BINDINGS = [
        Binding("left,h", "move(0, -1)", "choose", key_display="←→↑↓"),
        Binding("right,l", "move(0, 1)", show=False),
        Binding("up,k", "move(-1, 0)", show=False),
        Binding("down,j", "move(1, 0)", show=False),
        Binding("x,space", "switch", "off/on", key_display="x"),
        Binding("s", "sort", "sort"),
        Binding("o,enter", "open", "open/close", key_display="o"),
        Binding("escape,backspace", "close", "all heads", show=False),
        Binding("a", "all_on", "all on"),
        Binding("e", "edit", "own text"),
        Binding("c", "clear", "clear"),
    ]

    def __init__(self, settings: Any = None, *, id: str | None = None) -> None:
        super().__init__(settings, id=id)
        self.opened = False
        self._cell: Origin | None = None  # query and key of the cursor in the head that is open
        self._origins: dict[bool, Origin] = {False: (0, 0), True: (0, 0)}  # of gallery and heatmap

    def picture(self) -> Iterable[Widget]:
        yield AttentionPicture()

    # ── asking and showing ───────────────────────────────────────────────────────────────────────────

    def compute(self) -> None:
        """Have the text read if it or the heads that are off are others now; else only look elsewhere."""
        settings, library, known = self.settings, self.tutor.engine.library, self.traced
        if known is not None and known.off == settings.heads_off:
            self.accept(known)
        else:
            self.ask(lambda: head_gallery.compute(settings, library, known))

    def show(self, result: Any) -> None:
        canvas = self.query_one(AttentionPicture)
        if not canvas.size:
            return  # not laid out yet; the resize that follows shows it
        view, origin = self.view(*canvas.size), self._origins[self.opened]
        if self.opened:
            drawn = attention_picture.picture(self._in_heatmap(result), view, origin=origin)
        else:
            drawn = head_gallery_picture.picture(result, view, origin[0])
        self._origins[self.opened] = drawn.origin
        canvas.put(drawn)

    def _in_heatmap(self, result: Result) -> attention.Result:
        """The attention of the chosen head, with the cursor where it was, or on the strongest key of the last query."""
        seen = result.seen
        query, key = self._cell or (None, None)
        return seen.at(attention.Settings(layer=seen.layer, head=seen.head, query=query, key=key))

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, down: int, right: int) -> None:
        """Choose another head; in the heatmap move the cursor."""
        result = self.traced
        if result is None:
            return
        if self.opened:
            seen = self._in_heatmap(result)
            query, key = seen.query + down, seen.key + right
            if 0 <= query < seen.t and 0 <= key < seen.t:
                self._cell = query, key
                self.show_again()
            return
        at = result.order.index(result.chosen) + right + down * self._per_row
        if 0 <= at < len(result.order):
            layer, head = result.order[at]
            self.steer(layer=layer + 1, head=head + 1)

    @property
    def _per_row(self) -> int:
        return head_gallery_picture.per_row(self.result, self.query_one(AttentionPicture).size.width)  # type: ignore[arg-type]

    def action_switch(self) -> None:
        """Switch the chosen head off, or on again."""
        if result := self.traced:
            off = self.settings.heads_off ^ {result.chosen}
            self.steer(off=tuple(map(name, sorted(off))), layer=result.seen.layer, head=result.seen.head)

    def action_all_on(self) -> None:
        """Switch all heads on again."""
        if self.settings.off:
            self.steer(off=())

    def action_sort(self) -> None:
        """Sort by the next thing, and choose the first head of that order."""
        following = SORTS[(SORTS.index(self.settings.sort) + 1) % len(SORTS)]
        if self.traced:
            self._origins[False] = (0, 0)
            self.steer(sort=following, layer=None, head=None)

    def action_open(self) -> None:
        """Show the chosen head's attention cell by cell, or all heads again."""
        if self.traced:
            self.opened = not self.opened
            self.refresh_bindings()
            self.show_again()

    def action_close(self) -> None:
        if self.opened:
            self.action_open()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While no head is open, Escape is the screen's key; while one is, no other is sorted or switched."""
        if action == "close":
            return self.opened
        return not self.opened or action not in ("sort", "switch", "all_on")

    def begin(self, text: str) -> None:
        self._cell = None
        self.steer(text=text)
