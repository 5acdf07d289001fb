"""Write a trained model as a Hugging Face directory: config.json, model.safetensors, tokenizer.json."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from tutor.models.tokenizer import Tokenizer
from tutor.training.gpt import GPT


def export(model: GPT, tokenizer: Tokenizer, folder: Path) -> None:
    """Write `model` in float16 and its tokenizer into `folder`, which `AutoModelForCausalLM` loads."""
    folder.mkdir(parents=True, exist_ok=True)
    config = replace(model.config, bos=tokenizer.bos, eos=tokenizer.bos)
    (folder / "config.json").write_text(json.dumps(config.to_hf(), indent=1) + "\n", encoding="utf-8")
    weights = {name: p.detach().to(torch.float16).contiguous() for name, p in model.named_parameters()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)  # safetensors leaves it to its owner alone
    tokenizer.save(folder)
