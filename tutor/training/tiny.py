"""`tutor train tiny`: the course's own small language model, from a file of stories to a folder of weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from tutor.models import bpe
from tutor.models.config import Config
from tutor.models.tokenizer import Tokenizer
from tutor.training.corpus import Batches, encode_stories, read_stories
from tutor.training.evaluate import bits_per_byte
from tutor.training.export import export
from tutor.training.gpt import GPT
from tutor.training.loop import Batch, Plan, Progress, train
from tutor.training.repetition import repeat_rows
from tutor.training.sample import sample

CONFIG = Config(vocab_size=2048, d_model=192, n_layer=6, n_head=6, n_kv_head=6, d_ff=512, n_ctx=256)
ROWS = 16  # rows of 256 tokens in a batch
TOKENS = 22_000_000  # seen in the whole run, four to five times the training stories

# The share of rows with a repeated passage: full until 40 % of the run, then falling, at 75 % a trace.
SHARE, TRACE, FALL = 0.35, 0.04, (0.40, 0.75)


def repetition_share(done: float) -> float:
    """The share of rows with a repeat when `done` (0 to 1) of the run is over."""
    begin, end = FALL
    fallen = min(1.0, max(0.0, (done - begin) / (end - begin)))
    return SHARE + (TRACE - SHARE) * fallen


def run(
    corpus: Path,
    valid: Path,
    out: Path,
    tokens: int = TOKENS,
    seed: int = 1,
    config: Config = CONFIG,
    save_every: int = 200,
) -> Iterator[Progress]:
    """Train on `corpus`, measure on `valid`, leave checkpoint and model in `out`; resumes by itself."""
    out.mkdir(parents=True, exist_ok=True)
    stories, held_out = read_stories(corpus), read_stories(valid)
    tokenizer = learn_tokenizer(stories, out, config.vocab_size)
    config = replace(config, bos=tokenizer.bos, eos=tokenizer.bos)
    batches = Batches(encode_stories(stories, tokenizer.encoding), config.n_ctx, ROWS, seed)
    validation = encode_stories(held_out, tokenizer.encoding)
    steps = max(1, tokens // (ROWS * config.n_ctx))

    def batch(step: int) -> Batch:
        rng = np.random.default_rng((seed, 2, step))
        return repeat_rows(batches(step), repetition_share(step / steps), config.vocab_size - 1, rng)

    torch.manual_seed(seed)
    model = GPT(config)

    def evaluate(model: GPT, final: bool) -> tuple[float, str]:
        """All of the validation stories at the end, every eighth of them on the way; and a story begun."""
        every = 1 if final else 8
        bits = bits_per_byte(model, validation[::every], sum(len(s.encode()) for s in held_out[::every]))
        return bits, tokenizer.decode(sample(model, [tokenizer.bos], 60, seed=seed)[1:])

    yield from train(
        model,
        batch,
        Plan(steps, warmup=max(1, min(200, steps // 10)), seed=seed, save_every=save_every),
        evaluate,
        out / "checkpoint.pt",
    )
    export(model, tokenizer, out)


def learn_tokenizer(stories: list[str], out: Path, vocab_size: int) -> Tokenizer:
    """Our byte-pair encoding of the stories: 256 bytes, the merges, and the start token."""
    if (out / "tokenizer.json").exists():
        return Tokenizer.load(out)
    merges = bpe.train(bpe.count_words(stories), vocab_size - 256 - 1)
    tokenizer = Tokenizer.from_merges(merges.tokens)
    tokenizer.save(out)
    return tokenizer
