"""What is said to somebody who has committed to an outcome."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tutor.course.schema import Outcome, Prediction
from tutor.course.text import plain
from tutor.experiments.base import Reading, Table
from tutor.study.predicting import revealed, truth

ONE = Outcome(text="`one`, for *the* word is frequent", when=["tokens == 1"], explain="It is frequent.")
MORE = Outcome(text="two or three", when=["tokens >= 2", "tokens < 4"], explain="It is rare.")
PREDICTION = Prediction(id="p", text="How many?", settings={}, outcomes=[ONE, MORE])


@dataclass
class Tokens:
    """A result with one reading."""

    tokens: int

    def readings(self) -> dict[str, Reading]:
        return {"tokens": self.tokens}

    def sentence(self) -> str:
        return f"{self.tokens} *tokens*."

    def table(self) -> Table:
        return Table(("tokens",), ((str(self.tokens),),))


ONE = "one, for the word is frequent. It is frequent."


@pytest.mark.parametrize(
    ("chosen", "tokens", "said"),
    [
        (0, 1, f"As you said: {ONE}  Computed: 1 *tokens*."),
        (0, 2, f"You said: {ONE}  It is: two or three. It is rare.  Computed: 2 *tokens*."),
        (1, 1, f"You said: two or three. It is rare.  It is: {ONE}  Computed: 1 *tokens*."),
        (0, 4, "None of the outcomes came about. Computed: 4 *tokens*."),
    ],
)
def test_the_truth_is_said_whatever_marks_an_outcome_has(chosen: int, tokens: int, said: str) -> None:
    result = Tokens(tokens)
    assert truth(PREDICTION, result) == {1: 0, 2: 1, 4: None}[tokens]  # type: ignore[arg-type]
    assert " ".join(plain(revealed(PREDICTION, chosen, result))) == said  # type: ignore[arg-type]
