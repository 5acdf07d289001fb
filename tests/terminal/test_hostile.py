"""What arrives may be anything: the session goes on; and none of it is sent to the terminal as it came."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
import vocabulary
from hostile_arguments import EXACT, command_lines, run_commands
from hostile_text import NAME, ONE_THREAD, SAMPLES, in_fields, installed
from measure_hostile import (
    home,
    hostile_course,
    hostile_progress,
    in_a_notice,
    in_every_field,
    in_the_lab,
    one_megabyte,
)
from pty_harness import Terminal

from tutor.experiments.cells import visible
from tutor.pasting import MOST

NONSENSE = {
    "not UTF-8": b"\xff\xfe\x80",
    "the first byte of a character": b"\xf0",
    "half a surrogate": b"\xed\xa0\x80",
    "a letter of Latin-1": b"caf\xe9 ",
    "not UTF-8, pasted": b"\x1b[200~\xff\xfe\x1b[201~",
    "keys in a paste": b"\x1b[200~\x1bq\x1b[Cqqqq\x1bqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\x1b[201~",
    "a key code beyond Unicode": b"\x1b[1114112u\x1b[99999999999999999999u",
    "half a character as a key code": b"\x1b[55296u\x1b[97;1;56832u",
    "a key event": b"\x1b[97;1:3u",
    "an old mouse report": b"\x1b[M\xff\xff\xff",
    "controls": b"\x00\x01\x02\x1c\x1d",
    "a position far away": b"\x1b[<0;99999999999;99999999999M",
    "a report that does not end": b"\x1bP" + b"A" * 200,
}
FEW = 40  # command lines in the short run


def test_nonsense_from_the_terminal_ends_no_session(tmp_path: Path) -> None:
    with Terminal(["--data-dir", str(tmp_path)]) as terminal:
        terminal.wait_for("? keys")
        for name, sent in NONSENSE.items():
            os.write(terminal.master, sent)
            terminal.settle(0.15)
            assert terminal.process.poll() is None, name
            terminal.press("escape", "escape")
            terminal.settle(0.15)
            terminal.press("?")
            terminal.wait_for("Keys that work here")
            terminal.press("escape", "escape", "b", "b")
            terminal.wait_for("c continue")
        terminal.press("q")
        assert terminal.ended() == 0
        assert vocabulary.faults(terminal.received) == []


@pytest.mark.parametrize("widgets", [4, pytest.param(None, marks=pytest.mark.long)], ids=["some", "all"])
def test_what_is_pasted_anywhere_is_shown_not_sent(widgets: int | None, tmp_path: Path) -> None:
    """In live widgets, in their pictures and as tables, in a quiz, search, commands and a lab, in complaints and in a
    notification; a megabyte of it too."""
    with in_every_field(tmp_path, 1, widgets) as terminal:
        terminal.press("p", "enter")
        terminal.wait_for("1-4 encodings")
        terminal.press("e")
        terminal.wait_for("Enter done")
        seconds, kept = one_megabyte(terminal)
        assert kept == MOST and seconds <= 5  # hundredths of one on a quiet machine
        home(terminal)
        in_the_lab(terminal)
        home(terminal)
        in_a_notice(terminal, tmp_path)
        assert vocabulary.faults(terminal.received) == []
        sent = terminal.received.decode()
        missing = [char for char in "\x1b\x07\x7f\x9b\u202e\u200d\U000e0001\ue000" if visible(char) not in sent]
        assert missing == []
        assert terminal.screen.overflowed == []


ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.mark.parametrize(
    ("tty", "environment", "seed", "most"),
    [
        pytest.param(True, {}, 1, FEW, id="terminal"),
        pytest.param(False, ASCII, 2, FEW, id="ASCII"),
        pytest.param(True, {}, 3, 1000, id="terminal, all", marks=pytest.mark.long),
        pytest.param(False, {}, 4, 1000, id="pipe, all", marks=pytest.mark.long),
        pytest.param(False, ASCII, 5, 1000, id="ASCII, all", marks=pytest.mark.long),
    ],
)
def test_no_plain_command_sends_what_it_was_given(
    tty: bool, environment: dict[str, str], seed: int, most: int, tmp_path: Path
) -> None:
    lines = command_lines(tmp_path, seed, each=3)
    lines = random.Random(seed).sample(lines, min(most, len(lines)))
    lines = [line for line in lines if tty or line[0][2:4] not in EXACT]
    sent = run_commands(lines, tmp_path, tty=tty, environment=environment)
    codes = vocabulary.OF_COMMANDS if tty else {}
    assert vocabulary.examined(sent, spaces=vocabulary.SPACES, of=codes).faults == []
    assert sent.count(b"\n--- ") == len(lines)
    assert b"Traceback" not in sent


def test_lessons_progress_and_folders_may_hold_anything(tmp_path: Path) -> None:
    """Settings of lessons with harmful texts, in a folder of such a name; then a progress that was spoiled."""
    environment = {**ONE_THREAD, **hostile_course(tmp_path, seed=1)}
    data = tmp_path / f"data{NAME}"
    for spoiled in (False, True):
        if spoiled:
            hostile_progress(data)
        with Terminal(["--data-dir", str(data)], environment=environment, cwd=tmp_path) as terminal:
            terminal.wait_for("? keys")
            terminal.settle()
            for keys in (
                ["enter", "n", "n", "s", "t", "z"],
                ["b", "b", "b", "s", "j", "enter"],
                ["b", "b", "r", "b", "m", "b", "c"],
            ):
                for key in keys:
                    terminal.press(key)
                    terminal.settle(0.15)
            terminal.press("escape", "escape", "b", "b", "b")
            terminal.wait_for("? keys")
            terminal.press("q")
            assert terminal.ended() == 0
            assert vocabulary.faults(terminal.received, spaces=vocabulary.SPACES) == []


FIELDS = ["title", "text", "summary", "name", "explain", "unit", "hint", "url", "first"]
HARM = ["colour", "right to left", "no width", "many marks", "private", "selectors", "markup"]


@pytest.mark.parametrize(
    ("fields", "sample"),
    [
        pytest.param(FIELDS, "markup", id="shown"),
        pytest.param(["text", "unit"], "colour", id="chapters refused"),
        pytest.param(["title"], "right to left", id="course refused"),
        *(pytest.param([field], sample, marks=pytest.mark.long) for field in FIELDS for sample in HARM),
    ],
)
def test_a_lesson_with_harmful_text_is_refused_or_shown(fields: list[str], sample: str, tmp_path: Path) -> None:
    environment = {**ONE_THREAD, **installed(tmp_path, in_fields(fields, SAMPLES[sample]))}
    with Terminal(["--data-dir", str(tmp_path / "data")], environment=environment, cwd=tmp_path) as terminal:
        terminal.wait(lambda: terminal.process.poll() is not None or "? keys" in terminal.text, "an end or a screen")
        terminal.settle(0.5)
        if terminal.process.poll() is None:  # else the list of chapters itself is refused, in one line
            walk = "j k \r n n n b b b j \r Q 1 \r b b b b o j \r b b i b / t o k \x1b p b r b : \x1b s j \r b b m b c"
            for key in walk.split(" "):
                terminal.send(key)
                terminal.settle(0.15)
            assert terminal.process.poll() is None
            terminal.press("escape", "escape", "b", "b", "b")
            terminal.wait_for("? keys")
        spaces = "" if terminal.process.poll() is None else vocabulary.SPACES
        assert vocabulary.faults(terminal.received, spaces=spaces) == []
        assert b"Traceback" not in terminal.received
