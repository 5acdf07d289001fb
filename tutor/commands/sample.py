"""`tutor sample`: the small model goes on from a prompt."""

from __future__ import annotations

import argparse
import codecs
import sys
from collections.abc import Iterable, Iterator

from tutor.commands.arguments import add_json, add_sampling, read_text, sampling, whole
from tutor.commands.output import print_json, show
from tutor.models.generate import generate
from tutor.models.library import Library, Model
from tutor.study.store import models_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompt", metavar="PROMPT", help="the beginning of a story; - reads stdin")
    parser.add_argument("--model", default="tiny", metavar="NAME", help="`tutor models` lists them (default: tiny)")
    parser.add_argument("--tokens", type=whole(1), default=100, metavar="N", help="at most N tokens (default: 100)")
    parser.add_argument("--seed", type=whole(0), default=1, metavar="S", help="same seed, same text (default: 1)")
    add_sampling(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the prompt and what the model adds, token by token."""
    prompt, how = read_text([args.prompt]), sampling(args)
    model = Library(added=models_folder(args.data_dir)).model(args.model)
    drawn = generate(model, model.start(prompt), how, args.seed, args.tokens)
    ids = (token for token in drawn if token != model.config.eos)
    if args.json:
        tokens = list(ids)
        text = model.tokenizer.decode(tokens)
        print_json({"model": model.name, "prompt": prompt, "seed": args.seed, "tokens": tokens, "text": text})
        return 0
    write(prompt)
    for piece in pieces(model, ids):
        write(piece)
    write("\n")
    return 0


def write(text: str) -> None:
    """Text as it is into a file or pipe; nothing in it that a terminal would obey to one. Sent at once."""
    if sys.stdout.isatty():
        text = "\n".join(show(line) for line in text.split("\n"))
    sys.stdout.write(text)
    sys.stdout.flush()


def pieces(model: Model, ids: Iterable[int]) -> Iterator[str]:
    """The text of each token; bytes that are not yet a whole character wait for the next one."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for token in ids:
        yield decoder.decode(model.tokenizer.token(token))
    yield decoder.decode(b"", final=True)
