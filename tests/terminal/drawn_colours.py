"""Every text cell that the app draws: its colours as the terminal shows them, in each theme of a tier.

The app runs under Textual's pilot; its cells are those of `tutor.screens.frame`, with the codes that would be sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

from colour_science import RGB, contrast
from rich.color import Color, ColorSystem
from textual.pilot import Pilot

from tutor import themes
from tutor.app import TutorApp
from tutor.course.load import load_course
from tutor.experiments.cells import Tier
from tutor.experiments.registry import EXPERIMENTS
from tutor.screens.frame import Look, cells_of
from tutor.screens.playground import WidgetScreen
from tutor.study.store import Store
from tutor.widgets.base import LiveWidget

SYSTEMS: dict[Tier, ColorSystem] = {
    "truecolor": ColorSystem.TRUECOLOR, "256": ColorSystem.EIGHT_BIT, "16": ColorSystem.STANDARD,
}  # fmt: skip
GRAPHICS = set("│─┌┐└┘├┤┬┴┼━┃╸╺╴╶▏▎▍▌▋▊▉▐▔▁▂▃▄▅▆▇█▀░▒▓╭╮╰╯╱╲·•") | {chr(c) for c in range(0x2800, 0x2900)}


def palette(colours: str) -> list[RGB]:
    return [Color.parse(f"#{c}").triplet for c in colours.split()]  # type: ignore[misc]  # a triplet is three ints


XTERM = palette(
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
VGA = palette(
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
)
BLACK, WHITE, GREEN, CYAN, GREY = 0, 7, 2, 6, 8


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
        text, ground = (_number(codes) for codes in look[1:])
        if self.linux:
            return self._linux(
                attributes, self.text if text is None else text, self.ground if ground is None else ground
            )
        pair = Pair(*(self._rgb(n, default) for n, default in ((text, self.text), (ground, self.ground))))
        if "2" in attributes:  # xterm takes two thirds of it
            pair = Pair(tuple(v * 2 // 3 for v in pair.text), pair.ground)  # type: ignore[arg-type]
        return Pair(pair.ground, pair.text) if "7" in attributes else pair

    def _rgb(self, number: int | RGB | None, default: int) -> RGB:
        return number if isinstance(number, tuple) else self.colours[default if number is None else number]

    def _linux(self, attributes: set[str], text: int | RGB, ground: int | RGB) -> Pair:
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
        if "1" in attributes:
            text ^= 8
        return Pair(self.colours[text], self.colours[ground])


def _number(codes: str) -> int | RGB | None:
    """The colour of an SGR's codes: one of the 16, a triplet, None for the terminal's own."""
    if not codes:
        return None
    first, *rest = map(int, codes.split(";"))
    if rest:
        if rest[0] == 2:
            return rest[1], rest[2], rest[3]
        return Color.from_ansi(rest[1]).get_truecolor()
    return first % 10 + (8 if first >= 90 else 0)


CONSOLES: dict[bool, dict[str, Console]] = {  # of dark and of light themes, for what a theme leaves to the terminal
    True: {"xterm": Console(XTERM, WHITE, BLACK), "Linux console": Console(VGA, WHITE, BLACK, linux=True)},
    False: {"xterm": Console(XTERM, BLACK, 15), "VGA": Console(VGA, BLACK, 15)},
}


class Seen(NamedTuple):
    """Text of one kind, and where it was seen first."""

    tier: Tier
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


def look_around(app: TutorApp, place: str) -> dict[tuple[object, ...], Seen]:
    """The kinds of text on the screen, in the theme that it has."""
    theme, found = app.current_theme, {}
    for strip in app.screen._compositor.render_strips():
        cells = cells_of(strip, SYSTEMS[app.tier])
        for x, (char, look) in enumerate(cells):
            if not is_text(char):
                continue
            for name, console in CONSOLES[theme.dark].items():
                if console.linux and not (app.tier == "16" and theme.ansi):
                    continue
                key = (app.tier, theme.name, name, look)
                if key not in found:
                    sample = "".join(c for c, _ in cells[x : x + 20])
                    found[key] = Seen(app.tier, theme.name, name, console.shown(look), look, place, sample)
    return found


# ── the way ──────────────────────────────────────────────────────────────────────────────────────────


async def until(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    for _ in range(3000):
        if ready():
            await pilot.pause()
            return
        await pilot.pause(0.01)
    raise AssertionError("never came")


def shows_result(app: TutorApp) -> bool:
    live = list(app.screen.query(LiveWidget))
    return bool(live) and all(one.result is not None for one in live)


async def way(app: TutorApp, pilot: Pilot[None], widgets: bool = True) -> AsyncIterator[str]:
    """Lead through the screens and the widgets; yields the name of each place."""
    yield "home"
    for key, name in {"question_mark": "help", "o": "glossary", "i": "insights", "p": "playground"}.items():
        await pilot.press(key)
        await pilot.pause()
        yield name
        app.action_home()
    for key, name in {"s": "progress", "r": "review", "m": "mixed quiz"}.items():
        await pilot.press(key)
        await pilot.pause()
        yield name
        app.action_home()
    await pilot.press("slash", *"token", "down")
    await pilot.pause()
    yield "search"
    app.action_home()
    await pilot.press("colon", "t")
    await pilot.pause()
    yield "commands"
    app.action_home()
    app.notify("All went well.", title="A note", timeout=60)
    app.notify("Something is odd.", severity="warning", timeout=60)
    app.notify("Something went wrong.", severity="error", timeout=60)
    await pilot.pause()
    yield "notifications"
    app.clear_notifications()
    await pilot.press("enter")
    await pilot.pause()
    yield "goals"
    await pilot.press("n")
    await until(pilot, lambda: shows_result(app) or "Before you see it" in text_of(app))
    yield "card"
    await pilot.press("X")
    await pilot.pause()
    yield "flag"
    await pilot.press("escape", "Q", "enter")
    await pilot.pause()
    for _ in range(4):
        yield "question"
        await pilot.press("1", "enter")
        await pilot.pause()
        yield "answer"
        await pilot.press("enter")
        await pilot.pause()
    app.action_home()
    for name in EXPERIMENTS if widgets else ():
        await app.push_screen(WidgetScreen(name))
        await until(pilot, lambda: shows_result(app))
        yield name
        await pilot.press("right", "down")
        await pilot.pause()
        yield f"{name}, steered"
        await pilot.press("e")
        await pilot.pause()
        yield f"{name}, written in"
        app.action_home()


def text_of(app: TutorApp) -> str:
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def texts(tier: Tier, data: Path, widgets: bool = True, console: bool = False) -> list[Seen]:
    """Every kind of text on the way, in every theme of the tier; `console`: on the Linux console."""
    app = TutorApp(load_course(), Store.open(data), tier=tier, console=console)
    found: dict[tuple[object, ...], Seen] = {}
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await pilot.pause()
        async for place in way(app, pilot, widgets):
            for name in themes.names(tier):
                app.theme = name
                if place == "commands":  # a list of commands does not outlive its theme
                    app.action_home()
                    await pilot.press("colon", "t")
                await pilot.pause()
                found = {**look_around(app, place), **found}
    return list(found.values())
