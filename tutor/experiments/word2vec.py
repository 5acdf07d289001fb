"""Word vectors learned from a small text while one watches: the loss, a word's neighbours, a map.

`skip_gram` is the method; here is what is asked of it and what there is to see.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import base, skip_gram
from tutor.experiments.base import ExperimentError, Reading, Table
from tutor.experiments.cells import View
from tutor.experiments.embedding_map import pca
from tutor.experiments.prose import passages
from tutor.experiments.skip_gram import Corpus, SkipGram

if TYPE_CHECKING:
    from tutor.models.library import Library

READINGS = {
    "steps": "steps taken; each is one batch of pairs",
    "loss": "mean loss of the last steps (100 at most), in nats a pair; before the first step that of a coin flip",
    "vocabulary": "number of different words that have a vector",
    "words": "number of words in the text, those too rare for a vector left out",
    "pairs": "number of training pairs seen",
    "nearest": "the word nearest to the chosen one; empty when the chosen one has no vector",
    "nearest_cosine": "cosine between the two, -1 to 1; 0 when the chosen one has no vector",
    "learning_rate": "the learning rate of the next step",
    "diverged": "1 when the learning rate was so high that the loss ran away, else 0",
}

MOST_STEPS = 100_000
MOST_CHARACTERS = 4_000_000
FEWEST_WORDS = 8  # in a vocabulary
RECENT = 100  # steps the loss is a mean over
NEIGHBOURS = 20
MAPPED = 40  # words on the map, at most
CLOSE = 8  # neighbours among them
LONG = 4  # letters; frequent words with fewer are left off the map
BREATH = 0.0002  # seconds after a step for other threads; without them a key waits for the interpreter, 5 ms a turn
SLICE, FRAME = 0.02, 0.5  # seconds between two yields, and between two pictures

Floats = NDArray[np.floating[Any]]


class Settings(base.Settings, frozen=True):
    """What to train on and how, and how far. Without a text it is the course's own prose."""

    text: str = ""
    word: str = "attention"
    learning_rate: Annotated[float, msgspec.Meta(gt=0, le=10)] = 0.1
    decay_steps: Annotated[int, msgspec.Meta(ge=0)] = 0  # the rate falls to 0 over so many steps; 0: it stays
    window: Annotated[int, msgspec.Meta(ge=1, le=20)] = 4  # words on either side, at most
    negatives: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5  # words drawn for every pair
    d: Annotated[int, msgspec.Meta(ge=2, le=128)] = 16  # numbers a vector
    min_count: Annotated[int, msgspec.Meta(ge=1)] = 3  # rarer words are left out
    subsample: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.001  # thins out frequent words; 0: off
    seed: Annotated[int, msgspec.Meta(ge=0)] = 1
    steps: Annotated[int, msgspec.Meta(ge=0, le=MOST_STEPS)] = 2000

    def __post_init__(self) -> None:
        if len(self.text) > MOST_CHARACTERS:
            raise ValueError(f"text: {len(self.text):,} characters; the most is {MOST_CHARACTERS:,}")

    @property
    def source(self) -> tuple[str, int]:
        """What makes the corpus."""
        return self.text, self.min_count

    @property
    def model(self) -> dict[str, Any]:
        """What makes the model that is trained on it."""
        return {name: getattr(self, name) for name in ("d", "window", "negatives", "subsample", "seed")}

    def rate(self, step: int) -> float:
        """The learning rate after so many steps, constant or falling in a straight line."""
        return self.learning_rate * max(1e-4, 1 - step / self.decay_steps) if self.decay_steps else self.learning_rate


@dataclass(frozen=True, eq=False)
class Result:
    """The vectors as they were after some steps. V words, d numbers a vector."""

    settings: Settings  # `steps`: taken by now
    corpus: Corpus
    vectors: Floats  # (V, d), each of length 1
    losses: Floats  # (steps,): of each step, in nats a pair
    pairs: int
    diverged: bool
    before: Mapping[str, Floats]  # the places (2,) of words on an earlier map, to which this one is turned

    @property
    def steps(self) -> int:
        return len(self.losses)

    @property
    def word(self) -> str:
        return self.settings.word.strip().lower()

    @property
    def known(self) -> bool:
        """The chosen word has a vector."""
        return self.word in self.corpus.index

    @property
    def rate(self) -> float:
        return self.settings.rate(self.steps)

    @property
    def chance(self) -> float:
        """The loss, in nats a pair, of one who calls every score even: it is the loss before the first step."""
        return float(np.log(2)) * (1 + self.settings.negatives)

    @property
    def loss(self) -> float:
        """The mean of the last steps, in nats a pair; once it has run away, that of the last one."""
        recent = 1 if self.diverged else RECENT
        return float(self.losses[-recent:].mean()) if self.steps else self.chance

    @cached_property
    def nearest(self) -> list[tuple[str, float]]:
        """The words with the largest cosine to the chosen one, the nearest first; none if that has no vector."""
        if not self.known:
            return []
        here = self.corpus.index[self.word]
        cosines = self.vectors @ self.vectors[here]
        order = np.argsort(-cosines, kind="stable")
        return [(self.corpus.words[i], float(cosines[i])) for i in order[: NEIGHBOURS + 1] if i != here][:NEIGHBOURS]

    @cached_property
    def mapped(self) -> list[str]:
        """The words on the map, the most important first: the chosen one, its neighbours, then the frequent ones."""
        frequent = (word for word in self.corpus.words[: 10 * MAPPED] if len(word) >= LONG)
        chosen = [self.word] * self.known
        near = (word for word, _ in self.nearest[:CLOSE])
        return list(dict.fromkeys((*chosen, *near, *frequent, *self.corpus.words[:MAPPED])))[:MAPPED]

    @cached_property
    def plane(self) -> tuple[dict[str, Floats], float]:
        """The place (2,) of every mapped word, and how much of their variance (0 to 1) the places show."""
        places, shares = pca(self.vectors[[self.corpus.index[word] for word in self.mapped]])
        plane = dict(zip(self.mapped, places, strict=True))
        return turned(plane, self.before), sum(shares)

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        nearest, cosine = self.nearest[0] if self.nearest else ("", 0.0)
        return {
            "steps": self.steps,
            "loss": self.loss,
            "vocabulary": len(self.corpus.words),
            "words": len(self.corpus.ids),
            "pairs": self.pairs,
            "nearest": nearest,
            "nearest_cosine": cosine,
            "learning_rate": self.rate,
            "diverged": int(self.diverged),
        }

    def sentence(self) -> str:
        said = f"After {self.steps:,} steps the loss is {self.loss:.2f} nats a pair"
        if self.known:
            named = [f"'{word}' ({cosine:.2f})" for word, cosine in self.nearest[:3]]
            near = f"; nearest to '{self.word}', by cosine, are {', '.join(named[:-1])} and {named[-1]}."
        else:
            near = f"; {self.unknown()}"
        return said + near + (f" {RAN_AWAY}" if self.diverged else "")

    def unknown(self) -> str:
        """Why the chosen word has no neighbours."""
        least = self.settings.min_count
        where = "nowhere in the text" if least == 1 else f"in the text fewer than {least} times"
        return f"'{self.word}' has no vector: it is {where}."

    def table(self) -> Table:
        """The neighbours of the chosen word, nearest first."""
        count = self.corpus.counts
        rows = ((word, f"{cosine:.2f}", str(count[self.corpus.index[word]])) for word, cosine in self.nearest)
        return Table((f"near to {self.word}", "cosine", "times in the text"), tuple(rows))

    def data(self) -> dict[str, Any]:
        """`losses` a step, `nearest` to the word, and the `map` with the share of variance it shows."""
        plane, share = self.plane
        return {
            "steps": self.steps,
            "loss": self.loss,
            "losses": self.losses.tolist(),
            "word": self.word,
            "nearest": [{"word": word, "cosine": cosine} for word, cosine in self.nearest],
            "map": {word: place.tolist() for word, place in plane.items()},
            "explained": share,
        }


RAN_AWAY = "The loss ran away: the rate is too high."


def turned(plane: Mapping[str, Floats], before: Mapping[str, Floats]) -> dict[str, Floats]:
    """The places of `plane`, turned and mirrored to lie as close to those of the same words `before` as they can.

    Orthogonal Procrustes, Schönemann 1966, https://doi.org/10.1007/BF02289451.
    """
    both = [word for word in plane if word in before]
    if not both:
        return dict(plane)
    now, then = (np.array([places[word] for word in both]) for places in (plane, before))
    left, _, right = np.linalg.svd(now.T @ then)
    return {word: place @ left @ right for word, place in plane.items()}


class Session:
    """A training that goes on as far as it is asked to. For one thread at a time."""

    def __init__(self) -> None:
        self._source: object = None
        self._asked: object = None
        self._corpus: Corpus | None = None
        self._model: SkipGram | None = None
        self._plane: Mapping[str, Floats] = {}

    def at(self, settings: Settings, frames: bool = False) -> Generator[Result | None, None, Result]:
        """Train on to `settings.steps`; from the beginning if that is behind, or if another model is asked for.

        The learning rate and the word may change on the way. With `frames` results come as it trains. Raises
        ExperimentError for a text that is too short.
        """
        model = yield from self._ready(settings)
        yielded = shown = perf_counter()
        while model.steps < settings.steps and not model.diverged:
            model.step(settings.rate(model.steps))
            sleep(BREATH)
            if (now := perf_counter()) - yielded > SLICE:
                result = None
                if frames and now - shown > FRAME:
                    result, shown = self._result(settings, model), now
                yield result
                yielded = perf_counter()
        return self._result(settings, model)

    def _ready(self, settings: Settings) -> Generator[None, None, SkipGram]:
        if self._corpus is None or self._source != settings.source:
            self._model = None
            self._corpus = yield from corpus(settings)
            self._source = settings.source
            yield
        if self._model is None or self._asked != settings.model or settings.steps < self._model.steps:
            self._model, self._asked, self._plane = SkipGram(self._corpus, **settings.model), settings.model, {}
        return self._model

    def _result(self, settings: Settings, model: SkipGram) -> Result:
        length = np.linalg.norm(model.centres, axis=1, keepdims=True)
        result = Result(
            settings=msgspec.structs.replace(settings, steps=model.steps),
            corpus=model.corpus,
            vectors=model.centres / length,
            losses=np.array(model.losses, np.float32),
            pairs=model.pairs,
            diverged=model.diverged,
            before=self._plane,
        )
        result.readings()
        self._plane = result.plane[0]
        return result


def corpus(settings: Settings) -> Generator[None, None, Corpus]:
    """The text that the settings name, as word ids; raises ExperimentError."""
    text = settings.text
    if not text.strip():
        parts = []
        for part in passages():
            parts.append(part)
            yield
        text = "\n\n".join(parts)
    made = yield from skip_gram.read(text, settings.min_count)
    if len(made.words) < FEWEST_WORDS or not made.has_pairs:
        often = "" if settings.min_count == 1 else f" {settings.min_count} times or more"
        raise ExperimentError(
            f"the text is too short: {len(made.words)} words come{often}, and {FEWEST_WORDS} are needed; add to it"
        )
    return made


def compute(settings: Settings, library: Library) -> Generator[Result | None, None, Result]:
    """Train from the beginning to `settings.steps`; see `Session.at`. It needs no model of the library."""
    return Session().at(settings)


def draw(result: Result, view: View) -> RenderableType:
    """The loss, the neighbours and the map."""
    from tutor.experiments.word2vec_picture import picture

    return SegmentLines(picture(result, view).lines(), new_lines=True)
