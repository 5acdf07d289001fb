"""What is pasted is text, whatever is in it, and of a bounded length.

Textual's own reader of pastes hands on what follows an escape byte inside one as keys, so that a text from
elsewhere would press them; and it keeps a paste of any length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutor.line import ANSWER  # which may come in the middle of a long paste

START, END = "\x1b[200~", "\x1b[201~"  # what a terminal puts around a paste
NEXT = 0.02  # seconds until it is clear that an escape byte begins nothing
CUT = 0.5  # seconds for what follows more than that byte, which nobody types: a mark or an answer that is cut
MOST = 50_000  # characters kept of one


@dataclass(frozen=True)
class Typed:
    """Keys and the terminal's answers, as they came."""

    text: str


@dataclass(frozen=True)
class Pasted:
    """A whole paste; `length` is that of all of it, of which `text` is the beginning."""

    text: str
    length: int


class Arrived:
    """Tells pastes from all else in what a terminal sends, in whatever pieces it comes, and keeps its answers whole."""

    def __init__(self) -> None:
        self._held = ""  # what may be the beginning of the next mark
        self._pasting = False
        self._paste: list[str] = []
        self._kept = self._length = 0

    @property
    def patience(self) -> float | None:
        """Seconds to wait for what follows a piece held back, which may be the beginning of a paste or of an answer,
        or an Escape, before one does `give_up`; None when there is none."""
        if self._pasting or not self._held:
            return None
        return CUT if len(self._held) > 1 else NEXT

    def give_up(self) -> Typed:
        """What was held back, since nothing follows it."""
        held, self._held = self._held, ""
        return Typed(held)

    def feed(self, text: str) -> Iterator[Typed | Pasted]:
        """What has come, as far as it is certain what it is."""
        text, self._held = self._held + text, ""
        while text:
            before, mark, text = text.partition(END if self._pasting else START)
            if not mark:
                before, self._held = split(before, (END if self._pasting else START, ANSWER))
            if self._pasting:
                if answers := before.count(ANSWER):
                    yield Typed(ANSWER * answers)
                self._keep(before.replace(ANSWER, ""))
            elif before:
                yield Typed(before)
            if mark:
                if self._pasting:
                    yield Pasted("".join(self._paste), self._length)
                    self._paste, self._kept, self._length = [], 0, 0
                self._pasting = not self._pasting

    def _keep(self, text: str) -> None:
        kept = text[: MOST - self._kept]
        self._length += len(text)
        self._kept += len(kept)
        if kept:
            self._paste.append(kept)


def split(text: str, marks: Sequence[str]) -> tuple[str, str]:
    """`text` without, and only, the end of it that one of the marks begins with."""
    ends = (mark[:n] for mark in marks for n in range(len(mark) - 1, 0, -1) if text.endswith(mark[:n]))
    held = len(max(ends, key=len, default=""))
    return (text[:-held], text[-held:]) if held else (text, "")
