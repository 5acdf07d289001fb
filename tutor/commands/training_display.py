"""How a training run is shown: a progress bar on a terminal, lines elsewhere, JSON lines for a program."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Protocol

from tutor.commands.folding import folded
from tutor.commands.output import columns, complain, console, in_ascii, print_json, say, show
from tutor.terminal import Colors

if TYPE_CHECKING:
    from tutor.training.loop import Progress

BAR_SECONDS = 0.5  # between two changes of the bar
LINE_SECONDS = 30.0  # between two lines where there is no terminal


class Display(Protocol):
    """Where a run is shown."""

    def step(self, progress: Progress) -> None:
        """One step is done."""

    def say(self, message: str) -> None:
        """Something about the whole run."""

    def end(self, message: str) -> None:
        """The same, and nothing comes after it."""


@contextmanager
def display(as_json: bool, colors: Colors = "auto") -> Iterator[Display]:
    """The display that suits stdout; none for a process of `torchrun` other than the first."""
    if as_json or _of_others():
        yield undisplayed(as_json)
    elif sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb"):
        bar = Bar(colors)
        try:
            with bar.live:
                yield bar
        finally:
            bar.live.stop()  # again, for Ctrl+C while it starts; it has hidden the cursor
    else:
        yield Lines()


def undisplayed(as_json: bool) -> Display:
    """What needs nothing of the terminal."""
    return Nothing() if _of_others() else JsonLines() if as_json else Lines()


def _of_others() -> bool:
    return os.environ.get("RANK", "0") != "0"


class Nothing:
    """Shows nothing."""

    def step(self, progress: Progress) -> None:
        pass

    def say(self, message: str) -> None:
        pass

    end = say


class JsonLines:
    """One object a step, with the fields of `Progress`; messages go to stderr."""

    def step(self, progress: Progress) -> None:
        print_json(asdict(progress))
        sys.stdout.flush()

    def say(self, message: str) -> None:
        complain(message)

    end = say


class Lines:
    """A line now and then, and at every evaluation."""

    def __init__(self) -> None:
        self.due = 0.0

    def step(self, progress: Progress) -> None:
        if progress.bits_per_byte is None and progress.step < progress.steps and time.monotonic() < self.due:
            return
        self.due = time.monotonic() + LINE_SECONDS
        say(describe(progress, progress.bits_per_byte))
        if progress.sample is not None:
            print(indented(progress.sample))
        sys.stdout.flush()

    def say(self, message: str) -> None:
        say(message)
        sys.stdout.flush()

    def end(self, message: str) -> None:
        print(end="\r" if sys.stdout.isatty() else "")  # back over the ^C that the terminal has shown
        self.say(message)


class Bar:
    """A bar, and the numbers below it, that change at most twice a second; evaluations and samples above."""

    def __init__(self, colors: Colors) -> None:
        from rich.live import Live
        from rich.text import Text

        self.screen = console(colors)
        self.live = Live(Text("reading the corpus"), console=self.screen, auto_refresh=False)  # no thread of its own
        self.bits_per_byte: float | None = None
        self.due = 0.0

    def step(self, progress: Progress) -> None:
        from rich.text import Text

        from tutor.experiments.cells import bar

        if progress.bits_per_byte is not None:
            self.bits_per_byte = progress.bits_per_byte
            self.say(describe(progress, self.bits_per_byte))
        if progress.sample is not None:
            self.screen.print(indented(progress.sample))
        if time.monotonic() >= self.due or progress.step == progress.steps:
            self.due = time.monotonic() + BAR_SECONDS
            done = bar(progress.step / progress.steps, min(80, self.screen.width), in_ascii())
            lines = f"{done}\n{describe(progress, self.bits_per_byte)}"
            self.live.update(Text(lines, no_wrap=True, overflow="crop"), refresh=True)

    def say(self, message: str) -> None:
        for line in folded(show(message), self.screen.width):
            self.screen.print(line)

    def end(self, message: str) -> None:
        self.live.stop()
        self.say(message)


def describe(progress: Progress, bits_per_byte: float | None) -> str:
    """Where the run stands, in one line."""
    parts = [
        f"step {progress.step:,}/{progress.steps:,}",
        f"{progress.tokens / 1e6:.1f} M tokens",
        f"loss {progress.loss:.3f}",
        *([] if bits_per_byte is None else [f"{bits_per_byte:.3f} bits/byte"]),
        f"{progress.tokens_per_second:,.0f} tokens/s",
        f"{duration(seconds_left(progress))} left",
    ]
    return "  ".join(parts)


def seconds_left(progress: Progress) -> float:
    """At the present speed."""
    tokens_left = progress.tokens / progress.step * (progress.steps - progress.step)
    return tokens_left / max(progress.tokens_per_second, 1e-9)


def duration(seconds: float) -> str:
    """`0:42`, `12:05`, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def indented(sample: str) -> str:
    """A sample of the model's text, set off from the numbers and safe to show; folded as `say` does it."""
    width = columns() if sys.stdout.isatty() else sys.maxsize
    lines = (part for line in sample.splitlines() for part in folded(f"    {show(line)}", width, hang=4, cut=True))
    return "\n".join(lines)
