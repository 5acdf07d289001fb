"""`tutor doctor`: what this terminal and this installation can do, and how to change it."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import tutor
from tutor.commands.advice import advice, not_a_terminal
from tutor.commands.arguments import add_json
from tutor.commands.output import print_json, say
from tutor.commands.terminal_answers import Answers, ask
from tutor.models.cards import cards, examine
from tutor.models.errors import ModelFileError
from tutor.study.database import trouble
from tutor.study.store import PROGRESS, data_folder, models_folder
from tutor.terminal import can_draw, colours_and_why, draws_ascii, is_utf8, locale_and_why, multiplexer

PACKAGES = ("textual", "rich", "numpy", "tiktoken", "torch")
DATA = Path(tutor.__file__).parent / "data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the report; the exit code is 1 when a model cannot be used."""
    report = report_on(args.colors, args.data_dir)
    if args.json:
        print_json(report)
    else:
        for line, hang in lines(report):
            say(line, hang)
    return 1 if any("error" in model for model in report["models"]) else 0


def report_on(colors: Any, data_dir: Path | None) -> dict[str, Any]:
    """Everything the report says, as data."""
    report = {
        "terminal": terminal(colors),
        "locale": locale(),
        "versions": {
            "tutor": tutor.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        "models": [*shipped(DATA / "models"), *added(models_folder(data_dir))],
        "progress": progress(data_folder(data_dir)),
        "course": str(DATA.parent),
    }
    return {**report, "advice": advice(report)}


# ── the terminal ─────────────────────────────────────────────────────────────────────────────────────


def terminal(colors: Any) -> dict[str, Any]:
    """What its environment promises, and what it answers."""
    size = shutil.get_terminal_size()
    tier, source = colours_and_why(os.environ, colors)
    streams = {"input": sys.stdin, "output": sys.stdout, "errors": sys.stderr}
    drawable = can_draw(os.environ, *streams.values())
    old = os.environ.get("TERM", "").startswith(("linux", "vt"))  # they print the questions
    said = ask(sys.stdin.fileno(), sys.stdout.fileno()) if drawable and not old else Answers()
    inside = multiplexer(os.environ)
    return {
        "term": os.environ.get("TERM"),
        "colorterm": os.environ.get("COLORTERM"),
        "no_color": bool(os.environ.get("NO_COLOR")),
        "colors": tier,
        "colors_from": source,
        "columns": size.columns,
        "rows": size.lines,
        "multiplexer": inside,
        "multiplexer_version": multiplexer_version(inside, said.name),
        "ssh": bool(os.environ.get("SSH_CONNECTION")),
        "can_draw": drawable,
        "not_terminals": [name for name, stream in streams.items() if stream is None or not stream.isatty()],
        "textual": sorted(name for name in os.environ if name.startswith("TEXTUAL_")),
        **said._asdict(),
    }


def multiplexer_version(name: str, answered: str | None) -> str | None:
    """What tmux answers, or its environment says, or else the program, if there is one, within a second."""
    if name != "tmux":
        return None
    if answered and answered.startswith("tmux "):
        return answered.removeprefix("tmux ")
    if os.environ.get("TERM_PROGRAM") == "tmux":
        return os.environ.get("TERM_PROGRAM_VERSION")
    try:
        said = subprocess.run(["tmux", "-V"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip().removeprefix("tmux ") or None


def locale() -> dict[str, Any]:
    """The locale that the environment asks for, and what the course makes of it."""
    name, variable = locale_and_why(os.environ)
    encoding = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
    return {
        "name": name,
        "name_from": variable,
        "encoding": getattr(sys.stdout, "encoding", None),
        "encoding_from": "PYTHONIOENCODING" if encoding else "locale",
        "utf8": is_utf8(sys.stdout),
        "drawing": "ascii" if draws_ascii(os.environ, sys.stdout) else "unicode",
    }


# ── the installation ─────────────────────────────────────────────────────────────────────────────────


def version(package: str) -> str | None:
    """Its version from the installation's metadata, without importing it; None if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def shipped(shelf: Path) -> list[dict[str, Any]]:
    """Name, parameters and bytes of every model that ships, once its file is the one that its card describes.

    All bytes are read, and none is computed with; `tutor models verify` does that.
    """
    try:
        known = {name: numbers for card in cards(shelf) for name, numbers in card.models.items()}
    except ModelFileError as error:
        return [{"name": "tiny", "from": "shipped", "error": str(error)}]
    if not known:
        return [{"name": "tiny", "from": "shipped", "error": f"{shelf} has no models; install llm-tutor again"}]
    return [model(shelf / name, name, "shipped", numbers["sha256"]) for name, numbers in known.items()]


def added(own: Path) -> list[dict[str, Any]]:
    """The learner's own models; there is no card to hold them against."""
    return [model(path.parent, path.parent.name, "added", None) for path in sorted(own.glob("*/config.json"))]


def model(folder: Path, name: str, source: str, sha256: str | None) -> dict[str, Any]:
    """One model, or what is wrong with it; one with no known hash is not verified."""
    try:
        file = examine(folder, name)
        if sha256 is not None and file.sha256 != sha256:
            raise ModelFileError(f"{folder} is not the model that its card describes; install llm-tutor again")
    except ModelFileError as error:
        return {"name": name, "from": source, "error": str(error)}
    size = {"parameters": file.config.n_parameters, "bytes": file.n_bytes}
    return {"name": name, "from": source, **size, "verified": sha256 is not None}


def progress(folder: Path) -> dict[str, Any]:
    """Where progress is kept, and whether it can be; nothing is written to find out."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        free: int | None = shutil.disk_usage(there).free
    except OSError:
        free = None
    path = folder / PROGRESS
    return {
        "folder": str(folder),
        "writable": there.is_dir() and os.access(there, os.W_OK | os.X_OK),
        "free": free,
        "bytes": path.stat().st_size if path.is_file() else None,
        "trouble": trouble(path),
    }


# ── for people ───────────────────────────────────────────────────────────────────────────────────────


def lines(report: dict[str, Any]) -> list[tuple[str, int]]:
    """The report for people, line by line, and by how much what follows of a folded one is set in."""
    terminal, locale, kept = report["terminal"], report["locale"], report["progress"]
    inside = " ".join(filter(None, (terminal["multiplexer"], terminal["multiplexer_version"])))
    free = f", {kept['free'] / 1e9:.1f} GB free" if kept["free"] is not None else ""
    size = "nothing yet" if kept["bytes"] is None else f"{kept['bytes'] / 1e3:,.0f} KB"
    said = [
        ("TERM", terminal["term"] or "not set"),
        ("COLORTERM", terminal["colorterm"] or "not set"),
        ("NO_COLOR", "set" if terminal["no_color"] else "not set"),
        ("colours", f"{terminal['colors']}, from {terminal['colors_from']}"),
        ("size", f"{terminal['columns']} x {terminal['rows']}"),
        ("multiplexer", inside),
        ("over SSH", "yes, or over mosh, which looks the same from here" if terminal["ssh"] else "no"),
        ("TEXTUAL_*", ", ".join(terminal["textual"]) or "not set"),
        ("answers as", terminal["name"] or "no name"),
        ("mouse", _answer(terminal["mouse"])),
        ("kitty keyboard", f"{_answer(terminal['kitty_keyboard'])}; the course needs none"),
        ("synchronised", f"{_answer(terminal['synchronized_output'])}; the course relies on none"),
        ("the app", _app(terminal)),
        ("locale", f"{locale['name']}, from {locale['name_from']}" if locale["name"] else "not set"),
        (
            "encoding",
            f"{locale['encoding']}, draws with {'Unicode' if locale['drawing'] == 'unicode' else 'ASCII only'}",
        ),
        *((name, number or "not installed") for name, number in report["versions"].items()),
        *say_models(report["models"]),
        ("course", report["course"]),
        ("progress", kept["folder"]),
        ("", f"{size}, {'can be written' if kept['writable'] else 'cannot be written'}{free}"),
    ]
    width = max(len(name) for name, _ in said)
    better = [(f"- {line}", 2) for line in report["advice"]]
    return [
        *((f"{name:<{width}}  {value}", width + 2) for name, value in said),
        ("", 0),
        *([("What could be better:", 0), *better] if better else [("Nothing to change.", 0)]),
    ]


def _app(terminal: dict[str, Any]) -> str:
    if terminal["can_draw"]:
        return "can open here"
    if terminal["term"] in (None, "", "dumb"):
        return f"cannot open here: TERM is {terminal['term'] or 'not set'}"
    return f"cannot be opened like this: {not_a_terminal(terminal)}"


def _answer(said: bool | None) -> str:
    return "no answer" if said is None else "yes" if said else "no"


def say_models(models: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """One line for those that ship, one for the learner's own; those that are broken are in the advice."""
    said = []
    for source in ("shipped", "added"):
        all_of_it = [model for model in models if model["from"] == source]
        whole = [model for model in all_of_it if "error" not in model]
        if all_of_it or source == "shipped":
            size = sum(model["bytes"] for model in whole) / 1e6
            checked = "as their cards describe them" if source == "shipped" else "can be read"
            said.append((f"models {source}", f"{len(whole)} of {len(all_of_it)} {checked}, {size:.1f} MB"))
    return said
