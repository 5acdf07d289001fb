"""How the BPE stepper is drawn: the pairs that decide the next merge beside the text as it is cut now.

In the text a bar stands before every token; the newest token is reversed, the pair merged next underlined.
Below stand the vocabulary and the word. With little height some of this gives way, the pairs last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.bpe_steps import Result
from tutor.experiments.cells import View, bar, fit, fitting, token_style

Line = list[Segment]

PLAIN, BOLD, DIM = Style(), Style(bold=True), Style(dim=True)
NEW, COMING = Style(bold=True, reverse=True), Style(bold=True, underline=True)
TALL = 16  # lines from which the word's steps have room to be listed
PAIR = 16  # columns of a pair, at most


def picture(result: Result, view: View) -> list[Line]:
    """`view.height` lines."""
    if not result.n_bytes:
        return [[Segment(fit("Write a text to see its merges.", view.width, end(view)), DIM)]][: view.height]
    top = summary(result, view)
    tall = view.height >= TALL
    below = [] if tall else [*vocabulary(result, view, 1), *word_line(result, view)]
    room = max(0, view.height - len(top) - len(below))
    left = min(36, max(24, view.width * 2 // 5))
    right = replace(view, width=max(1, view.width - left - 2), height=room)
    beside = column(result, right) if tall else text(result, right)
    pairs = pair_list(result, replace(view, width=left, height=room))
    body = [cropped([*pad(a, left + 2), *b], view) for a, b in zip(pairs, beside, strict=True)]
    return [*top, *body, *below][: view.height]


def column(result: Result, view: View) -> list[Line]:
    """Text, vocabulary and word above each other, in exactly `view.height` lines."""
    steps = word_steps(result, view)[: view.height // 3]
    known = vocabulary(result, view, 3)
    rest = view.height - len(steps) - len(known) - 2
    most = (
        2 + max(2 * result.n_bytes, 40) // view.width
    )  # lines of the text at the first; it does not move what follows
    shown = text(result, replace(view, height=min(rest, most)))
    lines = [*shown, [], *known, [], *steps]
    return [*lines, *[[]] * (view.height - len(lines))]


# ── what was done and comes ──────────────────────────────────────────────────────────────────────────


def summary(result: Result, view: View) -> list[Line]:
    """How far the learning is and what it has gained; the last merge."""
    more = "" if result.complete else " or more"
    left = f"merge {result.merges:,} of {result.learned:,}{more}"
    gain = f"{result.n_bytes:,} bytes: {result.n_tokens:,} tokens, {result.bytes_per_token:.2f} bytes a token "
    room = view.width - cell_len(left) - cell_len(gain) - 3
    drawn = bar(result.n_tokens / result.n_bytes, min(20, room), view.ascii) if room >= 4 else ""
    first = cropped([Segment(left, BOLD), Segment("   " + gain), Segment(drawn, DIM)], view)
    if result.last is None:
        said = "Nothing is merged yet: a token is one byte, a space is ␣."
        return [first, cropped([Segment(said.replace("␣", "_") if view.ascii else said, DIM)], view)]
    (a, b), n = result.last
    made = Segment(result.label(255 + result.merges, view.ascii), NEW)
    parts = f" = {result.label(a, view.ascii)} + {result.label(b, view.ascii)}, which stood together {times(n)}"
    return [first, cropped([Segment("made "), made, Segment(parts)], view)]


def times(n: int) -> str:
    return "once" if n == 1 else "twice" if n == 2 else f"{n:,} times"


def pair_list(result: Result, view: View) -> list[Line]:
    """The most frequent pairs with their counts, in exactly `view.height` lines; the one merged next is marked."""
    if not view.height:
        return []
    heading = "1 pair" if result.n_pairs == 1 else f"{result.n_pairs:,} different pairs"
    if result.next is None:
        heading = "no pair stands twice"
    elif result.tied > 1:
        heading = f"tie at {result.top[0][1]:,}: lower ids win"
    lines: list[Line] = [[Segment(fit(heading, view.width, end(view)), DIM)]]
    most = max((n for _, n in result.top), default=1)
    digits = max(4, len(f"{most:,}"))
    room = view.width - digits - PAIR - 4
    for i, ((a, b), n) in enumerate(result.top[: view.height - 1]):
        wins = i == 0 and result.next is not None
        mark = (">" if view.ascii else "▸") if wins else " "
        name = fit(f"{result.label(a, view.ascii)} + {result.label(b, view.ascii)}", PAIR, end(view))
        line = [Segment(f"{mark}{n:>{digits},} "), Segment(name, COMING if wins else PLAIN)]
        if room > 1:
            line.append(Segment(" " + bar(n / most, room, view.ascii), PLAIN if wins else DIM))
        lines.append(line)
    return [*lines, *[[]] * (view.height - len(lines))]


# ── the text ─────────────────────────────────────────────────────────────────────────────────────────


def text(result: Result, view: View) -> list[Line]:
    """The beginning of the text in tokens, in exactly `view.height` lines."""
    if view.height < 1:
        return []
    newest = 255 + result.merges if result.merges else -1
    coming = result.next[0] if result.next else None
    tokens: list[tuple[str, Style]] = []
    for piece in result.pieces:
        styles = [NEW if token == newest else shade(token, view) for token in piece]
        skip = False
        for i in range(len(piece)):
            skip = not skip and piece[i : i + 2] == coming
            if skip:
                styles[i : i + 2] = [COMING, COMING]
        tokens += zip((result.label(token, view.ascii) for token in piece), styles, strict=True)
    heading = "the text now" if result.all_shown else "the text now, its beginning"
    return [[Segment(fit(heading, view.width, end(view)), DIM)], *wrapped(tokens, view)][: view.height]


def wrapped(tokens: Iterable[tuple[str, Style]], view: View) -> list[Line]:
    """Tokens with a bar before each, filling lines; exactly `view.height` - 1 lines."""
    border = "|" if view.ascii else "▏"
    lines: list[Line] = [[]]
    used = 0
    for label, style in tokens:
        while label:
            if used and used + 1 + min(cell_len(label), view.width - 1) > view.width:
                lines.append([])
                used = 0
            if len(lines) >= view.height:
                return lines[: view.height - 1]
            part = fit(label, min(cell_len(label), max(1, view.width - 1)), "")
            part = part if part.strip() else label[:1]
            lines[-1] += [Segment(border, DIM), Segment(part, style)]
            used += 1 + cell_len(part)
            label = label[len(part) :]
    return [*lines, *[[]] * (view.height - 1 - len(lines))][: max(0, view.height - 1)]


# ── vocabulary and word ──────────────────────────────────────────────────────────────────────────────


def vocabulary(result: Result, view: View, most: int) -> list[Line]:
    """The tokens known, the newest first, in at most `most` lines; at last the bytes."""
    lines: list[Line] = [[Segment(f"{256 + result.merges:,} tokens known: ", DIM)]]
    used = cell_len(lines[0][0].text)
    names = islice((result.label(token, view.ascii) for token in range(255 + result.merges, 255, -1)), 400)
    for name in [*names, "and the 256 bytes" if result.merges else "the 256 bytes"]:
        if used + cell_len(name) > view.width and used:
            if len(lines) == most:
                lines[-1] = cropped([*lines[-1], Segment(end(view))], view)
                break
            lines.append([])
            used = 0
        lines[-1].append(Segment(name + "  "))
        used += cell_len(name) + 2
    return [cropped([*line[:-1], Segment(line[-1].text.rstrip(" "), line[-1].style)], view) for line in lines]


def word_line(result: Result, view: View) -> list[Line]:
    """The word at the step looked at, and the merge that led there."""
    if not result.word:
        return [[Segment(fit("w: a word to encode with these merges", view.width, end(view)), DIM)]]
    line = [Segment("word ", DIM), *word_tokens(result, result.step, view)]
    said = f"  step {result.step} of {len(result.states) - 1}"
    said += f": merge {result.applied(result.step)}" if result.step else ": its bytes"
    return [cropped([*line, Segment(said, DIM)], view)]


def word_steps(result: Result, view: View) -> list[Line]:
    """Every state of the word under each other, the one looked at marked and always among them."""
    if not result.word:
        return word_line(result, view)
    last, most = len(result.states) - 1, max(1, view.height // 3 - 1)
    first = max(0, min(result.step - most // 2, last + 1 - most))
    place = f"step {result.step} of {last}"
    heading = fitting(view.width, f"{place}: the word with these merges", f"{place} of the word", end=end(view))
    lines: list[Line] = [[Segment(heading, DIM)]]
    for step in range(first, min(last + 1, first + most)):
        mark = (">" if view.ascii else "▸") if step == result.step else " "
        by = f"merge {result.applied(step)}" if step else "its bytes"
        lines.append(cropped([Segment(f"{mark}{by:<12}"), *word_tokens(result, step, view)], view))
    return lines


def word_tokens(result: Result, step: int, view: View) -> Line:
    """One state of the word; the token that its merge made is reversed."""
    line: Line = []
    for i, token in enumerate(result.states[step]):
        style = NEW if step and i == result.changed(step) else shade(token, view)
        line += [Segment("|" if view.ascii else "▏", DIM), Segment(result.label(token, view.ascii), style)]
    return line


def shade(token: int, view: View) -> Style:
    """A token keeps its shade; single bytes have none."""
    return token_style(token, view) if token > 255 else PLAIN


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────


def end(view: View) -> str:
    return "~" if view.ascii else "…"


def cropped(line: Line, view: View) -> Line:
    """`line` in at most `view.width` cells; what is cut ends in a mark."""
    if sum(segment.cell_length for segment in line) <= view.width:
        return line
    return [*Segment.adjust_line_length(line, max(0, view.width - 1), pad=False), Segment(end(view))]


def pad(line: Line, width: int) -> Line:
    """`line` in exactly `width` cells."""
    return Segment.adjust_line_length(line, width)
