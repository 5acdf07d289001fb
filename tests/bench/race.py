"""The run file against `transformers` and plain PyTorch, on the same weights and prompt, in turn, in one process.

    python tests/bench/race.py        as JSON: medians, in seconds

Everything runs on one thread. The clock is the processor's: on a quiet machine the same as the wall's, on a busy one
it leaves out what other programs took. `python tests/bench` starts this and prints the ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

if __name__ == "__main__":  # before NumPy is there
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import numpy as np
import torch
import transformers
from plain_torch import PlainTorch

from tutor.models.decoder import Array
from tutor.models.library import FOLDER, Library, Model
from tutor.models.sampling import Sampling, distribution, draw

PROMPT = "Once upon a time there was a little dog. It"
N = 200  # tokens decoded in a turn
FAR = 1 << 28  # float32 numbers, 1 GiB: more than any cache holds


class Ours:
    """The engine of the course, as the course calls it; every call begins with nothing read."""

    def __init__(self, folder: Path) -> None:
        self.loaded = Library(folder.parent).model(folder.name)

    def fresh(self) -> Model:
        """The model, with empty caches."""
        loaded = self.loaded
        return Model(loaded.name, loaded.config, loaded.tokenizer, lambda: loaded.run)

    def greedy(self, prompt: Sequence[int], n: int) -> list[int]:
        """The `n` likeliest tokens after `prompt`, one after another."""
        model, text = self.fresh(), list(prompt)
        for _ in range(n):
            text.append(int(model.next_logits(text).argmax()))
        return text[len(prompt) :]

    def drawn(self, prompt: Sequence[int], n: int) -> list[int]:
        """`n` tokens after `prompt`, drawn at temperature 1."""
        model, text, rng = self.fresh(), list(prompt), np.random.default_rng(1)
        for _ in range(n):
            text.append(draw(distribution(model.next_logits(text), Sampling()), rng))
        return text[len(prompt) :]

    def prefill(self, ids: Sequence[int]) -> Array:
        """The logits (V,) after `ids`."""
        return self.fresh().next_logits(ids)

    def trace(self, ids: Sequence[int]) -> object:
        """All that happens while `ids` are read."""
        return self.loaded.trace(ids)


class Transformers:
    """Hugging Face's `generate`, with its cache, as it comes."""

    def __init__(self, folder: Path) -> None:
        transformers.logging.disable_progress_bar()
        self.model = transformers.LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.model.generation_config.eos_token_id = None  # go on past the end of a story, as the others do

    @torch.inference_mode()
    def greedy(self, prompt: Sequence[int], n: int) -> list[int]:
        """The `n` likeliest tokens after `prompt`, one after another."""
        ids = torch.tensor([list(prompt)])
        text = self.model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=n, do_sample=False, use_cache=True, pad_token_id=0
        )
        return text[0, len(prompt) :].tolist()

    @torch.inference_mode()
    def prefill(self, ids: Sequence[int]) -> Array:
        """The logits (V,) after `ids`."""
        return self.model(torch.tensor([list(ids)]), logits_to_keep=1).logits[0, -1].numpy()


class Torch(PlainTorch):
    """The plain loop, with the names of the others."""

    def prefill(self, ids: Sequence[int]) -> Array:
        """The logits (V,) after `ids`."""
        return self.next_logits(list(ids), 0).numpy()


def read_all(numbers: Array, times: Array) -> None:
    """Read every number once, as decoding does: times a vector."""
    numbers @ times


def in_turn(jobs: dict[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Processor seconds of each job, the median of its turns; every turn runs all, so that all meet the same noise."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(turns + 1):
        for name, job in jobs.items():
            began = time.process_time()
            job()
            if turn:  # the first warms up
                times[name].append(time.process_time() - began)
    return {name: statistics.median(spent) for name, spent in times.items()}


def race(folder: Path, turns: int) -> dict[str, float]:
    """Seconds a token for each contestant, for a prefill of the whole context, and for reading the weights once."""
    ours, theirs, plain = Ours(folder), Transformers(folder), Torch(folder)
    config, prompt = ours.loaded.config, ours.loaded.start(PROMPT)
    whole = [*prompt, *ours.greedy(prompt, config.n_ctx - len(prompt))]
    rows, row = config.n_parameters // config.d_model, np.ones(config.d_model, np.float32)
    far = np.ones((FAR // len(row), len(row)), np.float32)
    parts = [far[i : i + rows] for i in range(0, len(far) - rows, rows)]
    decoding = in_turn(
        {
            "decode, ours": lambda: ours.greedy(prompt, N),
            "decode, transformers": lambda: theirs.greedy(prompt, N),
            "decode, plain PyTorch": lambda: plain.greedy(prompt, N),
            "decode and draw, ours": lambda: ours.drawn(prompt, N),
            "weights from cache": lambda: [read_all(parts[0], row) for _ in range(N)],
            "weights from memory": lambda: [read_all(part, row) for part in parts],
        },
        turns,
    )
    parts_read = {"weights from memory": len(parts)}
    reading = in_turn(
        {
            "prefill, ours": lambda: ours.prefill(whole),
            "prefill, transformers": lambda: theirs.prefill(whole),
            "prefill, plain PyTorch": lambda: plain.prefill(whole),
            "trace, ours": lambda: ours.trace(whole),
        },
        3 * turns,
    )
    return {name: seconds / parts_read.get(name, N) for name, seconds in decoding.items()} | reading


if __name__ == "__main__":
    torch.set_num_threads(1)
    json.dump(race(FOLDER / "tiny", int(sys.argv[1]) if len(sys.argv) > 1 else 9), sys.stdout, indent=1)
