"""`tutor show`: the three short names, and every experiment of the registry under its own."""

import json
import math
import subprocess
import sys

import pytest

from tutor.experiments.registry import EXPERIMENTS

TEXT = "The dog  saw naïve 1234567 \n😀"


@pytest.mark.parametrize("name", ["gpt2", "cl100k_base", "o200k_base", "tiny"])
def test_tokens(tutor, name):
    data = tutor("show", "tokens", TEXT, "--encoding", name, "--json").data
    assert list(data) == ["encoding", "count", "tokens"]
    assert data["encoding"] == name
    assert data["count"] == len(data["tokens"])
    raw = [bytes.fromhex(token["bytes"]) for token in data["tokens"]]
    assert b"".join(raw) == TEXT.encode()
    assert [token["text"] for token in data["tokens"]] == [piece.decode("utf-8", "replace") for piece in raw]


def test_tokens_of_gpt2(tutor):
    words = ("Hello!", "I'm", "learning", "about", "transformers.")
    data = tutor("show", "tokens", *words, "--json").data
    assert data["encoding"] == "gpt2"
    assert [token["id"] for token in data["tokens"]] == [15496, 0, 314, 1101, 4673, 546, 6121, 364, 13]


def test_encoding_repeated_gives_a_list(tutor):
    both = tutor("show", "tokens", TEXT, "--encoding", "tiny", "--encoding", "gpt2", "--json").data
    assert both == [tutor("show", "tokens", TEXT, "--encoding", name, "--json").data for name in ("tiny", "gpt2")]


def test_stdin_is_taken_as_it_is(tutor):
    data = tutor("show", "tokens", "-", "--json", stdin=b" a\r\n").data
    assert b"".join(bytes.fromhex(token["bytes"]) for token in data["tokens"]) == b" a\r\n"
    assert tutor("show", "tokens", "-", "--json").data["count"] == 0


def test_attention(tutor):
    data = tutor("show", "attention", "one two three", "--json").data
    assert list(data) == ["model", "tokens", "weights"]
    tokens = data["tokens"]
    assert "".join(tokens) == "<|endoftext|>one two three"
    for layer in data["weights"]:
        for head in layer:
            assert len(head) == len(tokens)
            for query, row in enumerate(head):
                assert len(row) == len(tokens)
                assert math.isclose(sum(row), 1, abs_tol=1e-4)
                assert not any(row[query + 1 :])


def test_next(tutor):
    data = tutor("show", "next", "Once upon a", "--temperature", "0.7", "--top-k", "5", "--json", "--all").data
    assert list(data) == ["model", "temperature", "candidates"]
    assert (data["model"], data["temperature"]) == ("tiny", 0.7)
    candidates = data["candidates"]
    assert sorted(candidate["id"] for candidate in candidates) == list(range(len(candidates)))
    logits = [candidate["logit"] for candidate in candidates]
    assert logits == sorted(logits, reverse=True)
    kept = [candidate for candidate in candidates if candidate["kept"]]
    assert kept == candidates[:5]
    assert all(candidate["cut_by"] is None for candidate in kept)
    assert {(c["kept"], c["probability"], c["cut_by"]) for c in candidates[5:]} == {(False, 0, "top_k")}
    scaled = [math.exp((candidate["logit"] - logits[0]) / 0.7) for candidate in kept]
    assert [c["probability"] for c in kept] == pytest.approx([x / sum(scaled) for x in scaled])


def test_next_without_all_is_the_beginning(tutor):
    every = tutor("show", "next", "Once upon a", "--json", "--all").data["candidates"]
    some = tutor("show", "next", "Once upon a", "--json").data["candidates"]
    assert some == every[: len(some)]
    assert len(some) == 20
    assert sum(candidate["probability"] for candidate in every) == pytest.approx(1)


@pytest.mark.parametrize("what", ["tokens", "attention", "next"])
def test_table_and_sentence(tutor, what):
    table = tutor("show", what, "one two three", "--table")
    assert table.code == 0
    assert len(table.out.splitlines()) > 3
    assert tutor("show", what, "one two three").out == table.out  # what is no terminal gets the table
    sentence = tutor("show", what, "one two three", "--sentence").out
    assert sentence.count("\n") == 1


@pytest.mark.parametrize("what", ["tokens", "attention", "next"])
def test_picture_in_a_pipe_has_no_colours(tutor, what, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    picture = tutor("show", what, "one two three", "--picture")
    assert picture.code == 0
    assert "\x1b" not in picture.out
    lines = picture.out.splitlines()
    assert 3 < len(lines) < 60
    assert max(map(len, lines)) <= 60


def test_picture_in_a_pipe_has_colours_when_they_are_asked_for(tutor):
    assert ";5;" in tutor("show", "tokens", "one two three", "--picture", "--colors", "256").out


def test_attention_of_one_head(tutor):
    first, second = (
        tutor("show", "attention", "one two three", "--sentence", "--layer", layer, "--head", "2", "--query", "1").out
        for layer in ("1", "2")
    )
    assert first.startswith("Layer 1, head 2")
    assert second.startswith("Layer 2, head 2")


# ── every experiment ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_shows_itself_in_four_forms(tutor, name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "72")
    monkeypatch.setenv("LINES", "21")
    module = EXPERIMENTS[name].load()
    data = tutor("show", name, "--json").data
    assert data["name"] == name
    assert set(data["readings"]) == set(module.READINGS)
    assert data["data"]
    sentence = tutor("show", name, "--sentence")
    assert (sentence.code, sentence.out.count("\n")) == (0, 1)
    assert sentence.out.strip()
    table = tutor("show", name, "--table")
    assert table.code == 0
    assert len(table.out.splitlines()) > 1
    picture = tutor("show", name, "--picture")
    assert picture.code == 0
    lines = picture.out.rstrip("\n").split("\n")
    assert 1 < len(lines) <= 20
    assert max(map(len, lines)) <= 72
    assert "\x1b" not in picture.out


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_setting_is_an_option(tutor, name):
    said = tutor("show", name, "--help")
    assert said.code == 0
    for field in EXPERIMENTS[name].load().Settings.__struct_fields__:
        assert ("TEXT" if field == "text" else "--" + field.replace("_", "-")) in said.out


def test_options_become_settings(tutor):
    data = tutor(
        *("show", "temperature-lab", "--temperature", "0.5", "Once", "upon a", "--top-k", "3"),
        *("--drawn", "40", "--drawn", "41", "--json"),
    ).data
    assert data["readings"]["temperature"] == 0.5
    assert data["readings"]["kept"] == 3
    assert data["readings"]["drawn"] == 2
    assert tutor("show", "token-splitter", "-", "--json", stdin=b"one two").data["readings"]["words"] == 2
    special = tutor("show", "token-splitter", "<|endoftext|>", "--special", "--json").data
    assert special["readings"]["tokens"] == 1
    assert tutor("show", "token-splitter", "<|endoftext|>", "--no-special", "--json").data["readings"]["tokens"] > 1
    assert tutor("show", "attention-heatmap", "a b c", "--query", "1", "--json").data["readings"]["query"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("splitter",), "no `tutor show splitter`; the nearest is `tutor show token-splitter`"),
        (("temperature-lab", "--seed", "-3"), "--seed: must be a whole number from 0, not '-3'"),
        (("temperature-lab", "--tokens", "2000"), "--tokens: must be a whole number from 0 to 1000, not '2000'"),
        (("temperature-lab", "--temperature", "warm"), "--temperature: must be a number, not 'warm'"),
        (("temperature-lab", "--temperature", "-1"), "temperature"),
        (("token-splitter", "--encodings", "latin"), "no encoding 'latin'"),
        (("attention-heatmap", "--layer", "99"), "there is no layer 99 here"),
        (("token-splitter", "--tokens", "1"), "unrecognized arguments: --tokens"),
        (("token-splitter", "--height", "0"), "must be a whole number from 1"),
        (("head-gallery", "--off", "four"), "--off: must be a head as layer.head, such as 4.5, not 'four'"),
        (("--json", "token-splitter"), "--json stands after the name"),
    ],
)
def test_a_wrong_option_is_one_line(tutor, arguments, said):
    done = tutor("show", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_the_list_names_everything_and_loads_nothing(tutor):
    listed = tutor("show", "--list", "--json").data
    assert {"tokens", "attention", "next", *EXPERIMENTS} == {one["name"] for one in listed}
    assert [line.split()[0] for line in tutor("show", "--list").out.splitlines()] == [one["name"] for one in listed]
    look = (
        "import json, sys; from tutor.cli import main; main(['show', '--list']); print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert not {"numpy", "rich", "tiktoken", "textual"} & set(json.loads(done.stdout.splitlines()[-1]))
