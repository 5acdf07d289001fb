"""The recipe on a small corpus of its own: it learns, resumes exactly, and what it saves is what it was."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer

from tutor.models.config import Config, read_config
from tutor.models.decoder import Decoder
from tutor.models.int8 import widened
from tutor.models.parameters import take
from tutor.models.tokenizer import Tokenizer
from tutor.models.weights import read_safetensors
from tutor.training.corpus import SEPARATOR, Batches, encode_stories, read_stories
from tutor.training.evaluate import bits_per_byte
from tutor.training.gpt import GPT
from tutor.training.loop import Plan, learning_rate
from tutor.training.network import network
from tutor.training.recipes import RECIPES, runs
from tutor.training.renaming import BOYS, GIRLS, renamed
from tutor.training.repetition import IGNORE, repeat_rows, share_at
from tutor.training.run import Run, learn_tokenizer, run
from tutor.training.sample import sample

torch.set_num_threads(1)  # two wait for each other on a busy machine

SMALL = Config(vocab_size=300, d_model=32, n_layer=2, n_head=2, n_kv_head=2, d_ff=64, n_ctx=32)
WHO, DID, WHAT = ("Mara", "Otis", "the tall heron"), ("found", "hid", "painted"), ("a key", "two boats", "the gate")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    stories = [
        " ".join(f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHAT)}." for _ in range(9)) for _ in range(90)
    ]
    path = tmp_path_factory.mktemp("corpus") / "stories.txt"
    path.write_text(f"\n{SEPARATOR}\n".join(stories), encoding="utf-8")
    return path


BRIEF = Run(SMALL, tokens=20_480)


@pytest.mark.parametrize(
    "what", [BRIEF, replace(BRIEF, optimizer="muon", average=0.9, dropout=0.1, shape="linear")], ids=["plain", "muon"]
)
def test_it_learns_and_a_resumed_run_is_the_uninterrupted_one(corpus: Path, tmp_path: Path, what: Run) -> None:
    whole = list(run(what, corpus, corpus, tmp_path / "whole"))
    assert len(whole) == 40
    assert whole[-1].loss < whole[0].loss - 1
    assert whole[-1].bits_per_byte is not None and whole[-1].sample

    cut = run(what, corpus, corpus, tmp_path / "cut", save_every=10)
    for progress in cut:
        if progress.step == 25:
            break
    cut.close()
    rest = list(run(what, corpus, corpus, tmp_path / "cut", save_every=10))
    assert rest[0].step == 26  # leaving saved step 25
    assert rest[-1].loss == pytest.approx(whole[-1].loss, abs=1e-4)
    assert rest[-1].bits_per_byte == pytest.approx(whole[-1].bits_per_byte, abs=1e-4)

    with pytest.raises(ValueError, match="delete it, or give another --out"):
        next(run(replace(what, tokens=10_240), corpus, corpus, tmp_path / "cut"))


def read_back(folder: Path) -> Decoder:
    config = read_config(folder / "config.json")
    return Decoder(config, take(config, widened(read_safetensors(folder / "model.safetensors"))))


def nats(model: Decoder, ids: list[int]) -> float:
    logits = model.forward(ids[:-1])
    return float(F.cross_entropy(torch.from_numpy(logits), torch.tensor(ids[1:])))


def test_the_weights_of_chosen_steps_are_kept_and_the_run_file_reads_them(corpus: Path, tmp_path: Path) -> None:
    what = replace(BRIEF, keep=(0, 10, 40), int8=True)
    list(run(what, corpus, corpus, tmp_path))
    story = encode_stories(read_stories(corpus)[:1], Tokenizer.load(tmp_path).encoding)[0][:32].tolist()
    losses = [nats(read_back(tmp_path / f"step-{step:05}"), story) for step in what.keep]
    assert losses[0] > losses[1] > losses[2] == nats(read_back(tmp_path), story)


def test_the_best_point_is_kept_where_a_run_overfits(corpus: Path, tmp_path: Path) -> None:
    texts = read_stories(corpus)
    few, other = tmp_path / "few.txt", tmp_path / "other.txt"
    few.write_text(f"\n{SEPARATOR}\n".join(texts[:12]), encoding="utf-8")
    other.write_text(f"\n{SEPARATOR}\n".join(texts[60:70]), encoding="utf-8")
    what = replace(BRIEF, tokens=60_000, best=True, weight_decay=0.0, learning_rate=2e-2, repetition=None)
    steps = list(run(what, few, other, tmp_path))
    measured = [p.bits_per_byte for p in steps if p.bits_per_byte is not None]
    assert min(measured) < measured[-1]
    model, tokenizer = read_back(tmp_path), Tokenizer.load(tmp_path)
    config = replace(SMALL, bos=tokenizer.bos, eos=tokenizer.bos)
    ours = GPT(config)
    tensors = read_safetensors(tmp_path / "model.safetensors")
    ours.load_state_dict({name: torch.from_numpy(t.astype(np.float32)) for name, t in tensors.items()})
    held_out = read_stories(other)
    bits = bits_per_byte(ours, encode_stories(held_out, tokenizer.encoding), sum(map(len, held_out)))
    assert bits == pytest.approx(min(measured), rel=1e-3) and model.config == config


@pytest.mark.parametrize("layout", ["gpt2", "alibi"])
def test_other_layouts_learn_and_the_run_file_computes_the_same(corpus: Path, tmp_path: Path, layout: str) -> None:
    config = (
        replace(SMALL, positions="alibi") if layout == "alibi" else replace(SMALL, layout="gpt2", positions="learned")
    )
    steps = list(run(replace(BRIEF, config=config, n_ctx=16, rows=32), corpus, corpus, tmp_path))
    assert steps[-1].loss < steps[0].loss - 1
    tensors = read_safetensors(tmp_path / "model.safetensors")
    trained = network(config)
    trained.load_state_dict({name: torch.from_numpy(t.astype(np.float32)) for name, t in tensors.items()})
    ids = list(range(60, 92))
    with torch.no_grad():
        np.testing.assert_allclose(read_back(tmp_path).forward(ids), trained(torch.tensor([ids]))[0], atol=1e-4)


ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def test_two_processes_take_the_steps_of_one(corpus: Path, tmp_path: Path) -> None:
    files = ["--corpus", str(corpus), "--valid", str(corpus), "--tokens", "24576"]
    command = ["-m", "tutor", "train", "ladder", "--only", "28k", "--json", *files]
    said: list[list[dict[str, float]]] = []
    for how in ([], ["-m", "torch.distributed.run", "--nproc-per-node", "2"]):
        out = tmp_path / str(len(said))
        done = subprocess.run(
            [sys.executable, *how, *command, "--out", str(out)], capture_output=True, text=True, env=ENVIRONMENT
        )
        assert done.returncode == 0, done.stderr
        said.append([json.loads(line) for line in done.stdout.splitlines()])
    one, two = said
    assert [step["step"] for step in one] == [step["step"] for step in two] == [1, 2, 3, 4, 5, 6]
    assert [step["loss"] for step in two] == pytest.approx([step["loss"] for step in one], rel=1e-5)
    assert two[-1]["bits_per_byte"] == pytest.approx(one[-1]["bits_per_byte"], rel=1e-5)


def test_every_recipe_has_runs_that_can_begin() -> None:
    for recipe in RECIPES:
        for name, what in runs(recipe).items():
            if (what.config.vocab_size, what.config.n_ctx) == (2048, 256):
                built = sum(p.numel() for p in network(what.config).parameters())
                assert built == what.config.n_parameters, (recipe, name)
            assert all(0 <= step <= what.tokens // (what.rows * (what.n_ctx or 256)) for step in what.keep)
    assert sum(p.numel() for p in network(runs("tiny")["tiny"].config).parameters()) == 3_049_920


def test_renaming_keeps_a_person_one_person() -> None:
    story = "Lily met Tim. Tim gave Lily a lily. Timothy was not there."
    for seed in range(20):
        words = renamed(story, np.random.default_rng(seed)).replace(".", "").split()
        assert words[0] == words[5] in GIRLS and words[2] == words[3] in BOYS
        assert words[7] == "lily" and words[8] == "Timothy"


def test_repeats_fade() -> None:
    shares = [share_at(done / 100) for done in range(101)]
    assert shares[:41] == [0.35] * 41 and shares[75:] == pytest.approx([0.04] * 26)
    assert shares == sorted(shares, reverse=True)


def test_transformers_loads_what_the_recipe_saves(corpus: Path, tmp_path: Path) -> None:
    list(run(replace(BRIEF, tokens=2_560), corpus, corpus, tmp_path))
    model = AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    ids = tokenizer("Mara hid two boats.", return_tensors="pt").input_ids
    assert ids[0, 0] == model.config.bos_token_id
    ours = GPT(SMALL)
    ours.load_state_dict(
        {**ours.state_dict(), **{k: v for k, v in model.state_dict().items() if k != "lm_head.weight"}}
    )
    with torch.no_grad():
        assert torch.allclose(ours(ids), model(ids).logits, atol=1e-4)


def test_bits_a_byte_is_the_mean_over_the_whole_text(corpus: Path) -> None:
    torch.manual_seed(0)
    config = replace(SMALL, n_ctx=128)
    model = GPT(config)
    tokenizer = learn_tokenizer(read_stories(corpus), corpus.parent, config.vocab_size)
    texts = read_stories(corpus)[:5]
    stories = encode_stories(texts, tokenizer.encoding)
    assert max(map(len, stories)) <= 128  # so one pass sees a whole story
    bits = 0.0
    for story in stories:
        x = torch.tensor(story.astype(int))[None]
        with torch.no_grad():
            loss = F.cross_entropy(model(x[:, :-1])[0], x[0, 1:], reduction="sum")
        bits += float(loss) / math.log(2)
    n_bytes = sum(len(text) for text in texts)
    assert bits_per_byte(model, stories, n_bytes, rows=2) == pytest.approx(bits / n_bytes, rel=1e-5)


@pytest.mark.parametrize("n", [33, 48, 49, 64, 65, 100])
def test_every_token_of_a_long_story_counts_once(n: int) -> None:
    model = GPT(SMALL)
    with torch.no_grad():  # all logits equal: every token costs log2(vocabulary) bits
        model.model.norm.weight.zero_()
    story = np.arange(n).astype(np.uint16) % SMALL.vocab_size
    assert bits_per_byte(model, [story], 1) == pytest.approx((n - 1) * math.log2(SMALL.vocab_size), rel=1e-5)


@given(st.integers(0, 2**32), st.floats(0, 1), st.integers(8, 300))
@settings(max_examples=60, deadline=None)
def test_repeats_change_rows_only_as_they_say(seed: int, share: float, width: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 500, (6, width)).astype(np.uint16)
    inputs, targets = repeat_rows(rows, share, 500, rng)
    assert inputs.shape == targets.shape == (6, width - 1)
    known = targets != IGNORE
    assert (targets[:, :-1][known[:, :-1]] == inputs[:, 1:][known[:, :-1]]).all()
    if share == 0:
        assert (inputs == rows[:, :-1]).all() and known.all()


def test_every_row_has_its_second_copy_when_the_share_is_one() -> None:
    rows = np.arange(4 * 257).reshape(4, 257).astype(np.uint16)  # no token twice
    inputs, _ = repeat_rows(rows, 1.0, 60_000, np.random.default_rng(3))
    for row in inputs:
        twice = [
            i
            for i in range(len(row))
            for j in range(i + 12, i + 101)
            if j + 11 <= len(row) and (row[i : i + 11] == row[j : j + 11]).all()
        ]
        assert twice


def test_an_epoch_shows_every_story_in_another_order() -> None:
    stories = [np.full(8, i, np.uint16) for i in range(64)]
    batches = Batches(stories, n_ctx=16, rows=4, seed=7)
    epochs = [
        np.concatenate([batches(e * batches.per_epoch + i)[:, :-1].ravel() for i in range(batches.per_epoch)])
        for e in (0, 1)
    ]
    assert len(set(epochs[0])) > 55 and list(epochs[0]) != list(epochs[1])
    assert (batches(3) == Batches(stories, n_ctx=16, rows=4, seed=7)(3)).all()
    with pytest.raises(ValueError, match="fewer than one batch"):
        Batches(stories[:1], n_ctx=16, rows=4, seed=7)


def test_the_learning_rate_rises_then_falls() -> None:
    plan = Plan(1000, learning_rate=1.0, warmup=100, final=0.1)
    rates = [learning_rate(step, plan) for step in range(1000)]
    assert max(rates) == rates[100] == pytest.approx(1.0)
    assert rates[:100] == sorted(rates[:100]) and rates[100:] == sorted(rates[100:], reverse=True)
    assert rates[-1] == pytest.approx(0.1, abs=1e-3)


def test_a_sample_follows_from_its_seed_past_the_context() -> None:
    model = GPT(SMALL)
    first, again, other = (sample(model, [0], 50, seed=s) for s in (1, 1, 2))
    assert first == again != other and len(first) == 51
