"""How the steps of attention are drawn: a place, the row of steps, a sentence, then numbers in columns.

The first step shows query, key and products number by number; the next ones a line a key, a column a step;
the last one the values under their weights.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tutor.experiments import attention_steps
from tutor.experiments.attention import percent
from tutor.experiments.attention_picture import BOLD, scroll, width_of
from tutor.experiments.attention_steps import MASKED, OUTPUT, PRODUCTS, SOFTMAX, Result, Vector, cell
from tutor.experiments.cells import KEY, QUERY, VALUE, View, bar, fit, hue
from tutor.experiments.raster import DIM, HERE, PLAIN, Line

LABEL = 10  # columns of a token
NUMBER = 8  # columns of a number, the space before it included
LEFT = 2 + 4 + LABEL  # mark, position, token
TAG = 6  # columns for what stands at the end of a line
WIDE = 72  # columns from which everything is said in full
BROKEN = Style(bold=True, italic=True)


@dataclass(frozen=True)
class Picture:
    lines: list[Line]
    origin: int  # the first key that is shown


def picture(result: Result, view: View, origin: int = 0) -> Picture:
    """Draw the stage; `origin` is kept as long as it shows the chosen key."""
    top = [place(result, view), strip(result, view), *sentence(result, view)]
    room = max(1, view.height - len(top))
    if result.stage == PRODUCTS:
        return Picture([*top, *numbers(result, view, room)], origin)
    rows = max(1, room - 1 - (result.stage == OUTPUT))
    origin = scroll(origin, result.seen.key, rows, result.t)
    shown = range(origin, min(result.t, origin + rows))
    body = values(result, view, shown) if result.stage == OUTPUT else columns(result, view, shown)
    return Picture([*top, *body], origin)


# ── above the numbers ────────────────────────────────────────────────────────────────────────────────


def place(result: Result, view: View) -> Line:
    """Whose query it is, and which key is chosen."""
    seen, end = result.seen, _end(view)
    line = [Segment(f"Layer {seen.layer} of {seen.n_layer}  Head {seen.head} of {seen.n_head}   ", BOLD)]
    room = (view.width - width_of(line) - len(f"query {seen.query}   key {seen.key} ")) // 2
    query, key = (seen.label(i, view.ascii) for i in (seen.query, seen.key))
    query, key = (fit(label, max(1, min(room, cell_len(label))), end) for label in (query, key))
    line += [Segment(f"query {seen.query} {query}", hue(QUERY, view)), Segment("  ")]
    return [*line, Segment(f"key {seen.key} {key}", hue(KEY, view))]


def strip(result: Result, view: View) -> Line:
    """All steps by name, the present one in reverse, as far as they are switched on."""
    root, dot, times = ("sqrt", "*", "x") if view.ascii else ("√", "·", "×")
    names = [
        f"q{dot}k in numbers" if view.width >= WIDE else f"q{dot}k",
        "scores",
        f"/ {root}{result.d_head}" if result.scale else "root OFF",
        "mask" if result.mask else "mask OFF",
        "softmax",
        f"{times} V",
    ]
    line: Line = []
    for i, name in enumerate(names):
        line += [Segment(f" {i + 1} {name} ", HERE if i == result.stage else PLAIN if i < result.stage else DIM)]
    return line


def sentence(result: Result, view: View) -> list[Line]:
    """What the step does; what the switches broke has a line of its own."""
    said = [Segment(spelled(text, view), style) for text, style in caption(result, view)]
    lines = [Segment.adjust_line_length(said, view.width, pad=False)]
    if result.stage >= SOFTMAX:
        off = []
        if not result.scale:
            off.append(f"root off: entropy {result.entropy:.2f}, not {result.entropy_with_root:.2f} bits")
        if not result.mask:
            off.append(f"mask off: {percent(result.future)} to later tokens")
        if off:
            lines.append([Segment(fit("   ".join(off), view.width, _end(view)).rstrip(), BROKEN)])
    return lines


def caption(result: Result, view: View) -> list[tuple[str, Style]]:
    """The step's sentence in pieces, each with its style."""
    n = result.hidden
    query = name(result, result.seen.query, view), hue(QUERY, view)
    later = "token" if n == 1 else f"{n} tokens"
    match result.stage:
        case attention_steps.PRODUCTS:
            total = result.scores[result.seen.key]
            end = f": {result.d_head} products, their sum {total:.2f}" if view.width >= WIDE else f": {total:.2f}"
            return [("query of ", PLAIN), query, (" times key of ", PLAIN), key_of(result, view), (end, PLAIN)]
        case attention_steps.SCORES:
            best = int(result.scores.argmax())
            key = key_of(result, view, best)
            return [query, (" scores every token; highest with ", PLAIN), key, (f": {result.scores[best]:.2f}", PLAIN)]
        case attention_steps.SCALED if result.scale:
            root = f"√{result.d_head} = {result.divisor:.2f}"
            return [(f"every score divided by {root}; the highest is now {result.scaled.max():.2f}", PLAIN)]
        case attention_steps.SCALED:
            return [(f"root off: nothing is divided, the highest score stays {result.scaled.max():.2f}", PLAIN)]
        case attention_steps.MASKED if not n:
            arrow = "an earlier query has some" if view.ascii else "← goes to an earlier query"
            return [("nothing comes after ", PLAIN), query, (f"; {arrow}", PLAIN)]
        case attention_steps.MASKED if result.mask:
            end = " gets -∞: it is out of sight" if n == 1 else " get -∞: they are out of sight"
            return [(f"the {later} after ", PLAIN), query, (end, PLAIN)]
        case attention_steps.MASKED:
            return [("mask off: ", PLAIN), query, (f" also sees the {later} after it", PLAIN)]
        case attention_steps.SOFTMAX:
            whole = "weights add up to 100 %; " if view.width >= WIDE else ""
            most = f"{whole}most, {percent(result.weights[result.top])}, on "
            entropy = f"; entropy {result.entropy:.2f} bits"
            return [(most, PLAIN), key_of(result, view, result.top), (entropy, PLAIN)]
    strongest = sorted(range(result.t), key=lambda i: (-result.weights[i], i))[:2]
    parts = [f"{percent(result.weights[i])} × {result.v[i, 0]:.3f}" for i in strongest]
    more = " + …" if result.t > len(parts) else ""
    rest = f", and so on to v{result.d_head}" if view.width >= WIDE else ""
    return [
        ("v1", hue(VALUE, view)),
        (f" is {' + '.join(parts)}{more} = {result.output[0]:.3f}{rest}", PLAIN),
    ]


def key_of(result: Result, view: View, position: int | None = None) -> tuple[str, Style]:
    return name(result, result.seen.key if position is None else position, view), hue(KEY, view)


def name(result: Result, position: int, view: View) -> str:
    """A token, cut to `LABEL` columns."""
    text = result.seen.label(position, view.ascii)
    return fit(text, min(LABEL, cell_len(text)), _end(view))


def _end(view: View) -> str:
    """What stands where a text was cut."""
    return "~" if view.ascii else "…"


def spelled(text: str, view: View) -> str:
    """The text in ASCII where it has to be."""
    if not view.ascii:
        return text
    for sign, plain in (("√", "sqrt "), ("∞", "inf"), ("×", "x"), ("·", "*"), ("…", "...")):
        text = text.replace(sign, plain)
    return text


# ── the numbers ──────────────────────────────────────────────────────────────────────────────────────


def numbers(result: Result, view: View, room: int) -> list[Line]:
    """Query, key and products, as many of the K numbers as fit, and the whole sum."""
    seen = result.seen
    per_line = max(1, (view.width - LEFT) // NUMBER)
    blocks = max(1, min(-(-result.d_head // per_line), (room - 1) // 4))
    lines: list[Line] = []
    rows = (
        ("q", seen.query, result.q, hue(QUERY, view)),
        ("k", seen.key, result.k[seen.key], hue(KEY, view)),
    )
    for block in range(blocks):
        part = slice(block * per_line, min(result.d_head, (block + 1) * per_line))
        lines.append([Segment(" " * LEFT), *row([str(i + 1) for i in range(result.d_head)[part]], DIM)])
        for letter, position, values, style in rows:
            token = fit(name(result, position, view), LABEL)
            lines.append([Segment(f"{letter} {position:>3} {token}", style), *row(written(values[part]))])
        lines.append(
            [Segment(fit(f"q {'x' if view.ascii else '×'} k", LEFT)), *row(written(result.products[part]), BOLD)]
        )
    rest = result.d_head - min(result.d_head, blocks * per_line)
    more = f" ({rest} not shown)" if rest else ""
    total = f"{result.scores[seen.key]:.2f}"
    return [*lines, [Segment(f"all {result.d_head} products{more} add up to "), Segment(total, BOLD)]][:room]


def columns(result: Result, view: View, shown: range) -> list[Line]:
    """A line a key, a column a step, the last one with bars once there are weights."""
    steps = result.steps()
    names = [spelled(name, view) for name in result.names()]
    width = NUMBER + 1
    header = [fit("", width - cell_len(name)) + name for name in names]
    styles = [*[DIM] * (len(steps) - 1), BOLD]
    lines: list[Line] = [[keys(result, view, shown), *map(Segment, header, styles)]]
    rest = view.width - LEFT - width * len(steps) - 1 - TAG
    for i in shown:
        line = label(result, i, view)
        for column, values in enumerate(steps):
            unseen = result.mask and column >= MASKED - 1 and i > result.seen.query
            line.append(Segment(f"{cell(values[i], column, view.ascii):>{width}}", DIM if unseen else styles[column]))
        if result.stage == SOFTMAX and rest > 3:
            line.append(Segment(" " + bar(float(result.weights[i]), rest, view.ascii)))
        lines.append([*line, *tag(result, i, view)])
    return lines


def values(result: Result, view: View, shown: range) -> list[Line]:
    """The weight of every key and its value; last their weighted sum."""
    per_line = min(result.d_head, max(1, (view.width - LEFT - NUMBER - TAG) // NUMBER))
    head = [f"v{i + 1}" for i in range(per_line)]
    lines: list[Line] = [[keys(result, view, shown), *row(["weight"], BOLD), *row(head, hue(VALUE, view))]]
    for i in shown:
        style = DIM if result.weights[i] < 0.005 else PLAIN
        numbers = row([percent(result.weights[i])], BOLD) + row(written(result.v[i, :per_line]), style)
        lines.append([*label(result, i, view), *numbers, *tag(result, i, view)])
    total = fit("  sum of weight " + ("x v" if view.ascii else "× v"), LEFT + NUMBER)
    return [*lines, [Segment(total, BOLD), *row(written(result.output[:per_line]), hue(VALUE, view))]]


def keys(result: Result, view: View, shown: range) -> Segment:
    """What stands over the keys; which of them are shown, if not all."""
    part = f"  {shown[0]}-{shown[-1]} of {result.t}"
    told = "  key" if len(shown) == result.t else f"  key{part[1:]}" if len(part) + 4 <= LEFT else part
    return Segment(fit(told, LEFT), hue(KEY, view))


def label(result: Result, i: int, view: View) -> Line:
    """A key, the chosen one marked."""
    chosen = i == result.seen.key
    mark = (">" if view.ascii else "▸") if chosen else " "
    return [Segment(f"{mark}{i:>4} "), Segment(fit(name(result, i, view), LABEL), HERE if chosen else PLAIN)]


def tag(result: Result, i: int, view: View) -> Line:
    """Which key is the query's own token, and which come after it."""
    if i == result.seen.query:
        return [Segment(" query", hue(QUERY, view))]
    return [Segment(" later", DIM)] if i > result.seen.query else []


def row(cells: list[str], style: Style = PLAIN) -> Line:
    return [Segment("".join(f"{text:>{NUMBER}}" for text in cells), style)]


def written(numbers: Vector) -> list[str]:
    """With three digits after the point, or as many as fit; never -0.000."""
    return [f"{round(float(x), 3) + 0.0:.3f}" if abs(x) < 100 else f"{x:.1f}" for x in numbers]
