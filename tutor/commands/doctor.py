"""`tutor doctor`: what this terminal and this installation can do."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import tutor
from tutor.commands.arguments import add_json
from tutor.commands.output import print_json, show
from tutor.models.cards import WEIGHTS, cards
from tutor.models.errors import ModelFileError
from tutor.study.store import data_folder
from tutor.terminal import can_draw, colour_tier, is_utf8, multiplexer

PACKAGES = ("textual", "rich", "numpy", "tiktoken", "torch")
DATA = Path(tutor.__file__).parent / "data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the report; the exit code is 1 when a model that ships with the course cannot be read."""
    report = examine(args.colors, args.data_dir)
    if args.json:
        print_json(report)
    else:
        for line in lines(report):
            print(show(line))
    return 1 if any("error" in model for model in report["models"]) else 0


def examine(colors: Any, data_dir: Path | None) -> dict[str, Any]:
    """Everything the report says, as data."""
    size = shutil.get_terminal_size()
    encoding = getattr(sys.stdout, "encoding", None)
    return {
        "terminal": {
            "term": os.environ.get("TERM"),
            "colorterm": os.environ.get("COLORTERM"),
            "no_color": bool(os.environ.get("NO_COLOR")),
            "colors": colour_tier(os.environ, colors),
            "columns": size.columns,
            "rows": size.lines,
            "multiplexer": multiplexer(os.environ),
            "ssh": bool(os.environ.get("SSH_CONNECTION")),
            "can_draw": can_draw(os.environ, sys.stdin, sys.stdout, sys.stderr),
        },
        "locale": {
            "name": next((os.environ[v] for v in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(v)), None),
            "encoding": encoding,
            "drawing": "unicode" if is_utf8(sys.stdout) else "ascii",
        },
        "versions": {
            "tutor": tutor.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        "models": examine_models(DATA / "models"),
        "folders": {"course": str(DATA.parent), "progress": str(data_folder(data_dir))},
    }


def version(package: str) -> str | None:
    """Its version from the installation's metadata, without importing it; None if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def examine_models(shelf: Path) -> list[dict[str, Any]]:
    """Name, parameters and bytes of every shipped model, from its card; an error where its file is another size.

    `tutor models verify` reads the files themselves.
    """
    try:
        known = {name: numbers for card in cards(shelf) for name, numbers in card.models.items()}
    except ModelFileError as error:
        return [{"name": "tiny", "error": str(error)}]
    if not known:
        return [{"name": "tiny", "error": f"{shelf} has no models; install llm-tutor again"}]
    found: list[dict[str, Any]] = []
    for name, numbers in known.items():
        path, expected = shelf / name / WEIGHTS, numbers["bytes"] or 0
        size = path.stat().st_size if path.is_file() else 0
        if size == expected:
            found.append({"name": name, "parameters": numbers["parameters"], "bytes": size})
        else:
            wrong = f"{path}: {size:,} bytes of weights in place of {expected:,}; install llm-tutor again"
            found.append({"name": name, "error": wrong})
    return found


def lines(report: dict[str, Any]) -> list[str]:
    """The report for people."""
    terminal, locale, folders = report["terminal"], report["locale"], report["folders"]
    app = "can open here" if terminal["can_draw"] else "cannot open here: no terminal, or a dumb one"
    said = [
        ("TERM", terminal["term"] or "not set"),
        ("COLORTERM", terminal["colorterm"] or "not set"),
        ("NO_COLOR", "set" if terminal["no_color"] else "not set"),
        ("colours", terminal["colors"]),
        ("size", f"{terminal['columns']} x {terminal['rows']}"),
        ("multiplexer", terminal["multiplexer"]),
        ("over SSH", "yes" if terminal["ssh"] else "no"),
        ("the app", app),
        ("locale", locale["name"] or "not set"),
        (
            "encoding",
            f"{locale['encoding']}, draws with {'Unicode' if locale['drawing'] == 'unicode' else 'ASCII only'}",
        ),
        *((name, number or "not installed") for name, number in report["versions"].items()),
        *say_models(report["models"]),
        ("course", folders["course"]),
        ("progress", folders["progress"]),
    ]
    width = max(len(name) for name, _ in said)
    return [f"{name:<{width}}  {value}" for name, value in said]


def say_models(models: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """One line for those that are whole, one for each that is not."""
    whole = [model for model in models if "error" not in model]
    size = sum(model["bytes"] for model in whole) / 1e6
    said = [("models", f"{len(whole)} of {len(models)} whole, {size:.1f} MB; `tutor models` lists them")]
    return said + [(f"model {model['name']}", f"broken: {model['error']}") for model in models if "error" in model]
