"""The prose of lessons: its Markdown subset, its facts, and its lines.

Paragraphs, lists (`- ` or `1. `, nested by two spaces), **bold**, *emphasis*, `code`, fenced code blocks,
links to a glossary entry [name](term:id) and to a card [name](card:id), facts {fact:id}, and a backslash
before a mark that is meant as itself. A single line break inside a paragraph is a space.
Nothing here draws: a line is a row of spans, and whoever shows it gives the styles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len

from tutor.course.schema import Fact
from tutor.experiments.cells import visible

WIDTH = 72  # cells, the widest that text is set
OPEN = ("'", "('")  # what stands before the space of a token that begins with one: ' water'

FACT = re.compile(r"\{fact:([a-z0-9-]+)\}")
SHOW = re.compile(r"\+?,?(?:\.\d{1,2})?[defg%]?")  # the format specs that a fact may ask for
_INLINE = re.compile(
    r"\\(?P<escaped>[\\`*\[\]{}_-])"
    r"|(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|\[(?P<name>[^\[\]]+)\]\((?P<target>[^()\s]*)\)"
    r"|\*\*(?P<bold>(?=\S).+?(?<=\S))\*\*"
    r"|(?<![\w*])\*(?P<emphasis>(?=[^\s*])[^*]*(?<=[^\s*]))\*(?![\w*])",
    re.DOTALL,
)
_ITEM = re.compile(r"( *)([-*•]|\d{1,2}\.) +(.*)")
_ASCII = str.maketrans(
    {"–": "-", "—": "-", "…": "...", "‘": "'", "’": "'", "“": '"', "”": '"', "→": "->", "×": "x"}
    | dict.fromkeys("␣▁", "_")
    | {"−": "-", "·": ".", "√": "sqrt ", "σ": "sigma", "Σ": "sum", "ᵀ": "^T", "½": "1/2", "°": " degrees"}
)


@dataclass(frozen=True)
class Span:
    """A piece of text of one kind. `link` is `term:id` or `card:id`."""

    text: str
    bold: bool = False
    emphasis: bool = False
    code: bool = False
    link: str = ""

    def saying(self, text: str) -> Span:
        """The same kind of span with another text."""
        return Span(text, self.bold, self.emphasis, self.code, self.link)

    def like(self, other: Span) -> bool:
        """Whether both are of one kind."""
        kinds = ((span.bold, span.emphasis, span.code, span.link) for span in (self, other))
        return next(kinds) == next(kinds)


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Block:
    """A paragraph, a list item (with its marker and depth, from 0) or a code block (a span a line)."""

    kind: Literal["paragraph", "item", "code"]
    spans: tuple[Span, ...]
    marker: str = ""
    depth: int = 0
    language: str = ""


def literal(text: str) -> str:
    """`text` as lesson Markdown that shows it as it is."""
    return re.sub(r"([\\`*\[\]{}_-])", r"\\\1", text)


def show(fact: Fact) -> str:
    """The fact's value as it stands in a sentence."""
    if fact.show is None or isinstance(fact.value, str) or not SHOW.fullmatch(fact.show):
        return str(fact.value)
    try:
        return format(fact.value, fact.show).replace("%", " %")
    except ValueError:
        return str(fact.value)


def fill(text: str, facts: Mapping[str, Fact]) -> str:
    """`text` with its facts in place; one that is not known stays as it was written."""
    return FACT.sub(lambda match: show(facts[match[1]]) if match[1] in facts else match[0], text)


def parse(text: str, facts: Mapping[str, Fact] | None = None) -> list[Block]:
    """The blocks of `text`, with its facts in place. Any text is read: what is no mark is itself."""
    facts = facts or {}
    blocks: list[Block] = []
    for kind, marker, depth, content in _chunks(text):
        if kind == "code":
            spans = tuple(Span(fill(line, facts), code=True) for line in content.split("\n"))
            blocks.append(Block("code", spans, language=marker))
        else:
            spans = tuple(span.saying(fill(span.text, facts)) for span in inline(content))
            blocks.append(Block(kind, spans, marker, depth))
    return blocks


def inline(text: str, style: Span | None = None) -> list[Span]:
    """The spans of one paragraph, its facts not yet in place."""
    style = style or Span("")
    spans: list[Span] = []
    plain, at = "", 0

    def put(*more: Span) -> None:
        nonlocal plain
        if plain:
            spans.append(style.saying(plain))
        plain = ""
        spans.extend(more)

    for match in _INLINE.finditer(text):
        plain += text[at : match.start()]
        at = match.end()
        if match["escaped"]:
            plain += match["escaped"]
        elif match["code"]:
            put(replace(style, text=_code(match["code"]), code=True))
        elif match["name"]:
            put(*inline(match["name"], replace(style, link=match["target"])))
        elif match["bold"]:
            put(*inline(match["bold"], replace(style, bold=True)))
        else:
            put(*inline(match["emphasis"], replace(style, emphasis=True)))
    plain += text[at:]
    put()
    return spans


@lru_cache(1024)  # the glossary asks for those of every card with every key
def links(text: str) -> tuple[str, ...]:
    """The targets of the links in `text`, in order."""
    found: list[str] = []
    for span in (span for block in parse(text) for span in block.spans):
        if span.link and not (found and found[-1] == span.link):
            found.append(span.link)
    return tuple(found)


def plain(text: str, facts: Mapping[str, Fact] | None = None, width: int = WIDTH, ascii: bool = False) -> list[str]:
    """The lines of `text` without styles."""
    return ["".join(span.text for span in line) for line in wrap(parse(text, facts), width, ascii)]


def wrap(blocks: list[Block], width: int = WIDTH, ascii: bool = False) -> list[Line]:
    """The blocks as lines of at most `width` cells, a blank one between them; code keeps its lines as far as they fit.

    Nothing in the lines is obeyed by a terminal: control and format characters are spelled out.
    """
    lines: list[Line] = []
    for i, block in enumerate(blocks):
        if i and not (block.kind == "item" and blocks[i - 1].kind == "item"):
            lines.append(())
        if block.kind == "code":
            for span in block.spans:
                code = _safe(span.saying(span.text.expandtabs(4)), ascii)
                lines.extend((Span("  "), part) for part in _fold_code(code, max(8, width - 2)))
            continue
        marker = ("- " if ascii and block.marker == "•" else block.marker + " ") if block.marker else ""
        indent = "  " * min(block.depth, 4) + " " * len(marker)
        for j, line in enumerate(_fold([_safe(s, ascii) for s in block.spans], max(8, width - len(indent)))):
            lead = indent if j else indent[: len(indent) - len(marker)] + marker
            lines.append((Span(lead), *line) if lead else line)
    return lines


def _chunks(text: str) -> Iterator[tuple[Literal["paragraph", "item", "code"], str, int, str]]:
    """(kind, marker or language, depth, content) of every block."""
    kind: Literal["paragraph", "item", "code"] = "paragraph"
    marker, depth, content = "", 0, ""
    fenced: list[str] | None = None
    for line in [*text.split("\n"), ""]:
        stripped = line.strip()
        if fenced is not None:
            if stripped == "```":
                yield "code", marker, 0, "\n".join(fenced)
                fenced, marker = None, ""
            else:
                fenced.append(line)
            continue
        item = _ITEM.fullmatch(line)
        fence = stripped.startswith("```") and "`" not in stripped[3:]
        if not stripped or item or fence:
            if content:
                yield kind, marker, depth, content
            kind, marker, depth, content = "paragraph", "", 0, ""
        if fence:
            fenced, marker = [], stripped[3:].strip()
        elif item:
            bullet = item[2] if item[2][-1] == "." else "•"
            kind, marker, depth, content = "item", bullet, len(item[1]) // 2, item[3].strip()
        elif stripped:
            content = f"{content} {stripped}" if content else stripped
    if fenced is not None:  # never closed: all that follows is code
        yield "code", marker, 0, "\n".join(fenced[:-1])


def _code(text: str) -> str:
    """The inside of `` `a` ``: one space at either end only makes room for the marks, as in CommonMark."""
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == " " and text.strip() else text


def _safe(span: Span, ascii: bool) -> Span:
    text = span.text.translate(_ASCII) if ascii else span.text
    return span.saying(visible(text, ascii=ascii))


def _fold(spans: list[Span], width: int) -> list[Line]:
    """Greedy line filling; a code span is not broken unless it is longer than a line."""
    lines: list[list[Span]] = [[]]
    used = 0
    for space, word in _words(spans):
        pieces = [word] if _size(word) <= width else list(_cut(word, width))
        for piece in pieces:
            gap = 1 if space and lines[-1] and piece is pieces[0] else 0
            if lines[-1] and used + gap + _size(piece) > width:
                lines.append([])
                used = gap = 0
            if space and gap:
                lines[-1].append(space)
            lines[-1].extend(piece)
            used += gap + _size(piece)
    return [_join(line) for line in lines]


def _fold_code(span: Span, width: int) -> Iterator[Span]:
    """A line of code; where it is too long, what follows its last space that fits goes below, set in."""
    text, lead = span.text, ""
    while cell_len(text) > width:
        first = next(_cut([span.saying(text)], width))[0].text
        end = len(first) if text[len(first)] == " " else first.rfind(" ", len(lead) + 1) + 1 or len(first)
        yield span.saying(text[:end].rstrip())
        lead = "    "
        text = lead + text[end:].lstrip(" ")
    yield span.saying(text)


def _size(pieces: list[Span]) -> int:
    return sum(cell_len(piece.text) for piece in pieces)


def _words(spans: list[Span]) -> Iterator[tuple[Span | None, list[Span]]]:
    """(the space before it, if any; the pieces of a word that stay together).

    The space in `61 %` and the one that a quoted token begins with are not broken at either.
    """
    space: Span | None = None
    word: list[Span] = []
    for span in spans:
        if span.code:
            word.append(span)
            continue
        for i, piece in enumerate(span.text.split(" ")):
            if i and word and (piece.startswith("%") or "".join(part.text for part in word) in OPEN):
                word.append(span.saying(" "))
            elif i:
                if word:
                    yield space, word
                    word = []
                space = span.saying(" ")
            if piece:
                word.append(span.saying(piece))
    if word:
        yield space, word


def _cut(word: list[Span], width: int) -> Iterator[list[Span]]:
    """A word that is longer than a line, in pieces of at most `width` cells."""
    piece: list[Span] = []
    for span in word:
        for char in span.text:
            if piece and _size(piece) + cell_len(char) > width:
                yield list(_join(piece))
                piece = []
            piece.append(span.saying(char))
    if piece:
        yield list(_join(piece))


def _join(spans: list[Span]) -> Line:
    """Neighbours of one style as one span."""
    out: list[Span] = []
    for span in spans:
        if out and out[-1].like(span):
            out[-1] = span.saying(out[-1].text + span.text)
        else:
            out.append(span)
    return tuple(out)
