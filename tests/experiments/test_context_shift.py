"""Context shift without a screen: the vectors are the model's, the word is found, what is said and drawn."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tutor.experiments import context_shift
from tutor.experiments.base import ExperimentError
from tutor.experiments.cells import View
from tutor.experiments.context_shift import EXAMPLES, NEAREST, READINGS, Result, Settings, find, place
from tutor.experiments.context_shift_picture import MARK, marked, picture
from tutor.models.library import Library

LIBRARY = Library()
LAYERS = LIBRARY.model().config.n_layer
SPLIT = {"word": "barking", "first": "The dog was barking.", "second": "Barking and barking, it ran."}


def computed(**changes: Any) -> Result:
    steps: Generator[None, None, Result] = context_shift.compute(msgspec.convert(changes, Settings), LIBRARY)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


DEFAULT, OF_PIECES = computed(), computed(**SPLIT)
NOT_IN_GLOVE = computed(word="Zzxq", first="A zzxq sat.", second="The zzxq ran.")


# ── on the model that ships ──────────────────────────────────────────────────────────────────────────


def test_the_cosines_are_those_of_the_residual_stream() -> None:
    model = LIBRARY.model()
    rows = []
    for sentence in (EXAMPLES[0][1], EXAMPLES[0][2]):
        ids = model.start(sentence)
        at = [model.tokenizer.token(i) for i in ids].index(b" can")
        rows.append(model.trace(ids).residual[::2, at])
    expected = [float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for a, b in zip(*rows, strict=True)]
    assert DEFAULT.cosines == pytest.approx(expected, abs=1e-6)
    readings = DEFAULT.readings()
    assert readings.keys() == READINGS.keys() and readings["layers"] == LAYERS == len(expected) - 1
    assert readings["cosine_0"] == pytest.approx(1, abs=1e-6)
    assert readings["cosine_last"] == pytest.approx(expected[-1], abs=1e-6)
    assert readings["cosine_lowest"] == pytest.approx(min(expected), abs=1e-6)
    assert readings["lowest_layer"] == int(np.argmin(expected))
    assert readings["static_cosine"] == 1


def test_what_a_vector_is_near_to_is_the_logit_lens() -> None:
    model = LIBRARY.model()
    sentence = EXAMPLES[0][1]
    ids = model.start(sentence)
    at = [model.tokenizer.token(i) for i in ids].index(b" can")
    last = model.trace(ids).logits[at]  # of the last layer it is the prediction itself
    best = [model.tokenizer.token(int(i)) for i in np.argsort(-last)[:NEAREST]]
    assert list(DEFAULT.first.near[-1]) == best
    assert DEFAULT.readings()["nearest_first"] == best[0].decode()
    assert DEFAULT.first.near[0] == DEFAULT.second.near[0]  # nothing has been read yet but the word


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_whole_words_that_move(example: tuple[str, str, str]) -> None:
    word, first, second = example
    result = computed(word=word, first=first, second=second)
    assert result.whole and result.cosines[-1] < result.cosines[0] and result.static_near


def test_the_same_sentence_twice_is_the_same_vector() -> None:
    result = computed(second=EXAMPLES[0][1])
    assert result.cosines == pytest.approx([1] * (LAYERS + 1), abs=1e-6)
    assert result.readings()["nearest_first"] == result.readings()["nearest_second"]


@settings(max_examples=15)
@given(st.text(max_size=40))
def test_what_stands_after_the_word_changes_nothing(after: str) -> None:
    model = LIBRARY.model()
    alone = place("The old dog began to walk", "dog", "first", model)
    followed = place(f"The old dog {after}", "dog", "first", model)
    assert followed.pieces == alone.pieces and np.allclose(followed.vectors, alone.vectors, atol=1e-4)


def test_a_word_of_several_tokens_is_told_by_its_last() -> None:
    pieces = OF_PIECES.first.pieces
    assert len(pieces) > 1 and b"".join(pieces).decode() == " barking"
    assert OF_PIECES.readings()["tokens_first"] == len(pieces) and not OF_PIECES.whole
    model = LIBRARY.model()
    ids = model.start(SPLIT["first"])
    assert np.array_equal(OF_PIECES.first.vectors, model.trace(ids).residual[::2, len(ids) - 2])
    assert "the last token stands for it" in OF_PIECES.sentence()
    assert "stands for it" not in DEFAULT.sentence()


def test_unrelated_tokens_are_less_alike_than_the_word_with_itself() -> None:
    assert len(DEFAULT.unrelated) == LAYERS + 1
    assert all(-0.5 < cosine < 0.9 for cosine in DEFAULT.unrelated) and DEFAULT.unrelated[0] < DEFAULT.cosines[0]
    assert DEFAULT.readings()["unrelated_last"] == DEFAULT.unrelated[-1] == OF_PIECES.unrelated[-1]


def test_what_the_model_would_write_is_said_of_the_word() -> None:
    readings = DEFAULT.readings()
    first, second = readings["nearest_first"], readings["nearest_second"]
    assert f"After 'can' the model would write '{first}' in the first and '{second}' in the second." in (
        DEFAULT.sentence()
    )
    assert "GloVe has one vector for 'can' in any sentence." in DEFAULT.sentence()
    same = computed(first="The bat flew away.", second="The bat hit the ball.", word="bat")
    assert f"After 'bat' the model would write '{same.readings()['nearest_first']}' in both sentences." in (
        same.sentence()
    )


def test_the_static_vector_knows_no_sentence() -> None:
    near = [word for word, _ in LIBRARY.vectors().nearest(LIBRARY.vectors().vector("can"), NEAREST, {"can"})]
    assert list(DEFAULT.static_near) == near and DEFAULT.readings()["static_nearest"] == near[0] != "can"
    assert (NOT_IN_GLOVE.readings()["static_cosine"], NOT_IN_GLOVE.readings()["static_nearest"]) == (0, "")
    assert "GloVe does not have the word" in NOT_IN_GLOVE.sentence()


# ── the word in the sentence ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sentence", "word", "found"),
    [
        ("The cattle saw a cat.", "cat", "cat"),
        ("Cat and cat", " cat ", "Cat"),
        ("Ein Kätzchen, ein Käse", "Käse", "Käse"),
        ("so it's (very) new", "it's", "it's"),
        ("two words here", "two words", "two words"),
    ],
)
def test_a_word_is_found_whole_and_in_any_case(sentence: str, word: str, found: str) -> None:
    start, end = find(sentence, word)
    assert sentence.encode()[start:end].decode() == found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"word": "fish"}, "'fish' is not in the first sentence"),
        ({"second": "No such word."}, "'can' is not in the second sentence"),
        ({"word": "  "}, "write a word that both sentences have"),
        ({"word": "("}, "is not in the first sentence"),
        ({"first": "You can." + " The dog ran home." * 90}, "the first sentence is too long"),
    ],
)
def test_a_word_that_cannot_be_compared_is_said(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ExperimentError) as error:
        computed(**changes)
    assert said in str(error.value)


def test_a_sentence_longer_than_the_context_is_read_at_its_end() -> None:
    long = "The dog ran home. " * 90 + "They can fly"
    result = computed(first=long)
    ids = LIBRARY.model().start(long)
    assert len(ids) > LIBRARY.model().config.n_ctx
    assert np.array_equal(result.first.vectors, LIBRARY.model().trace(ids).residual[::2, -2])


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="the most is"):
        Settings(first="can " * 1000)


# ── said and drawn ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("result", [DEFAULT, OF_PIECES, NOT_IN_GLOVE])
def test_table_and_data_have_every_layer(result: Result) -> None:
    rows = [row for row in result.table().rows if row[0] != "GloVe"]
    assert [row[0] for row in rows] == [str(layer) for layer in range(LAYERS + 1)]
    assert [row[1] for row in rows] == [f"{cosine:.2f}" for cosine in result.cosines]
    assert (len(rows) < len(result.table().rows)) == bool(result.static_near)
    data = json.loads(json.dumps(result.data()))
    assert [layer["cosine"] for layer in data["layers"]] == result.cosines
    assert data["static"] == list(result.static_near)


@given(
    st.sampled_from([DEFAULT, OF_PIECES, NOT_IN_GLOVE]),
    st.builds(
        View, st.integers(46, 160), st.integers(8, 40), st.sampled_from(["256", "none"]), st.booleans(), st.booleans()
    ),
)
def test_a_picture_keeps_to_its_view_and_has_every_layer(result: Result, view: View) -> None:
    lines = ["".join(segment.text for segment in line) for line in picture(result, view)]
    assert len(lines) <= view.height and max(map(cell_len, lines)) <= view.width
    assert not view.ascii or all(line.isascii() for line in lines)
    for layer, cosine in enumerate(result.cosines):
        assert f"{layer}   {cosine:.2f}" in lines[layer + 1]
    glove = "GloVe" in "".join(lines[0])
    assert glove or view.height > LAYERS + 2 or not result.whole


def test_a_bar_has_the_mark_of_unrelated_tokens_in_it() -> None:
    assert marked(0.5, 0.25, 8, ascii=True) == f"##{MARK}#    "
    assert marked(-0.3, 0.99, 8, ascii=True) == f"       {MARK}"
    assert marked(1.0, None, 4, ascii=False) == "████"


def test_the_heading_names_the_last_token_of_a_word_cut_in_pieces() -> None:
    headings = ["".join(s.text for s in picture(result, View(80, 12, "none"))[0]) for result in (OF_PIECES, DEFAULT)]
    assert "last token: ing" in headings[0] and "last token" not in headings[1]


def test_draw_prints_the_lines() -> None:
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(context_shift.draw(DEFAULT, View(100, 20, "none")), end="")
    assert "near in the first" in captured.get() and "left to right" in captured.get()
