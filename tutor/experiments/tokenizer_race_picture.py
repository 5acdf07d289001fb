"""How the tokenizer race is drawn: a row a word with its three cuts, and below how the chosen word came to them.

With little height each method's way is one line; with more, every merge, every try and every piece's score.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.cells import View, fit, fitting, token_style, visible, visible_bytes
from tutor.experiments.tokenizer_race import NAMES, Reason, Result, Word
from tutor.models.unigram import UNKNOWN as UNIGRAM_UNKNOWN
from tutor.models.wordpiece import UNKNOWN

Line = list[Segment]

PLAIN, BOLD, DIM, HERE = Style(), Style(bold=True), Style(dim=True), Style(bold=True, reverse=True)
TALL = 26  # lines from which there is room for long reasons
REASONS = 18  # lines they have then, so that the table does not move with the word
DECIMALS = range(1, 7)  # of log-probabilities: the fewest that add up as shown
NAME = 11  # columns of a method's name before its reason


def picture(result: Result, view: View) -> list[Line]:
    """`view.height` lines."""
    if result.reason is None:
        return [[Segment(fit("Write a text to see its cuts.", view.width, end(view)), DIM)]][: view.height]
    top = summary(result, view)
    gap = int(view.height > 12)
    room = view.height - len(top) - 1 - gap  # one line for the table's heading
    below = reasons(result.reason, view)
    if view.height < TALL or len(below) > max(REASONS, room - len(result.words)):
        below = short_reasons(result.reason, view)
    rows = max(1, min(len(result.words), room - (REASONS if view.height >= TALL else len(below))))
    lines = [*top, *table(result, view, rows), *[[]] * gap, *(cropped(line, view) for line in below)]
    return [*lines, *[[]] * (view.height - len(lines))][: view.height]


def summary(result: Result, view: View) -> list[Line]:
    """Words, how many are cut differently or unknown, and how large the vocabularies are."""
    n = len(result.words)
    said = f"{n:,} word{'' if n == 1 else 's'}, {result.differ:,} cut differently"
    for count, name in ((result.unknown, UNKNOWN), (result.unigram_unknown, UNIGRAM_UNKNOWN)):
        said += f", {count:,} {name}" if count else ""
    return [cropped([Segment(f"{result.vocab_size:,} tokens each   ", DIM), Segment(said, BOLD)], view)]


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
    by_bpe = [f"merge {', '.join(merges)}", f"merges {', '.join(str(n) for n, _ in reason.merges)}"]
    if not merges:
        by_bpe = ["no merge applies"]
    pieces = [shown(tried[-1], view) for tried in reason.attempts]
    longer = [len(tried) - 1 for tried in reason.attempts]
    tries = [f"{piece} ({n})" if n else piece for piece, n in zip(pieces, longer, strict=True)]
    if longer[0]:
        tries[0] = f"{pieces[0]} ({longer[0]} longer ones tried)"
    by_wordpiece = [f"longest first: {', '.join(each)}" for each in (tries, pieces)]
    if not reason.known:
        all_of = f"all of {shown(reason.part.strip(), view)} is {UNKNOWN}"
        by_wordpiece = [f"no piece begins with {pieces[-1]}, so {all_of}", f"none begins with {pieces[-1]}: {all_of}"]
    room = max(0, view.width - NAME)
    lines: list[Line] = [
        [Segment("BPE".ljust(NAME), BOLD), Segment(fitting(room, *by_bpe, end=end(view)))],
        [Segment("WordPiece".ljust(NAME), BOLD), Segment(fitting(room, *by_wordpiece, end=end(view)))],
        *([Segment(name.ljust(NAME), BOLD), *line] for name, line in unigram_lines(reason, view)),
    ]
    return lines


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
    """The best cut and the second, each with its pieces' scores and their sum; where there is no room the sum alone."""
    minus = "-" if view.ascii else "−"
    lines = []
    for i, (cut, scores) in enumerate(reason.cuts):
        pieces = " ".join(shown(piece, view) for piece in cut.pieces)
        digits = next((n for n in DECIMALS if adds_up(scores, cut.score, n)), DECIMALS[-1])
        terms = " ".join(f"{score:.{digits}f}" for score in scores)
        total = f"{cut.score:.{digits}f}"
        numbers = [f"  {terms} = {total}", f"  sum {total}"] if len(scores) > 1 else [f"  {total}"]
        room = max(0, view.width - NAME - 2 - cell_len(pieces))
        odds = f"  {reason.odds:.2g} times rarer" if i and 1.05 <= reason.odds < 100 else ""
        line = [Segment(pieces), Segment(fitting(room, *numbers, end=end(view)).replace("-", minus))]
        if NAME + 2 + sum(cell_len(segment.text) for segment in line) + len(odds) <= view.width:
            line.append(Segment(odds, DIM))
        lines.append(("next best" if i else "unigram", line))
    return lines


def adds_up(parts: Sequence[float], total: float, digits: int) -> bool:
    """Whether a reader who adds the parts, rounded, gets the total, rounded."""
    return f"{sum(round(part, digits) for part in parts):.{digits}f}" == f"{total:.{digits}f}"


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
