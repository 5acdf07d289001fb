"""Search over the cards of every chapter that can be read, and over the glossary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.option_list import Option

from tutor.course.load import Course, LessonError, facts
from tutor.course.text import plain
from tutor.screens.base import TutorScreen
from tutor.widgets.base import TextField
from tutor.widgets.navigator import Navigator

MOST = 50  # hits shown


@dataclass(frozen=True)
class Hit:
    kind: str  # "card" or "term"
    id: str  # "chapter-id/card-id", or the term's id
    title: str
    where: str
    text: str


def entries(course: Course) -> list[Hit]:
    """Everything that can be found; what cannot be read is left out."""
    found = []
    for entry in course.entries():
        if entry.file is None:
            continue
        try:
            chapter = course.chapter(entry.id)
        except LessonError:
            continue
        for card in chapter.cards:
            text = " ".join(plain(card.text, facts(chapter)))
            found.append(Hit("card", f"{entry.id}/{card.id}", card.title, chapter.title, text))
    found += [Hit("term", term.id, term.name, "Glossary", term.text) for term in course.terms.values()]
    return found


def find(query: str, hits: Iterable[Hit]) -> list[Hit]:
    """The hits with every word of the query: first those with all in the title, then in the text."""
    words = query.casefold().split()
    if not words:
        return []
    in_title = [h for h in hits if all(w in h.title.casefold() for w in words)]
    in_text = [h for h in hits if h not in in_title and all(w in f"{h.title} {h.text}".casefold() for w in words)]
    return (in_title + in_text)[:MOST]


class SearchScreen(TutorScreen[tuple[str, str]]):
    """Type; arrows choose; Enter opens."""

    CSS_PATH = "search.tcss"
    title_text = "Search"
    BINDINGS = [Binding("tab", "app.focus_next", "to the list, or back to the words")]

    def __init__(self) -> None:
        super().__init__()
        self._hits: list[Hit] = []

    def body(self) -> Iterable[Widget]:
        yield TextField(placeholder="words in a card or a term; Enter goes to the list", id="query")
        yield Navigator(id="hits")

    def on_mount(self) -> None:
        self._entries = entries(self.tutor.course)

    def on_input_changed(self, message: Input.Changed) -> None:
        self._hits = find(message.value, self._entries)
        options = []
        for hit in self._hits:
            options.append(
                Option(Text(hit.title, "bold").append(f"  {hit.where}", "not bold"), id=f"{hit.kind} {hit.id}")
            )
        self.query_one("#hits", Navigator).clear_options().add_options(options)
        place = f"{len(self._hits)} found" if message.value.strip() else ""
        self.set_title(self.title_text, place)

    def on_input_submitted(self) -> None:
        if len(self._hits) == 1:
            self.dismiss((self._hits[0].kind, self._hits[0].id))
        elif self._hits:
            self.query_one("#hits", Navigator).focus()
            self.query_one("#hits", Navigator).action_first()

    def on_key(self, event: events.Key) -> None:
        if event.key == "down" and self.query_one("#query", TextField).has_focus and self._hits:
            event.stop()
            self.on_input_submitted()

    def on_option_list_option_selected(self, message: Navigator.OptionSelected) -> None:
        kind, _, one = (message.option_id or "").partition(" ")
        self.dismiss((kind, one))
