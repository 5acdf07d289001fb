"""The training loop that every recipe shares: predict the next token, measure, step downhill, repeat."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from math import cos, pi
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from tutor.training.gpt import GPT

Batch = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]  # inputs and targets, each (B, T)


WORTH_COMPILING = 500  # steps; compiling takes as long as about a hundred of them


@dataclass(frozen=True)
class Plan:
    """The numbers of one run."""

    steps: int
    learning_rate: float = 2e-3  # at its peak
    warmup: int = 200  # steps from 0 to the peak
    final: float = 0.05  # the last learning rate, as a share of the peak
    weight_decay: float = 0.2
    betas: tuple[float, float] = (0.9, 0.95)
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
    """Linear warm-up, then half a cosine down to `final`."""
    if step < plan.warmup:
        return plan.learning_rate * (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(1, plan.steps - plan.warmup)
    return plan.learning_rate * (plan.final + (1 - plan.final) * (1 + cos(pi * min(1.0, done))) / 2)


def optimizer(model: GPT, plan: Plan) -> torch.optim.AdamW:
    """AdamW (https://arxiv.org/abs/1711.05101); matrices decay towards zero, the gains of norms do not."""
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    gains = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": plan.weight_decay}, {"params": gains, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=plan.learning_rate, betas=plan.betas)


def train(
    model: GPT,
    batch: Callable[[int], Batch],
    plan: Plan,
    evaluate: Callable[[GPT, bool], tuple[float, str]],
    checkpoint: Path | None = None,
) -> Iterator[Progress]:
    """Run the plan, yielding after every step; resumes from `checkpoint` when that file exists.

    `evaluate(model, final)` gives the bits a byte on held-out text and a sample of the model's own.
    """
    adam = optimizer(model, plan)
    start, tokens, loss_mean = 0, 0, 0.0
    if checkpoint and checkpoint.exists():
        start, tokens, loss_mean = load(checkpoint, model, adam, plan)
    forward, bf16 = (compiled(model) if plan.steps >= WORTH_COMPILING else model), supports_bf16()
    model.train()
    began, seen = time.monotonic(), 0
    for step in range(start, plan.steps):
        torch.manual_seed(plan.seed * 1_000_003 + step)  # dropout, the same after a resume
        rate = learning_rate(step, plan)
        for group in adam.param_groups:
            group["lr"] = rate
        inputs, targets = (torch.from_numpy(a) for a in batch(step))
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = forward(inputs)  # (B, T, V)
        loss = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten())
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
        adam.step()

        tokens += inputs.numel()
        seen += inputs.numel()
        loss_mean = loss_mean + (loss.item() - loss_mean) / min(step + 1, 50)
        last = step + 1 == plan.steps
        bits, text = evaluate(model, last) if last or (step + 1) % plan.evaluate_every == 0 else (None, None)
        if checkpoint and (last or (step + 1) % plan.save_every == 0):
            save(checkpoint, model, adam, plan, step + 1, tokens, loss_mean)
        speed = seen / (time.monotonic() - began)
        try:
            yield Progress(step + 1, plan.steps, tokens, loss_mean, rate, speed, bits, text)
        except GeneratorExit:  # stopped by whoever runs it, perhaps to go on later
            if checkpoint:
                save(checkpoint, model, adam, plan, step + 1, tokens, loss_mean)
            raise


def supports_bf16() -> bool:
    """Whether this CPU has a matrix unit for bfloat16 (AMX); without one, float32 is faster."""
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(capabilities.get("amx_bf16", False))


def compiled(model: GPT) -> Callable[[Tensor], Tensor]:
    """The forward pass fused by torch.compile where a C++ compiler is at hand: 1.2 times as fast on two cores."""
    return torch.compile(model) if shutil.which("g++") and sys.platform == "linux" else model


def save(path: Path, model: GPT, adam: torch.optim.AdamW, plan: Plan, step: int, tokens: int, loss: float) -> None:
    """Write a checkpoint; a run cut off in the middle of it keeps the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {"model": model.state_dict(), "adam": adam.state_dict(), "plan": asdict(plan)}
    partial = path.with_suffix(".partial")
    torch.save({**state, "step": step, "tokens": tokens, "loss": loss}, partial)
    partial.replace(path)


def load(path: Path, model: GPT, adam: torch.optim.AdamW, plan: Plan) -> tuple[int, int, float]:
    """Restore a checkpoint into model and optimizer; returns step, tokens and running loss."""
    state = torch.load(path, weights_only=True)  # tensors and numbers only: runs no code from the file
    if {**state["plan"], "betas": tuple(state["plan"]["betas"])} != asdict(plan):
        raise ValueError(f"{path} is from a run with other numbers; delete it, or give another --out")
    model.load_state_dict(state["model"])
    adam.load_state_dict(state["adam"])
    return state["step"], state["tokens"], state["loss"]
