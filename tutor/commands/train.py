"""`tutor train`: make a shipped model again, from a text file."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.commands import CommandError
from tutor.commands.arguments import add_json, whole
from tutor.commands.output import print_json, say
from tutor.commands.training_display import Display, display, undisplayed
from tutor.training.recipes import RECIPES

if TYPE_CHECKING:
    from tutor.training.loop import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", nargs="?", metavar="RECIPE", help="what to train; --list names the recipes")
    parser.add_argument("--list", action="store_true", help="list the recipes")
    parser.add_argument("--only", metavar="RUN", help="of a recipe with several runs, this one")
    parser.add_argument(
        "--corpus", type=Path, metavar="FILE", help="stories to learn from, a line <|endoftext|> between two"
    )
    parser.add_argument("--valid", type=Path, metavar="FILE", help="stories to measure on, none of them in the corpus")
    parser.add_argument("--first", type=Path, metavar="FILE", help="another text, for runs that read one before")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where checkpoint and model go; a run begun there goes on"
    )
    parser.add_argument(
        "--tokens", type=whole(1), metavar="N", help="tokens to see in a whole run (default: the recipe's)"
    )
    parser.add_argument("--seed", type=whole(0), default=1, metavar="S", help="of every random choice (default: 1)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Train, or list the recipes; returns 130 when the run was interrupted."""
    if args.list:
        return list_recipes(args.json)
    if args.recipe not in RECIPES:
        asked = f"there is no recipe {args.recipe!r}" if args.recipe else "no recipe given"
        raise CommandError(f"{asked}; `tutor train --list` lists them")
    missing = [f"--{name}" for name in ("corpus", "valid", "out") if getattr(args, name) is None]
    if missing:
        raise CommandError(f"tutor train {args.recipe} needs {', '.join(missing)}")
    for path in filter(None, (args.corpus, args.valid, args.first)):
        with path.open("rb"):  # a wrong name is said before PyTorch is loaded
            pass
    if find_spec("torch") is None:
        raise CommandError("training needs PyTorch: pip install 'llm-tutor[train]'", 1)
    out = args.out
    try:
        todo = chosen(args)
        with display(args.json, args.colors) as shown:
            for name, folder, steps in todo:
                out = folder
                if len(todo) > 1:
                    shown.say(f"{args.recipe}: {name}")
                if code := follow(steps, shown):
                    return code
    except KeyboardInterrupt:
        undisplayed(args.json).end(stopped(out))
        return 130
    return 0


def list_recipes(as_json: bool) -> int:
    if as_json:
        print_json([{"name": name, "summary": summary} for name, summary in RECIPES.items()])
    else:
        width = max(map(len, RECIPES))
        for name, summary in RECIPES.items():
            say(f"{name:{width}}  {summary}", hang=width + 2)
    return 0


def stopped(out: Path) -> str:
    """What to say where a run ended in the middle of a step."""
    if (out / "checkpoint.pt").exists():
        return "stopped at once; the same command goes on from the last checkpoint"
    return "stopped before the first checkpoint; the same command begins again"


def chosen(args: argparse.Namespace) -> list[tuple[str, Path, Iterator[Progress]]]:
    """The recipe's runs by name, each with its folder, none of them begun."""
    from tutor.training import run
    from tutor.training.recipes import runs

    all_runs = runs(args.recipe)
    if args.only is not None and args.only not in all_runs:
        raise CommandError(f"{args.recipe} has no run {args.only!r}; it has {', '.join(all_runs)}")
    todo = []
    for name, what in all_runs.items():
        if args.only in (None, name):
            out = args.out if len(all_runs) == 1 else args.out / name
            shorter = what if args.tokens is None else replace(what, tokens=args.tokens)
            todo.append((name, out, run.run(shorter, args.corpus, args.valid, out, args.seed, args.first)))
    return todo


def follow(steps: Iterator[Progress], shown: Display) -> int:
    """Show every step; Ctrl+C ends the run after the step it is in, and a second one at once."""
    first = next(steps, None)
    if first is None:
        shown.end("this run is complete; the model has been written again")
        return 0
    with interrupts() as interrupted:
        for progress in chain([first], steps):
            shown.step(progress)
            if interrupted:
                steps.close()  # type: ignore[attr-defined]  # a generator; the loop saves its checkpoint now
                shown.end(
                    f"stopped after step {progress.step:,} of {progress.steps:,}; the same command goes on from there"
                )
                return 130
    return 0


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """A list that is empty until Ctrl+C; the second Ctrl+C is a KeyboardInterrupt again."""
    seen: list[int] = []

    def remember(number: int, frame: Any) -> None:
        seen.append(number)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)
