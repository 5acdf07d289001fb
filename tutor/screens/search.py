"""Search: words in a card or a term, and the way there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.option_list import Option

from tutor.course.search import Hit, entries, find
from tutor.screens.base import TutorScreen
from tutor.widgets.base import TextField
from tutor.widgets.navigator import Navigator

if TYPE_CHECKING:
    from tutor.engine import Event

NOTHING = "Nothing has all these words. Try fewer of them, or only how they begin."


class SearchScreen(TutorScreen[None]):
    """Type; arrows choose; Enter opens, and b there comes back to what was found."""

    CSS_PATH = "search.tcss"
    title_text = "Search"
    BINDINGS = [Binding("tab", "app.focus_next", "to the list, or back to the words")]

    class Read(Message):
        """All that can be found has been read in the background."""

        def __init__(self, entries: list[Hit]) -> None:
            super().__init__()
            self.entries = entries

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Hit] | None = None  # not read yet
        self._entered = False  # Enter came before that
        self._hits: list[Hit] = []

    def body(self) -> Iterable[Widget]:
        yield TextField(placeholder="words in a card or a term; Enter goes to the list", id="query")
        yield Navigator(id="hits")

    def on_mount(self) -> None:
        course = self.tutor.course
        self.tutor.engine.submit(self, lambda: entries(course), self._listen, cache="search")

    def on_unmount(self) -> None:
        self.tutor.engine.cancel(self)

    def _listen(self, event: Event) -> None:
        from tutor.engine import Done

        if isinstance(event, Done) and isinstance(event.value, list):
            self.post_message(self.Read(event.value))

    def on_search_screen_read(self, message: Read) -> None:
        self._entries = message.entries
        self._search(self.query_one("#query", TextField).value)
        if self._entered:
            self.on_input_submitted()

    def on_input_changed(self, message: Input.Changed) -> None:
        self._search(message.value)

    def _search(self, query: str) -> None:
        self._hits = find(query, self._entries or ())
        options = [
            Option(Text(hit.title, "bold").append(f"  {hit.where}", "not bold"), id=f"{hit.kind} {hit.id}")
            for hit in self._hits
        ]
        if query.strip() and self._entries is not None and not options:
            options.append(Option(NOTHING, disabled=True))
        self.query_one("#hits", Navigator).clear_options().add_options(options)
        place = f"{len(self._hits)} found" if query.strip() else ""
        self.set_title(self.title_text, place)

    def on_input_submitted(self) -> None:
        self._entered = self._entries is None
        if len(self._hits) == 1:
            self._open(self._hits[0].kind, self._hits[0].id)
        elif self._hits:
            self.query_one("#hits", Navigator).focus()
            self.query_one("#hits", Navigator).action_first()

    def on_key(self, event: events.Key) -> None:
        if event.key == "down" and self.query_one("#query", TextField).has_focus and self._hits:
            event.stop()
            self.on_input_submitted()

    def on_option_list_option_selected(self, message: Navigator.OptionSelected) -> None:
        kind, _, one = (message.option_id or "").partition(" ")
        self._open(kind, one)

    def _open(self, kind: str, id: str) -> None:
        """A card or a term."""
        if kind == "term":
            self.tutor.action_glossary(id)
        else:
            chapter_id, _, card_id = id.partition("/")
            self.tutor.open_chapter(chapter_id, card_id)
