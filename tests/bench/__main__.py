"""Measure the real program: python tests/bench [--json]. Ratios are taken within one run, since machines are noisy."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "terminal"))
from pty_harness import Terminal

MINIMAL = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("painted")

Minimal().run()
"""

WRITING = """
import sys
from pathlib import Path
from tutor.app import TutorApp, leave
from tutor.course.load import load_course
from tutor.engine import Priority
from tutor.models.generate import generate
from tutor.models.sampling import Sampling
from tutor.study.store import Store

class Writing(TutorApp):
    def on_mount(self):
        super().on_mount()
        self.engine.submit("write", self.write, lambda event: None, priority=Priority.BACKGROUND)

    def write(self):
        model, seed = self.engine.library.model(), 0
        while True:
            seed += 1
            yield from generate(model, model.start(""), Sampling(), seed, 200)

app = Writing(load_course(), Store.open(Path(sys.argv[1])), tier="256")
app.run()
leave(app)
"""


def first_paint(command: list[str], text: str) -> float:
    """Seconds from the start of the process to `text` on the screen."""
    with Terminal(command=command) as terminal:
        terminal.wait_for(text)
        return time.monotonic() - terminal.started


def key_times(terminal: Terminal, keys: list[str]) -> list[float]:
    """Milliseconds from each key to the first byte of what it changes."""
    times = []
    for key in keys:
        terminal.settle(0.1)
        times.append(1000 * terminal.key_to_first_byte(key))
    return times


def rate(folder: Path) -> dict[str, float]:
    """Decode and prefill of the shipped model in NumPy, one thread."""
    from tutor.models.library import Library

    model = Library().model()
    ids = model.start("Once upon a time")
    model.next_logits(ids)
    began = time.perf_counter()
    for i in range(200):
        ids = [*ids, int(model.next_logits(ids).argmax()) % 2000 or i]
    decode = 200 / (time.perf_counter() - began)
    prefill = []
    for _ in range(5):
        began = time.perf_counter()
        model.run.forward(ids[:200] + ids[:56])
        prefill.append(time.perf_counter() - began)
    return {"decode, tokens/s": decode, "prefill of 256 tokens, ms": 1000 * statistics.median(prefill)}


def measure(folder: Path) -> dict[str, float]:
    """Every figure by name."""
    starts: dict[str, list[float]] = {"tutor": [], "minimal": []}
    for i in range(5):
        program = [sys.executable, "-m", "tutor", "--data-dir", str(folder / str(i))]
        starts["minimal"].append(first_paint([sys.executable, "-c", MINIMAL], "painted"))
        starts["tutor"].append(first_paint(program, "How LLMs Work"))
    tutor, minimal = (statistics.median(starts[name]) for name in ("tutor", "minimal"))
    figures = {
        "first paint, ms": 1000 * tutor,
        "first paint of a minimal Textual app, ms": 1000 * minimal,
        "first paint, ratio": tutor / minimal,
    }
    driver = folder / "writing.py"
    driver.write_text(WRITING, encoding="utf-8")
    idle = [sys.executable, "-m", "tutor", "--data-dir", str(folder / "idle"), "--colors", "256"]
    for state, command in (("idle", idle), ("writing", [sys.executable, str(driver), str(folder / "busy")])):
        with Terminal(command=command) as terminal:
            terminal.wait_for("How LLMs Work", "questions")
            times = {"navigator": key_times(terminal, ["down", "up"] * 20)}
            terminal.press("down", "down", "enter")
            terminal.wait_for("After this chapter")
            terminal.press("right")
            terminal.wait_for("card 1 of 2")
            terminal.press("right")
            terminal.wait_for("card 2 of 2", "looks")
            terminal.press("tab")
            times["heatmap"] = key_times(terminal, ["left", "right"] * 20)
        for place, values in times.items():
            figures[f"key to first byte, {place}, {state}, median, ms"] = statistics.median(values)
            figures[f"key to first byte, {place}, {state}, 95 %, ms"] = statistics.quantiles(values, n=20)[-1]
    return figures | rate(folder)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder))
    if args.json:
        print(json.dumps(figures, indent=1))
    else:
        for name, value in figures.items():
            print(f"{value:10.2f}  {name}")


main()
