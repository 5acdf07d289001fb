"""What goes over the line: for the first screen, for each key on a walk through everything, and for nothing at all.

Beside each key stands what it would need: a cursor movement for each run of cells that changed, a colour code where
the look changes, and the characters; see changed_cells.py.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from changed_cells import Shown, needed
from figures import Figure
from measure_many import measurable, switches
from pty_harness import PATIENCE, Terminal
from pyte.screens import Char
from walks import FIELD, SCREENS, WIDGETS, Step, answered_long_ago, keys_of, to_widget

KEY, MEDIAN_KEY, CURSOR, SCREEN, FIRST_SCREEN = 5_000, 1_000, 600, 30_000, 45_000  # bytes
IDLE = 5.0  # seconds
WAKING = 8  # times a thread may wake in that time: the engine does once, to let go of what nobody asked for
WORKING = 2  # hundredths of a second; a program that computes for longer is not idle
AT_ONCE = 8  # terminals side by side
STARTING = {("word2vec-live", "g"), ("temperature-lab", "g")}  # what goes on by itself until the key comes again
RUNS = 3.0  # seconds that it is left to
RUNNING = 5_760  # bytes a second of what runs by itself: what a line of 57,600 bit/s carries
HEAD = 1.25  # times what the changed cells need, for another head of the heatmap
MINIMAL = """
from textual.app import App
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static

class Minimal(App):
    CSS = "OptionList { height: 50%; }"

    def compose(self):
        yield OptionList(*(f"{n} ? keys" for n in range(100)))
        with VerticalScroll():
            yield Static("\\n".join(f"{n} " + "A line of words. " * 4 for n in range(200)))

Minimal().run()
"""


@dataclass(frozen=True)
class Sent:
    """What was sent after a key."""

    where: str  # the screen or widget, and the key
    opens: bool  # another screen or another picture
    size: int  # bytes
    needed: int  # bytes, by the cells that changed
    seconds: float = 0.0  # that it went on for, where it runs by itself

    @property
    def rate(self) -> float:
        """Bytes a second of what runs by itself."""
        return self.size / self.seconds if self.seconds else 0.0


class Walker(Terminal):
    """A terminal with `tutor` in it that goes from screen to screen and weighs what comes."""

    def __init__(self, data: Path, colors: str = "256", size: tuple[int, int] = (80, 24)) -> None:
        super().__init__(["--data-dir", str(data), "--colors", colors], columns=size[0], rows=size[1])
        self.truecolor = colors == "truecolor"

    def begin(self) -> int:
        """Wait for the first screen; its bytes."""
        self.wait_for("Text to Tokens", "? keys")
        self.rest()
        return len(self.received)

    @property
    def key_line(self) -> str:
        return self.screen.display[-1]

    def shown(self) -> Shown:
        """A copy of all cells."""
        return [[row[x] for x in range(self.screen.columns)] for row in map(self._row, range(self.screen.lines))]

    def _row(self, y: int) -> dict[int, Char]:
        return self.screen.buffer[y]

    def rest(self, quiet: float = 0.15) -> None:
        """Read until the line is quiet and the program at rest."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            before = self._worked()
            if not self.read(quiet) and self._worked() - before <= 1:
                return
        raise AssertionError(f"it never rests\n{self.text}")

    def _worked(self) -> int:
        """Hundredths of a second that the program has computed; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0
        return int(fields[11]) + int(fields[12])

    def woken(self) -> int:
        """How often its threads have gone to sleep so far; 0 where the system does not tell."""
        return switches(self.process.pid) if measurable() else 0

    def idle(self, seconds: float) -> tuple[int, int]:
        """While nothing is pressed for so long: the bytes that come, and how often a thread wakes.

        On a busy machine what the last key led to may not be over. Only if the program has really computed meanwhile,
        a later and longer time counts in place of the first.
        """
        for window in (seconds, IDLE, IDLE):
            before, woken, worked = len(self.received), self.woken(), self._worked()
            self.read_for(window)
            sent, woken = len(self.received) - before, self.woken() - woken
            if (not sent and woken <= WAKING) or self._worked() - worked <= WORKING:
                break
        return sent, woken

    def weigh(self, where: str, keys: Sequence[str], opens: bool, there: str = "") -> Sent:
        """Press keys and wait for what they lead to; Enter may have a model read a text."""
        before, sent = self.shown(), len(self.received)
        self.press(*keys)
        self.wait_for(there)
        self.rest(0.5 if "enter" in keys else 0.15)
        need = needed(before, self.shown(), self.truecolor)
        return Sent(f"{where} {keys[-1]}", opens, len(self.received) - sent, need)

    def follow(self, where: str, steps: Sequence[Step]) -> Iterator[Sent]:
        """Each of these steps in turn."""
        for keys, opens, there in steps:
            sent = self.weigh(where, keys, opens, there)
            if len(keys) == 1:
                yield sent

    def play(self, widget: str, times: int = 2) -> Iterator[Sent]:
        """Every key of a widget that is on the screen; a field that one opens is written into and left."""
        for key, opens in keys_of(widget):
            if (widget, key) in STARTING:
                yield self.run(widget, key)
                continue
            for _ in range(times):
                yield self.weigh(widget, [key], opens)
                if FIELD in self.key_line:
                    for letter in ("a", "b", "backspace", "enter"):
                        yield self.weigh(f"{widget} {key}", [letter], False)
                    if FIELD in self.key_line:  # it has not taken what was written
                        yield self.weigh(f"{widget} {key}", ["escape"], False)

    def run(self, widget: str, key: str) -> Sent:
        """Have something go on by itself for a while, and stop it by the same key."""
        before, sent = self.shown(), len(self.received)
        self.press(key)
        self.read_for(RUNS)
        size, need = len(self.received) - sent, needed(before, self.shown(), self.truecolor)
        self.press(key)
        self.rest(1.0)
        return Sent(f"{widget} {key}", False, size, need, RUNS)

    def home(self) -> None:
        """Back to the list of chapters, from anywhere."""
        self.press("escape")  # out of what lies over the screen
        for _ in range(8):
            self.rest(0.3)  # longer than Escape waits for a code to follow
            if "m mixed quiz" in self.key_line:
                return
            self.press("b" if "b back" in self.key_line else "escape")
        raise AssertionError(f"no way home\n{self.text}")


# ── the walk ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Walked:
    """All that was weighed on a walk through everything."""

    size: tuple[int, int]
    first: int  # bytes of the first screen
    sent: list[Sent]
    idle: dict[str, int]  # bytes while nothing was pressed, on each screen and in each widget
    woken: dict[str, int]  # how often a thread of the program woke meanwhile

    @property
    def keys(self) -> list[Sent]:
        """Keys inside a screen."""
        return [one for one in self.sent if not one.opens and not one.seconds]

    @property
    def screens(self) -> list[Sent]:
        """Keys of which another screen or picture comes."""
        return [one for one in self.sent if one.opens and not one.seconds]

    @property
    def running(self) -> list[Sent]:
        """Keys that set something going."""
        return [one for one in self.sent if one.seconds]

    def of(self, widget: str, *keys: str) -> list[Sent]:
        """What these keys cost in a widget."""
        return [one for one in self.sent if one.where in {f"{widget} {key}" for key in keys}]

    @property
    def moves(self) -> list[Sent]:
        """Moves of the heatmap's cursor."""
        return self.of("attention-heatmap", "left", "right", "up", "down")

    @property
    def heads(self) -> list[Sent]:
        """Other heads of the heatmap."""
        return [one for one in self.of("attention-heatmap", *"123456,.") if one.needed]

    @property
    def factor(self) -> float:
        """How many times as large as 80x24 the screen is, for which the limits are."""
        return self.size[0] * self.size[1] / (80 * 24)


def walk(colors: str = "256", size: tuple[int, int] = (80, 24), *, idle: float = IDLE, times: int = 2) -> Walked:
    """Through every screen and every widget, in several terminals side by side.

    `idle`: seconds without a key on each; `times`: how often each key of a widget is pressed.
    """
    places = [*SCREENS, *WIDGETS]
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        walkers = []
        for n in range(AT_ONCE):
            answered_long_ago(data / str(n))
            walkers.append(stack.enter_context(Walker(data / str(n), colors, size)))
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE))
        jobs = [pool.submit(_route, walker, places[n::AT_ONCE], idle, times) for n, walker in enumerate(walkers)]
        parts = [job.result() for job in jobs]
    return Walked(
        size,
        max(part.first for part in parts),
        [sent for part in parts for sent in part.sent],
        {place: sent for part in parts for place, sent in part.idle.items()},
        {place: times for part in parts for place, times in part.woken.items()},
    )


def _route(walker: Walker, places: Sequence[str], idle: float, times: int) -> Walked:
    found = Walked((0, 0), walker.begin(), [], {}, {})
    for place in places:
        found.sent.extend(walker.follow(place, SCREENS[place] if place in SCREENS else to_widget(place)))
        found.idle[place], found.woken[place] = walker.idle(idle)
        if place in WIDGETS:
            found.sent.extend(walker.play(place, times))
        walker.home()
    return found


def minimal() -> dict[str, int]:
    """Of a minimal Textual app: bytes of its first screen, of a key, of PageDown in long text, and of no key at all."""
    with Terminal(command=[sys.executable, "-c", MINIMAL]) as terminal:
        terminal.wait_for("5 ? keys")
        terminal.settle(0.5)
        found = {"first screen": len(terminal.received)}
        for name, key in (("key", "down"), ("pane", "tab"), ("PageDown", "pagedown")):
            terminal.press(key)
            found[name] = terminal.settle(0.5)
        before, woken = len(terminal.received), switches(terminal.process.pid) if measurable() else 0
        terminal.read_for(IDLE)
        found["idle"] = len(terminal.received) - before
        if measurable():
            found["waking"] = switches(terminal.process.pid) - woken
        return found


def figures(sizes: Sequence[tuple[int, int]] = ((80, 24), (120, 40)), colors: str = "256") -> Iterator[Figure]:
    """Of the walk in each of these sizes, the first one beside a minimal app."""
    other: dict[str, int] = minimal()
    for size in sizes:
        found = walk(colors, size, times=1)
        at = f"{size[0]}x{size[1]}, {colors} colours"
        sizes_of_keys = [one.size for one in found.keys]
        heads = [one.size / one.needed for one in found.heads]
        pages = found.of("insights", "pagedown")
        yield Figure(1, f"idle for {IDLE:.0f} s, most of {len(found.idle)} screens, {at}", max(found.idle.values()),
                     "bytes", 0, other.get("idle"))  # fmt: skip
        yield Figure(1, f"waking up meanwhile, most of {len(found.woken)} screens, {at}", max(found.woken.values()),
                     "times", WAKING, other.get("waking"))  # fmt: skip
        yield Figure(
            2, f"PageDown in long text, {at}", pages[0].size, "bytes", KEY * found.factor, other.get("PageDown")
        )
        yield Figure(3, f"first screen, {at}", found.first, "bytes", FIRST_SCREEN * found.factor,
                     other.get("first screen"))  # fmt: skip
        yield Figure(3, f"median of {len(sizes_of_keys)} keys, {at}", statistics.median(sizes_of_keys), "bytes",
                     MEDIAN_KEY * found.factor, other.get("key"))  # fmt: skip
        yield Figure(3, f"most for a key, {at}", max(sizes_of_keys), "bytes", KEY * found.factor)
        yield Figure(3, f"another screen or picture, most of {len(found.screens)}, {at}",
                     max(one.size for one in found.screens), "bytes", SCREEN * found.factor,
                     other.get("pane"))  # fmt: skip
        yield Figure(3, f"a move of the heatmap's cursor, {at}", max(one.size for one in found.moves), "bytes",
                     CURSOR * found.factor)  # fmt: skip
        yield Figure(3, f"another head of the heatmap, to what its changed cells need, {at}", max(heads), "", HEAD)
        yield Figure(3, f"what runs by itself, most of {len(found.running)}, {at}",
                     max(one.rate for one in found.running), "bytes/s", RUNNING * found.factor)  # fmt: skip
        other = {}
