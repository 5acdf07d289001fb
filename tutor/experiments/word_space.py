"""Word space: neighbours, cosine, analogy and bias, measured on 30,000 GloVe vectors.

Every vector is taken at length 1, so that a dot product is a cosine. The analogy "a is to b as c is to ?" asks
for the words nearest to b - a + c: Mikolov, Yih and Zweig 2013, https://aclanthology.org/N13-1090. The lean of
a word is its cosine with he - she, one pair of the many used by Bolukbasi and others 2016,
https://arxiv.org/abs/1607.06520.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import acos, degrees
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.segment import SegmentLines

from tutor.experiments import base
from tutor.experiments.base import Reading, Table
from tutor.experiments.cells import View
from tutor.experiments.word_lookup import Unknown, fold, unknown

if TYPE_CHECKING:
    from tutor.models.library import Library
    from tutor.models.vectors import Vectors

Panel = Literal["neighbours", "cosine", "analogy", "bias"]
Found = tuple[str, float]  # a word and its cosine
ASKS: dict[Panel, tuple[str, ...]] = {  # the settings that hold the words of each panel
    "neighbours": ("word",),
    "cosine": ("word", "other"),
    "analogy": ("a", "b", "c"),
    "bias": ("word",),
}
HE, SHE = "he", "she"
OCCUPATIONS = (
    "architect", "baker", "captain", "carpenter", "cleaner", "clerk", "dancer", "doctor", "economist", "engineer",
    "farmer", "journalist", "judge", "lawyer", "librarian", "maid", "manager", "mechanic", "nanny", "nurse",
    "philosopher", "pilot", "plumber", "professor", "receptionist", "scientist", "secretary", "singer", "surgeon",
    "teacher",
)  # fmt: skip
CAUTION = (
    "The numbers come from text of 2014 and earlier: which words stood near which. "
    "They show an association in that text, not what is true."
)
READINGS = {  # 0, or an empty text, for what hangs on a word that the table lacks
    "nearest": "the word nearest to `word`",
    "nearest_cosine": "the cosine of `word` with that one, -1 to 1",
    "cosine": "the cosine of `word` with `other`, -1 to 1",
    "angle": "the angle between these two, in degrees",
    "same_sign": "in how many of the numbers these two have the same sign",
    "answer": "the word nearest to b - a + c, with the inputs left out if `exclude` says so",
    "answer_cosine": "the cosine of the answer with b - a + c, -1 to 1",
    "answer_is_input": "1 where the answer is a, b or c, else 0",
    "answer_let_in": "the word nearest to b - a + c of all words, inputs too",
    "answer_left_out": "the word nearest to b - a + c of all words but the inputs",
    "rank_of_b": "the place of b among all words, the nearest to b - a + c being 1",
    "rank_of_c": "the place of c among them",
    "lean": "the cosine of `word` with he - she: above 0 to he, below 0 to she",
    "middle_low": "a quarter of all words lean less than this",
    "middle_high": "a quarter of all words lean more than this",
    "unknown": "how many of the panel's words the table lacks",
    "dimensions": "numbers in a vector",
    "vocabulary": "words in the table",
}


def fine(cosine: float) -> str:
    """Two decimals; three where two would make all neighbours alike."""
    return f"{cosine:.2f}" if abs(cosine) < 0.985 else f"{cosine:.3f}"


class Settings(base.Settings, frozen=True):
    """Which panel, its words, and how many words it finds (`k`). Capitals are folded."""

    panel: Panel = "neighbours"
    word: str = "coffee"
    other: str = "tea"
    a: str = "brother"
    b: str = "sister"
    c: str = "uncle"
    exclude: bool = True
    k: Annotated[int, msgspec.Meta(ge=1, le=100)] = 12


@dataclass(frozen=True)
class Analogy:
    """The words nearest to b - a + c."""

    target: str  # "sister - brother + uncle"
    inputs: tuple[str, ...]
    let_in: tuple[Found, ...]  # of all words
    left_out: tuple[Found, ...]  # of all words but the inputs
    rank_of_b: int
    rank_of_c: int


@dataclass(frozen=True, eq=False)
class Result:
    """What can be said of the words that the table has; None, empty or 0 for the rest."""

    settings: Settings
    vectors: Vectors
    unknown: tuple[Unknown, ...]  # of the panel's words
    neighbours: tuple[Found, ...]
    numbers: tuple[NDArray[np.float32], NDArray[np.float32]] | None  # of `word` and `other`, (d,), at length 1
    analogy: Analogy | None
    leans: tuple[Found, ...]  # the occupations, the furthest to she first
    lean: float  # of `word`, 0 if it is unknown
    middle: tuple[float, float]  # half of all words lean between these

    @property
    def word(self) -> str:
        return fold(self.settings.word)

    @property
    def other(self) -> str:
        return fold(self.settings.other)

    @property
    def products(self) -> NDArray[np.float32]:
        """The d products that add up to the cosine of the two words; none where one is unknown."""
        return np.zeros(0, dtype=np.float32) if self.numbers is None else self.numbers[0] * self.numbers[1]

    @property
    def same_sign(self) -> int:
        """In how many of the numbers the two words have the same sign; two zeros have."""
        return 0 if self.numbers is None else int((np.sign(self.numbers[0]) == np.sign(self.numbers[1])).sum())

    @property
    def cosine(self) -> float:
        return float(self.products.sum())

    @property
    def angle(self) -> float:
        """Between the two words, in degrees; 0 where one is unknown."""
        return degrees(acos(min(1.0, max(-1.0, self.cosine)))) if self.numbers else 0.0

    @property
    def answers(self) -> tuple[Found, ...]:
        """The answers to the analogy, the inputs among them or not as the settings say."""
        if self.analogy is None:
            return ()
        return self.analogy.left_out if self.settings.exclude else self.analogy.let_in

    def complaint(self) -> str:
        """What is wrong with the panel's words; empty if nothing is."""
        return " ".join(str(word) for word in self.unknown)

    def folded(self) -> str:
        """That capitals were folded, if the panel's words had any."""
        written = [getattr(self.settings, name).strip() for name in ASKS[self.settings.panel]]
        changed = [word for word in written if word != word.lower()]
        if not changed:
            return ""
        return f"The table has no capitals: {', '.join(f'{word} is read as {fold(word)}' for word in changed)}."

    # ── as every experiment's result ─────────────────────────────────────────────────────────────────

    def readings(self) -> dict[str, Reading]:
        """What hangs on a word that the table lacks is 0, or an empty text."""
        nearest = self.neighbours[0] if self.neighbours else ("", 0.0)
        answer = self.answers[0] if self.answers else ("", 0.0)
        analogy = self.analogy
        return {
            "nearest": nearest[0],
            "nearest_cosine": nearest[1],
            "cosine": self.cosine,
            "angle": self.angle,
            "same_sign": self.same_sign,
            "answer": answer[0],
            "answer_cosine": answer[1],
            "answer_is_input": int(analogy is not None and answer[0] in analogy.inputs),
            "answer_let_in": analogy.let_in[0][0] if analogy else "",
            "answer_left_out": analogy.left_out[0][0] if analogy else "",
            "rank_of_b": analogy.rank_of_b if analogy else 0,
            "rank_of_c": analogy.rank_of_c if analogy else 0,
            "lean": self.lean,
            "middle_low": self.middle[0],
            "middle_high": self.middle[1],
            "unknown": len(self.unknown),
            "dimensions": self.vectors.d,
            "vocabulary": len(self.vectors),
        }

    def sentence(self) -> str:
        said = self.complaint() or self._found()
        return f"{said} {self.folded()}".rstrip()

    def _found(self) -> str:
        panel = self.settings.panel
        if panel == "neighbours":
            return f"Of {len(self.vectors):,} words the nearest to {self.word} are {listed(self.neighbours[:3])}."
        if panel == "cosine":
            return (
                f"The cosine of {self.word} with {self.other} is {fine(self.cosine)}, an angle of {self.angle:.0f} "
                f"degrees. Once both vectors have length 1, the cosine is the sum of {self.vectors.d} products; "
                f"in {self.same_sign} of them both numbers have the same sign."
            )
        if panel == "analogy":
            return self.verdict()
        low, high = self.middle
        return (
            f"On the axis from she to he, {self.word} leans {self.lean:+.2f}; half of all words lie between {low:+.2f} "
            f"and {high:+.2f}. Of the list, {self.leans[0][0]} leans furthest to she ({self.leans[0][1]:+.2f}) and "
            f"{self.leans[-1][0]} to he ({self.leans[-1][1]:+.2f}). {CAUTION}"
        )

    def verdict(self) -> str:
        """What the analogy gives, with its inputs let in and left out."""
        assert self.analogy is not None
        (among_all, c1), (among_rest, c2) = self.analogy.let_in[0], self.analogy.left_out[0]
        if among_all not in self.analogy.inputs:
            return f"The nearest word to {self.analogy.target} is {among_all} ({fine(c1)}), none of the three inputs."
        return (
            f"The nearest word to {self.analogy.target} is {among_all} ({fine(c1)}), one of the three inputs. "
            f"With them left out it is {among_rest} ({fine(c2)})."
        )

    def table(self) -> Table:
        panel = self.settings.panel
        if self.unknown:
            rows = [(word.word, ", ".join(word.spellings)) for word in self.unknown]
            return Table(("not in the table", "spelled nearly so"), rows)
        if panel == "cosine":
            return self._products()
        if panel == "bias":
            leans = [*self.leans, (self.word, self.lean)]
            return Table(("word", "lean to he (+) or she (-)"), [(word, f"{lean:+.2f}") for word, lean in leans])
        if panel == "neighbours":
            found = [(str(i), word, fine(cosine)) for i, (word, cosine) in enumerate(self.neighbours, 1)]
            return Table(("place", "word", "cosine"), found)
        answers = [(str(i), word, fine(cosine), self.mark(word)) for i, (word, cosine) in enumerate(self.answers, 1)]
        return Table(("place", "word", "cosine", "put in"), answers)

    def mark(self, word: str) -> str:
        """That an answer is one of the words that were put in."""
        return "an input" if self.analogy and word in self.analogy.inputs else ""

    def _products(self) -> Table:
        """All d dimensions, the largest product first."""
        assert self.numbers is not None
        one, two = self.numbers
        rows = [
            (str(i + 1), f"{one[i]:+.3f}", f"{two[i]:+.3f}", f"{self.products[i]:+.3f}", f"{so_far:+.3f}")
            for i, so_far in zip(by_size(self.products), np.cumsum(self.products[by_size(self.products)]), strict=True)
        ]
        return Table(("dimension", self.word, self.other, "product", "sum so far"), rows)

    def data(self) -> dict[str, Any]:
        """The readings, and what the panel found."""
        table = self.table()
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        return {"panel": self.settings.panel, "readings": self.readings(), "rows": rows}


def listed(found: Sequence[Found]) -> str:
    """ "tea (0.81), cocoa (0.73) and milk (0.70)" """
    parts = [f"{word} ({fine(cosine)})" for word, cosine in found]
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)


def by_size(products: NDArray[np.float32]) -> NDArray[np.intp]:
    """The dimensions, the one with the largest product first, whatever its sign."""
    return np.argsort(-np.abs(products), kind="stable")


def compute(settings: Settings, library: Library) -> Result:
    """All panels at once; a word that the table lacks leaves its part open."""
    vectors = library.vectors()
    word, other, a, b, c = (fold(getattr(settings, name)) for name in ("word", "other", "a", "b", "c"))
    asked = dict.fromkeys(fold(getattr(settings, name)) for name in ASKS[settings.panel])
    leans = vectors.cosines(vectors.unit(HE) - vectors.unit(SHE))
    low, high = np.interp((0.25, 0.75), np.linspace(0, 1, len(leans)), np.sort(leans))  # quartiles, without numpy.ma
    there = word in vectors
    occupations = ((o, float(leans[vectors.index(o)])) for o in OCCUPATIONS)
    return Result(
        settings=settings,
        vectors=vectors,
        unknown=tuple(missing for asked_for in asked if (missing := unknown(asked_for, vectors))),
        neighbours=tuple(vectors.nearest(vectors.unit(word), settings.k, (word,))) if there else (),
        numbers=(vectors.unit(word), vectors.unit(other)) if there and other in vectors else None,
        analogy=solve(a, b, c, vectors, settings.k) if all(w in vectors for w in (a, b, c)) else None,
        leans=tuple(sorted(occupations, key=lambda found: found[1])),
        lean=float(leans[vectors.index(word)]) if there else 0.0,
        middle=(float(low), float(high)),
    )


def solve(a: str, b: str, c: str, vectors: Vectors, k: int) -> Analogy:
    """The `k` answers to "a is to b as c is to ?", with the inputs among them and without."""
    target = vectors.unit(b) - vectors.unit(a) + vectors.unit(c)
    cosines = vectors.cosines(target)
    rank_of_b, rank_of_c = (int((cosines > cosines[vectors.index(word)]).sum()) + 1 for word in (b, c))
    left_out = vectors.nearest(target, k, {a, b, c})
    let_in = vectors.nearest(target, k)
    return Analogy(f"{b} - {a} + {c}", (a, b, c), tuple(let_in), tuple(left_out), rank_of_b, rank_of_c)


def draw(result: Result, view: View) -> RenderableType:
    """The panel that the settings name."""
    from tutor.experiments.word_space_picture import picture

    return SegmentLines(picture(result, view), new_lines=True)
