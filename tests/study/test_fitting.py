from __future__ import annotations

import random
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from tutor.study.fitting import LEAST, fit, log_loss
from tutor.study.schedule import predictions, replay, retrievability, scheduler
from tutor.study.store import Answer

DAY, START = 86400.0, 1.77e9
IDS = map("{:032x}".format, count())


def answer(question: str, days: float, correct: bool) -> Answer:
    return Answer(next(IDS), START + days * DAY, question, 1, "c", 1, correct, 0, 20.0, False)


def forgetful(questions: int) -> list[Answer]:
    """A learner who forgets much faster than the package expects of its users."""
    rng, log = random.Random(4), []
    own = tuple(p / 5 if i < 4 else p for i, p in enumerate(scheduler().parameters))
    for n in range(questions):
        name, days = f"q-{n}", rng.uniform(0, 5)
        answers = [answer(name, days, rng.random() < 0.7)]
        for _ in range(5):
            days += rng.choice([1, 3, 8])
            chance = retrievability(replay(answers, {}, own)[name], START + days * DAY, own)
            answers.append(answer(name, days, rng.random() < chance))
        log += answers
    return log


@pytest.mark.long
def test_fitted_parameters_predict_better() -> None:
    log = forgetful(LEAST // 5 + 5)
    assert len(predictions(log, {})) >= LEAST
    fitted = fit(log, {})
    scheduler(fitted)  # within bounds
    assert log_loss(log, {}, fitted) < log_loss(log, {}) - 0.005


def test_a_log_that_is_too_short() -> None:
    with pytest.raises(ValueError, match=f"needs {LEAST} reviews .* there are 1.$"):
        fit([answer("q", 0, True), answer("q", 0.1, True), answer("q", 3, False)], {})


WITHOUT_THE_EXTRA = """
import sys
sys.modules["pandas"] = None
from tutor.study import fitting
from tutor.study.store import Answer
fitting.LEAST = 1
log = [Answer(str(days), 1.77e9 + days * 86400, "q", 1, "c", 1, True, 0, 20.0, False) for days in (0, 3)]
try:
    fitting.fit(log, {})
except ValueError as error:
    print(error)
"""


def test_what_is_missing_is_said_in_a_line() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", WITHOUT_THE_EXTRA], cwd=root, capture_output=True, text=True)
    assert done.stdout == "fitting needs more packages: pip install 'llm-tutor[optimize]'\n", done.stderr
