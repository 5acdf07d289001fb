"""Models to test with: the one that ships, and seeded random ones that `transformers` wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers

from tutor.models.library import FOLDER

torch.set_num_threads(1)  # as NumPy does here; two wait for each other on a busy machine


@pytest.fixture(scope="session")
def tiny() -> Path:
    """The folder of the model that ships."""
    return FOLDER / "tiny"


SHAPES = {
    "tied": {"num_key_value_heads": 4, "tie_word_embeddings": True, "max_position_embeddings": 256},
    "grouped": {"num_key_value_heads": 2, "tie_word_embeddings": False, "max_position_embeddings": 64},
    "one-key": {"num_key_value_heads": 1, "tie_word_embeddings": False, "max_position_embeddings": 32},
}


@pytest.fixture(scope="session", params=[*SHAPES, "tiny"])
def folder(request: pytest.FixtureRequest, tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder, of several shapes; random weights are large, so that attention is far from flat."""
    if request.param == "tiny":
        return tiny
    torch.manual_seed(7)
    config = transformers.LlamaConfig(
        vocab_size=101,
        hidden_size=48,
        intermediate_size=80,
        num_hidden_layers=3,
        num_attention_heads=4,
        rope_theta=10_000.0,
        rms_norm_eps=1e-5,
        initializer_range=0.25,
        **SHAPES[request.param],
    )
    model = transformers.LlamaForCausalLM(config)
    for name, weight in model.named_parameters():
        if "norm" in name:
            torch.nn.init.uniform_(weight, 0.5, 1.5)
    folder = tmp_path_factory.mktemp(request.param)
    model.save_pretrained(folder)
    return folder
