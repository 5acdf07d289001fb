"""Measure the real program: python tests/bench [--json]. Ratios are taken within one run, since machines are noisy."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "terminal"))
from measures import command, importing, keys_at, model_times, quitting, starts


def figures() -> dict[str, float]:
    """Every figure by its name, which ends in its unit; the targets stand in brackets."""
    minimal, ours = starts(7)
    found = {
        "first paint, minimal Textual app, ms": 1000 * minimal.median,
        "first paint, tutor, ms": 1000 * ours.median,
        "first paint, ratio (1.5)": ours.median / minimal.median,
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
    model = model_times()
    found["decode, tokens/s"] = 1 / model["decode"]
    found["prefill of the whole context, ms"] = 1000 * model["prefill"]
    found["trace of the whole context, ms"] = 1000 * model["trace"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    found = figures()
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        for name, value in found.items():
            print(f"{value:10.2f}  {name}")


main()
