"""The run file: a whole language model, from token ids to the logits of the next token.

Together with a file of parameters this is all that runs: NumPy multiplies the matrices, nothing is hidden
in a framework. It is the Llama layout (https://arxiv.org/abs/2302.13971): rotary positions, RMSNorm before
every sub-layer, SwiGLU, no biases. Read it from top to bottom, or begin at `Llama.read` and follow the calls.

Shapes in comments: T tokens read now, S tokens read so far, V vocabulary, D d_model, L layers, H heads,
G heads that share one key and value, K numbers in a head's query, key or value, F d_ff.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.models.config import Config
from tutor.models.errors import ModelFileError

Array = NDArray[np.float32]
Watch = Callable[[str, Array], object]  # is told the name and the value of what was just computed


def window_start(n: int, n_ctx: int) -> int:
    """Where the model begins to read a text of `n` tokens: everything before is out of its sight.

    It has seen at most `n_ctx` tokens at once in training. A longer text is cut at the smallest multiple of
    half a context that leaves no more than that, and what remains is read from position 0: as a text grows,
    the model forgets the older half whenever its context is full.
    """
    half = max(1, n_ctx // 2)
    return -(-max(0, n - n_ctx) // half) * half


@dataclass(eq=False)
class Cache:
    """The keys and values of the tokens read so far, so that a next token is one step and not all of them."""

    keys: Array  # (L, H/G, n_ctx, K), already rotated
    values: Array  # (L, H/G, n_ctx, K)
    ids: list[int] = field(default_factory=list)  # every token so far, also those before the window
    start: int = 0  # where the window begins
    filled: int = 0  # tokens of the window whose keys and values are here

    def keep(self, n: int) -> None:
        """Forget all but the first `n` tokens."""
        self.ids = self.ids[:n]
        self.filled = max(0, min(self.filled, n - self.start))

    def copy(self, other: Cache, n: int) -> None:
        """Become what `other` was after its first `n` tokens."""
        self.ids, self.start, self.filled = other.ids, other.start, other.filled
        self.keep(n)
        here = slice(self.filled)
        self.keys[:, :, here] = other.keys[:, :, here]
        self.values[:, :, here] = other.values[:, :, here]


@dataclass(frozen=True)
class Trace:
    """What happened inside while the model read a text of T tokens."""

    ids: tuple[int, ...]  # the tokens it read: all, or those in the window
    start: int  # tokens before the window
    attention: Array  # (L, H, T, T): how much a token (third axis) looks at each one (fourth)
    query: Array  # (L, H, T, K), rotated
    key: Array  # (L, H/G, T, K), rotated
    value: Array  # (L, H/G, T, K)
    residual: Array  # (2L + 1, T, D): after the embedding, then after every attention and every MLP
    logits: Array  # (T, V)


@dataclass(frozen=True)
class Layer:
    """The parameters of one block. A matrix is (out, in); those that read the same input are one matrix."""

    attention_norm: Array  # (D,)
    query_key_value: Array  # (H K + 2 H/G K, D)
    attention_out: Array  # (D, H K)
    mlp_norm: Array  # (D,)
    gate_up: Array  # (2 F, D)
    down: Array  # (D, F)


class Llama:
    """A decoder: reads token ids, gives the logits of the token that follows each of them."""

    def __init__(self, config: Config, weights: Mapping[str, NDArray[Any]]) -> None:
        """`weights`: tensors by Hugging Face's names, any float type. Raises ModelFileError if one is amiss."""

        def take(name: str, *shape: int) -> Array:
            if name not in weights or weights[name].shape != shape:
                raise ModelFileError(f"the weights have no tensor {name} of shape {shape}")
            tensor = np.ascontiguousarray(weights[name], np.float32)
            if not np.isfinite(tensor).all():
                raise ModelFileError(f"the tensor {name} is damaged: not all of it are numbers")
            return tensor

        c = self.config = config
        d, heads, kv = c.d_model, c.n_head * c.d_head, c.n_kv_head * c.d_head
        self.embedding = take("model.embed_tokens.weight", c.vocab_size, d)  # (V, D)
        self.layers: list[Layer] = []
        for i in range(c.n_layer):
            at = f"model.layers.{i}."
            q = take(at + "self_attn.q_proj.weight", heads, d)
            k = take(at + "self_attn.k_proj.weight", kv, d)
            v = take(at + "self_attn.v_proj.weight", kv, d)
            gate = take(at + "mlp.gate_proj.weight", c.d_ff, d)
            up = take(at + "mlp.up_proj.weight", c.d_ff, d)
            self.layers.append(
                Layer(
                    attention_norm=take(at + "input_layernorm.weight", d),
                    query_key_value=np.concatenate([q, k, v]),
                    attention_out=take(at + "self_attn.o_proj.weight", d, heads),
                    mlp_norm=take(at + "post_attention_layernorm.weight", d),
                    gate_up=np.concatenate([gate, up]),
                    down=take(at + "mlp.down_proj.weight", d, c.d_ff),
                )
            )
        self.norm = take("model.norm.weight", d)
        self.unembedding = self.embedding if c.tied else take("lm_head.weight", c.vocab_size, d)  # (V, D)
        self.cos, self.sin = rotary_table(c)

    def new_cache(self) -> Cache:
        """An empty cache, with room for one context."""
        c = self.config
        shape = (c.n_layer, c.n_kv_head, c.n_ctx, c.d_head)
        return Cache(np.empty(shape, np.float32), np.empty(shape, np.float32))

    def forward(self, ids: Sequence[int], cache: Cache | None = None) -> Array:
        """Logits (T, V): row t scores every token as the one after `ids[t]`.

        With a cache, `ids` continue what it has read. Past the context (`window_start`) the rows are those of
        the tokens of `ids` in the window. Raises ValueError for no tokens, or ids not in the vocabulary.
        """
        rows = self.read(ids, cache or self.new_cache())
        return self.unembed(rows[-len(ids) :])

    def trace(self, ids: Sequence[int]) -> Trace:
        """Everything that happens while `ids` are read."""
        seen: defaultdict[str, list[Array]] = defaultdict(list)
        cache = self.new_cache()
        x = self.read(ids, cache, lambda name, value: seen[name].append(value))
        return Trace(
            ids=tuple(cache.ids[cache.start :]),
            start=cache.start,
            logits=self.unembed(x),
            **{name: np.stack(values) for name, values in seen.items()},
        )

    def read(self, ids: Sequence[int], cache: Cache, watch: Watch = lambda name, value: None) -> Array:
        """The residual stream (T, D) after the last block, for each token that had to be read now."""
        if not len(ids) or min(ids) < 0 or max(ids) >= self.config.vocab_size:
            raise ValueError(f"give at least one token, each from 0 to {self.config.vocab_size - 1}")
        text = [*cache.ids, *ids]
        start = window_start(len(text), self.config.n_ctx)
        if start != cache.start:
            cache.start, cache.filled = start, 0  # the window moved: every position in it is new
        new = text[start + cache.filled :]

        x = self.embedding[new]  # (T, D)
        watch("residual", x)
        for i, layer in enumerate(self.layers):
            h = rms_norm(x, layer.attention_norm, self.config.norm_eps)
            x = x + self.attention(i, h, cache, watch)
            watch("residual", x)
            h = rms_norm(x, layer.mlp_norm, self.config.norm_eps)
            x = x + self.mlp(i, h)
            watch("residual", x)

        cache.ids, cache.filled = text, cache.filled + len(new)
        return x

    def attention(self, i: int, x: Array, cache: Cache, watch: Watch) -> Array:
        """What each token takes from itself and the earlier ones, (T, D): softmax(q k / sqrt(K)) v."""
        c, layer = self.config, self.layers[i]
        begin, t = cache.filled, len(x)
        end = begin + t  # S
        group = c.n_head // c.n_kv_head  # G

        qkv = (x @ layer.query_key_value.T).reshape(t, -1, c.d_head)  # (T, H + 2 H/G, K)
        qk = rotate(qkv[:, : -c.n_kv_head], self.cos[begin:end, None], self.sin[begin:end, None])
        q = qk[:, : c.n_head].swapaxes(0, 1)  # (H, T, K)
        cache.keys[i, :, begin:end] = qk[:, c.n_head :].swapaxes(0, 1)
        cache.values[i, :, begin:end] = qkv[:, -c.n_kv_head :].swapaxes(0, 1)
        k, v = cache.keys[i, :, :end], cache.values[i, :, :end]  # (H/G, S, K)

        grouped = q.reshape(c.n_kv_head, group * t, c.d_head)  # the queries that share a key, as rows
        scores: Array = (grouped @ k.swapaxes(1, 2)).reshape(c.n_head, t, end)  # (H, T, S)
        scores *= np.float32(c.d_head**-0.5)
        if t > 1:  # a token does not see the ones after it
            scores += np.triu(np.full((t, end), -np.inf, np.float32), begin + 1)
        weights = softmax(scores)
        mixed: Array = (weights.reshape(c.n_kv_head, group * t, end) @ v).reshape(c.n_head, t, c.d_head)

        watch("query", q)
        watch("key", k)
        watch("value", v)
        watch("attention", weights)
        return mixed.swapaxes(0, 1).reshape(t, -1) @ layer.attention_out.T  # (T, D)

    def mlp(self, i: int, x: Array) -> Array:
        """SwiGLU (https://arxiv.org/abs/2002.05202), (T, D): down(silu(gate) * up)."""
        both = x @ self.layers[i].gate_up.T  # (T, 2 F)
        gate, up = both[:, : self.config.d_ff], both[:, self.config.d_ff :]
        return (silu(gate) * up) @ self.layers[i].down.T

    def unembed(self, x: Array) -> Array:
        """Logits (..., V) of a residual stream (..., D), also of one from the middle: the logit lens."""
        return rms_norm(x, self.norm, self.config.norm_eps) @ self.unembedding.T


def rms_norm(x: Array, weight: Array, eps: float) -> Array:
    """Each row over the root of its mean square, https://arxiv.org/abs/1910.07467."""
    mean_square = np.einsum("...d,...d->...", x, x)[..., None] / np.float32(x.shape[-1])
    scale: Array = np.sqrt(mean_square + np.float32(eps))
    return x / scale * weight


def silu(x: Array) -> Array:
    """x sigmoid(x), by way of tanh, which cannot overflow."""
    sigmoid: Array = np.float32(0.5) * (np.float32(1) + np.tanh(x * np.float32(0.5)))
    return x * sigmoid


def softmax(x: Array) -> Array:
    """exp(x) over its sum along the last axis."""
    e: Array = x - x.max(axis=-1, keepdims=True)
    np.exp(e, out=e)
    e /= e.sum(axis=-1, keepdims=True)
    return e


def rotary_table(config: Config) -> tuple[Array, Array]:
    """cos and sin of every position's K/2 angles, each (n_ctx, K/2): RoPE, https://arxiv.org/abs/2104.09864."""
    frequency = config.rope_theta ** (-np.arange(0, config.d_head, 2) / config.d_head)  # (K/2,)
    angle = np.outer(np.arange(config.n_ctx), frequency)
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


def rotate(x: Array, cos: Array, sin: Array) -> Array:
    """Turn each pair (i, i + K/2) of the last axis by its position's angle; x: (T, heads, K)."""
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)
