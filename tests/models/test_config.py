"""`config.json`: what we write `transformers` reads, what others write we read, and the rest is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.models.config import Config, read_config
from tutor.models.errors import ModelFileError
from tutor.models.weights import read_safetensors

CONFIG = Config(
    vocab_size=101, d_model=48, n_layer=3, n_head=4, n_kv_head=2, d_ff=80, n_ctx=64, rope_theta=5e4, bos=100, eos=100
)


def write(tmp_path: Path, raw: object) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(raw))
    return path


@pytest.mark.parametrize("config", [CONFIG, replace(CONFIG, tied=False, norm_eps=1e-6, bos=None, n_kv_head=4)])
def test_there_and_back(tmp_path: Path, config: Config) -> None:
    assert read_config(write(tmp_path, config.to_hf())) == config


def test_transformers_reads_the_same(tmp_path: Path) -> None:
    write(tmp_path, CONFIG.to_hf())
    theirs = transformers.AutoConfig.from_pretrained(tmp_path)
    theirs.save_pretrained(tmp_path)  # in the spelling of the version installed
    assert read_config(tmp_path / "config.json") == CONFIG


def test_parameters_are_those_in_the_file(folder: Path) -> None:
    config = read_config(folder / "config.json")
    weights = read_safetensors(folder / "model.safetensors")
    assert config.n_parameters == sum(array.size for array in weights.values())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model_type": "gpt_neox"}, "model_type"),
        ({"model_type": "gpt2"}, "n_embd"),
        ({"model_type": None}, "model_type"),
        ({"hidden_act": "gelu"}, "hidden_act"),
        ({"attention_bias": True}, "attention_bias"),
        ({"vocab_size": 0}, "vocab_size"),
        ({"vocab_size": "101"}, "vocab_size"),
        ({"num_hidden_layers": True}, "num_hidden_layers"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers"),
        ({"max_position_embeddings": None}, "max_position_embeddings"),
        ({"num_attention_heads": 5}, "heads"),
        ({"num_attention_heads": 16}, "heads"),
        ({"num_key_value_heads": 3}, "heads"),
        ({"num_key_value_heads": 8}, "num_key_value_heads"),
        ({"head_dim": 64}, "head_dim"),
        ({"rope_theta": -1.0}, "rope_theta"),
        ({"rope_theta": float("nan")}, "rope_theta"),
        ({"rope_theta": float("inf")}, "rope_theta"),
        ({"rms_norm_eps": 0}, "rms_norm_eps"),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}, "rotary"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "rotary"),
        ({"rope_parameters": [1]}, "rotary"),
    ],
)
def test_one_line_says_what_is_wrong(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    path = write(tmp_path, CONFIG.to_hf() | change)
    with pytest.raises(ModelFileError, match=says) as caught:
        read_config(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b" " * (1 << 20) + b"{}"])
def test_files_that_are_no_config(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"config\.json: (not JSON|larger)"):
        read_config(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_config(tmp_path / "config.json")


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just([]) | st.just({})


@settings(deadline=None, max_examples=200)
@given(change=st.dictionaries(st.sampled_from(sorted(CONFIG.to_hf())), values, max_size=3))
def test_any_value_is_read_or_refused(change: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = write(tmp_path_factory.getbasetemp(), CONFIG.to_hf() | change)
    try:
        config = read_config(path)
    except ModelFileError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)
        return
    assert config.n_parameters > 0 and config.d_head * config.n_head == config.d_model
