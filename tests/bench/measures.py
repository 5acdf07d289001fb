"""What is measured: starts, keys, commands, the model. Times are in seconds, of wall clock."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from pty_harness import Terminal

HERE = Path(__file__).parent
TUTOR = [sys.executable, "-m", "tutor"]
MINIMAL = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("? keys")

Minimal().run()
"""
MODEL = """
import json, time
import tutor
import numpy as np
from tutor.models.library import Library
from tutor.models.sampling import Sampling, distribution, draw

def best(job, n):
    times = []
    for _ in range(n):
        began = time.perf_counter()
        job()
        times.append(time.perf_counter() - began)
    return min(times)

model = Library().model()
rng = np.random.default_rng(1)
ids = [model.config.bos, *rng.integers(3, model.config.vocab_size, model.config.n_ctx - 1).tolist()]

def decode(n=200):
    text = ids[:16]
    for _ in range(n):
        text.append(draw(distribution(model.next_logits(text), Sampling()), rng))

found = {
    "prefill": best(lambda: model.run.forward(np.array(ids)), 7),
    "trace": best(lambda: model.run.trace(np.array(ids)), 5),
    "decode": best(decode, 3) / 200,
}
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Spread:
    """Some times of the same thing."""

    times: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """95 of 100 are at most this."""
        return sorted(self.times)[max(0, -(-len(self.times) * 95 // 100) - 1)]


def first_paint(command: Sequence[str]) -> float:
    """From the start of a program to its first screen, which says "? keys"."""
    with Terminal(command=command) as terminal:
        terminal.wait_for("? keys")
        return time.monotonic() - terminal.started


def starts(n: int) -> tuple[Spread, Spread]:
    """First paints of a minimal Textual app and of tutor, in turn."""
    minimal, ours = [], []
    with tempfile.TemporaryDirectory() as data:
        first_paint([*TUTOR, "--data-dir", data])  # compiles what is not compiled, and makes the store
        for _ in range(n):
            minimal.append(first_paint([sys.executable, "-c", MINIMAL]))
            ours.append(first_paint([*TUTOR, "--data-dir", data]))
    return Spread(tuple(minimal)), Spread(tuple(ours))


def run(command: Sequence[str]) -> float:
    """From the start of a program to its end."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)
    return time.monotonic() - began


def command(n: int, *arguments: str) -> Spread:
    """`tutor ARGUMENTS`, start to finish."""
    return Spread(tuple(run([*TUTOR, *arguments]) for _ in range(n)))


def importing(n: int, module: str) -> Spread:
    """A Python that imports a module and ends."""
    return Spread(tuple(run([sys.executable, "-c", f"import {module}"]) for _ in range(n)))


def key_times(terminal: Terminal, keys: Iterable[str], quiet: float = 0.08) -> tuple[Spread, Spread]:
    """From each key to the first byte that follows, and to the last one before the line is `quiet`."""
    first, settled = [], []
    for key in keys:
        terminal.settle(quiet)
        terminal.press(key)
        began = time.monotonic()
        if not terminal.read(2.0):
            raise AssertionError(f"nothing came for {key!r}\n{terminal.text}")
        first.append(time.monotonic() - began)
        last = time.monotonic()
        while terminal.read(quiet):
            last = time.monotonic()
        settled.append(last - began)
    return Spread(tuple(first)), Spread(tuple(settled))


def keys_at(place: str, n: int, *, streaming: bool, size: tuple[int, int] = (80, 24)) -> tuple[Spread, Spread]:
    """`n` keys in the "navigator" or the "heatmap", idle or while the model writes in the same process."""
    chapter = "attention" if place == "heatmap" else ""
    with tempfile.TemporaryDirectory() as data:
        if streaming:
            program = [sys.executable, str(HERE / "streaming.py"), data, chapter]
        else:
            program = [*TUTOR, "--data-dir", data, *(["--chapter", chapter] if chapter else [])]
        with Terminal(command=program, columns=size[0], rows=size[1]) as terminal:
            terminal.wait_for("? keys")
            if streaming:
                terminal.wait_for("the model writes")
                terminal.wait(lambda: "the model writes" not in terminal.text, "the note to go")
            keys = ["j", "j", "k", "k"]
            if place == "heatmap":
                keys = ["up", "left", "down", "right"]
                terminal.press("n", "n")
                terminal.wait_for("Tab to the widget", "√ scale")
                terminal.press("tab")
                terminal.wait_for("1-6 head")
                terminal.press("up", "m")
                terminal.settle(0.5)
            return key_times(terminal, islice(cycle(keys), n))


def quitting(n: int) -> Spread:
    """From q to the end of the process, while the model writes."""
    times = []
    for _ in range(n):
        with (
            tempfile.TemporaryDirectory() as data,
            Terminal(command=[sys.executable, str(HERE / "streaming.py"), data, ""]) as terminal,
        ):
            terminal.wait_for("the model writes")
            terminal.press("q")
            began = time.monotonic()
            while terminal.process.poll() is None:
                terminal.read(0.01)
            times.append(time.monotonic() - began)
    return Spread(tuple(times))


def model_times() -> dict[str, float]:
    """Seconds for a prefill of the whole context, for its trace, and for one token decoded; the best of a few."""
    done = subprocess.run([sys.executable, "-c", MODEL], check=True, capture_output=True, timeout=120)
    found: dict[str, float] = json.loads(done.stdout)
    return found
