"""The shape of a model: what `config.json` of a Hugging Face directory says, in the course's names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.models.errors import ModelFileError
from tutor.models.jsonfile import read_object


@dataclass(frozen=True)
class Config:
    """A decoder in the Llama layout: rotary positions, RMSNorm, SwiGLU, no biases."""

    vocab_size: int  # V
    d_model: int  # D, width of the residual stream
    n_layer: int  # L
    n_head: int  # H
    n_kv_head: int  # heads of keys and values; fewer than n_head is grouped-query attention
    d_ff: int  # F, width inside the MLP
    n_ctx: int  # the most tokens the model was trained to see at once
    rope_theta: float = 10_000.0
    norm_eps: float = 1e-5
    tied: bool = True  # the unembedding is the embedding
    bos: int | None = None  # the token that starts a text
    eos: int | None = None  # the token that ends it

    @property
    def d_head(self) -> int:
        """K, numbers in one head's query, key and value."""
        return self.d_model // self.n_head

    @property
    def n_parameters(self) -> int:
        """Every number in the weights file, counted from the shape."""
        d, kv = self.d_model, self.n_kv_head * self.d_head
        block = 2 * d * d + 2 * d * kv + 3 * d * self.d_ff + 2 * d  # q, o; k, v; gate, up, down; two norms
        return self.vocab_size * d * (1 if self.tied else 2) + self.n_layer * block + d

    def to_hf(self) -> dict[str, Any]:
        """The same as Hugging Face's `LlamaConfig` spells it."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": self.vocab_size,
            "hidden_size": self.d_model,
            "num_hidden_layers": self.n_layer,
            "num_attention_heads": self.n_head,
            "num_key_value_heads": self.n_kv_head,
            "head_dim": self.d_head,
            "intermediate_size": self.d_ff,
            "max_position_embeddings": self.n_ctx,
            "rope_theta": self.rope_theta,
            "rms_norm_eps": self.norm_eps,
            "tie_word_embeddings": self.tied,
            "hidden_act": "silu",
            "attention_bias": False,
            "mlp_bias": False,
            "bos_token_id": self.bos,
            "eos_token_id": self.eos,
            "torch_dtype": "float16",
        }


_SIZES = {  # Hugging Face's names, ours, and the most we read
    "vocab_size": ("vocab_size", 1 << 20),
    "hidden_size": ("d_model", 1 << 16),
    "num_hidden_layers": ("n_layer", 1 << 10),
    "num_attention_heads": ("n_head", 1 << 10),
    "intermediate_size": ("d_ff", 1 << 18),
    "max_position_embeddings": ("n_ctx", 1 << 20),
}
_MUST = {"model_type": "llama", "hidden_act": "silu", "attention_bias": False, "mlp_bias": False}
_MAX_BYTES = 1 << 20


def read_config(path: Path) -> Config:
    """Read `config.json`; raises ModelFileError with one line that says what is wrong."""
    raw = read_object(path, _MAX_BYTES)
    try:
        return _config(raw)
    except ValueError as error:
        raise ModelFileError(f"{path}: not a model that we run: {error}") from error


def _config(raw: dict[str, Any]) -> Config:
    for name, value in _MUST.items():
        if raw.get(name, None if name == "model_type" else value) != value:
            raise ValueError(f'"{name}" must be {json.dumps(value)}')
    sizes = {ours: _count(raw, theirs, most) for theirs, (ours, most) in _SIZES.items()}
    n_head, d_model = sizes["n_head"], sizes["d_model"]
    n_kv_head = _count(raw, "num_key_value_heads", n_head, n_head)
    if d_model % n_head or n_head % n_kv_head or d_model // n_head % 2:
        raise ValueError("its heads do not divide its width")
    if raw.get("head_dim") not in (None, d_model // n_head):
        raise ValueError('"head_dim" must be hidden_size / num_attention_heads')
    rope = raw.get("rope_parameters") or raw.get("rope_scaling") or {}
    if not isinstance(rope, dict) or rope.get("rope_type", rope.get("type", "default")) != "default":
        raise ValueError("its rotary positions are scaled")
    return Config(
        **sizes,
        n_kv_head=n_kv_head,
        rope_theta=_positive(raw.get("rope_theta") or rope.get("rope_theta") or 10_000.0, "rope_theta"),
        norm_eps=_positive(raw.get("rms_norm_eps", 1e-6), "rms_norm_eps"),
        tied=bool(raw.get("tie_word_embeddings", False)),
        bos=_token(raw.get("bos_token_id"), sizes["vocab_size"]),
        eos=_token(raw.get("eos_token_id"), sizes["vocab_size"]),
    )


def _count(raw: dict[str, Any], name: str, most: int, default: int | None = None) -> int:
    number = raw.get(name)
    if number is None and default is not None:
        return default
    if type(number) is not int or not 0 < number <= most:
        raise ValueError(f'"{name}" must be a whole number from 1 to {most:,}')
    return number


def _positive(number: object, name: str) -> float:
    if type(number) not in (int, float) or not 0 < number < 1e12:  # type: ignore[operator]
        raise ValueError(f'"{name}" must be a number above 0')
    return float(number)  # type: ignore[arg-type]


def _token(id: object, vocab_size: int) -> int | None:
    """A token's id, None where there is no such token, or several."""
    return id if type(id) is int and 0 <= id < vocab_size else None
