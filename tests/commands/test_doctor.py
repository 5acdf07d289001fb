"""`tutor doctor`."""

import shutil
import sys

import tutor as package
from tutor.commands import doctor


def test_report(tutor, monkeypatch, tmp_path):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TMUX", "here")
    monkeypatch.delenv("NO_COLOR", raising=False)
    report = tutor("--data-dir", str(tmp_path), "doctor", "--json").data
    assert report["terminal"]["colors"] == "truecolor"
    assert report["terminal"]["multiplexer"] == "tmux"
    assert report["terminal"]["can_draw"] is False
    assert report["versions"]["tutor"] == package.__version__
    assert report["versions"]["numpy"] == sys.modules["numpy"].__version__ if "numpy" in sys.modules else True
    assert report["folders"]["progress"] == str(tmp_path)
    tiny = next(model for model in report["models"] if model["name"] == "tiny")
    assert tiny["bytes"] > 2 * tiny["parameters"] > 1_000_000


def test_report_for_people_says_the_same(tutor, tmp_path):
    done = tutor("--colors", "16", "--data-dir", str(tmp_path), "doctor")
    assert done.code == 0
    said = dict(line.split("  ", 1) for line in done.out.splitlines())
    assert said["colours"].strip() == "16"
    assert said["progress"].strip() == str(tmp_path)
    assert "whole" in said["models"]


def test_package_that_is_not_there(tutor, monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", ("no-such-package",))
    assert tutor("doctor", "--json").data["versions"]["no-such-package"] is None
    assert "no-such-package  not installed" in tutor("doctor").out


def test_broken_model(tutor, monkeypatch, tmp_path):
    shelf = tmp_path / "models"
    shutil.copytree(doctor.DATA / "models", shelf)
    (shelf / "ladder" / "9k" / "model.safetensors").unlink()
    monkeypatch.setattr(doctor, "DATA", tmp_path)
    done = tutor("doctor")
    assert done.code == 1
    assert "model ladder/9k" in done.out and "broken: " in done.out and "0 bytes of weights" in done.out


def test_models_that_are_gone(tutor, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "DATA", tmp_path)
    done = tutor("doctor")
    assert done.code == 1 and "progress" in done.out
    assert "model tiny" in done.out and "broken: " in done.out


def test_weights_that_are_cut_short(tutor, monkeypatch, tmp_path):
    folder = tmp_path / "models" / "tiny"
    shutil.copytree(doctor.DATA / "models" / "tiny", folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.truncate(100_000)
    monkeypatch.setattr(doctor, "DATA", tmp_path)
    done = tutor("doctor")
    assert done.code == 1
    assert "100,000 bytes of weights in place of" in done.out
