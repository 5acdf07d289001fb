"""`tutor train`: a short run of the real recipe."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from made_up import write_stories

from tutor.commands.train import follow
from tutor.commands.training_display import Lines, display, duration, indented
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
    return write_stories(tmp_path_factory.mktemp("stories"))


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


def test_where_the_cursor_cannot_move_a_run_is_shown_in_lines(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    for term in ("dumb", ""):
        monkeypatch.setenv("TERM", term)
        with display(as_json=False) as shown:
            assert isinstance(shown, Lines)


def test_a_sample_stays_set_off_on_a_narrow_terminal(monkeypatch):
    sample = "Once upon a time there was a duck.\n" + "quack" * 10
    assert indented(sample).splitlines() == [f"    {line}" for line in sample.splitlines()]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "24")
    lines = indented(sample).splitlines()
    assert len(lines) == 5 and all(line.startswith("    ") and len(line) <= 24 for line in lines)
