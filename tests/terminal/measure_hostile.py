"""Text that does harm, sent through every place where text comes in, and what of it reaches the terminal.

A walk is a run of the real program, or of many command lines, whose whole output is read by `vocabulary`.
"""

from __future__ import annotations

import json
import os
import random
import re
import select
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import msgspec
import vocabulary
from figures import Figure
from hostile_text import SAMPLES, everything, in_settings, installed, paste, samples, spoil
from pty_harness import Terminal

from tutor.course.load import load_course
from tutor.experiments.registry import EXPERIMENTS
from tutor.pasting import MOST

NAME = "a\x1b[31mb\u202ec\u200bd\x07\x7f"  # of files and folders; no slash, no NUL
ONE_THREAD = {"OMP_NUM_THREADS": "1"}
PASTE = 1 << 20  # characters
KEPT = re.compile(r"The first ([0-9,]+) of the [0-9,]+ characters pasted are kept")
QUIET = 0.12  # seconds without a byte
RUNNER = Path(__file__).with_name("hostile_commands.py")
Command = tuple[list[str], str]  # arguments, and what stdin has

# ── the plain commands ───────────────────────────────────────────────────────────────────────────────


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


# ── the app ──────────────────────────────────────────────────────────────────────────────────────────


def pasted(text: str) -> str:
    """As a terminal sends it: what would end the paste is taken out."""
    return "\x1b[200~" + text.replace("\x1b[201~", "") + "\x1b[201~"


def in_every_field(data: Path, seed: int, most: int | None = None) -> Terminal:
    """The app after a paste of all samples into the fields of each widget (`most` of them, drawn), shown in each of
    its forms, and into search and commands."""
    draw = random.Random(seed)
    terminal = Terminal(["--data-dir", str(data)], environment=ONE_THREAD)
    terminal.wait_for("? keys")
    terminal.settle()

    def put() -> None:
        text = draw.sample(list(samples()), len(SAMPLES))
        terminal.send(pasted(" ".join(text)))
        terminal.settle(QUIET)

    for n, name in draw.sample(list(enumerate(EXPERIMENTS)), most or len(EXPERIMENTS)):
        terminal.press("p")
        terminal.wait_for("Playground")
        terminal.press(*["j"] * n, "enter")
        terminal.wait(lambda: "Playground" not in terminal.text, name)
        terminal.settle(QUIET)
        terminal.press("e")
        terminal.settle(QUIET)
        put()
        terminal.press("tab")
        put()
        terminal.press("enter", "t")
        terminal.settle(QUIET)
        terminal.press("escape", "escape", "b", "b", "b")
        terminal.wait_for("c continue")
    for keys, there in ((["/"], "Search"), ([":"], "Search for commands")):
        terminal.press(*keys)
        terminal.wait_for(there)
        put()
        terminal.press("escape", "escape")
        terminal.settle(0.3)  # or the next key would come with the last Escape, as Alt and a key do
        terminal.wait(
            lambda there=there: there not in terminal.screen.display[0] and "No matches" not in terminal.text, "home"
        )  # type: ignore[misc]
    return terminal


def in_the_lab(terminal: Terminal) -> None:
    """From home: what a program in the lab prints, and what is pasted into it."""
    chapter = load_course().readable()[0]
    at = next(n for n, card in enumerate(chapter.cards, 1) if card.lab)
    terminal.press("enter")
    terminal.wait_for("goals")
    for card in range(1, at + 1):
        terminal.press("n")
        terminal.wait_for(f"card {card} of")
    terminal.press("L")
    terminal.wait_for("Lab: ")
    terminal.press("e")
    terminal.send(
        "\x01" + pasted(f"print({everything()!r})\nraise ValueError({everything()!r})\n# " + " ".join(samples()) + "\n")
    )
    terminal.settle(QUIET)
    terminal.press("tab", "r")
    terminal.wait_for("exit code")
    terminal.press("z")
    terminal.settle(QUIET)


def one_megabyte(terminal: Terminal) -> tuple[float, int]:
    """Paste a megabyte into the field that is open; seconds to the next key's answer, and what was kept."""
    sent = pasted(paste(PASTE)).encode("utf-8")
    began = time.monotonic()
    Thread(target=_write, args=(terminal.master, sent + b"x"), daemon=True).start()
    terminal.wait_for("characters")
    seconds = time.monotonic() - began
    terminal.wait(lambda: KEPT.search(" ".join(terminal.text.split())) is not None, "what was kept")
    kept = KEPT.search(" ".join(terminal.text.split()))
    assert kept is not None
    return seconds, int(kept[1].replace(",", ""))


def _write(master: int, data: bytes) -> None:
    while data:
        data = data[os.write(master, data[:4096]) :]


def figures() -> Iterator[Figure]:
    """Of the paste; that nothing harmful is sent is 0 or a failure."""
    with TemporaryDirectory() as folder:
        terminal = in_every_field(Path(folder), 1)
        with terminal:
            yield Figure(
                16,
                "control characters and unknown codes sent, all fields",
                len(vocabulary.faults(terminal.received)),
                "",
                0,
            )
            terminal.press("p", "enter")
            terminal.wait_for("1-4 encodings")
            terminal.press("e")
            terminal.wait_for("Enter done")
            seconds, kept = one_megabyte(terminal)
            yield Figure(16, "a paste of 1 MB: until the next key is answered", seconds, "s", 1.0)
            yield Figure(16, "a paste of 1 MB: kept of it", kept, "characters", MOST)


def hostile_course(folder: Path, seed: int) -> dict[str, str]:
    """The environment of a program in a folder of harmful name, whose lessons set harmful texts."""
    return installed(folder / NAME, in_settings(seed))


def hostile_progress(data: Path) -> None:
    """Every text of a learner's progress with a sample after it."""
    spoil(data / "progress.db", NAME)
