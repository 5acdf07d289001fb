"""`tutor sample`."""

import pytest

from tutor.models.library import Library

PROMPT = "Once upon a time"


def test_data(tutor):
    data = tutor("sample", PROMPT, "--tokens", "12", "--seed", "5", "--json").data
    assert list(data) == ["model", "prompt", "seed", "tokens", "text"]
    assert (data["model"], data["prompt"], data["seed"]) == ("tiny", PROMPT, 5)
    assert 0 < len(data["tokens"]) <= 12
    assert Library().model().tokenizer.decode(data["tokens"]) == data["text"]


def test_text_is_the_prompt_and_what_follows(tutor):
    options = ("--tokens", "30", "--temperature", "1.3", "--top-k", "50", "--min-p", "0.01", "--seed", "2")
    data = tutor("sample", PROMPT, *options, "--json").data
    assert tutor("sample", PROMPT, *options).out == PROMPT + data["text"] + "\n"
    assert tutor("sample", "-", *options, stdin=PROMPT.encode()).out == PROMPT + data["text"] + "\n"


def test_seed_decides(tutor):
    texts = [tutor("sample", PROMPT, "--tokens", "30", "--seed", seed).out for seed in ("1", "1", "2", "3")]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


def test_greedy_takes_the_likeliest(tutor):
    data = tutor("sample", PROMPT, "--tokens", "1", "--temperature", "0", "--json").data
    likeliest = tutor("show", "next", PROMPT, "--json").data["candidates"][0]
    assert data["tokens"] == [likeliest["id"]]


@pytest.mark.parametrize("prompt", ["", "naïve 😀", "word " * 400])
def test_any_prompt(tutor, prompt):
    done = tutor("sample", prompt, "--tokens", "2", "--temperature", "0")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(prompt)
