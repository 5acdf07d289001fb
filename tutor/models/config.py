"""The shape of a model: what `config.json` of a Hugging Face directory says, in the course's names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.models.errors import ModelFileError


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


_NAMES = {
    "vocab_size": "vocab_size",
    "hidden_size": "d_model",
    "num_hidden_layers": "n_layer",
    "num_attention_heads": "n_head",
    "intermediate_size": "d_ff",
    "max_position_embeddings": "n_ctx",
}


def read_config(path: Path) -> Config:
    """Read `config.json`; raises ModelFileError with one line that says what is wrong."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise ModelFileError(f"{path}: not JSON: {error}") from error
    if not isinstance(raw, dict) or raw.get("model_type") != "llama":
        raise ModelFileError(f'{path}: not a model of the Llama layout ("model_type" must be "llama")')
    values: dict[str, int] = {}
    for theirs, ours in _NAMES.items():
        number = raw.get(theirs)
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= 1 << 24:
            raise ModelFileError(f'{path}: "{theirs}" must be a whole number above 0')
        values[ours] = number
    n_kv_head = raw.get("num_key_value_heads", values["n_head"])
    if not isinstance(n_kv_head, int) or n_kv_head < 1 or values["n_head"] % n_kv_head or values["d_model"] % values["n_head"]:
        raise ModelFileError(f"{path}: head counts do not divide the width")
    rope = raw.get("rope_parameters") or {}
    try:
        return Config(
            **values,
            n_kv_head=n_kv_head,
            rope_theta=float(raw.get("rope_theta") or rope.get("rope_theta") or 10_000.0),
            norm_eps=float(raw.get("rms_norm_eps", 1e-6)),
            tied=bool(raw.get("tie_word_embeddings", False)),
            bos=_token(raw.get("bos_token_id")),
            eos=_token(raw.get("eos_token_id")),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{path}: {error}") from error


def _token(value: object) -> int | None:
    return value if isinstance(value, int) else None
