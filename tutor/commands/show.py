"""`tutor show`: what any live widget shows, as picture, table, sentence or data, without a terminal UI.

Every experiment of the registry is shown under its own name, with its settings as options. Three have a short
name too, with options of their own: `tokens`, `attention` and `next`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Generator
from functools import partial
from types import ModuleType
from typing import Any

from tutor.commands import CommandError
from tutor.commands.arguments import add_json, add_sampling, read_text, whole
from tutor.commands.output import print_json, print_picture, print_table, say, view
from tutor.experiments.registry import EXPERIMENTS
from tutor.terminal import COLORS

CANDIDATES = 20  # of the next token, unless all are asked for
LABELS = 20  # lines around the attention matrix, at most
SHORT = {  # short name -> what it shows
    "tokens": "the tokens of a text, in one encoding or more",
    "attention": "how much each token looks at each one before it",
    "next": "the candidates for the next token",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--list", action="store_true", help="list the names and what they show")
    parser.add_argument("--json", dest="list_json", action="store_true", help="with --list: as data")
    names = parser.add_subparsers(dest="what", metavar="NAME", title="names")
    for (name, summary), add in zip(SHORT.items(), (_add_tokens, _add_attention, _add_next), strict=True):
        add(names.add_parser(name, help=summary, description=f"{summary.capitalize()}."))
    for name, entry in EXPERIMENTS.items():
        one = names.add_parser(name, help=entry.shows, description=f"{entry.title}: {entry.shows}.")
        _later(one, partial(_add_experiment, one, name))


def _later(parser: argparse.ArgumentParser, add: Callable[[], None]) -> None:
    """Add the arguments only when this parser is used: they need the experiment's module."""
    parse = parser.parse_known_args

    def filled(*arguments: Any, **options: Any) -> Any:
        add()
        return parse(*arguments, **options)

    parser.parse_known_args = filled  # type: ignore[method-assign]


def _add_experiment(parser: argparse.ArgumentParser, name: str) -> None:
    from tutor.commands.settings import add_settings

    parser.set_defaults(of=experiment_of)
    add_settings(parser, EXPERIMENTS[name].load().Settings)
    parser.add_argument(
        "--height", type=whole(1), metavar="N", help="lines of the picture (default: those of the terminal)"
    )
    _add_forms(parser)


def _add_tokens(parser: argparse.ArgumentParser) -> None:
    _add_short(parser, tokens_of)
    parser.add_argument(
        "--encoding",
        action="append",
        metavar="NAME",
        help="gpt2 (default), cl100k_base, o200k_base, tiny; may be repeated",
    )


def _add_attention(parser: argparse.ArgumentParser) -> None:
    _add_short(parser, attention_of)
    parser.add_argument("--layer", type=whole(1), default=1, metavar="L", help="of the picture, from 1 (default: 1)")
    parser.add_argument("--head", type=whole(1), default=1, metavar="H", help="of the picture, from 1 (default: 1)")
    parser.add_argument(
        "--query", type=whole(0), metavar="N", help="the token that looks; 0 is the start token (default: the last)"
    )


def _add_next(parser: argparse.ArgumentParser) -> None:
    _add_short(parser, next_of)
    add_sampling(parser)
    parser.add_argument("--all", action="store_true", help=f"the whole vocabulary, not the first {CANDIDATES}")


def _add_short(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], None]) -> None:
    parser.set_defaults(of=run)
    parser.add_argument("text", nargs="+", metavar="TEXT", help="words are joined by spaces; - reads stdin")
    _add_forms(parser)


def _add_forms(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--colors", choices=COLORS, default=argparse.SUPPRESS, help="colours of the picture")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--picture", action="store_true", help="draw; the default on a terminal")
    form.add_argument("--table", action="store_true", help="print rows; the default elsewhere")
    form.add_argument("--sentence", action="store_true", help="say it in one sentence")
    add_json(form)


def run(args: argparse.Namespace) -> int:
    """Show one thing, or say what can be shown."""
    if args.list_json and not args.list:
        raise CommandError("--json stands after the name of what to show")
    if args.list:
        list_names(args.list_json)
    elif args.what is None:
        raise CommandError("name what to show; `tutor show --list` lists the names")
    else:
        args.of(args)
    return 0


def list_names(as_json: bool) -> None:
    """Print every name and what it shows."""
    if as_json:
        titles = SHORT | {name: entry.title for name, entry in EXPERIMENTS.items()}
        print_json([{"name": name, "title": title} for name, title in titles.items()])
    else:
        shows = SHORT | {name: entry.shows for name, entry in EXPERIMENTS.items()}
        width = max(map(len, shows))
        for name, shown in shows.items():
            print(f"{name:{width}}  {shown}")


def experiment_of(args: argparse.Namespace) -> None:
    from tutor.commands.settings import given

    module, result = compute(args.what, **given(args))
    if args.json:
        print_json({"name": args.what, "readings": dict(result.readings()), "data": result.data()})
    else:
        present(args, module, result, lines=args.height or shutil.get_terminal_size((80, 24)).lines - 1)


def tokens_of(args: argparse.Namespace) -> None:
    text = read_text(args.text)
    module, result = compute("token-splitter", text=text, encodings=tuple(args.encoding or ["gpt2"]))
    present(args, module, result, lines=token_lines(result))


def token_lines(result: Any) -> int:
    """How many lines the whole text takes: all of it is printed, there is no page to turn."""
    from tutor.experiments.token_picture import Page

    page = Page(result, view(sys.maxsize))
    return len(page.shown(0)) * (page.rows_per_line + page.gap) + len(result.cuts) + 3


def attention_of(args: argparse.Namespace) -> None:
    how = {"layer": args.layer, "head": args.head, "query": args.query}
    module, result = compute("attention-heatmap", text=read_text(args.text), **how)
    present(args, module, result, lines=result.t + LABELS)


def next_of(args: argparse.Namespace) -> None:
    how = {name: getattr(args, name) for name in ("temperature", "top_k", "top_p", "min_p")}
    module, result = compute("temperature-lab", text=read_text(args.text), **how)
    n = len(result.order) if args.all else CANDIDATES
    present(args, module, result, lines=n + 2, rows=n)


def present(args: argparse.Namespace, module: ModuleType, result: Any, lines: int, rows: int | None = None) -> None:
    """Print the result in the form that was asked for, or that suits stdout.

    `lines`: of the picture; `rows`: the most of the table and of the candidates in the data, all if None.
    """
    if args.json:
        data = result.data()
        if "candidates" in data:
            data["candidates"] = data["candidates"][:rows]
        print_json(data)
    elif args.sentence:
        say(result.sentence())
    elif args.table or not (args.picture or sys.stdout.isatty()):
        from tutor.experiments.base import Table

        table = result.table()
        print_table(Table(table.columns, table.rows[:rows]))
    else:
        print_picture(module.draw(result, view(lines, args.colors)), args.colors)


def compute(name: str, **settings: Any) -> tuple[ModuleType, Any]:
    """Run an experiment to its end."""
    from tutor.models.library import Library

    module = EXPERIMENTS[name].load()
    return module, finished(module.compute(module.Settings(**settings), Library()))


def finished(result: Any) -> Any:
    """What an experiment's `compute` comes to, at once or step by step."""
    while isinstance(result, Generator):
        try:
            next(result)
        except StopIteration as end:
            return end.value
    return result
