"""Each step of sampling, against a reference in plain Python and against `transformers`."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from transformers import (
    LlamaForCausalLM,
    MinPLogitsWarper,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from tutor.models.sampling import Distribution, Sampling, distribution, draw

LOG2 = math.log(2)


def plain_softmax(logits: dict[int, float]) -> dict[int, float]:
    top = max(logits.values())
    total = math.fsum(math.exp(x - top) for x in logits.values())
    return {i: math.exp(x - top) / total for i, x in logits.items()}


def plain(logits: list[float], s: Sampling) -> tuple[list[float], list[str]]:
    """Probabilities and reasons, token by token, as the documentation words the steps."""
    reasons = [""] * len(logits)
    best = min(i for i, x in enumerate(logits) if x == max(logits))
    if s.temperature == 0:
        return [float(i == best) for i in range(len(logits))], [
            "" if i == best else "temperature" for i in range(len(logits))
        ]
    left = {i: x / s.temperature for i, x in enumerate(logits)}

    def keep(step: str, stays: set[int]) -> None:
        for i in set(left) - stays:
            reasons[i] = step
            del left[i]

    if s.top_k and s.top_k < len(logits):
        least = sorted(left.values(), reverse=True)[s.top_k - 1]
        keep("top_k", {i for i, x in left.items() if x >= least})
    if s.top_p < 1:
        p, stays, total = plain_softmax(left), set(), 0.0
        for i in sorted(left, key=lambda i: (-left[i], i)):
            stays.add(i)
            total += p[i]
            assume(abs(total - s.top_p) > 1e-9)  # at the very edge rounding decides
            if total >= s.top_p:
                break
        keep("top_p", stays)
    if s.min_p:
        p = plain_softmax(left)
        assume(all(abs(x - s.min_p * max(p.values())) > 1e-12 or x == max(p.values()) for x in p.values()))
        keep("min_p", {i for i, x in p.items() if x >= s.min_p * max(p.values())})
    p = plain_softmax(left)
    return [p.get(i, 0.0) for i in range(len(logits))], reasons


def by_transformers(logits: list[float], s: Sampling) -> tuple[np.ndarray, list[str]]:
    """Probabilities and reasons, by the library's warpers in the order of its `generate`."""
    scores, reasons = torch.tensor([logits], dtype=torch.float64), [""] * len(logits)
    steps = {
        "temperature": (s.temperature != 1, TemperatureLogitsWarper, s.temperature),
        "top_k": (s.top_k != 0, TopKLogitsWarper, s.top_k),
        "top_p": (s.top_p != 1, TopPLogitsWarper, s.top_p),
        "min_p": (s.min_p != 0, MinPLogitsWarper, s.min_p),
    }
    for step, (on, warper, value) in steps.items():
        if on:
            scores = warper(value)(None, scores)
        for i, finite in enumerate(torch.isfinite(scores[0])):
            if not finite and not reasons[i]:
                reasons[i] = step
    return torch.softmax(scores[0], -1).numpy(), reasons


# Whole and half logits tie often; the others hardly ever.
tied = st.lists(st.integers(-6, 6).map(lambda n: n / 2), min_size=1, max_size=30)
apart = st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=30, unique=True)
samplings = st.builds(
    Sampling,
    temperature=st.just(1.0) | st.floats(0.05, 5),
    top_k=st.integers(0, 35),
    top_p=st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0]) | st.floats(0, 1),
    min_p=st.sampled_from([0.0, 0.05, 0.5, 1.0]) | st.floats(0, 1),
)


@given(tied | apart, samplings | st.just(Sampling(temperature=0)))
def test_steps_are_those_of_the_reference(logits: list[float], sampling: Sampling) -> None:
    probability, reasons = plain(logits, sampling)
    ours = distribution(logits, sampling)
    assert [ours.reason(i) for i in range(len(logits))] == reasons
    np.testing.assert_allclose(ours.probability, probability, rtol=1e-9, atol=1e-15)
    assert ours.kept.tolist() == [reason == "" for reason in reasons]


@given(apart, samplings)
def test_steps_are_those_of_transformers(logits: list[float], sampling: Sampling) -> None:
    plain(logits, sampling)  # leaves out what rounding decides
    probability, reasons = by_transformers(logits, sampling)
    ours = distribution(logits, sampling)
    np.testing.assert_allclose(ours.probability, probability, rtol=1e-9, atol=1e-15)
    assert [ours.reason(i) for i in range(len(logits))] == reasons


@given(tied, samplings)
def test_of_equal_tokens_as_many_stay_as_in_transformers(logits: list[float], sampling: Sampling) -> None:
    """Which of them stay is up to its sort; here it is those with the lower ids."""
    plain(logits, sampling)
    probability, reasons = by_transformers(logits, sampling)
    ours = distribution(logits, sampling)
    np.testing.assert_allclose(np.sort(ours.probability), np.sort(probability), rtol=1e-9, atol=1e-15)
    assert sorted(ours.reason(i) for i in range(len(logits))) == sorted(reasons)


HALVES = [3 * LOG2, 2 * LOG2, LOG2, LOG2]  # 1/2, 1/4, 1/8, 1/8


@pytest.mark.parametrize(
    ("logits", "sampling", "kept"),
    [
        ([0.0] * 4, Sampling(top_p=0.5), [0, 1]),  # a sum that reaches p exactly is enough
        ([0.0] * 4, Sampling(top_p=0.50001), [0, 1, 2]),
        ([0.0] * 4, Sampling(top_p=0), [0]),
        ([0.0] * 4, Sampling(top_k=2), [0, 1, 2, 3]),  # all equal the second
        ([0.0] * 4, Sampling(min_p=1), [0, 1, 2, 3]),
        ([0.0] * 4, Sampling(temperature=0), [0]),
        ([1.0, 3.0, 2.0, 2.0], Sampling(top_k=1), [1]),
        ([1.0, 3.0, 2.0, 2.0], Sampling(top_k=2), [1, 2, 3]),
        ([1.0, 3.0, 2.0, 2.0], Sampling(top_k=99), [0, 1, 2, 3]),
        ([1.0, 3.0, 2.0, 2.0], Sampling(min_p=1), [1]),
        ([5.0], Sampling(0.3, 1, 0.0, 1.0), [0]),
        (HALVES, Sampling(min_p=0.3), [0, 1]),
        (HALVES, Sampling(top_p=0.8), [0, 1, 2]),
        (HALVES, Sampling(top_k=2, top_p=0.66), [0]),  # top-p counts in what top-k left: 2/3 and 1/3
        (HALVES, Sampling(top_p=0.66), [0, 1]),
    ],
)
def test_edges(logits: list[float], sampling: Sampling, kept: list[int]) -> None:
    assert np.flatnonzero(distribution(logits, sampling).kept).tolist() == kept
    if sampling.temperature:
        assert sum(reason == "" for reason in by_transformers(logits, sampling)[1]) == len(kept)


@pytest.mark.parametrize("temperature", [5e-324, 1e-308, 1e-9])
def test_a_tiny_temperature_is_greedy_without_overflow(temperature: float) -> None:
    with np.errstate(all="raise", under="ignore"):
        ours = distribution([1.0, 3.0, -200.0], Sampling(temperature))
    assert ours.probability.tolist() == [0, 1, 0]


def test_what_is_shown_is_the_whole_vocabulary() -> None:
    logits = np.random.default_rng(0).normal(size=2048).astype(np.float32)
    ours = distribution(logits, Sampling(0.7, 50, 0.9, 0.3))
    assert ours.logits.shape == ours.probability.shape == ours.cut_by.shape == (2048,)
    assert ours.probability.dtype == np.float64 and ours.logits.tolist() == logits.tolist()
    assert {ours.reason(i) for i in range(2048)} == {"", "top_k", "top_p", "min_p"}
    assert ours.probability.sum() == pytest.approx(1, abs=1e-12)
    assert not ours.probability[~ours.kept].any()


@pytest.mark.parametrize("folder", ["tied"], indirect=True)
def test_the_whole_chain_is_that_of_generate(folder: Path) -> None:
    """`transformers` runs every step in its own order; float32, so to 1e-5."""
    torch.manual_seed(0)
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    settings = {"temperature": 2.5, "top_k": 12, "top_p": 0.95, "min_p": 0.5}
    out = model.generate(
        torch.tensor([[1, 2, 3]]),
        do_sample=True,
        max_new_tokens=40,
        output_logits=True,
        output_scores=True,
        return_dict_in_generate=True,
        **settings,
    )
    reasons: set[str] = set()
    for logits, scores in zip(out.logits, out.scores, strict=True):
        ours = distribution(logits[0].numpy(), Sampling(**settings))
        np.testing.assert_allclose(ours.probability, torch.softmax(scores[0], -1).numpy(), atol=1e-5)
        reasons |= {ours.reason(i) for i in range(len(ours.cut_by))}
    assert reasons == {"", "top_k", "top_p", "min_p"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", 100.1),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("temperature", "1"),
        ("temperature", True),
        ("top_k", -1),
        ("top_k", 1.0),
        ("top_k", True),
        ("top_p", -0.1),
        ("top_p", 1.1),
        ("top_p", math.nan),
        ("top_p", None),
        ("min_p", -0.1),
        ("min_p", 1.1),
        ("min_p", math.nan),
    ],
)
def test_values_out_of_range(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be a .*number from 0 .*, not .*$"):
        Sampling(**{name: value})


@pytest.mark.parametrize("logits", [[], [[1.0]], [math.nan, 1.0], [math.inf, 1.0], [-math.inf, -math.inf]])
def test_logits_that_are_none(logits: list) -> None:
    with pytest.raises(ValueError, match="logits must be"):
        distribution(logits, Sampling())


def test_a_logit_of_minus_infinity_is_never_drawn() -> None:
    assert distribution([-math.inf, 0.0], Sampling()).probability.tolist() == [0, 1]


class Fixed(np.random.Generator):
    """A generator whose next number is known."""

    def __init__(self, number: float) -> None:
        super().__init__(np.random.PCG64(0))
        self.number = number

    def random(self) -> float:
        return self.number


@given(
    st.lists(st.sampled_from([0, 0, 1, 2, 7, 1e-9]), min_size=1, max_size=12).filter(any),
    st.floats(0, 1, exclude_max=True) | st.sampled_from([0.0, 1 - 2**-53]),
)
def test_draw_looks_the_number_up_in_the_running_sum(weights: list[float], number: float) -> None:
    p = np.array(weights) / sum(weights)
    i = draw(Distribution(p, p, np.zeros(len(p), np.int8)), Fixed(number))
    assert p[i] > 0
    below = math.fsum(p[:i])
    assert below - 1e-12 <= number <= below + p[i] + 1e-12


def test_draws_are_as_frequent_as_they_are_likely() -> None:
    ours = distribution([0.0, 1.0, 2.0, 3.0], Sampling(top_k=3))
    rng = np.random.default_rng(5)
    n = 20_000
    counts = np.bincount([draw(ours, rng) for _ in range(n)], minlength=4)
    assert counts[0] == 0
    spread = np.sqrt(n * ours.probability * (1 - ours.probability))
    assert (abs(counts - n * ours.probability) <= 4 * spread).all()
