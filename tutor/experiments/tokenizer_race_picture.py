"""How the tokenizer race is drawn: a row a word with its three cuts, and below how the chosen word came to them.

With little height each method's way is one line; with more, every merge, every try and every piece's score.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.cells import View, fit, token_style, visible, visible_bytes
from tutor.experiments.tokenizer_race import NAMES, Reason, Result, Word
from tutor.models.wordpiece import UNKNOWN

Line = list[Segment]

PLAIN, BOLD, DIM, HERE = Style(), Style(bold=True), Style(dim=True), Style(bold=True, reverse=True)
SHORT = 4  # lines of the reasons where there is little room
NAME = 11  # columns of a method's name before its reason


def picture(result: Result, view: View) -> list[Line]:
    """`view.height` lines."""
    if result.reason is None:
        return [[Segment(fit("Write a text to see its cuts.", view.width, end(view)), DIM)]][: view.height]
    top = summary(result, view)
    full = reasons(result.reason, view)
    room = view.height - len(top) - 2  # one line of the table's heading, one between
    rows = min(len(result.words), max(3, room - len(full)))
    below = full if len(full) <= room - rows else short_reasons(result.reason, view)
    gap = int(room - rows > len(below) - 1)
    rows = min(len(result.words), max(1, room + 1 - gap - len(below)))
    lines = [*top, *table(result, view, rows), *[[]] * gap, *(cropped(line, view) for line in below)]
    return [*lines, *[[]] * (view.height - len(lines))][: view.height]


def summary(result: Result, view: View) -> list[Line]:
    """Words, how many are cut differently or unknown, and how large the vocabularies are."""
    n = len(result.words)
    said = f"{n:,} word{'' if n == 1 else 's'}, {result.differ:,} cut differently"
    if result.unknown:
        said += f", {result.unknown:,} {UNKNOWN} by WordPiece"
    lines = [[Segment(said, BOLD), Segment(f"   vocabularies of {result.vocab_size:,} tokens", DIM)]]
    return [cropped(line, view) for line in lines]


# ── the words ────────────────────────────────────────────────────────────────────────────────────────


def table(result: Result, view: View, rows: int) -> list[Line]:
    """The methods with all their tokens counted, then `rows` words around the chosen one."""
    first_column = min(18, max(10, view.width // 5))
    width = max(1, (view.width - first_column) // 3)
    heading: Line = [Segment(fit(("! " if view.ascii else "≠ ") + "differs", first_column, end(view)), DIM)]
    for name, n in result.totals.items():
        style = BOLD if name == result.fewest else PLAIN
        heading.append(Segment(fit(f"{NAMES[name]}: {n:,}", width, end(view)), style))
    first = max(0, min(result.chosen - rows // 2, len(result.words) - rows))
    lines = [heading]
    for i in range(first, first + rows):
        word, here = result.words[i], i == result.chosen
        mark = (">" if view.ascii else "▸") if here else " "
        differs = ("!" if view.ascii else "≠") if word.differs else " "
        name = fit(visible(word.text, ascii=view.ascii), first_column - 3, end(view))
        line = [Segment(mark + differs), Segment(name, HERE if here else PLAIN), Segment(" ")]
        for method in NAMES:
            line += cell(word, method, view, width)
        lines.append(line)
    return lines


def cell(word: Word, method: str, view: View, width: int) -> Line:
    """A word's tokens by one method in `width` columns, a space between them."""
    line: Line = []
    for i, label in enumerate(word.labels(method, view.ascii)):
        line += [Segment(label, token_style(i, view)), Segment(" ")]
    if sum(segment.cell_length for segment in line) > width:
        line = [*Segment.adjust_line_length(line, width - 2, pad=False), Segment(end(view) + " ")]
    return Segment.adjust_line_length(line, width)


# ── how the chosen word came to its cuts ─────────────────────────────────────────────────────────────


def short_reasons(reason: Reason, view: View) -> list[Line]:
    """One line a method, and one for unigram's second choice."""
    merges = [f"{n} {bytes_label(token, view)}" for n, token in reason.merges]
    by_bpe = f"merges, the earliest first: {', '.join(merges)}" if merges else "no merge applies"
    pieces = [shown(tried[-1], view) for tried in reason.attempts]
    longer = [len(tried) - 1 for tried in reason.attempts]
    tries = [f"{piece} ({n} longer tried)" if n else piece for piece, n in zip(pieces, longer, strict=True)]
    by_wordpiece = f"the longest that fits: {', '.join(tries)}"
    if not reason.known:
        by_wordpiece = f"no piece begins with {pieces[-1]}, so all of {shown(reason.part.strip(), view)} is {UNKNOWN}"
    lines: list[Line] = [
        [Segment("BPE".ljust(NAME), BOLD), Segment(by_bpe)],
        [Segment("WordPiece".ljust(NAME), BOLD), Segment(by_wordpiece)],
        *([Segment(name.ljust(NAME), BOLD), *line] for name, line in unigram_lines(reason, view)),
    ]
    return lines[:SHORT]


def reasons(reason: Reason, view: View) -> list[Line]:
    """Every merge, every try, every score."""
    part = shown(reason.part.strip(), view)
    lines: list[Line] = [
        [Segment("BPE", BOLD), Segment(f" does the merges in {part} that were learned earliest:", DIM)]
    ]
    names = ["bytes", *(f"merge {n:,}" for n, _ in reason.merges)]
    for name, state in zip(names, reason.states, strict=True):
        tokens = " ".join(bytes_label(token, view) for token in state)
        lines.append([Segment(f"  {name:<{NAME}}"), Segment(tokens)])
    lines.append([Segment("WordPiece", BOLD), Segment(" takes the longest piece that fits, from the left:", DIM)])
    for i, tried in enumerate(reason.attempts):
        lost = not reason.known and i == len(reason.attempts) - 1
        took = f"nothing fits, so all of it is {UNKNOWN}" if lost else shown(tried[-1], view)
        line = [Segment("  "), Segment(took, BOLD)]
        failed = [shown(piece, view) for piece in (tried if lost else tried[:-1])]
        lines.append([*line, Segment(f"   not {', '.join(failed)}" if failed else "", DIM)])
    lines.append([Segment("unigram", BOLD), Segment(" takes the cut with the highest log-probability:", DIM)])
    lines += [[Segment(f"  {name:<{NAME}}"), *line] for name, line in unigram_lines(reason, view)]
    return lines


def unigram_lines(reason: Reason, view: View) -> list[tuple[str, Line]]:
    """The best cut and the second, each with its pieces' scores and their sum."""
    minus = "-" if view.ascii else "−"
    lines = []
    for i, (cut, scores) in enumerate(reason.cuts):
        pieces = " ".join(shown(piece, view) for piece in cut.pieces)
        terms = " ".join(f"{score:.1f}" for score in scores)
        text = f"{pieces}   {terms} = {cut.score:.1f}" if len(scores) > 1 else f"{pieces}   {cut.score:.1f}"
        odds = f"   {reason.odds:,.2g} times less probable" if i and reason.odds < 1e4 else ""
        lines.append(("second" if i else "unigram", [Segment(text.replace("-", minus)), Segment(odds, DIM)]))
    return lines


def bytes_label(token: bytes, view: View) -> str:
    return visible_bytes(token, "_" if view.ascii else "␣", view.ascii)


def shown(piece: str, view: View) -> str:
    return visible(piece.replace("▁", "_") if view.ascii else piece, "_" if view.ascii else "␣", view.ascii)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────


def end(view: View) -> str:
    return "~" if view.ascii else "…"


def cropped(line: Line, view: View) -> Line:
    """`line` in at most `view.width` cells; what is cut ends in a mark."""
    if sum(cell_len(segment.text) for segment in line) <= view.width:
        return line
    return [*Segment.adjust_line_length(line, max(0, view.width - 1), pad=False), Segment(end(view))]
