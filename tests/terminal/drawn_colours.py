"""Every text cell that the app draws: its colours as the terminal shows them, in each theme of a tier.

The app runs under Textual's pilot; its cells are those of `tutor.screens.frame`, with the codes that would be sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from colour_science import RGB, contrast
from rich.color import Color, ColorSystem
from stations import Visit, labs, screens, widgets

from tutor import themes
from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.experiments.cells import Tier
from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.frame import Look, cells_of
from tutor.study.store import Store

SYSTEMS: dict[Tier, ColorSystem] = {
    "truecolor": ColorSystem.TRUECOLOR, "256": ColorSystem.EIGHT_BIT, "16": ColorSystem.STANDARD,
    "none": ColorSystem.STANDARD,
}  # fmt: skip
GRAPHICS = set("│─┌┐└┘├┤┬┴┼━┃╸╺╴╶▏▎▍▌▋▊▉▐▔▁▂▃▄▅▆▇█▀░▒▓╭╮╰╯╱╲·") | {chr(c) for c in range(0x2800, 0x2900)}


def palette(colours: str) -> list[RGB]:
    return [(n >> 16, n >> 8 & 255, n & 255) for n in (int(c, 16) for c in colours.split())]


XTERM = palette(
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
VGA = palette(
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
)
BLACK, GREEN, CYAN, LIGHT, GREY, WHITE = 0, 2, 6, 7, 8, 15


class Pair(NamedTuple):
    """What stands in front of what."""

    text: RGB
    ground: RGB


class Console(NamedTuple):
    """What shows the codes: a terminal emulator, or the Linux console, which shows attributes as colours."""

    colours: list[RGB]
    text: int  # the default ones
    ground: int
    linux: bool = False

    def shown(self, look: Look) -> Pair:
        """The colours of a cell with these codes."""
        attributes = set(look[0].split(";"))
        text, ground = (_number(codes, default) for codes, default in zip(look[1:], self[1:3], strict=True))
        if self.linux:
            text, ground = _on_linux(attributes, text, ground)
        pair = Pair(*(self.colours[n] if isinstance(n, int) else n for n in (text, ground)))
        if self.linux:
            return pair
        if "2" in attributes:  # xterm takes two thirds of it
            red, green, blue = (v * 2 // 3 for v in pair.text)
            pair = Pair((red, green, blue), pair.ground)
        return Pair(pair.ground, pair.text) if "7" in attributes else pair


def _number(codes: str, default: int) -> int | RGB:
    """The colour of an SGR's codes: one of the 16, or a triplet."""
    if not codes:
        return default
    first, *rest = map(int, codes.split(";"))
    if not rest:
        return first % 10 + (8 if first >= 90 else 0)
    return (rest[1], rest[2], rest[3]) if rest[0] == 2 else tuple(Color.from_ansi(rest[1]).get_truecolor())


def _on_linux(attributes: set[str], text: int | RGB, ground: int | RGB) -> tuple[int, int]:
    """As build_attr() in the kernel's drivers/tty/vt/vt.c has it."""
    assert isinstance(text, int) and isinstance(ground, int)
    if "3" in attributes:
        text = GREEN
    elif "4" in attributes:
        text = CYAN
    elif "2" in attributes:
        text = GREY
    if "7" in attributes:
        text, ground = ground % 8 + text // 8 * 8, text % 8 + ground // 8 * 8
    return text ^ 8 if "1" in attributes else text, ground


LINUX = Console(VGA, LIGHT, BLACK, linux=True)
CONSOLES: dict[bool, dict[str, Console]] = {  # of dark and of light themes, for what a theme leaves to the terminal
    True: {"xterm": Console(XTERM, LIGHT, BLACK)},
    False: {"xterm": Console(XTERM, BLACK, WHITE), "VGA": Console(VGA, BLACK, WHITE)},
}


class Seen(NamedTuple):
    """Text of one kind, and where it was seen first."""

    theme: str
    console: str
    pair: Pair
    look: Look
    place: str
    sample: str

    @property
    def contrast(self) -> float:
        return contrast(*self.pair)


def is_text(char: str) -> bool:
    """Not empty, and no block, line or dot that is a picture or an edge."""
    return bool(char.strip()) and not set(char) <= GRAPHICS


def look_around(app: TutorApp, place: str, consoles: Mapping[str, Console]) -> Iterator[Seen]:
    """The kinds of text on the screen, as each of the consoles shows them."""
    kinds = set()
    for strip in app.screen._compositor.render_strips():
        cells = cells_of(strip, SYSTEMS[app.tier])
        for x, (char, look) in enumerate(cells):
            if look not in kinds and is_text(char):
                kinds.add(look)
                sample = "".join(c for c, _ in cells[x : x + 20])
                for name, console in consoles.items():
                    yield Seen(app.theme, name, console.shown(look), look, place, sample)


@asynccontextmanager
async def opened(
    tier: Tier, data: Path, *, console: bool = False, ascii: bool = False, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Visit]:
    """The app in a terminal of these colours."""
    app = TutorApp(load_course(), Store.open(data), tier=tier, console=console, ascii=ascii)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Visit(app, pilot)


async def notes(there: Visit) -> AsyncIterator[str]:
    """What the app says for a while, of each kind."""
    await there.home()
    for severity in ("information", "warning", "error"):
        there.app.notify("What happened.", title="A note", severity=severity, timeout=600)
    await there.until(lambda: there.text.count("What happened.") == 3)
    yield "notifications"
    there.app.clear_notifications()


async def everywhere(there: Visit, names: Sequence[str]) -> AsyncIterator[str]:
    """Lead through the screens, a lab and these widgets; yields the name of each place."""
    for way in (screens(there), notes(there), labs(there, ["bpe_encode.py"]), widgets(there, names)):
        async for place in way:
            yield place
    await there.home()


async def texts(
    tier: Tier,
    data: Path,
    wanted: Sequence[str] = (),
    *,
    names: Sequence[str] = tuple(EXPERIMENTS),
    console: bool = False,
) -> list[Seen]:
    """Every kind of text on the way, in the `wanted` themes or in all of the tier; `console`: on the Linux console."""
    found: dict[tuple[str, str, Look], Seen] = {}
    async with opened(tier, data, console=console) as there:
        for theme in wanted or themes.names(tier):
            there.app.theme = theme
            shown_by = {"Linux console": LINUX} if console else CONSOLES[there.app.current_theme.dark]
            async for place in everywhere(there, names):
                for seen in look_around(there.app, place, shown_by):
                    found.setdefault((seen.theme, seen.console, seen.look), seen)
    return list(found.values())
