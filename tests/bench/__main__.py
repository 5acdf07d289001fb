"""Measure the real program: python tests/bench [terminal|model|all|table] [--json].

Ratios are taken within one run, since machines are noisy; the targets stand in brackets. `table` measures every
requirement of the terminal and writes docs/terminal.md; it takes half an hour, on a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1] / "terminal"))
from measure_start import starts
from measures import command, importing, keys_at, peak_memory, quitting, race
from table import write


def terminal() -> dict[str, float]:
    """Starts, keys and commands, by names that end in their unit."""
    minimal, ours = starts(7)
    found = {
        "first paint, minimal Textual app, ms": 1000 * median(one.seconds for one in minimal),
        "first paint, tutor, ms": 1000 * median(one.seconds for one in ours),
        "first paint, ratio (1.25)": median(one.seconds for one in ours) / median(one.seconds for one in minimal),
        "work before it, ratio (1.25)": median(one.work for one in ours) / median(one.work for one in minimal),
        "import tutor.app and end, ms": 1000 * importing(5, "tutor.app").median,
        "quit while the model writes, ms (500)": 1000 * quitting(3).median,
    }
    for place in ("navigator", "heatmap"):
        for state, streaming in (("idle", False), ("the model writes", True)):
            first, settled = keys_at(place, 60, streaming=streaming)
            found[f"key in the {place}, {state}: first byte, median, ms (30)"] = 1000 * first.median
            found[f"key in the {place}, {state}: first byte, 95 %, ms (80)"] = 1000 * first.p95
            found[f"key in the {place}, {state}: settled, median, ms"] = 1000 * settled.median
    for line in (["show", "tokens", "a b"], ["show", "next", "a b"], ["sample", "Once", "--tokens", "20"]):
        found[f"tutor {' '.join(line)}, ms"] = 1000 * command(3, *line).median
    return found


def model() -> dict[str, float]:
    """The run file against others on the same weights, one thread each, and what it takes of memory."""
    seconds = race(9)
    ours, first = seconds["decode, ours"], seconds["prefill, ours"]
    found = {f"{name}, tokens/s": 1 / each for name, each in seconds.items() if name.startswith("decode")}
    found |= {
        "decode, ours over transformers (4)": seconds["decode, transformers"] / ours,
        "decode, ours over plain PyTorch (1.5)": seconds["decode, plain PyTorch"] / ours,
        "reading all weights once, from cache where they stay, ms": 1000 * seconds["weights from cache"],
        "reading all weights once, from memory, ms": 1000 * seconds["weights from memory"],
        "decode, share of what reading from cache allows (0.5)": seconds["weights from cache"] / ours,
        "decode, share of what reading from memory allows (0.5)": seconds["weights from memory"] / ours,
    }
    reading = {name: each for name, each in seconds.items() if name.startswith(("prefill", "trace"))}
    found |= {f"{name}, 256 tokens, ms": 1000 * each for name, each in reading.items()}
    found["prefill, ours over plain PyTorch (0.7)"] = seconds["prefill, plain PyTorch"] / first
    found["prefill, ours over transformers (0.7)"] = seconds["prefill, transformers"] / first
    memory = peak_memory("sample", "Once upon a time", "--tokens", "100")
    return found | {f"tutor sample, peak of {kind} memory, MB (120)": n / 1e6 for kind, n in memory.items()}


PARTS: dict[str, tuple[Callable[[], dict[str, float]], ...]] = {
    "terminal": (terminal,),
    "model": (model,),
    "all": (terminal, model),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS, "table"], default="all")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    if args.part == "table":
        for over in write():
            print(f"over its limit: {over.what}: {over.value:g} {over.unit} ({over.limit:g})")
        return
    found = {name: value for part in PARTS[args.part] for name, value in part().items()}
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        for name, value in found.items():
            print(f"{value:10.2f}  {name}")


main()
