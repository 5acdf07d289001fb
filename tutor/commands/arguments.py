"""Arguments that several commands share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tutor.commands import CommandError

if TYPE_CHECKING:
    from tutor.models.sampling import Sampling


def add_json(parser: argparse._ActionsContainer, default: Any = False) -> None:
    """`--json`, as every command that prints data has it; SUPPRESS as default where a parent command has it, too."""
    said = "print data for a program; docs/cli.md describes it"
    parser.add_argument("--json", action="store_true", default=default, help=said)


def whole(least: int) -> Callable[[str], int]:
    """A whole number from `least` on, as the type of an argument."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least}, not {text!r}")
        return number

    return parse


def add_sampling(parser: argparse._ActionsContainer) -> None:
    """Temperature and cuts, in the order in which they are applied."""
    parser.add_argument("--temperature", type=float, default=1.0, metavar="T", help="0 is greedy (default: 1)")
    parser.add_argument("--top-k", type=whole(0), default=0, metavar="K", help="keep the K likeliest (default: 0, off)")
    parser.add_argument(
        "--top-p", type=float, default=1.0, metavar="P", help="keep the likeliest up to P in sum (default: 1, off)"
    )
    parser.add_argument(
        "--min-p", type=float, default=0.0, metavar="P", help="keep P times the likeliest and more (default: 0, off)"
    )


def sampling(args: argparse.Namespace) -> Sampling:
    """What `add_sampling` asked for; raises ValueError for a number out of range."""
    from tutor.models.sampling import Sampling

    return Sampling(temperature=args.temperature, top_k=args.top_k, top_p=args.top_p, min_p=args.min_p)


def read_text(words: Sequence[str]) -> str:
    """The words joined by spaces, or all of stdin for `-`; raises CommandError for what is not UTF-8."""
    if list(words) != ["-"]:
        raw = " ".join(words).encode(sys.getfilesystemencoding(), "surrogateescape")  # as it was typed
        return _decode(raw, sys.getfilesystemencoding(), "the text")
    if sys.stdin is None:
        raise CommandError("nothing to read: stdin is closed")
    return _decode(sys.stdin.buffer.read(), "utf-8", "stdin")


def _decode(raw: bytes, encoding: str, what: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        said = f"{what} is not {encoding.upper()}: byte {raw[error.start]:02X} at position {error.start:,}"
        raise CommandError(said) from error
