"""The page of a card: its text, what to do first, and its challenges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from tutor.course.schema import Challenge, Fact
from tutor.course.text import WIDTH, Span, parse, wrap


def styled(markdown: str, facts: Mapping[str, Fact], width: int, ascii: bool = False) -> Text:
    """Lesson text in lines of at most `width` cells; a glossary term is bold and underlined."""
    lines = [Text.assemble(*((s.text, _style(s)) for s in line)) for line in wrap(parse(markdown, facts), width, ascii)]
    return Text("\n", no_wrap=True).join(lines)


def _style(span: Span) -> Style:
    return Style(
        bold=span.bold or span.code or bool(span.link) or None,
        italic=span.emphasis or None,
        underline=bool(span.link) or None,
        meta={"term": span.link.removeprefix("term:")} if span.link.startswith("term:") else None,
    )


class Page(VerticalScroll, inherit_bindings=False):
    """Text that scrolls by line and page; where the window is wide it stays as narrow as reads well."""

    DEFAULT_CSS = """
    Page { padding: 0 2; }
    Page > Static { max-width: 72; }
    Page > .heading { text-style: bold; margin-bottom: 1; }
    Page > .first { margin-top: 1; color: $accent; }
    Page > .challenge { margin-top: 1; }
    """
    BINDINGS = [
        Binding("down,j", "scroll_down", "scroll", show=False),
        Binding("up,k", "scroll_up", "scroll back", show=False),
        Binding("pagedown", "page_down", "page down", show=False),
        Binding("pageup", "page_up", "page up", show=False),
    ]


class Prose(Static):
    """A piece of lesson text, wrapped anew when its width changes."""

    def __init__(self, markdown: str, facts: Mapping[str, Fact], *, classes: str = "") -> None:
        super().__init__(markup=False, classes=classes)
        self.markdown = markdown
        self.facts = facts

    def set(self, markdown: str) -> None:
        """Show another text."""
        self.markdown = markdown
        self.refresh(layout=True)

    def render(self) -> Text:
        width = min(WIDTH, self.size.width or WIDTH)
        return styled(self.markdown, self.facts, width, getattr(self.app, "ascii", False))


class Challenges(Prose):
    """The card's challenges, each with a mark and a word that say whether it is met."""

    def __init__(self, challenges: Sequence[Challenge], met: set[str], facts: Mapping[str, Fact]) -> None:
        super().__init__("\n\n".join(challenge.text for challenge in challenges), facts, classes="challenge")
        self.challenges = challenges
        self.met = met
        self.hinted = False

    def hint(self) -> None:
        """Show the hints, or hide them again."""
        self.hinted = not self.hinted
        self.refresh(layout=True)

    def meet(self, challenge_id: str) -> None:
        """Mark a challenge as met."""
        self.met = {*self.met, challenge_id}
        self.refresh(layout=True)

    def render(self) -> Text:
        lines = []
        for challenge in self.challenges:
            head = "Met:" if challenge.id in self.met else "Challenge:"
            hint = f" ({challenge.hint})" if challenge.hint and self.hinted and challenge.id not in self.met else ""
            body = styled(f"**{head}** {challenge.text}{hint}", self.facts, min(WIDTH, self.size.width or WIDTH))
            lines.append(body)
        return Text("\n").join(lines)
