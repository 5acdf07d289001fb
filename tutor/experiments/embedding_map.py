"""Embedding map: word vectors of 50 numbers flattened to two by principal component analysis (PCA).

The vectors, taken at length 1, are centred; the two axes are the directions in which they are spread the most,
found by a singular value decomposition. Pearson 1901, https://doi.org/10.1080/14786440109462720.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import base
from tutor.experiments.base import Reading, Table
from tutor.experiments.cells import View, percent
from tutor.experiments.word_lookup import Unknown, fold, unknown

if TYPE_CHECKING:
    from tutor.models.library import Library
    from tutor.models.vectors import Vectors

MOST = 200  # words on a map
DEEPEST = 32.0  # zoom
NOTHING = 1e-12  # of variance
WORDS = "rain snow wind storm bread butter cheese soup violin piano guitar flute lion tiger wolf bear"

READINGS = {  # 0, or an empty text, where there are too few words
    "words": "words on the map",
    "explained": "share of the variance that both axes show, 0 to 1",
    "explained_1": "share of the variance along the first axis, 0 to 1",
    "explained_2": "share of the variance along the second axis, 0 to 1",
    "closest_pair": "the two words with the largest cosine, with a space between them",
    "closest_pair_cosine": "their cosine, -1 to 1",
    "selected": "the word that is looked at",
    "nearest": "the word nearest to it in all dimensions, of those on the map",
    "nearest_cosine": "their cosine, -1 to 1",
    "map_nearest": "the word nearest to it on the map",
    "misled": "how many words have another nearest word on the map than in all dimensions",
    "unknown": "how many of the words asked for the table lacks",
    "dimensions": "numbers in a vector",
}

Place = Annotated[float, msgspec.Meta(ge=-1, le=1)]


class Settings(base.Settings, frozen=True):
    """The words, or one word and its `k` nearest. (x, y) is the middle of what is shown; the map goes from -1 to 1."""

    words: str = WORDS
    around: str = ""
    k: Annotated[int, msgspec.Meta(ge=1, le=MOST - 1)] = 20
    selected: str = ""  # the first word
    zoom: Annotated[float, msgspec.Meta(ge=1, le=DEEPEST)] = 1.0
    x: Place = 0.0
    y: Place = 0.0


@dataclass(frozen=True, eq=False)
class Result:
    """n words on a map."""

    settings: Settings
    vectors: Vectors
    words: tuple[str, ...]
    unknown: tuple[Unknown, ...]
    too_many: int  # words asked for beyond `MOST`
    scores: NDArray[np.float64]  # (n, 2): along the first axis and the second
    explained: tuple[float, float]  # shares of the variance
    cosines: NDArray[np.float64]  # (n, n), a word with itself -inf

    @cached_property
    def places(self) -> NDArray[np.float64]:
        """Where the words are on the map, (n, 2): each axis from -1 to 1, whatever its spread."""
        low, high = self.scores.min(axis=0), self.scores.max(axis=0)
        half = (high - low) / 2
        places: NDArray[np.float64] = (self.scores - low) / np.where(half > 0, half, 1) - (half > 0)
        return places

    @cached_property
    def frame(self) -> NDArray[np.float64]:
        """Where the words are in the frame that the settings put on the map, (n, 2): each axis from -1 to 1 inside."""
        s = self.settings
        frame: NDArray[np.float64] = (self.places - (s.x, s.y)) * s.zoom
        return frame

    @cached_property
    def in_sight(self) -> list[int]:
        """The words within the frame."""
        return [int(i) for i in np.flatnonzero((np.abs(self.frame) < 1 + 1e-9).all(axis=1))]

    @cached_property
    def nearest(self) -> list[int]:
        """For each word the one with the largest cosine; itself where it is alone."""
        return [int(i) for i in self.cosines.argmax(axis=1)] if self.words else []

    @cached_property
    def map_nearest(self) -> list[int]:
        """For each word the one at the smallest distance on the two axes, unstretched."""
        if not self.words:
            return []
        apart = np.linalg.norm(self.scores[:, None] - self.scores[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        return [int(i) for i in apart.argmin(axis=1)]

    @property
    def hidden(self) -> float:
        """The share of the variance that neither axis shows."""
        return max(0.0, 1 - sum(self.explained))

    @property
    def misled(self) -> int:
        return sum(a != b for a, b in zip(self.nearest, self.map_nearest, strict=True))

    @property
    def selected(self) -> int:
        """The word looked at: the first unless the settings name another one that is on the map."""
        name = fold(self.settings.selected)
        return self.words.index(name) if name in self.words else 0

    def complaint(self) -> str:
        """What of the words asked for is not on the map; empty if all are."""
        said = [str(self.unknown[0])] if self.unknown else []
        if len(self.unknown) > 1:
            said = [f"Not in the table: {', '.join(_shown(word) for word in self.unknown)}."]
        if self.too_many:
            said.append(f"Only the first {MOST} words are drawn; {self.too_many} more were asked for.")
        return " ".join(said)

    def lie(self, i: int) -> str:
        """Which word is nearest to word `i`, in truth and on the map."""
        word, true, seen = self.words[i], self.nearest[i], self.map_nearest[i]
        start = f"{word} is nearest to {self.words[true]} ({self.cosines[i, true]:.2f})"
        if true == seen:
            return f"{start}, in all {self.vectors.d} dimensions and on the map."
        return f"{start} in all {self.vectors.d} dimensions, to {self.words[seen]} on the map."

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        n, i = len(self.words), self.selected
        several = n > 1
        pair = divmod(int(self.cosines.argmax()), n) if several else (0, 0)
        return {
            "words": n,
            "explained": sum(self.explained),
            "explained_1": self.explained[0],
            "explained_2": self.explained[1],
            "closest_pair": f"{self.words[pair[0]]} {self.words[pair[1]]}" if several else "",
            "closest_pair_cosine": float(self.cosines[pair]) if several else 0.0,
            "selected": self.words[i] if n else "",
            "nearest": self.words[self.nearest[i]] if several else "",
            "nearest_cosine": float(self.cosines[i].max()) if several else 0.0,
            "map_nearest": self.words[self.map_nearest[i]] if several else "",
            "misled": self.misled if several else 0,
            "unknown": len(self.unknown),
            "dimensions": self.vectors.d,
        }

    def sentence(self) -> str:
        n = len(self.words)
        if n < 2:
            return (
                f"A map needs two words at least; here is {self.words[0] if n else 'none'}. {self.complaint()}".strip()
            )
        one, two, hidden = (percent(share) for share in (*self.explained, self.hidden))
        return (
            f"{n} words on two axes, which show {one} and {two} of the variance; {hidden} of it is hidden. "
            f"{self.misled} of {n} have another nearest word there than in all {self.vectors.d} "
            f"dimensions. {self.lie(self.selected)} {self.complaint()}"
        ).strip()

    def table(self) -> Table:
        """A row a word: its place on the axes and its nearest, in truth and on the map."""
        rows = []
        for i, word in enumerate(self.words):
            true, (x, y) = self.nearest[i], self.scores[i]
            cosine = f"{self.cosines[i, true]:.2f}" if len(self.words) > 1 else ""
            rows.append((word, f"{x:+.2f}", f"{y:+.2f}", self.words[true], cosine, self.words[self.map_nearest[i]]))
        return Table(("word", "axis 1", "axis 2", "nearest", "cosine", "nearest on the map"), rows)

    def data(self) -> dict[str, Any]:
        words = [
            {"word": word, "axis_1": float(self.scores[i, 0]), "axis_2": float(self.scores[i, 1])}
            for i, word in enumerate(self.words)
        ]
        return {"readings": self.readings(), "words": words}


def _shown(word: Unknown) -> str:
    return f"{word.word} ({word.spellings[0]}?)" if word.spellings else word.word


def pca(rows: NDArray[Any]) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Scores (n, 2) of n points (n, d) on the two axes of largest variance, and the share of each axis.

    An axis points to where its largest coefficient is positive. Points that are all in one place have shares of 0.
    """
    centred = np.asarray(rows, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2]
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    scores = np.zeros((len(rows), 2))
    scores[:, : len(axes)] = centred @ axes.T
    variance = np.zeros(2)
    variance[: len(axes)] = spread[:2] ** 2
    variance /= max(float((spread**2).sum()), NOTHING)
    scores[:, variance < NOTHING] = 0  # rounding is no spread
    variance[variance < NOTHING] = 0
    return scores, (float(variance[0]), float(variance[1]))


def compute(settings: Settings, library: Library) -> Result:
    """Find the words and flatten them."""
    vectors = library.vectors()
    centre = fold(settings.around)
    asked = list(dict.fromkeys([centre] if centre else map(fold, settings.words.split())))
    words = [word for word in asked if word in vectors]
    missing = [found for word in asked[:MOST] if (found := unknown(word, vectors))]
    if centre in vectors:
        words += [word for word, _ in vectors.nearest(vectors.unit(centre), settings.k, (centre,))]
    shown = tuple(words[:MOST])
    rows = vectors.units([vectors.index(word) for word in shown]).astype(np.float64)
    scores, explained = pca(rows) if shown else (np.zeros((0, 2)), (0.0, 0.0))
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -np.inf)
    return Result(settings, vectors, shown, tuple(missing), len(words) - len(shown), scores, explained, cosines)


def draw(result: Result, view: View) -> RenderableType:
    """The map with what it shows and hides."""
    from tutor.experiments.embedding_map_picture import picture

    return SegmentLines(picture(result, view).lines, new_lines=True)
