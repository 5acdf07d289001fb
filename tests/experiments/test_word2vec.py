"""Word vectors learned live, without a screen: what is trained, how it goes on, how it is said and drawn."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tutor.experiments import word2vec
from tutor.experiments.base import ExperimentError
from tutor.experiments.cells import View
from tutor.experiments.word2vec import CLOSE, RAN_AWAY, READINGS, Result, Session, Settings, turned
from tutor.experiments.word2vec_picture import curve, picture
from tutor.models.library import Library

TEXT = "The small cat saw the big dog. The big dog saw the small cat near the old house, and the cat ran home. " * 4
HOW: dict[str, Any] = {"text": TEXT, "word": "cat", "d": 6, "steps": 30}
TIERS = ["truecolor", "256", "16", "none"]


def end(steps: Generator[Any, None, Result]) -> Result:
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]


def computed(**changes: Any) -> Result:
    return end(word2vec.compute(Settings(**{**HOW, **changes}), Library()))


# ── training ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_course_trains_on_its_own_prose() -> None:
    result = computed(text="", steps=50, word="token")
    readings = result.readings()
    assert readings.keys() == READINGS.keys()
    assert readings["steps"] == 50 and readings["vocabulary"] == len(result.vectors) > 200
    assert readings["nearest"] in result.corpus.words and readings["nearest"] != "token"
    assert np.allclose(np.linalg.norm(result.vectors, axis=1), 1, atol=1e-5)


def test_going_on_is_the_same_as_going_there_at_once() -> None:
    session = Session()
    for steps in (0, 7, 8, 30):
        result = end(session.at(Settings(**{**HOW, "steps": steps})))
        assert result.steps == steps == result.settings.steps
    assert np.array_equal(result.vectors, computed().vectors)
    back = end(session.at(Settings(**{**HOW, "steps": 8})))
    assert np.array_equal(back.vectors, computed(steps=8).vectors)


def test_rate_and_word_may_change_on_the_way() -> None:
    session = Session()
    end(session.at(Settings(**HOW)))
    other = end(session.at(Settings(**{**HOW, "steps": 60, "learning_rate": 0.01, "word": "dog"})))
    assert other.readings()["learning_rate"] == 0.01 and other.steps == 60 and other.word == "dog"
    assert not np.array_equal(other.vectors, computed(steps=60).vectors)
    assert np.array_equal(other.losses[:30], computed().losses)  # the first steps were taken with the first rate


@pytest.mark.parametrize("change", [{"text": TEXT + "A fox. "}, {"window": 1}, {"negatives": 2}, {"d": 4}, {"seed": 2}])
def test_another_model_begins_anew(change: dict[str, Any]) -> None:
    session = Session()
    end(session.at(Settings(**HOW)))
    assert np.array_equal(end(session.at(Settings(**{**HOW, **change}))).vectors, computed(**change).vectors)


def test_a_rate_can_fall_in_a_straight_line() -> None:
    settings = Settings(learning_rate=0.2, decay_steps=100)
    assert [settings.rate(step) for step in (0, 25, 50)] == pytest.approx([0.2, 0.15, 0.1])
    assert 0 < settings.rate(100) == settings.rate(500) < 1e-4
    assert Settings(learning_rate=0.2).rate(10_000) == 0.2


def test_before_the_first_step_the_loss_is_chance() -> None:
    result = computed(steps=0, negatives=7)
    assert result.loss == pytest.approx(8 * np.log(2)) and result.steps == result.pairs == 0
    assert computed(steps=1, negatives=7).loss == pytest.approx(result.loss, rel=1e-5)


def test_a_loss_that_runs_away_is_said() -> None:
    result = computed(learning_rate=10.0, steps=2000)
    assert result.readings()["diverged"] == 1 and result.steps < 2000
    assert result.sentence().endswith(RAN_AWAY)
    assert np.isfinite(list(map(float, (result.loss, result.readings()["nearest_cosine"])))).all()


def test_neighbours_are_by_cosine_and_without_the_word_itself() -> None:
    result = computed()
    cosines = result.vectors @ result.vectors[result.corpus.index["cat"]]
    told = dict(result.nearest)
    assert "cat" not in told and set(told) <= set(result.corpus.words)
    assert all(cosine == pytest.approx(cosines[result.corpus.index[word]]) for word, cosine in told.items())
    assert list(told.values()) == sorted(told.values(), reverse=True)
    assert [row[0] for row in result.table().rows] == list(told)


def test_a_word_without_a_vector_is_no_error() -> None:
    result = computed(word=" Umbrella ")
    assert (result.readings()["nearest"], result.readings()["nearest_cosine"]) == ("", 0)
    assert "'umbrella' has no vector: it is in the text fewer than 3 times." in result.sentence()
    assert not result.table().rows and json.dumps(result.data())


@pytest.mark.parametrize("text", ["One two three.", "a. b. c. d. e. f. g. h. i. " * 5, "1 2 3 4"])
def test_a_text_that_is_too_short_is_said(text: str) -> None:
    with pytest.raises(ExperimentError, match="too short"):
        computed(text=text)


@pytest.mark.parametrize(
    "wrong", [{"steps": -1}, {"steps": 100_001}, {"learning_rate": 0}, {"d": 1}, {"window": 0}, {"negatives": 0}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Settings)


def test_data_is_the_state_of_the_training() -> None:
    result = computed()
    data = json.loads(json.dumps(result.data()))
    assert data["steps"] == len(data["losses"]) == 30 and data["word"] == "cat"
    assert data["nearest"][0]["word"] == result.readings()["nearest"] and "cat" in data["map"]


# ── the map ──────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(2, 12), st.integers(0, 99), st.floats(0, 6.3), st.booleans())
def test_a_map_is_turned_to_lie_as_the_one_before(n: int, seed: int, angle: float, mirror: bool) -> None:
    plane = {str(i): place for i, place in enumerate(np.random.default_rng(seed).normal(size=(n, 2)))}
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]]) @ np.diag([1, -1 if mirror else 1])
    before = {word: place @ turn for word, place in plane.items()}
    again = turned({**plane, "new": np.array([3.0, 4.0])}, {**before, "gone": np.ones(2)})
    assert all(np.allclose(again[word], before[word], atol=1e-7) for word in plane)
    assert np.linalg.norm(again["new"]) == pytest.approx(5)
    assert turned(plane, {}) == plane


def test_the_map_shows_the_chosen_word_and_its_nearest() -> None:
    result = computed()
    plane, share = result.plane
    assert next(iter(plane)) == "cat" and set(plane) == set(result.mapped)
    assert {word for word, _ in result.nearest[:CLOSE]} <= set(plane) and 0 < share <= 1
    going = Session()
    end(going.at(Settings(**HOW)))
    later = end(going.at(Settings(**{**HOW, "steps": 31}))).plane[0]
    moved = [float(np.linalg.norm(later[word] - plane[word])) for word in plane if word in later]
    assert max(moved) < 0.5  # of vectors of length 1: it does not jump


# ── the picture ──────────────────────────────────────────────────────────────────────────────────────

RESULTS = [computed(steps=0), computed(), computed(word="umbrella"), computed(learning_rate=10.0, steps=500)]


@examples(max_examples=60)
@given(
    st.sampled_from(RESULTS),
    st.builds(View, st.integers(46, 160), st.integers(7, 50), st.sampled_from(TIERS), st.booleans(), st.booleans()),
)
def test_a_picture_keeps_to_its_view(result: Result, view: View) -> None:
    drawn = picture(result, view, "training")
    lines = ["".join(segment.text for segment in line) for line in drawn.lines()]
    assert len(lines) == view.height and max(map(cell_len, lines)) <= view.width
    assert not view.ascii or all(line.isascii() for line in lines)
    assert any(">cat" in line or "cat>" in line for line in lines) == result.known
    if view.tier in ("16", "none"):
        assert not [s for line in drawn.lines() for s in line if s.style and s.style.color]


def test_the_curve_falls_with_the_loss() -> None:
    result = computed(steps=1500)
    columns = [line[1].text for line in curve(result, View(40, 8, "none"))]
    heights = [sum(line[x : x + 1] == "█" for line in columns) for x in (0, 20)]
    assert heights[0] > heights[1] > 0


def test_draw_prints_the_lines() -> None:
    result = computed()
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(word2vec.draw(result, View(80, 20, "none")), end="")
    assert "step 30" in captured.get() and "near to cat" in captured.get() and ">cat" in captured.get()
