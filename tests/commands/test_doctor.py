"""`tutor doctor`."""

import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys

import pytest

import tutor as package
from tutor.commands import doctor
from tutor.commands.terminal_answers import Answers, answers
from tutor.study.store import Store

OF_THE_TERMINAL = (
    *("TERM", "COLORTERM", "NO_COLOR", "TMUX", "STY", "ZELLIJ", "SSH_CONNECTION", "TERM_PROGRAM"),
    "TEXTUAL_COLOR_SYSTEM",
)


@pytest.fixture
def environment(monkeypatch):
    """Sets what is given and nothing else of what tells about a terminal."""

    def set_it(**variables):
        for name in OF_THE_TERMINAL:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_it


def test_report(tutor, environment, tmp_path):
    environment(TERM="tmux-256color", COLORTERM="truecolor", TMUX="x", TERM_PROGRAM="tmux", TERM_PROGRAM_VERSION="3.4")
    report = tutor("--data-dir", str(tmp_path), "doctor", "--json").data
    found = report["terminal"]
    assert (found["colors"], found["colors_from"]) == ("truecolor", "COLORTERM")
    assert (found["multiplexer"], found["multiplexer_version"]) == ("tmux", "3.4")
    assert found["can_draw"] is False and found["kitty_keyboard"] is None and found["name"] is None
    assert report["versions"]["tutor"] == package.__version__
    assert report["versions"]["numpy"] == sys.modules["numpy"].__version__ if "numpy" in sys.modules else True
    kept = report["progress"]
    assert kept["folder"] == str(tmp_path) and kept["writable"] and kept["free"] > 0
    assert kept["bytes"] is None and kept["trouble"] is None and list(tmp_path.iterdir()) == []
    tiny = next(model for model in report["models"] if model["name"] == "tiny")
    assert tiny["bytes"] > 2 * tiny["parameters"] > 1_000_000 and tiny["verified"] is True


def test_report_for_people_says_the_same(tutor, environment, tmp_path):
    environment(TERM="xterm-256color", SSH_CONNECTION="a b", TEXTUAL_FPS="30")
    Store.open(tmp_path).close()
    done = tutor("--colors", "16", "--data-dir", str(tmp_path), "doctor")
    assert done.code == 0
    report, _, advised = done.out.partition("\n\n")
    said = {line[:14].strip(): line[14:].strip() for line in report.splitlines()}
    assert said["colours"] == "16, from --colors"
    assert said["over SSH"].startswith("yes, or over mosh")
    assert said["TEXTUAL_*"] == "TEXTUAL_FPS" and "TEXTUAL_FPS: set for Textual" in advised
    assert said["progress"] == str(tmp_path) and "KB, can be written" in said[""]


@pytest.mark.parametrize(
    ("variables", "colours", "advised"),
    [
        ({"TERM": "dumb"}, "none, from TERM", "TERM is dumb, so the app cannot open"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "none, from NO_COLOR", "`unset NO_COLOR`"),
        ({"TERM": "xterm"}, "16, from TERM", "`TERM=xterm-256color tutor`"),
        ({"TERM": "xterm-256color", "SSH_CONNECTION": "a"}, "256, from TERM", "SSH does not pass COLORTERM on"),
        ({"TERM": "tmux-256color", "TMUX": "x"}, "256, from TERM", 'terminal-features ",*:RGB"'),
        ({"TERM": "screen", "STY": "x", "COLORTERM": "truecolor"}, "256, from COLORTERM", "term screen-256color"),
        ({"TERM": "linux"}, "16, from TERM", "font lacks most glyphs"),
        ({"TERM": "vt100"}, "none, from TERM", "TERM=vt100 promises neither colours nor"),
        ({"TERM": "nonsense"}, "16, from TERM", "TERM=nonsense promises no more than 16 colours"),
        (
            {"TERM": "tmux-256color", "TMUX": "x", "COLORTERM": "truecolor"},
            "truecolor, from COLORTERM",
            "If colours look",
        ),
        ({"TERM": "xterm-kitty", "COLUMNS": "50", "LINES": "24"}, "truecolor, from TERM", "the app needs 60 x 20"),
        ({"TERM": "xterm-kitty", "COLUMNS": "70", "LINES": "24"}, "truecolor, from TERM", "from 80 x 24 on"),
    ],
)
def test_what_is_less_than_it_could_be_comes_with_a_way_to_change_it(tutor, environment, variables, colours, advised):
    environment(**variables)
    out = tutor("doctor").out
    assert f"{colours}\n" in out
    assert advised in out.partition("What could be better:")[2]


@pytest.mark.parametrize(
    ("variables", "not_said"),
    [
        ({"TERM": "vt100"}, "console"),
        ({"TERM": "linux"}, "promises"),
        ({"TERM": "screen-256color", "STY": "x"}, "GNU screen"),
        ({"TERM": "screen-256color", "STY": "x", "COLORTERM": "truecolor"}, "GNU screen"),
        ({"TERM": "screen-256color", "STY": "x", "SSH_CONNECTION": "a"}, "COLORTERM=truecolor tutor"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "If colours look"),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, "promises 16 colours"),
    ],
)
def test_what_does_not_hold_is_not_advised(tutor, environment, variables, not_said):
    environment(**variables)
    assert not_said not in tutor("doctor").out.partition("What could be better:")[2]


def test_in_a_pipe_it_says_that_only_the_output_is_no_terminal():
    ours, theirs = pty.openpty()
    command, env = [sys.executable, "-m", "tutor", "doctor"], {**os.environ, "TERM": "xterm-256color"}
    done = subprocess.run(command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True, env=env, check=True)
    os.close(ours)
    os.close(theirs)
    assert "the app         cannot be opened like this: output is not a terminal\n" in done.stdout
    advised = done.stdout.partition("What could be better:")[2]
    assert "Like this, output is not a terminal, and the app needs one" in advised


def test_it_says_why_the_app_cannot_open(tutor, environment):
    environment(TERM="xterm-256color")
    assert tutor("doctor", "--json").data["terminal"]["not_terminals"] == ["input", "output", "errors"]
    assert "Like this, input, output and errors are not a terminal" in tutor("doctor").out
    environment(TERM="dumb")
    assert "cannot open here: TERM is dumb\n" in tutor("doctor").out


OF_THE_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONUTF8", "PYTHONCOERCECLOCALE", "PYTHONIOENCODING")


@pytest.mark.parametrize(
    ("variables", "asked", "drawing", "advised"),
    [
        ({"LC_ALL": "C", "LANG": "C.UTF-8"}, ["C", "LC_ALL"], "ascii", "`export LC_ALL=C.UTF-8`"),
        ({"LANG": "C"}, ["C", "LANG"], "ascii", "The locale C is not UTF-8"),
        ({"LANG": "POSIX"}, ["POSIX", "LANG"], "ascii", "`export LANG=C.UTF-8`"),
        ({"LANG": "xx_XX.UTF-8"}, ["xx_XX.UTF-8", "LANG"], "unicode", None),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, ["C.UTF-8", "LC_CTYPE"], "unicode", None),
        ({"LANG": "C.UTF-8", "PYTHONIOENCODING": "latin-1"}, ["C.UTF-8", "LANG"], "ascii", "`unset PYTHONIOENCODING`"),
        ({"LANG": "C", "PYTHONIOENCODING": ":replace"}, ["C", "LANG"], "ascii", "`export LANG=C.UTF-8`"),
        ({}, [None, None], "unicode", None),
    ],
)
def test_the_locale_is_the_one_asked_for_and_the_advice_names_what_decides(variables, asked, drawing, advised):
    outside = {name: value for name, value in os.environ.items() if name not in OF_THE_LOCALE}
    command = [sys.executable, "-m", "tutor", "doctor", "--json"]
    done = subprocess.run(command, env={**outside, "TERM": "xterm", **variables}, capture_output=True, check=True)
    report = json.loads(done.stdout)
    found = report["locale"]
    assert [found["name"], found["name_from"]] == asked
    assert found["drawing"] == drawing
    said = [line for line in report["advice"] if "drawn in ASCII" in line]
    assert len(said) == (advised is not None)
    assert advised is None or advised in said[0]


def test_progress_that_cannot_be_kept(tutor, tmp_path):
    path = tmp_path / "progress.db"
    path.write_bytes(b"not a database at all" * 100)
    assert f"{path} is damaged." in tutor("--data-dir", str(tmp_path), "doctor").out
    assert [one.name for one in tmp_path.iterdir()] == ["progress.db"]
    path.unlink()
    sqlite3.connect(path).execute("CREATE TABLE other (x)").connection.close()
    assert "belongs to another program" in tutor("--data-dir", str(tmp_path), "doctor").out
    assert "so nothing is kept" in tutor("--data-dir", str(path), "doctor").out


def test_what_a_terminal_answers():
    rich = b"\x1bP>|WezTerm 20240203\x1b\\\x1b[?0u\x1b[?2026;2$y\x1b[?1006;1$y\x1b[?65;4;6c"
    assert answers(rich) == Answers("WezTerm 20240203", True, True, True)
    assert answers(b"\x1b[?1;2c") == Answers(None, False, False, None)
    assert answers(b"\x1b[?2026;0$y\x1b[?1006;0$yhello\x1b[?6c") == Answers(None, False, False, False)
    assert answers(rich[:-1]) == answers(b"") == Answers()


def test_package_that_is_not_there(tutor, monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", ("no-such-package",))
    assert tutor("doctor", "--json").data["versions"]["no-such-package"] is None
    assert "no-such-package  not installed" in tutor("doctor").out


def test_broken_model(tutor, monkeypatch, tmp_path):
    shelf = tmp_path / "models"
    shutil.copytree(doctor.DATA / "models", shelf)
    (shelf / "ladder" / "9k" / "model.safetensors").unlink()
    (shelf / "tiny" / "model.safetensors").write_bytes(bytes(100_000))
    monkeypatch.setattr(doctor, "DATA", tmp_path)
    done = tutor("doctor")
    assert done.code == 1
    assert "- ladder/9k: " in done.out and "- tiny: " in done.out and "its card describes" in done.out


def test_models_that_are_gone(tutor, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "DATA", tmp_path)
    done = tutor("doctor")
    assert done.code == 1 and "progress" in done.out
    assert "0 of 1" in done.out and "install llm-tutor again" in done.out


def test_a_model_of_one_s_own(tutor, tmp_path):
    shutil.copytree(doctor.DATA / "models" / "ladder" / "9k", tmp_path / "models" / "mine")
    found = tutor("--data-dir", str(tmp_path), "doctor", "--json").data["models"][-1]
    assert (found["name"], found["from"], found["verified"]) == ("mine", "added", False)
