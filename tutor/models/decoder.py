"""The run file: a whole language model, from token ids to the logits of the next token.

Together with a file of parameters this is all that runs: NumPy multiplies the matrices, nothing is hidden
in a framework. It runs two layouts. Llama's (https://arxiv.org/abs/2302.13971): RMSNorm before every sub-layer,
SwiGLU, no biases, rotary positions or ALiBi. GPT-2's: LayerNorm, GELU, biases, learned positions. Read it from top
to bottom, or begin at `Decoder.read` and follow the calls; `parameters.py` brings each weight to its place.

Shapes in comments: T tokens read now, S tokens read so far, V vocabulary, D d_model, L layers, H heads,
G heads that share one key and value, K numbers in a head's query, key or value, F d_ff.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tutor.models.config import Config

Array = NDArray[np.float32]
Heads = Set[tuple[int, int]]  # (layer, head), each counted from 0
Watch = Callable[[str, Array], object]  # is told the name and the value of what was just computed
QUERIES = 64  # so many at once look at the keys up to theirs: the scores stay small, the future is not computed


def unwatched(name: str, value: Array) -> None:
    """Nobody asks what happens inside."""


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
class Linear:
    """x W^T + b; a matrix is (out, in), and those that read the same input are one matrix."""

    weight: Array  # (out, in)
    bias: Array | None = None  # (out,)

    def __call__(self, x: Array) -> Array:
        y: Array = x @ self.weight.T
        return y if self.bias is None else y + self.bias


@dataclass(frozen=True)
class Norm:
    """RMSNorm, or LayerNorm where there is a bias; x: (..., D)."""

    weight: Array  # (D,)
    eps: float
    bias: Array | None = None  # (D,)

    def __call__(self, x: Array) -> Array:
        if self.bias is None:
            return rms_norm(x, self.weight, self.eps)
        return layer_norm(x, self.weight, self.bias, self.eps)


@dataclass(frozen=True)
class Layer:
    """The parameters of one block."""

    attention_norm: Norm
    query_key_value: Linear  # D to H K + 2 H/G K
    attention_out: Linear  # H K to D
    mlp_norm: Norm
    up: Linear  # D to F; with SwiGLU to 2 F, the gate first
    down: Linear  # F to D


@dataclass(frozen=True)
class Parameters:
    """All the numbers of a model."""

    embedding: Array  # (V, D)
    position: Array | None  # (n_ctx, D), where positions are learned
    layers: tuple[Layer, ...]
    norm: Norm
    unembedding: Array  # (V, D); the embedding itself where they are tied


class Decoder:
    """A decoder: reads token ids, gives the logits of the token that follows each of them."""

    def __init__(self, config: Config, parameters: Parameters) -> None:
        self.config, self.parameters = config, parameters
        self.layers = parameters.layers
        self.turns = rotary_table(config)
        self.slopes = alibi_slopes(config.n_head)

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

    def trace(self, ids: Sequence[int], off: Heads = frozenset()) -> Trace:
        """Everything that happens while `ids` are read; the heads in `off` add nothing to the stream."""
        seen: defaultdict[str, list[Array]] = defaultdict(list)
        cache = self.new_cache()
        x = self.read(ids, cache, lambda name, value: seen[name].append(value), off)
        return Trace(
            ids=tuple(cache.ids[cache.start :]),
            start=cache.start,
            logits=self.unembed(x),
            **{name: np.stack(values) for name, values in seen.items()},
        )

    def read(self, ids: Sequence[int], cache: Cache, watch: Watch = unwatched, off: Heads = frozenset()) -> Array:
        """The residual stream (T, D) after the last block, for each token that had to be read now."""
        if not len(ids) or min(ids) < 0 or max(ids) >= self.config.vocab_size:
            raise ValueError(f"give at least one token, each from 0 to {self.config.vocab_size - 1}")
        text = [*cache.ids, *ids]
        start = window_start(len(text), self.config.n_ctx)
        if start != cache.start:
            cache.start, cache.filled = start, 0  # the window moved: every position in it is new
        new = text[start + cache.filled :]

        x = self.parameters.embedding[new]  # (T, D)
        if self.parameters.position is not None:
            x = x + self.parameters.position[cache.filled : cache.filled + len(new)]
        watch("residual", x)
        for i, layer in enumerate(self.layers):
            x = x + self.attention(i, layer.attention_norm(x), cache, watch, off)
            watch("residual", x)
            x = x + self.mlp(i, layer.mlp_norm(x))
            watch("residual", x)

        cache.ids, cache.filled = text, cache.filled + len(new)
        return x

    def attention(self, i: int, x: Array, cache: Cache, watch: Watch, off: Heads) -> Array:
        """What each token takes from itself and the earlier ones, (T, D): softmax(q k / sqrt(K)) v."""
        c, layer = self.config, self.layers[i]
        begin, t = cache.filled, len(x)
        end = begin + t  # S

        qkv = layer.query_key_value(x).reshape(t, -1, c.d_head)  # (T, H + 2 H/G, K)
        qk = qkv[:, : -c.n_kv_head]
        if c.positions == "rotary":
            qk = rotate(qk, self.turns[begin:end, None])
        q = qk[:, : c.n_head].swapaxes(0, 1)  # (H, T, K)
        cache.keys[i, :, begin:end] = qk[:, c.n_head :].swapaxes(0, 1)
        cache.values[i, :, begin:end] = qkv[:, -c.n_kv_head :].swapaxes(0, 1)
        k, v = cache.keys[i, :, :end], cache.values[i, :, :end]  # (H/G, S, K)

        scaled: Array = q * np.float32(c.d_head**-0.5)
        step = t if watch is not unwatched else QUERIES  # who watches wants all weights at once
        blocks: list[Array] = []
        for first in range(0, t, step):
            last = min(first + step, t)
            weights = self.weights(scaled[:, first:last], k, begin + last)  # (H, up to QUERIES, S or fewer)
            grouped = weights.reshape(c.n_kv_head, -1, begin + last) @ v[:, : begin + last]
            blocks.append(grouped.reshape(c.n_head, -1, c.d_head))
        mixed = blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)  # (H, T, K)
        if off:
            mixed[[head for at, head in off if at == i]] = 0

        watch("query", q)
        watch("key", k)
        watch("value", v)
        watch("attention", weights)  # of all queries, since it is watched
        return layer.attention_out(mixed.swapaxes(0, 1).reshape(t, -1))  # (T, D)

    def weights(self, q: Array, k: Array, end: int) -> Array:
        """How much the last `t` of `end` tokens look at each of them, (H, t, end); q: (H, t, K), k: (H/G, S, K)."""
        c, t = self.config, q.shape[1]
        grouped = q.reshape(c.n_kv_head, -1, c.d_head)  # the queries that share a key, as rows
        scores: Array = (grouped @ k[:, :end].swapaxes(1, 2)).reshape(c.n_head, t, end)
        if c.positions == "alibi":  # the further back a key, the lower its score
            scores += self.slopes[:, None, None] * distance(end - t, end)
        if t > 1:  # a token does not see the ones after it
            scores[:, :, -t:] += np.triu(np.full((t, t), -np.inf, np.float32), 1)
        return softmax(scores)

    def mlp(self, i: int, x: Array) -> Array:
        """What each token makes of what it has gathered, (T, D): wider, bent, and back."""
        layer = self.layers[i]
        hidden = layer.up(x)  # (T, 2 F) or (T, F)
        if self.config.layout == "gpt2":
            return layer.down(gelu(hidden))
        gate, up = hidden[:, : self.config.d_ff], hidden[:, self.config.d_ff :]
        return layer.down(silu(gate) * up)  # SwiGLU, https://arxiv.org/abs/2002.05202

    def unembed(self, x: Array) -> Array:
        """Logits (..., V) of a residual stream (..., D), also of one from the middle: the logit lens."""
        logits: Array = self.parameters.norm(x) @ self.parameters.unembedding.T
        return logits


def rms_norm(x: Array, weight: Array, eps: float) -> Array:
    """Each row over the root of its mean square, https://arxiv.org/abs/1910.07467."""
    mean_square = np.vecdot(x, x)[..., None] / x.shape[-1]
    scale: Array = np.sqrt(mean_square + eps)
    return x / scale * weight


def layer_norm(x: Array, weight: Array, bias: Array, eps: float) -> Array:
    """Each row less its mean, over its standard deviation, https://arxiv.org/abs/1607.06450."""
    x = x - x.mean(axis=-1, keepdims=True)
    return rms_norm(x, weight, eps) + bias


def silu(x: Array) -> Array:
    """x sigmoid(x), by way of tanh, which cannot overflow: sigmoid(x) = (1 + tanh(x/2)) / 2."""
    half: Array = np.float32(0.5) * x
    bent: Array = np.tanh(half)
    bent *= half
    bent += half
    return bent


def gelu(x: Array) -> Array:
    """x times the share of a normal distribution below x, by the tanh formula of GPT-2."""
    inner: Array = np.float32((2 / np.pi) ** 0.5) * (x + np.float32(0.044715) * x * x * x)
    share: Array = np.float32(0.5) * (np.float32(1) + np.tanh(inner))
    return x * share


def softmax(x: Array) -> Array:
    """exp(x) over its sum along the last axis, in the place of x."""
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
    return x


def rotary_table(config: Config) -> NDArray[np.complex64]:
    """Every position's K/2 turns, complex numbers of length 1, (n_ctx, K/2): RoPE, https://arxiv.org/abs/2104.09864."""
    frequency = config.rope_theta ** (-np.arange(0, config.d_head, 2) / config.d_head)  # (K/2,)
    angle = np.outer(np.arange(config.n_ctx), frequency)
    turns: NDArray[np.complex64] = np.exp(1j * angle).astype(np.complex64)
    return turns


def rotate(x: Array, turns: NDArray[np.complex64]) -> Array:
    """Turn each pair of neighbours in the last axis, read as one complex number; x: (T, heads, K)."""
    turned: Array = (x.view(np.complex64) * turns).view(np.float32)
    return turned


def alibi_slopes(n_head: int) -> Array:
    """How fast each head's scores fall with distance, (H,): ALiBi, https://arxiv.org/abs/2108.12409."""
    slopes: Array = np.exp2(-8 * np.arange(1, n_head + 1) / n_head).astype(np.float32)
    return slopes


def distance(begin: int, end: int) -> Array:
    """Key position less query position, (T, S), for the queries from `begin` on: 0 at itself, -1 at the one before."""
    position = np.arange(end, dtype=np.float32)
    return position[None, :] - position[begin:, None]
