"""One run on several processes: `torchrun --nproc-per-node 2 -m tutor train ...`.

Data parallelism in its plainest form. Every process holds the whole model and sees its share of each batch's rows;
their gradients are summed, so that all take the same step, the one that a single process would take.
"""

from __future__ import annotations

import os

import torch
from torch import Tensor, nn
from torch import distributed as dist


def begin() -> tuple[int, int]:
    """This process's number and how many there are: (0, 1) unless `torchrun` started it."""
    n = int(os.environ.get("WORLD_SIZE", "1"))
    if n > 1 and not dist.is_initialized():
        dist.init_process_group("gloo")
    return (dist.get_rank(), n) if n > 1 else (0, 1)


def end() -> None:
    """Wait for the others, and part."""
    if dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()


def total(model: nn.Module, loss: Tensor) -> float:
    """Sum gradients and loss over all processes, in place; returns the loss of the whole batch."""
    loss = loss.detach()
    if dist.is_initialized():
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        flat = torch.cat([loss.reshape(1), *(g.flatten() for g in gradients)])  # one message in place of many
        dist.all_reduce(flat)
        loss, *parts = torch.split(flat, [1, *(g.numel() for g in gradients)])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))
    return float(loss)
