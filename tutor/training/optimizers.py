"""What turns gradients into steps."""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

Kind = Literal["adamw", "muon"]


def optimizers(
    model: nn.Module, kind: Kind, learning_rate: float, weight_decay: float, betas: tuple[float, float]
) -> list[torch.optim.Optimizer]:
    """AdamW for everything (https://arxiv.org/abs/1711.05101), or Muon for the matrices inside the blocks.

    Matrices decay towards zero, gains and biases do not. Muon (https://kellerjordan.github.io/posts/muon/) makes the
    singular values of a step equal; with the scale of https://arxiv.org/abs/2502.16982 AdamW's learning rate fits it.
    """
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    inner: list[nn.Parameter] = []
    if kind == "muon":
        inner = [p for name, p in model.named_parameters() if p.dim() == 2 and (".layers." in name or ".h." in name)]
        chosen = {id(p) for p in inner}
        matrices = [p for p in matrices if id(p) not in chosen]
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    found: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, lr=learning_rate, betas=betas)]
    if inner:
        found.append(
            torch.optim.Muon(inner, lr=learning_rate, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")
        )
    return found
