"""The table of docs/terminal.md: what each requirement of the terminal measures, now, on this machine."""

from __future__ import annotations

import importlib
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import textual
from figures import Figure

PAGE = Path(__file__).parents[2] / "docs" / "terminal.md"
BEGIN, END = "<!-- figures -->", "<!-- end -->"
REQUIREMENTS = (
    "Nothing is sent while nothing happens",
    "Nothing is animated",
    "A key, a screen, a picture cost few bytes and little time",
    "Nothing relies on synchronised output",
    "Every colour tier has its own themes",
    "Nothing is told by colour alone",
    "A dumb terminal, or none, gets one line",
    "Without UTF-8 everything is drawn in ASCII",
    "A hang-up ends the session cleanly",
    "Quitting waits for nothing",
    "Only the interface's thread touches the interface",
    "Letters, digits, arrows, Enter, Space and Tab do everything",
    "Ctrl+Z suspends; the mouse can be left out",
    "What is copied can be saved to a file as well",
    "Every size from 60x20 on, and a resize keeps the state",
    "No glyph of doubtful width; foreign text is shown, never sent",
    "The plain commands carry the whole course",
    "`tutor doctor` tells what the terminal can do",
    "Twenty learners share one host",
    "Whatever is typed, for hours, it goes on",
)


def topics() -> list[str]:
    """The measuring modules, by name."""
    return sorted(path.stem for path in (Path(__file__).parents[1] / "terminal").glob("measure_*.py"))


def measured(kept: Path) -> list[Figure]:
    """Every figure of every topic; says on stderr which topic is being measured.

    Each topic's figures are written into `kept` at once, and what stands there is not measured again: one that fails
    costs half an hour otherwise.
    """
    found = msgspec.json.decode(kept.read_bytes(), type=dict[str, list[Figure]]) if kept.exists() else {}
    for topic in topics():
        if topic not in found:
            print(f"{topic} …", file=sys.stderr, flush=True)
            found[topic] = list(importlib.import_module(topic).figures())
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(msgspec.json.encode(found))
    return [figure for figures in found.values() for figure in figures]


def state() -> str:
    """The commit that is measured, and the time if something is not committed: figures of one state stay together."""
    said = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=PAGE.parent, capture_output=True, text=True)
    name = said.stdout.strip() or "dirty"
    return f"{name}-{datetime.now(UTC):%H%M%S}" if name.endswith("dirty") else name


def number(value: float, unit: str) -> str:
    """`value` with the digits that mean something, and its unit."""
    digits = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"
    return f"{digits} {'time' if digits == '1' and unit == 'times' else unit}".strip()


def table(figures: Iterable[Figure]) -> str:
    """The figures in Markdown, a row each, in the order of the requirements."""
    found = list(figures)
    lines = ["| requirement | what was measured | figure | at most | minimal app |", "|---|---|---:|---:|---:|"]
    for i, requirement in enumerate(REQUIREMENTS, 1):
        name = f"{i}. {requirement}"
        for figure in (figure for figure in found if figure.requirement == i):
            value = number(figure.value, figure.unit)
            limit = "" if figure.limit is None else number(figure.limit, figure.unit)
            beside = "" if figure.minimal is None else number(figure.minimal, figure.unit)
            lines.append(
                f"| {name} | {figure.what} | {value if figure.kept else f'**{value}**'} | {limit} | {beside} |"
            )
            name = ""
    return "\n".join(lines)


def page(before: str, figures: Iterable[Figure], when: date) -> str:
    """The page with a new table, measured on this day, in the place of the old one."""
    head, _, rest = before.partition(BEGIN)
    tail = rest.partition(END)[2]
    where = f"Python {platform.python_version()}, Textual {textual.__version__}, {platform.system()}"
    return f"{head}{BEGIN}\nMeasured on {when}: {where}.\n\n{table(figures)}\n{END}{tail}"


def write() -> list[Figure]:
    """Measure everything and write the page; returns the figures over their limits."""
    kept = PAGE.parents[1] / ".runs" / f"figures-{state()}.json"
    figures = measured(kept)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), figures, datetime.now(UTC).date()), encoding="utf-8")
    kept.unlink()
    return [figure for figure in figures if not figure.kept]
