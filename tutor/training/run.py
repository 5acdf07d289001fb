"""One training run, from a file of stories to a folder of weights: what every recipe is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from tutor.models import bpe
from tutor.models.config import Config
from tutor.models.tokenizer import Tokenizer
from tutor.training import parallel
from tutor.training.corpus import Batches, Tokens, encode_stories, read_stories
from tutor.training.evaluate import bits_per_byte
from tutor.training.export import export
from tutor.training.loop import Batch, Plan, Progress, Shape, train
from tutor.training.network import Network, network
from tutor.training.optimizers import Kind
from tutor.training.renaming import renamed
from tutor.training.repetition import SHARE, Share, repeat_rows, share_at
from tutor.training.sample import sample

RETOLD = 4  # versions of each story, where people are renamed


@dataclass(frozen=True)
class Run:
    """Everything that decides what comes out, but the text and the seed."""

    config: Config
    tokens: int  # to see in the whole run
    n_ctx: int | None = None  # tokens a row; the model's context if None
    rows: int = 16  # in a batch
    learning_rate: float = 2e-3  # at its peak
    weight_decay: float = 0.2
    shape: Shape = "cosine"
    final: float = 0.05  # the last learning rate, as a share of the peak
    optimizer: Kind = "adamw"
    dropout: float = 0.0
    average: float = 0.0  # of the weights, exponential: how much of it stays at each step
    repetition: Share | None = SHARE
    text: float = 1.0  # the share of the stories that is read
    renamed: bool = False  # whether stories are also told of other people
    before: float = 0.0  # the share of the tokens that comes from another text, read first
    seed: int = 0  # added to the one given
    keep: tuple[int, ...] = ()  # steps after which the weights are written to a folder of their own
    best: bool = False  # write the weights of the lowest measured loss, not the last
    int8: bool = False  # write matrices as int8 with a scale a row, not float16


def run(
    what: Run, corpus: Path, valid: Path, out: Path, seed: int = 1, first: Path | None = None, save_every: int = 200
) -> Iterator[Progress]:
    """Train on `corpus`, measure on `valid`, leave checkpoint and model in `out`; goes on with a run begun there.

    `first`: the text that `what.before` speaks of. Raises ValueError when that is missing, or the text too short.
    """
    if what.before and first is None:
        raise ValueError("this run first reads another text; name it with --first FILE")
    rank, _ = parallel.begin()
    out.mkdir(parents=True, exist_ok=True)
    seed += what.seed
    stories, held_out = read_stories(corpus), read_stories(valid)
    tokenizer = learn_tokenizer(stories, out, what.config.vocab_size)
    bos = tokenizer.bos  # a short text has fewer tokens than were asked for
    config = replace(what.config, vocab_size=tokenizer.vocab_size, bos=bos, eos=bos)
    steps = max(1, what.tokens // (what.rows * (what.n_ctx or config.n_ctx)))
    other = read_stories(first) if first and what.before else []
    batch = batches(what, stories[: round(what.text * len(stories))], other, tokenizer, steps, seed)
    validation = encode_stories(held_out, tokenizer.encoding)

    torch.manual_seed(seed)
    model = network(config, what.dropout)

    def evaluate(model: Network, final: bool) -> tuple[float, str]:
        """All of the validation stories where it counts, every eighth of them on the way; and a story begun."""
        every = 1 if final or what.best else 8
        n_bytes = sum(len(story.encode()) for story in held_out[::every])
        bits = bits_per_byte(model, validation[::every], n_bytes, n_ctx=what.n_ctx)
        return bits, tokenizer.decode(sample(model, [tokenizer.bos], 60, seed=seed)[1:])

    plan = Plan(
        steps,
        learning_rate=what.learning_rate,
        warmup=max(1, min(200, steps // 10)),
        final=what.final,
        shape=what.shape,
        weight_decay=what.weight_decay,
        optimizer=what.optimizer,
        average=what.average,
        seed=seed,
        evaluate_every=max(1, steps // 16) if what.best else 500,
        save_every=save_every,
    )
    if 0 in what.keep and rank == 0 and not (out / "checkpoint.pt").exists():
        export(model, tokenizer, out / step_name(0), what.int8)
    lowest = float("inf")
    for progress in train(model, batch, plan, evaluate, out / "checkpoint.pt"):
        if rank == 0 and progress.step in what.keep:
            export(model, tokenizer, out / step_name(progress.step), what.int8)
        if rank == 0 and what.best and (progress.bits_per_byte or lowest) < lowest:
            lowest = progress.bits_per_byte or lowest
            export(model, tokenizer, out, what.int8)
        yield progress
    if rank == 0 and not what.best:
        export(model, tokenizer, out, what.int8)


def step_name(step: int) -> str:
    """The folder of the weights after `step` steps: names that sort as the steps do."""
    return f"step-{step:05}"


def batches(
    what: Run, stories: Sequence[str], other: Sequence[str], tokenizer: Tokenizer, steps: int, seed: int
) -> Callable[[int], Batch]:
    """The batch of each step: rows of stories, some of them with a repeat."""
    n_ctx = what.n_ctx or what.config.n_ctx
    if what.renamed:
        rng = np.random.default_rng((seed, 3))
        stories = [renamed(story, rng) for _ in range(RETOLD) for story in stories]
    told = Batches(encode_stories(stories, tokenizer.encoding), n_ctx, what.rows, seed)
    n_before = round(what.before * steps)
    before = Batches(encode_stories(other, tokenizer.encoding), n_ctx, what.rows, seed) if n_before else told

    def batch(step: int) -> Batch:
        rows: Tokens = before(step) if step < n_before else told(step - n_before)
        share = share_at(step / steps, what.repetition) if what.repetition else 0.0
        return repeat_rows(rows, share, tokenizer.bos, np.random.default_rng((seed, 2, step)))

    return batch


def learn_tokenizer(stories: Sequence[str], out: Path, vocab_size: int) -> Tokenizer:
    """Our byte-pair encoding of the stories: 256 bytes, the merges, and the start token."""
    if (out / "tokenizer.json").exists():
        return Tokenizer.load(out)
    merges = bpe.train(bpe.count_words(stories), vocab_size - 256 - 1)
    tokenizer = Tokenizer.from_merges(merges.tokens)
    tokenizer.save(out)
    return tokenizer
