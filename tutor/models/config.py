"""The shape of a model: what `config.json` of a Hugging Face directory says, in the course's names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tutor.models.errors import ModelFileError
from tutor.models.jsonfile import read_object


@dataclass(frozen=True)
class Config:
    """A decoder in one of two layouts.

    `llama`: RMSNorm, SwiGLU, no biases, positions rotary or by ALiBi.
    `gpt2`: LayerNorm, GELU, biases, positions learned.
    """

    vocab_size: int  # V
    d_model: int  # D, width of the residual stream
    n_layer: int  # L
    n_head: int  # H
    n_kv_head: int  # heads of keys and values; fewer than n_head is grouped-query attention
    d_ff: int  # F, width inside the MLP
    n_ctx: int  # the most tokens that are read at once
    layout: Literal["llama", "gpt2"] = "llama"
    positions: Literal["rotary", "alibi", "learned"] = "rotary"
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
        d, kv, f = self.d_model, self.n_kv_head * self.d_head, self.d_ff
        table = self.vocab_size * d * (1 if self.tied else 2)
        if self.layout == "gpt2":
            block = 4 * (d * d + d) + 2 * d * f + f + d + 4 * d  # q, k, v, o; up, down; two norms; each with its biases
            return table + self.n_ctx * d + self.n_layer * block + 2 * d
        block = 2 * d * d + 2 * d * kv + 3 * d * f + 2 * d  # q, o; k, v; gate, up, down; two norms
        return table + self.n_layer * block + d

    def to_hf(self) -> dict[str, Any]:
        """The same as Hugging Face's `LlamaConfig` or `GPT2Config` spells it.

        Llama's layout with ALiBi is ours alone: its `model_type` is one that `transformers` refuses, where it would
        otherwise compute something else.
        """
        names = _GPT2_SIZES if self.layout == "gpt2" else _LLAMA_SIZES
        sizes = {theirs: getattr(self, ours) for theirs, (ours, _) in names.items()}
        tokens = {"bos_token_id": self.bos, "eos_token_id": self.eos, "torch_dtype": "float16"}
        if self.layout == "gpt2":
            own = {"architectures": ["GPT2LMHeadModel"], **_GPT2_MUST, "layer_norm_epsilon": self.norm_eps}
        else:
            own = {
                "architectures": ["LlamaForCausalLM"],
                **_LLAMA_MUST,
                "model_type": "llama" if self.positions == "rotary" else ALIBI,
                "num_key_value_heads": self.n_kv_head,
                "head_dim": self.d_head,
                "rope_theta": self.rope_theta,
                "rms_norm_eps": self.norm_eps,
            }
        return {**own, **sizes, "tie_word_embeddings": self.tied, **tokens}


ALIBI = "llama-alibi"
_LLAMA_SIZES = {  # Hugging Face's names, ours, and the most we read
    "vocab_size": ("vocab_size", 1 << 20),
    "hidden_size": ("d_model", 1 << 16),
    "num_hidden_layers": ("n_layer", 1 << 10),
    "num_attention_heads": ("n_head", 1 << 10),
    "intermediate_size": ("d_ff", 1 << 18),
    "max_position_embeddings": ("n_ctx", 1 << 20),
}
_GPT2_SIZES = {
    "vocab_size": ("vocab_size", 1 << 20),
    "n_embd": ("d_model", 1 << 16),
    "n_layer": ("n_layer", 1 << 10),
    "n_head": ("n_head", 1 << 10),
    "n_inner": ("d_ff", 1 << 18),
    "n_positions": ("n_ctx", 1 << 20),
}
_LLAMA_MUST = {"hidden_act": "silu", "attention_bias": False, "mlp_bias": False}
_GPT2_MUST = {"model_type": "gpt2", "activation_function": "gelu_new", "scale_attn_weights": True}
_MAX_BYTES = 1 << 20


def read_config(path: Path) -> Config:
    """Read `config.json`; raises ModelFileError with one line that says what is wrong."""
    raw = read_object(path, _MAX_BYTES)
    try:
        return _config(raw)
    except ValueError as error:
        raise ModelFileError(f"{path}: not a model that we run: {error}") from error


def _config(raw: dict[str, Any]) -> Config:
    kind = raw.get("model_type")
    if kind == "gpt2":
        return _gpt2(raw)
    if kind in ("llama", ALIBI):
        return _llama(raw)
    raise ValueError(f'"model_type" must be "llama", "{ALIBI}" or "gpt2"')


def _llama(raw: dict[str, Any]) -> Config:
    _demand(raw, _LLAMA_MUST)
    sizes = _sizes(raw, _LLAMA_SIZES)
    n_kv_head = _count(raw, "num_key_value_heads", sizes["n_head"], sizes["n_head"])
    d_head, odd = divmod(sizes["d_model"], sizes["n_head"])
    if odd or sizes["n_head"] % n_kv_head or d_head % 2:
        raise ValueError("its heads do not divide its width")
    if raw.get("head_dim") not in (None, d_head):
        raise ValueError('"head_dim" must be hidden_size / num_attention_heads')
    rope = raw.get("rope_parameters") or raw.get("rope_scaling") or {}
    if not isinstance(rope, dict) or rope.get("rope_type", rope.get("type", "default")) != "default":
        raise ValueError("its rotary positions are scaled")
    positions: Literal["rotary", "alibi"] = "alibi" if raw["model_type"] == ALIBI else "rotary"
    return Config(
        **sizes,  # type: ignore[arg-type]  # all of them are whole numbers
        n_kv_head=n_kv_head,
        positions=positions,
        rope_theta=_positive(raw.get("rope_theta") or rope.get("rope_theta") or 10_000.0, "rope_theta"),
        norm_eps=_positive(raw.get("rms_norm_eps", 1e-6), "rms_norm_eps"),
        tied=bool(raw.get("tie_word_embeddings", False)),
        bos=_token(raw.get("bos_token_id"), sizes["vocab_size"]),
        eos=_token(raw.get("eos_token_id"), sizes["vocab_size"]),
    )


def _gpt2(raw: dict[str, Any]) -> Config:
    _demand(raw, _GPT2_MUST)
    sizes = _sizes({**raw, "n_inner": raw.get("n_inner") or 4 * _count(raw, "n_embd", 1 << 16)}, _GPT2_SIZES)
    if sizes["d_model"] % sizes["n_head"]:
        raise ValueError("its heads do not divide its width")
    return Config(
        **sizes,
        n_kv_head=sizes["n_head"],
        layout="gpt2",
        positions="learned",
        norm_eps=_positive(raw.get("layer_norm_epsilon", 1e-5), "layer_norm_epsilon"),
        tied=bool(raw.get("tie_word_embeddings", True)),
        bos=_token(raw.get("bos_token_id"), sizes["vocab_size"]),
        eos=_token(raw.get("eos_token_id"), sizes["vocab_size"]),
    )


def _demand(raw: dict[str, Any], must: dict[str, Any]) -> None:
    for name, value in must.items():
        if raw.get(name, value) != value:
            raise ValueError(f'"{name}" must be {json.dumps(value)}')


def _sizes(raw: dict[str, Any], names: dict[str, tuple[str, int]]) -> dict[str, int]:
    return {ours: _count(raw, theirs, most) for theirs, (ours, most) in names.items()}


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
