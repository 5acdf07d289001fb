"""`tutor show`: tokens, attention and next-token probabilities of a text, as picture, table, sentence or data."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator
from types import ModuleType
from typing import Any

from tutor.commands.arguments import add_json, add_sampling, read_text, whole
from tutor.commands.output import print_json, print_picture, print_table, show, view
from tutor.experiments.base import Table
from tutor.experiments.registry import EXPERIMENTS
from tutor.models.library import Library
from tutor.terminal import COLORS

CANDIDATES = 20  # of the next token, unless all are asked for
LABELS = 20  # lines around the attention matrix, at most


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="tokens|attention|next", required=True)

    tokens = what.add_parser("tokens", help="the tokens of a text, in one encoding or more")
    _add_common(tokens, tokens_of)
    tokens.add_argument(
        "--encoding",
        action="append",
        metavar="NAME",
        help="gpt2 (default), cl100k_base, o200k_base, tiny; may be repeated",
    )

    attention = what.add_parser("attention", help="how much each token looks at each one before it")
    _add_common(attention, attention_of)
    attention.add_argument("--layer", type=whole(1), default=1, metavar="L", help="of the picture, from 1 (default: 1)")
    attention.add_argument("--head", type=whole(1), default=1, metavar="H", help="of the picture, from 1 (default: 1)")
    attention.add_argument(
        "--query", type=whole(0), metavar="N", help="the token that looks; 0 is the start token (default: the last)"
    )

    following = what.add_parser("next", help="the candidates for the next token")
    _add_common(following, next_of)
    add_sampling(following)
    following.add_argument("--all", action="store_true", help=f"the whole vocabulary, not the first {CANDIDATES}")


def _add_common(parser: argparse.ArgumentParser, run: Any) -> None:
    parser.set_defaults(of=run)
    parser.add_argument("text", nargs="+", metavar="TEXT", help="words are joined by spaces; - reads stdin")
    parser.add_argument("--colors", choices=COLORS, default=argparse.SUPPRESS, help="colours of the picture")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--picture", action="store_true", help="draw; the default on a terminal")
    form.add_argument("--table", action="store_true", help="print rows; the default elsewhere")
    form.add_argument("--sentence", action="store_true", help="say it in one sentence")
    add_json(form)


def run(args: argparse.Namespace) -> int:
    """Show one thing of a text."""
    args.of(read_text(args.text), args)
    return 0


def tokens_of(text: str, args: argparse.Namespace) -> None:
    module, result = compute("token-splitter", text=text, encodings=tuple(args.encoding or ["gpt2"]))
    present(args, module, result, lines=token_lines(result))


def token_lines(result: Any) -> int:
    """How many lines the whole text takes: all of it is printed, there is no page to turn."""
    from tutor.experiments.token_picture import Page

    page = Page(result, view(sys.maxsize))
    return len(page.shown(0)) * (page.rows_per_line + page.gap) + len(result.cuts) + 3


def attention_of(text: str, args: argparse.Namespace) -> None:
    module, result = compute("attention-heatmap", text=text, layer=args.layer, head=args.head, query=args.query)
    present(args, module, result, lines=result.t + LABELS)


def next_of(text: str, args: argparse.Namespace) -> None:
    how = {name: getattr(args, name) for name in ("temperature", "top_k", "top_p", "min_p")}
    module, result = compute("temperature-lab", text=text, **how)
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
        print(show(result.sentence()))
    elif args.table or not (args.picture or sys.stdout.isatty()):
        table = result.table()
        print_table(Table(table.columns, table.rows[:rows]))
    else:
        print_picture(module.draw(result, view(lines, args.colors)), args.colors)


def compute(name: str, **settings: Any) -> tuple[ModuleType, Any]:
    """Run an experiment to its end."""
    module = EXPERIMENTS[name].load()
    result = module.compute(module.Settings(**settings), Library())
    if isinstance(result, Generator):
        while True:
            try:
                next(result)
            except StopIteration as end:
                return module, end.value
    return module, result
