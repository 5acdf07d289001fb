"""`tutor train`: a short run of the real recipe."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.commands.train import follow
from tutor.commands.training_display import display, duration
from tutor.models.library import Model
from tutor.training.recipes import RECIPES

ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}  # two wait for each other on a busy machine


def test_list(tutor):
    names = [recipe["name"] for recipe in tutor("train", "--list", "--json").data]
    assert names == list(RECIPES) and names[0] == "tiny"
    assert [line.split()[0] for line in tutor("train", "--list").out.splitlines()] == names


def test_a_run_that_a_recipe_does_not_have(tutor, stories, tmp_path):
    done = tutor(*command(stories, tmp_path, "--only", "4k")[3:])
    assert done.code != 0 and "tiny has no run '4k'; it has tiny" in done.err


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stories of made-up words, enough of them for a whole vocabulary."""
    rng = random.Random(7)
    words = ["".join(rng.choices("bdfgklmnprst", k=1) + rng.choices("aeiou", k=1)) for _ in range(40)]
    lexicon = ["".join(rng.choices(words, k=rng.randint(2, 5))) for _ in range(3000)]
    texts = [" ".join(rng.choices(lexicon, k=60)) + "." for _ in range(300)]
    path = tmp_path_factory.mktemp("stories") / "stories.txt"
    path.write_text("\n<|endoftext|>\n".join(texts), encoding="utf-8")
    valid = path.with_name("valid.txt")
    valid.write_text("\n<|endoftext|>\n".join(texts[:4]), encoding="utf-8")
    return path


def command(stories: Path, out: Path, *options: str) -> list[str]:
    files = ["--corpus", str(stories), "--valid", str(stories.with_name("valid.txt")), "--out", str(out)]
    return [sys.executable, "-m", "tutor", "train", "tiny", *files, "--tokens", "12288", *options]


def test_interrupted_run_goes_on_and_leaves_a_model(stories, tmp_path):
    out = tmp_path / "mine"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": ONE_THREAD}
    with subprocess.Popen(command(stories, out, "--json"), **pipes) as process:
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate()
    assert process.returncode == 130
    steps = [first, *map(json.loads, rest.splitlines())]
    assert [step["step"] for step in steps] == list(range(1, len(steps) + 1))
    assert len(steps) < first["steps"] == 3
    assert f"stopped after step {len(steps)} of 3" in said
    assert "Traceback" not in said

    done = subprocess.run(command(stories, out), capture_output=True, text=True, env=ONE_THREAD)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"step {len(steps) + 1}/3" in done.stdout
    assert "bits/byte" in done.stdout
    model = Model.load(out)
    assert model.next_logits(model.start("a")).shape == (model.config.vocab_size,)


def test_without_pytorch_it_says_what_to_install(tutor, stories, tmp_path, monkeypatch):
    monkeypatch.setattr("tutor.commands.train.find_spec", lambda name: None)
    done = tutor(*command(stories, tmp_path)[3:])
    assert (done.code, done.out) == (1, "")
    assert done.err == "tutor: training needs PyTorch: pip install 'llm-tutor[train]'\n"


def test_run_that_is_complete_says_so(capsys):
    with display(as_json=False) as shown:
        assert follow(iter(()), shown) == 0
    assert "complete" in capsys.readouterr().out


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0:00"), (62, "1:02"), (3599.6, "1:00:00"), (7325, "2:02:05")])
def test_duration(seconds, said):
    assert duration(seconds) == said
