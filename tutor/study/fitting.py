"""FSRS parameters fitted to the learner's own answers, by the `fsrs` package where its optimizer is installed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from tutor.study.schedule import Rating, predictions, rating_of
from tutor.study.store import Answer

LEAST = 512  # reviews; with fewer the package leaves its parameters as they are


def fit(answers: Sequence[Answer], ratings: Mapping[str, Rating]) -> tuple[float, ...]:
    """The parameters that predict the log best; seconds to minutes. Raises ValueError with a line for the learner."""
    reviews = len(predictions(answers, ratings))
    if reviews < LEAST:
        raise ValueError(f"fitting needs {LEAST} reviews a day or more after the answer before; there are {reviews}.")
    import fsrs

    numbers: dict[tuple[str, int], int] = {}  # a new revision is a new card
    logs = [
        fsrs.ReviewLog(
            numbers.setdefault((answer.question_id, answer.revision), len(numbers)),
            fsrs.Rating(rating_of(answer, ratings)),
            datetime.fromtimestamp(answer.at, UTC),
            None,
        )
        for answer in answers
    ]
    try:
        optimizer = fsrs.Optimizer(logs)
    except ImportError as error:
        raise ValueError("fitting needs more packages: pip install 'llm-tutor[optimize]'") from error
    return tuple(optimizer.compute_optimal_parameters())


def log_loss(
    answers: Iterable[Answer], ratings: Mapping[str, Rating], parameters: Sequence[float] | None = None
) -> float:
    """Mean of -ln(chance predicted of what came about) over the reviews, in nats; lower is better."""
    found = predictions(answers, ratings, parameters)
    return -sum(math.log(chance if recalled else 1 - chance) for chance, recalled in found) / len(found)
