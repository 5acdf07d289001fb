"""Colours: what can be read, what can be told apart, and no code or character that the terminal lacks."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

from colour_science import EYES, RGB, distance
from drawn_colours import CONSOLES, LINUX, SYSTEMS, Console, texts
from figures import Figure
from pty_harness import Terminal
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from tutor import themes
from tutor.experiments.cells import KEY, QUERY, TOKEN_SHADES, VALUE, Tier, View, hue, token_style
from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.frame import look_of
from tutor.terminal import colour_tier

READABLE = 4.5  # WCAG 2.2, 1.4.3
# Distances in hundredths of OKLab's lightness. 2 is just noticed between two areas side by side; letters are thin
# and far from each other, so four times that. Of the 16 colours, which the terminal's owner chooses, no more is asked
# than that they differ: there each meaning has its word too.
APART, APART_16 = 8.0, 3.0

# ── what means what ──────────────────────────────────────────────────────────────────────────────────


class Meeting(NamedTuple):
    """Two meanings as some eyes see them."""

    distance: float
    one: str
    other: str
    eyes: str


def shown(style: Style, tier: Tier, console: Console) -> RGB:
    return console.shown(look_of(style, SYSTEMS[tier])).text


def meanings(theme: Theme, tier: Tier, console: Console) -> dict[str, RGB]:
    """What letters are coloured in, but for the hues of pictures."""
    named = {
        "text": theme.foreground, "muted": theme.variables["text-muted"], "accent": theme.accent,
        "right": theme.success, "warning": theme.warning, "wrong": theme.error,
    }  # fmt: skip
    if theme.ansi:
        del named["muted"]  # is as all text there
    styles = {name: Style(color=Color.parse(colour or "").rich_color) for name, colour in named.items()}
    return {name: shown(style, tier, console) for name, style in styles.items()}


def hues(theme: Theme, tier: Tier, console: Console) -> dict[str, RGB]:
    """What a query, a key and a value are drawn in."""
    view = View(80, 24, tier, dark=theme.dark)
    named = {"query": QUERY, "key": KEY, "value": VALUE}
    return {name: shown(hue(colour, view), tier, console) for name, colour in named.items()}


def nearest(found: Mapping[str, RGB]) -> Meeting:
    """The two that are hardest to tell apart, and for which eyes."""
    return min(
        Meeting(distance(found[one], found[other], eyes), one, other, eyes)
        for eyes in EYES
        for one, other in combinations(found, 2)
    )


def nearest_shades(theme: Theme, tier: Tier, console: Console) -> Meeting:
    """Of tokens side by side, whose edges are drawn too."""
    view = View(80, 24, tier, dark=theme.dark)
    styles = [token_style(i, view) for i in range(len(TOKEN_SHADES) + 1)]
    grounds = [console.shown(look_of(style, SYSTEMS[tier])).ground for style in styles]
    return min(
        Meeting(distance(a, b, eyes), f"token {i}", f"token {i + 1}", eyes)
        for eyes in EYES
        for i, (a, b) in enumerate(pairwise(grounds))
    )


def grounds(theme: Theme, tier: Tier) -> float:
    """How far the ground of what is raised is from the page's, for the worst eyes."""
    console = next(iter(CONSOLES[theme.dark].values()))
    page, raised = (
        console.shown(look_of(Style(bgcolor=Color.parse(colour or "").rich_color), SYSTEMS[tier])).ground
        for colour in (theme.background, theme.panel)
    )
    return min(distance(page, raised, eyes) for eyes in EYES)


def looks() -> Iterator[tuple[Tier, Theme, str, Console]]:
    """Every theme in every tier on every console that may show it."""
    tiers: tuple[Tier, ...] = ("truecolor", "256", "16")
    for tier in tiers:
        for theme in themes.THEMES:
            if theme.name in themes.names(tier):
                shown_by = {
                    **CONSOLES[theme.dark],
                    **({"Linux console": LINUX} if (tier, theme.dark) == ("16", True) else {}),
                }
                for name, console in shown_by.items():
                    yield tier, theme, name, console


# ── codes ────────────────────────────────────────────────────────────────────────────────────────────

HEATMAP = list(EXPERIMENTS).index("attention-heatmap")  # in the order of the playground
SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
COLOR = set(range(30, 50)) | set(range(90, 108))
OF_TIER: dict[Tier, set[int]] = {
    "none": set(),
    "16": COLOR - {38, 48},
    "256": COLOR | {1005},
    "truecolor": COLOR | {1002, 1005},
}
MOUSE = [b"\x1b[?%dh" % mode for mode in (9, 1000, 1001, 1002, 1003, 1005, 1006, 1015, 1016)]
STRANGE = re.compile(rb"\x1b(?:\[[<>=]|\[[0-9;?]*[ -/]|\[\?1049|[^\[])")  # to the Linux console and a VT100
TERMS = ("xterm-256color", "xterm", "screen", "screen-256color", "tmux-256color", "linux", "vt100")
POOR = ("linux", "vt100", "screen")  # of these, where a code too many shows most; looked at all the way
SYNCHRONISED = b"\x1b[?2026"


def codes(sent: bytes) -> list[int]:
    """Every parameter of every SGR; of a colour that is not of the 16 also the kind, as 1005 or 1002."""
    found = []
    for parameters in SGR.findall(sent):
        numbers = [int(n or b"0") for n in re.split(rb"[;:]", parameters)]
        while numbers:
            code = numbers.pop(0)
            found.append(code)
            if code in (38, 48):
                kind = numbers.pop(0)
                assert kind in (2, 5)
                found.append(1000 + kind)
                del numbers[: 1 if kind == 5 else 3]
    return found


def beyond(sent: bytes, tier: Tier) -> list[int]:
    """The codes of colours that a terminal of this tier does not have."""
    return [code for code in codes(sent) if code in COLOR | {1002, 1005} and code not in OF_TIER[tier]]


def opened(data: Path, *flags: str, environment: Mapping[str, str] | None = None) -> Terminal:
    """The app at its first screen."""
    terminal = Terminal(["--data-dir", str(data), *flags], environment=environment)
    terminal.wait_for("Text to Tokens", "? keys")
    terminal.settle()
    return terminal


def tour(data: Path, *flags: str, environment: Mapping[str, str] | None = None) -> bytes:
    """All that is sent on a way through everything that has colours, and every widget."""
    with opened(data, *flags, environment=environment) as terminal:
        terminal.send("/tok")
        terminal.wait_for("found")
        terminal.press("escape")
        terminal.wait(lambda: "found" not in terminal.text, "home")  # or the next key would be Alt and that key
        for keys in ("?", "b", "s", "b", "p", *("\r", "l", "bj") * len(EXPERIMENTS)):
            terminal.send(keys)
            terminal.settle(0.15)
        for keys in ("bg\r", "jl", "n", "t", "Q", "1\r", "bb", "T", ":"):
            terminal.send(keys)
            terminal.settle(0.15)
        terminal.wait_for("Key insights", "What each chapter comes down to")
        terminal.press("escape")
        terminal.wait(lambda: "What each chapter comes down to" not in terminal.text, "the list of commands to go")
        terminal.press("q")
        assert terminal.ended() == 0
        assert terminal.screen.overflowed == []
        return terminal.received


def start(data: Path, environment: Mapping[str, str], *flags: str) -> bytes:
    """What is sent for the first screen and for leaving it."""
    with opened(data, *flags, environment=environment) as terminal:
        terminal.press("q")
        assert terminal.ended() == 0
        return terminal.received


def said_to_a_dumb_terminal(data: Path) -> tuple[int, int]:
    """How many lines that name the plain commands, and how many escape codes."""
    with Terminal(["--data-dir", str(data)], environment={"TERM": "dumb"}) as terminal:
        assert terminal.ended() == 2
        assert b"tutor read" in terminal.received
        return terminal.received.count(b"\n"), terminal.received.count(b"\x1b")


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────


def figures(names: Sequence[str] = tuple(EXPERIMENTS)) -> Iterator[Figure]:
    """Requirements 4 to 8; `names`: the widgets looked at, in every theme of every tier."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        yield from _contrasts(data, names)
        yield from _distances()
        yield from _sent(data)


def _contrasts(data: Path, names: Sequence[str]) -> Iterator[Figure]:
    of_themes = ["night", "day", "high-contrast"]
    ways: list[tuple[Tier, list[str], bool]] = [
        ("truecolor", of_themes, False), ("256", of_themes, False), ("16", [], False), ("16", ["plain"], True),
    ]  # fmt: skip
    unreadable = 0
    for tier, wanted, console in ways:
        seen = asyncio.run(texts(tier, data / f"{tier}{console}", wanted, names=names, console=console))
        unreadable += sum(one.contrast < READABLE for one in seen)
        for name, shown_by in dict.fromkeys((one.theme, one.console) for one in seen):
            lowest = min(one.contrast for one in seen if (one.theme, one.console) == (name, shown_by))
            yield Figure(5, f"lowest contrast of text, {name}, {tier}, on {shown_by}", round(lowest, 1), ":1")
    yield Figure(5, f"kinds of text under {READABLE}:1, all tiers and themes", unreadable, "kinds", 0)


def _distances() -> Iterator[Figure]:
    lowest: dict[tuple[str, str], float] = {}
    for tier, theme, _, console in looks():
        found = meanings(theme, tier, console)
        for eyes in EYES:
            met = min(distance(a, b, eyes) for a, b in combinations(found.values(), 2))
            kind = "16 colours" if theme.ansi else "truecolor and 256"
            lowest[kind, eyes] = min(met, lowest.get((kind, eyes), met))
    for (kind, eyes), value in lowest.items():
        yield Figure(5, f"smallest distance of two meanings, {kind}, {eyes}", round(value, 1), "hundredths of OKLab")


def _sent(data: Path) -> Iterator[Figure]:
    sent = tour(data / "none", "--no-mouse", environment={"NO_COLOR": "1", "COLORTERM": "truecolor"})
    yield Figure(13, "codes of the mouse with --no-mouse, on a tour", sum(map(sent.count, MOUSE)), "codes", 0)
    yield Figure(6, "codes of colours under NO_COLOR, on a tour", len(beyond(sent, "none")), "codes", 0)
    sent = tour(data / "ascii", environment={"LANG": "C"})
    yield Figure(8, "bytes that are not ASCII under LANG=C, on a tour", sum(byte > 127 for byte in sent), "bytes", 0)
    lines, controls = said_to_a_dumb_terminal(data)
    yield Figure(7, "lines sent to a dumb terminal, which name the plain commands", lines, "", 1)
    yield Figure(7, "escape codes sent to it", controls, "codes", 0)
    wrong = strange = marked = 0
    for term in TERMS:
        for environment in ({"TERM": term}, {"TERM": term, "COLORTERM": "truecolor"}):
            toured = term in POOR and "COLORTERM" not in environment
            sent = tour(data / term, environment=environment) if toured else start(data / "terms", environment)
            wrong += len(beyond(sent, colour_tier(environment)))
            strange += len(STRANGE.findall(sent)) if term in ("linux", "vt100") else 0
            marked += max(0, sent.count(SYNCHRONISED) - 1)  # one is the question, which nobody here answers
    yield Figure(5, "values of TERM, each with COLORTERM and without", len(TERMS), "terminals")
    yield Figure(5, "codes of colours beyond the tier of these", wrong, "codes", 0)
    yield Figure(5, "codes to the Linux console and a VT100 that they might print", strange, "codes", 0)
    yield Figure(4, "marks of synchronised output sent to terminals that do not answer for it", marked, "marks", 0)
