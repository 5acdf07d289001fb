"""The picture of the temperature lab, as lines of styled text."""

from __future__ import annotations

import re
from dataclasses import replace

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments.cells import View, bar, fit, fitting, visible
from tutor.experiments.temperature import END, STEPS, Result, percent

Line = list[Segment]

LABEL = (10, 16)  # columns of a token's name, at least and at most
NUMBER = len(" 100.0 %")
CUT, LAST = Style(dim=True), Style(reverse=True)


def picture(result: Result, view: View) -> list[Line]:
    """At most `view.height` lines: the end of what was drawn, if anything was, and the distribution."""
    text = drawn(result, replace(view, height=view.height // 4)) if result.drawn else []
    return [*text, *bars(result, replace(view, height=view.height - len(text)))]


# ── what was drawn ───────────────────────────────────────────────────────────────────────────────────


def drawn(result: Result, view: View) -> list[Line]:
    """What was drawn, with its line breaks; the last `view.height` lines of it, the last token marked."""
    decode, ids = result.model.tokenizer.decode, result.drawn
    if result.ended:
        *above, last = wrap(f"{decode(ids[:-1])} {END}", view.width, view.ascii)
        marked = len(END)
    else:
        text = decode(ids)
        *above, last = wrap(text, view.width, view.ascii)
        new = text[len(decode(ids[:-1]).rstrip("\ufffd")) :]  # with what it completes
        marked = len(visible(new.split("\n")[-1], ascii=view.ascii))
    split = max(0, len(last) - marked)
    lines = [*([Segment(line)] for line in above), [Segment(last[:split]), Segment(last[split:], LAST)]]
    return lines[-view.height :] if view.height > 0 else []


def wrap(text: str, width: int, ascii: bool = False) -> list[str]:
    """`text` safe to show, in lines of at most `width` cells, broken at its line breaks and between words."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in re.findall(r" *[^ ]+| +", visible(paragraph, ascii=ascii)):
            if line and cell_len(line + word) > width:
                lines.append(line)
                word = word.lstrip(" ")
            else:
                word = line + word
            while cell_len(word) > width:
                head = fit(word, width, "").rstrip(" ") or word[:1]
                lines.append(head)
                word = word[len(head) :]
            line = word
        lines.append(line)
    return lines


# ── the distribution ─────────────────────────────────────────────────────────────────────────────────


def bars(result: Result, view: View) -> list[Line]:
    """`view.height` lines: the summary, the tokens with the largest logits, then all others as one bar."""
    lines = [summary(result, view)]
    if result.skipped:
        lines.append([Segment(fit(result.cut_sentence(), view.width, "."))])
    rows = view.height - len(lines)
    if rows < 1:
        return lines[: view.height]
    n = len(result.order) if rows >= len(result.order) else rows - 1
    shown, others = result.order[:n], result.order[n:]
    labels = [result.label(i, view.ascii) for i in shown.tolist()]
    width = min(max(map(cell_len, labels), default=0), LABEL[1])
    width = max(width, LABEL[0])
    p, uncut = result.distribution.probability, result.uncut
    for i, label in zip(shown.tolist(), labels, strict=True):
        why = STEPS.get(result.distribution.reason(i), "")
        lines.append(_row(fit(label, width, _end(view)), p[i], uncut[i], why and f"cut by {why}", view))
    if len(others):
        why = "" if result.distribution.kept[others].any() else "all cut"
        label = fit(f"{len(others):,} more", width, _end(view))
        lines.append(_row(label, p[others].sum(), uncut[others].sum(), why, view))
    return lines


def summary(result: Result, view: View) -> Line:
    """Entropy, how many tokens are left, and which step cut how many; with little room no more than needed."""
    cuts = ", ".join(f"{STEPS[step]} {n:,}" for step, n in result.cuts.items() if n)
    entropy, kept = f"entropy {result.entropy:.2f} bits", f"kept {result.kept:,}"
    cut = f"   cut: {cuts}" if cuts else ""
    ways = [f"{entropy}   {kept} of {len(result.order):,}{cut}", f"{entropy}   {kept}{cut}", f"{kept}{cut}"]
    return [Segment(fitting(view.width, *ways, end=_end(view)))]


def _row(label: str, p: float, uncut: float, why: str, view: View) -> Line:
    """A token's name, its bar and its probability; of a cut one the bar it had, and which step cut it."""
    room = max(0, view.width - cell_len(label) - 1 - NUMBER)
    number = Segment(percent(p).rjust(NUMBER))
    if not why:
        return [Segment(f"{label} {bar(p, room, view.ascii)}"), number]
    had = ("." if view.ascii else "░") * round(uncut * room)
    words = fit(f"{had[: max(0, room - len(why) - 1)]} {why}".lstrip(), room, _end(view))
    return [Segment(f"{label} "), Segment(words, CUT), number]


def _end(view: View) -> str:
    return "~" if view.ascii else "…"
