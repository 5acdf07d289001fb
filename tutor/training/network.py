"""The network of a config, ready to be trained."""

from __future__ import annotations

from tutor.models.config import Config
from tutor.training.gpt import GPT
from tutor.training.gpt2 import GPT2

Network = GPT | GPT2


def network(config: Config, dropout: float = 0.0) -> Network:
    """Fresh weights, from PyTorch's seed."""
    return GPT2(config, dropout) if config.layout == "gpt2" else GPT(config, dropout)
