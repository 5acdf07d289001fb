"""Write a trained model as a Hugging Face directory: config.json, model.safetensors, tokenizer.json."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from tutor.models.int8 import narrowed
from tutor.models.tokenizer import Tokenizer
from tutor.training.network import Network


def export(model: Network, tokenizer: Tokenizer, folder: Path, int8: bool = False) -> None:
    """Write `model` in float16 and its tokenizer into `folder`, which `AutoModelForCausalLM` loads.

    With `int8` matrices have one byte a number (`tutor.models.int8`); only this course reads those.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = replace(model.config, bos=tokenizer.bos, eos=tokenizer.bos)
    (folder / "config.json").write_text(json.dumps(config.to_hf(), indent=1) + "\n", encoding="utf-8")
    full = {name: p.detach().to(torch.float32).numpy() for name, p in model.named_parameters()}
    weights = narrowed(full) if int8 else {name: p.astype(np.float16) for name, p in full.items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)  # safetensors leaves it to its owner alone
    tokenizer.save(folder)
