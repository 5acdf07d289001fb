"""Context shift: one word in two sentences, and how far its two vectors move apart from layer to layer.

The vectors are those of the residual stream, after the embedding (layer 0) and after every block. A word of
several tokens is looked at in its last one, the first that has read all of the word. Raw vectors are compared:
how alike unrelated tokens are in the same layer is measured beside it, on sentences that never change. (To take
away the mean vector first brings unrelated tokens to zero and leaves the shape of the curve as it is.)

What a vector is near to is read by the logit lens (nostalgebraist 2020): the tokens that the model's last norm and
its output matrix score highest, as if the layer were the last. In `tiny` the output matrix is the embedding
matrix, so after the embedding that is the word itself and its like; the last layer reads what would come next.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import base
from tutor.experiments.base import ExperimentError, Reading, Table
from tutor.experiments.cells import View, visible_bytes

if TYPE_CHECKING:
    from tutor.models.library import Library, Model

READINGS = {
    "layers": "number of layers (blocks) of the model",
    "cosine_0": "cosine between the word's two vectors after the embedding, -1 to 1",
    "cosine_last": "the same after the last layer",
    "cosine_lowest": "the smallest of these cosines, of all layers",
    "lowest_layer": "the layer that has it; 0 is the embedding",
    "unrelated_last": "mean cosine of two unrelated tokens after the last layer",
    "static_cosine": "cosine between the word's two static vectors: always 1; 0 when GloVe lacks the word",
    "static_nearest": "the word nearest to the static vector; empty when GloVe lacks the word",
    "nearest_first": "the token nearest to the vector of the first sentence after the last layer, by the logit lens",
    "nearest_second": "the same for the second sentence",
    "tokens_first": "number of tokens the word has in the first sentence",
    "tokens_second": "number of tokens the word has in the second sentence",
}

# word, first, second: two senses, but for the last, which has one sense twice
EXAMPLES = (
    ("can", "The bird can fly very high.", "She opened a can of beans."),
    ("watch", "Tim lost his watch in the park.", "Tim liked to watch the birds."),
    ("kind", "The girl was kind to the dog.", "What kind of fruit is this?"),
    ("rock", "He threw a rock into the water.", "Mom liked to rock the baby to sleep."),
    ("saw", "Dad cut the wood with a saw.", "Lily saw a big dog in the park."),
    ("watch", "Tim lost his watch in the park.", "Ben had a watch on his arm."),
)
UNRELATED = (
    "The old man walked home in the rain.",
    "Anna put three red apples on the table.",
    "Why is the little mouse so quiet?",
    "They sang a song and danced all night.",
    "A strong wind blew the door open.",
    "My brother has a blue kite with a long tail.",
    "Please give me some more soup.",
    "After lunch Max went to look for his shoes.",
)
MOST_CHARACTERS = 2_000  # a sentence
NEAREST = 8  # tokens and words told of a vector

Floats = NDArray[np.float32]


class Settings(base.Settings, frozen=True):
    """Two sentences and a word that both have. Of several places in a sentence the first is taken."""

    first: str = EXAMPLES[0][1]
    second: str = EXAMPLES[0][2]
    word: str = EXAMPLES[0][0]

    def __post_init__(self) -> None:
        for name in ("first", "second", "word"):
            if len(getattr(self, name)) > MOST_CHARACTERS:
                raise ValueError(f"{name}: {len(getattr(self, name)):,} characters; the most is {MOST_CHARACTERS:,}")
            # A terminal can deliver half a character as a lone surrogate; take it as U+FFFD.
            whole = getattr(self, name).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            msgspec.structs.force_setattr(self, name, whole)


@dataclass(frozen=True, eq=False)
class Place:
    """The word in one sentence. L layers, D d_model."""

    pieces: tuple[bytes, ...]  # the word's tokens
    vectors: Floats  # (L + 1, D): of the last of them, after the embedding and after every layer
    near: tuple[tuple[bytes, ...], ...]  # L + 1 rows of the nearest tokens, the nearest first


@dataclass(frozen=True, eq=False)
class Result:
    """The word in both sentences, layer by layer."""

    settings: Settings
    model: str
    first: Place
    second: Place
    unrelated: tuple[float, ...]  # (L + 1): the mean cosine of unrelated tokens
    static_near: tuple[str, ...]  # the words nearest to the static vector; none where GloVe lacks the word

    @property
    def cosines(self) -> list[float]:
        """Between the two vectors of every layer, (L + 1)."""
        return [float(c) for c in (_unit(self.first.vectors) * _unit(self.second.vectors)).sum(axis=1)]

    @property
    def word(self) -> str:
        return self.settings.word.strip()

    @property
    def whole(self) -> bool:
        """The word is one token in both sentences."""
        return len(self.first.pieces) == len(self.second.pieces) == 1

    def tokens(self) -> str:
        """Which tokens the word has, and which one stands for it; empty when it is one token in both."""
        if self.whole:
            return ""
        cut = [" + ".join(visible_bytes(piece) for piece in place.pieces) for place in (self.first, self.second)]
        cut = cut[:1] if cut[0] == cut[1] else [f"{cut[0]} in the first", f"{cut[1]} in the second"]
        return f"The model reads the word as {' and '.join(cut)}; the last token stands for it."

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        cosines = self.cosines
        lowest = int(np.argmin(cosines))
        return {
            "layers": len(cosines) - 1,
            "cosine_0": cosines[0],
            "cosine_last": cosines[-1],
            "cosine_lowest": cosines[lowest],
            "lowest_layer": lowest,
            "unrelated_last": self.unrelated[-1],
            "static_cosine": 1.0 if self.static_near else 0.0,
            "static_nearest": self.static_near[0] if self.static_near else "",
            "nearest_first": self.first.near[-1][0].decode("utf-8", "replace"),
            "nearest_second": self.second.near[-1][0].decode("utf-8", "replace"),
            "tokens_first": len(self.first.pieces),
            "tokens_second": len(self.second.pieces),
        }

    def sentence(self) -> str:
        cosines = self.cosines
        first, second = (f"'{visible_bytes(place.near[-1][0], ' ')}'" for place in (self.first, self.second))
        near = f"{first} in both sentences" if first == second else f"{first} in the first and {second} in the second"
        lowest = min(range(len(cosines)), key=cosines.__getitem__)
        last = f"{cosines[-1]:.2f} after layer {len(cosines) - 1}"
        if lowest < len(cosines) - 1:
            last = f"{cosines[lowest]:.2f} at the least, after layer {lowest}; it is {last}"
        static = f"has one vector for '{self.word}' in any sentence" if self.static_near else "does not have the word"
        return (
            f"The cosine between the two vectors of '{self.word}' is {cosines[0]:.2f} after the embedding and "
            f"{last}, where two unrelated tokens have {self.unrelated[-1]:.2f}. "
            f"After '{self.word}' the model would write {near}. "
            f"GloVe {static}. {self.tokens()}"
        ).rstrip()

    def table(self) -> Table:
        """A row a layer: the cosine, that of unrelated tokens, and the tokens nearest to each vector."""
        columns = ("layer", "cosine", "unrelated tokens", "near in the first", "near in the second")
        static = "  ".join(self.static_near)
        rows: list[tuple[str, ...]] = [("GloVe", "1.00", "", static, static)] if static else []
        for layer, cosine in enumerate(self.cosines):
            near = ("  ".join(map(visible_bytes, place.near[layer])) for place in (self.first, self.second))
            rows.append((str(layer), f"{cosine:.2f}", f"{self.unrelated[layer]:.2f}", *near))
        return Table(columns, tuple(rows))

    def data(self) -> dict[str, Any]:
        """`layers`, from the embedding on, and the words nearest to the `static` vector."""
        layers = [
            {
                "cosine": cosine,
                "unrelated": self.unrelated[layer],
                "near_first": [piece.decode("utf-8", "replace") for piece in self.first.near[layer]],
                "near_second": [piece.decode("utf-8", "replace") for piece in self.second.near[layer]],
            }
            for layer, cosine in enumerate(self.cosines)
        ]
        return {"model": self.model, "word": self.word, "layers": layers, "static": list(self.static_near)}


def compute(settings: Settings, library: Library) -> Generator[None, None, Result]:
    """Read both sentences; yields in between. Raises ExperimentError where the word is not in a sentence."""
    model = library.model()
    yield
    first = place(settings.first, settings.word, "first", model)
    yield
    second = place(settings.second, settings.word, "second", model)
    yield
    unrelated = yield from unrelated_cosines(model)
    table, word = library.vectors(), settings.word.strip().lower()
    yield
    static = tuple(near for near, _ in table.nearest(table.vector(word), NEAREST, {word})) if word in table else ()
    return Result(settings, model.name, first, second, unrelated, static)


def place(sentence: str, word: str, name: str, model: Model) -> Place:
    """The word in a sentence, which a complaint calls by `name`; raises ExperimentError."""
    start, end = find(sentence, word, name)
    trace = model.trace(model.start(sentence))
    pieces = [model.tokenizer.token(i) for i in model.start(sentence)]
    ends = list(accumulate(map(len, pieces[1:]), initial=0))  # where each token ends in the sentence, in bytes
    tokens = [i for i in range(1, len(pieces)) if ends[i - 1] < end and ends[i] > start]
    if tokens[0] < trace.start:
        raise ExperimentError(f"the {name} sentence is too long: the model has forgotten '{word.strip()}' at its end")
    vectors = trace.residual[::2, tokens[-1] - trace.start]
    logits = model.run.unembed(vectors)
    best = np.argsort(-logits, axis=1, kind="stable")[:, :NEAREST]
    near = tuple(tuple(model.tokenizer.token(int(i)) for i in row) for row in best)
    return Place(tuple(pieces[i] for i in tokens), vectors, near)


def find(sentence: str, word: str, name: str = "first") -> tuple[int, int]:
    """Where `word` first stands in `sentence` as a whole word, in any case: bytes; raises ExperimentError."""
    word = word.strip()
    if not word:
        raise ExperimentError("write a word that both sentences have")
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sentence, re.IGNORECASE)
    if not found:
        raise ExperimentError(f"'{word}' is not in the {name} sentence; write one that has it")
    return len(sentence[: found.start()].encode()), len(sentence[: found.end()].encode())


def unrelated_cosines(model: Model) -> Generator[None, None, tuple[float, ...]]:
    """(L + 1): the mean cosine of two different tokens of two of the sentences `UNRELATED`, layer by layer."""
    streams, ids, sentences = [], [], []
    for n, sentence in enumerate(UNRELATED):
        yield
        stream, read = _stream(sentence, model)
        streams.append(_unit(stream))
        ids += read
        sentences += [n] * len(read)
    unit = np.concatenate(streams, axis=1)  # (L + 1, tokens, D)
    token, home = np.array(ids), np.array(sentences)
    apart = (token[:, None] != token) & (home[:, None] != home)
    return tuple(float((layer @ layer.T)[apart].mean()) for layer in unit)


@lru_cache(maxsize=2 * len(UNRELATED))
def _stream(sentence: str, model: Model) -> tuple[Floats, list[int]]:
    """The residual stream (L + 1, T, D) of a sentence's T tokens, and their ids."""
    trace = model.trace(model.start(sentence))
    return trace.residual[::2, 1:], list(trace.ids[1:])


def _unit(vectors: Floats) -> Floats:
    """At length 1."""
    unit: Floats = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


def draw(result: Result, view: View) -> RenderableType:
    """A bar a layer, and what each vector is near to."""
    from tutor.experiments.context_shift_picture import picture

    return SegmentLines(picture(result, view), new_lines=True)
