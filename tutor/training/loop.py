"""The training loop that every recipe shares: predict the next token, measure, step downhill, repeat."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from math import cos, pi
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tutor.training import parallel
from tutor.training.network import Network
from tutor.training.optimizers import Kind, optimizers
from tutor.training.repetition import IGNORE

Batch = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]  # inputs and targets, each (B, T)
Shape = Literal["cosine", "linear"]

WORTH_COMPILING = 500  # steps; compiling takes as long as about a hundred of them


@dataclass(frozen=True)
class Plan:
    """The numbers of one run."""

    steps: int
    learning_rate: float = 2e-3  # at its peak
    warmup: int = 200  # steps from 0 to the peak
    final: float = 0.05  # the last learning rate, as a share of the peak
    shape: Shape = "cosine"
    weight_decay: float = 0.2
    betas: tuple[float, float] = (0.9, 0.95)
    optimizer: Kind = "adamw"
    average: float = 0.0  # how much of the running average of the weights stays at each step; 0: no average
    clip: float = 1.0  # the longest gradient that is followed as it is
    seed: int = 1
    evaluate_every: int = 500
    save_every: int = 200


@dataclass(frozen=True)
class Progress:
    """One line of the run: where it stands after `step` steps."""

    step: int
    steps: int
    tokens: int  # seen so far, repeats included
    loss: float  # nats a token, a running mean over about 50 steps
    learning_rate: float
    tokens_per_second: float
    bits_per_byte: float | None = None  # on the validation text, when it was measured at this step
    sample: str | None = None  # what the model writes by itself, at the same steps


def learning_rate(step: int, plan: Plan) -> float:
    """Linear warm-up, then half a cosine, or a line, down to `final`."""
    if step < plan.warmup:
        return plan.learning_rate * (step + 1) / plan.warmup
    done = min(1.0, (step - plan.warmup) / max(1, plan.steps - plan.warmup))
    left = 1 - done if plan.shape == "linear" else (1 + cos(pi * done)) / 2
    return plan.learning_rate * (plan.final + (1 - plan.final) * left)


def train(
    model: Network,
    batch: Callable[[int], Batch],
    plan: Plan,
    evaluate: Callable[[Network, bool], tuple[float, str]],
    checkpoint: Path | None = None,
) -> Iterator[Progress]:
    """Run the plan, yielding after every step; resumes from `checkpoint` when that file exists.

    `evaluate(model, final)` gives the bits a byte on held-out text and a sample of the model's own. With
    `plan.average` it is the averaged weights that are measured, and that `model` holds in the end.
    """
    rank, n_processes = parallel.begin()
    keeper = Keeper(model, plan, checkpoint if rank == 0 else None)
    if checkpoint and checkpoint.exists():
        keeper.load(checkpoint)
    forward = compiled(model) if plan.steps >= WORTH_COMPILING else model
    bf16 = supports_bf16()
    model.train()
    began, seen = time.monotonic(), 0
    for step in range(keeper.step, plan.steps):
        torch.manual_seed(plan.seed * 1_000_003 + step)  # dropout, the same after a resume
        rate = learning_rate(step, plan)
        inputs, targets = (torch.from_numpy(a) for a in batch(step))  # (B, T) each
        mine = slice(rank, None, n_processes)  # rows of this process; all of them where it is alone
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = forward(inputs[mine])  # (B, T, V)
        loss = F.cross_entropy(logits.float().flatten(0, 1), targets[mine].flatten(), reduction="sum")
        loss = loss / (targets != IGNORE).sum()  # a mean over the whole batch
        model.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        of_all = parallel.total(model, loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
        keeper.descend(rate)

        seen += inputs.numel()
        keeper.count(inputs.numel(), of_all)
        last = step + 1 == plan.steps
        measured: tuple[float, str] | tuple[None, None] = (None, None)
        if last and keeper.average:
            model.load_state_dict(keeper.averaged.state_dict())
        if rank == 0 and (last or (step + 1) % plan.evaluate_every == 0):
            measured = evaluate(keeper.averaged, last)
        if last or (step + 1) % plan.save_every == 0:
            keeper.save()
        speed = seen / (time.monotonic() - began)
        try:
            yield Progress(step + 1, plan.steps, keeper.tokens, keeper.loss, rate, speed, *measured)
        except GeneratorExit:  # stopped by whoever runs it, perhaps to go on later
            keeper.save()
            raise
    parallel.end()


class Keeper:
    """The state of a run: weights, optimizers, average, counts; written to a file and read from it."""

    def __init__(self, model: Network, plan: Plan, path: Path | None) -> None:
        self.model, self.plan, self.path = model, plan, path
        self.optimizers = optimizers(model, plan.optimizer, plan.learning_rate, plan.weight_decay, plan.betas)
        averaging = get_ema_multi_avg_fn(plan.average)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(model, multi_avg_fn=averaging) if plan.average else None
        self.step, self.tokens, self.loss = 0, 0, 0.0

    @property
    def averaged(self) -> Network:
        """The averaged weights, where there is an average."""
        return cast(Network, self.average.module) if self.average else self.model

    def descend(self, rate: float) -> None:
        """One step of every optimizer at this learning rate."""
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
        if self.average:
            self.average.update_parameters(self.model)

    def count(self, tokens: int, loss: float) -> None:
        """Note one step more."""
        self.loss += (loss - self.loss) / min(self.step + 1, 50)
        self.step += 1
        self.tokens += tokens

    def save(self) -> None:
        """Write a checkpoint; a run cut off in the middle of it keeps the one before."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        state: dict[str, Any] = {"plan": asdict(self.plan), "model": self.model.state_dict()}
        state["optimizers"] = [optimizer.state_dict() for optimizer in self.optimizers]
        state["average"] = self.average.state_dict() if self.average else {}
        state |= {"step": self.step, "tokens": self.tokens, "loss": self.loss}
        partial = self.path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.path)

    def load(self, path: Path) -> None:
        """Restore a checkpoint; raises ValueError for one from a run with other numbers."""
        state = torch.load(path, weights_only=True)  # tensors and numbers only: runs no code from the file
        if {**state["plan"], "betas": tuple(state["plan"]["betas"])} != asdict(self.plan):
            raise ValueError(f"{path} is from a run with other numbers; delete it, or give another --out")
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        if self.average:
            self.average.load_state_dict(state["average"])
        self.step, self.tokens, self.loss = state["step"], state["tokens"], state["loss"]


def supports_bf16() -> bool:
    """Whether this CPU has a matrix unit for bfloat16 (AMX); without one, float32 is faster."""
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(capabilities.get("amx_bf16", False))


def compiled(model: Network) -> Callable[[Tensor], Tensor]:
    """The forward pass fused by torch.compile where a C++ compiler is at hand: 1.2 times as fast on two cores."""
    return torch.compile(model) if shutil.which("g++") and sys.platform == "linux" else model
