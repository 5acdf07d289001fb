"""Every plain command with text that does harm in each of its arguments and on stdin, and all that they print."""

from __future__ import annotations

import json
import os
import random
import select
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from hostile_text import NAME, ONE_THREAD, SAMPLES, everything, samples
from pty_harness import Terminal

from tutor.experiments.registry import EXPERIMENTS

RUNNER = Path(__file__).with_name("hostile_commands.py")
Command = tuple[list[str], str]  # arguments, and what stdin has


def folder_of_files(folder: Path) -> dict[str, str]:
    """Files and folders with names and contents that do harm, by what they are."""
    data, text, damaged = folder / f"data{NAME}", folder / f"text{NAME}", folder / f"damaged{NAME}"
    model = data / "models" / f"model{NAME}"
    model.mkdir(parents=True)
    (model / "config.json").write_text(json.dumps({"model_type": NAME, "architectures": [NAME]}))
    text.write_text(everything(), encoding="utf-8")
    damaged.write_bytes(b"\xff\xfe\x1b[31m")
    lesson = folder / f"lesson{NAME}.toml"
    lesson.write_text('id = "x\\u001b[31m"\ntitle = "a\\u202eb\\u200b"\n"k\\u001b[31m" = 3\n[["c\\u009b"]]\n')
    (folder / f"answers{NAME}.json").write_text(json.dumps({"format": NAME, "learner": NAME}))
    return {name: str(path) for name, path in locals().items() if isinstance(path, Path) and name != "folder"}


def command_lines(folder: Path, seed: int, each: int) -> list[Command]:
    """Every command with text that does harm in each of its arguments; `each` samples an argument."""
    files = folder_of_files(folder)
    draw = random.Random(seed)
    exported = str(folder / f"export{NAME}")

    def some(n: int = each) -> list[str]:
        picked = draw.sample(list(samples()), min(n, len(SAMPLES)))
        return [one.replace("\0", "") for one in picked]  # no argument holds a NUL

    found: list[Command] = []
    for name, entry in EXPERIMENTS.items():
        for option in msgspec.structs.fields(entry.load().Settings):
            form = draw.choice(["--table", "--sentence", "--json", "--picture"])
            given = (
                [" ".join(some())]
                if option.name == "text"
                else [f"--{option.name.replace('_', '-')}={' '.join(some())}"]
            )
            found.append((["show", name, form, *given], ""))
    for name in ("tokens", "attention", "next"):
        found += [(["show", name, form, "-"], " ".join(some())) for form in ("--table", "--sentence", "--picture")]
    said = [f"{word} {text}" for text in some() for word in (":set text", ":set", ":flag", ":text", ":", "")]
    talk = "\n".join(["", "", "", *said, ":settings", ":table", "1", "", ""])
    found += [(["read", "text-to-tokens"], talk), (["quiz", "text-to-tokens"], talk * 3), (["review"], talk)]
    found += [
        ([*before, NAME], "")
        for before in (
            [],
            ["show"],
            ["--chapter"],
            ["show", "tokens", "x", "--encoding"],
            ["sample", "x", "--model"],
            ["read"],
            ["read", "--card"],
            ["quiz"],
            ["reset", "card", "--yes"],
            ["reset"],
            ["train"],
            ["class"],
            ["models", "add", files["text"], "--name"],
        )
    ]
    found += [
        (["sample", "-", "--tokens", "3"], " ".join(some())),
        (["sample", "x", "--temperature", "9", "--tokens", "40"], ""),
        (["check", files["lesson"]], ""),
        (["check", files["lesson"], "--json"], ""),
        (["check", files["damaged"]], ""),
        (["check", str(folder / NAME / NAME)], ""),
        (["models"], ""),
        (["models", "--json"], ""),
        (["models", "verify"], ""),
        (["models", "add", files["model"]], ""),
        (["doctor"], ""),
        (["doctor", "--json"], ""),
        (["course"], ""),
        (["progress"], ""),
        (["export", "-"], ""),
        (["export", exported], ""),
        (["export", str(folder / NAME / NAME)], ""),
        (["import", exported], ""),
        (["import", files["text"]], ""),
        (["import", files["damaged"]], ""),
        (["import", "-"], everything()),
        (["class", "report", str(folder)], ""),
        (["check", "\udcff\udc9b"], ""),
        (["reset", "all", "--yes"], ""),
    ]
    return [(["--data-dir", files["data"], *arguments], said) for arguments, said in found]


EXACT = (["sample", "-"],)  # go into a pipe as it is: what was asked for is the text itself


def run_commands(lines: Sequence[Command], folder: Path, *, tty: bool, environment: Mapping[str, str]) -> bytes:
    """All that so many command lines print, on stdout and stderr."""
    path = folder / "commands.json"
    path.write_text(json.dumps(lines))
    command = [sys.executable, str(RUNNER), str(path)]
    if not tty:
        command = ["/bin/sh", "-c", '"$@" 2>&1 | cat', "sh", *command]
    with Terminal(command=command, environment={**ONE_THREAD, **environment}) as terminal:
        return rest(terminal)


def rest(terminal: Terminal) -> bytes:
    """All that comes until the end, not drawn."""
    end = time.monotonic() + 600
    while time.monotonic() < end:
        if select.select([terminal.master], [], [], 0.2)[0]:
            try:
                data = os.read(terminal.master, 1 << 16)
            except OSError:
                data = b""
            if not data:
                break
            terminal.received += data
        elif terminal.process.poll() is not None:
            break
    return terminal.received
