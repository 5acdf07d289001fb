"""On a terminal of 80 columns no plain command prints a wider line.

What may be wider: a word that could not be copied if it were folded (a path, a command in backticks), a program's own
lines (labs, files of `tutor export`), `file:line: message` of `tutor check`, the text that `tutor sample` passes on,
and what goes to stderr, which is one line whatever it is.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from tutor.cli import COMMANDS
from tutor.commands.folding import folded, narrowed
from tutor.course.load import load_course
from tutor.experiments.registry import EXPERIMENTS
from tutor.models.library import FOLDER
from tutor.study.store import Store

COURSE = load_course()
CHAPTERS = COURSE.readable()
FORMS = ("--picture", "--table", "--sentence")
SHOWN = [
    *((name,) for name in EXPERIMENTS),
    *((name, "The cat sat on the mat.") for name in ("tokens", "attention", "next")),
]
CODES = re.compile(r"\x1b\[[\d;]*m")

Lines = Callable[..., list[str]]


@pytest.fixture
def too_long(tutor: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lines:
    """`too_long("course")`: the lines that the command prints on a terminal of 80 columns and that are wider."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*arguments: str, stdin: bytes = b"") -> list[str]:
        monkeypatch.setattr(type(sys.stdout), "isatty", lambda self: True, raising=False)
        done = tutor("--data-dir", "data", *arguments, stdin=stdin)
        assert done.out and done.code == 0, (arguments, done.err)
        return [" ".join(arguments) + " | " + line for line in CODES.sub("", done.out).split("\n") if wide(line)]

    return run


def wide(line: str) -> bool:
    """Wider than 80 cells, although it could have been folded."""
    words = re.findall(r"(?:`[^`]+`|\S)+", line)
    return cell_len(line) > 80 and len(words) > 1


@pytest.fixture
def studied(tmp_path: Path) -> None:
    """Progress in which something was done, missed, and answered of which the course knows no more."""
    store = Store.open(tmp_path / "data")
    for chapter in CHAPTERS:
        for n, question in enumerate(chapter.questions[:8]):
            store.record_answer(question.id, question.revision, chapter.id, n % 2 == 0, 0, seconds=3.0)
        store.set_place(chapter.id, chapter.cards[0].id)
    for n in range(6):
        store.record_answer(f"a-question-of-old-{n}", 1, "chapter-of-old", True, "x", seconds=1.0)
    store.memories()
    store.close()


@pytest.mark.parametrize("name", SHOWN, ids=lambda name: name[0])
def test_what_is_shown(too_long: Lines, name: tuple[str, ...]) -> None:
    assert not [line for form in FORMS for line in too_long("show", *name, form)]


def every() -> Iterator[tuple[str, ...]]:
    """Every command line that prints and changes nothing."""
    yield from ((*name.split(), "--help") for name in (*COMMANDS, "models verify", "reset card", "class report"))
    yield from (("show", name[0], "--help") for name in SHOWN)
    yield from [("--help",), ("course",), ("progress",), ("progress", "--goals"), ("progress", "rebuild")]
    yield from [("models",), ("models", "verify"), ("doctor",), ("lab",), ("train", "--list"), ("show", "--list")]
    yield from [("review", "--forecast"), ("glossary",)]
    yield from (("glossary", term) for term in COURSE.terms)
    yield from (("read", chapter.id, "--all") for chapter in CHAPTERS)
    labs = {card.lab for chapter in CHAPTERS for card in chapter.cards if card.lab}
    yield from (("lab", lab.removesuffix(".py"), "--hint") for lab in sorted(labs) if "hint" in text(lab))


def text(lab: str) -> str:
    return (COURSE.lab(lab) or Path()).read_text(encoding="utf-8")


def test_every_other_command(too_long: Lines, studied: None) -> None:
    assert {line[0] for line in every()} >= {*COMMANDS} - {"quiz"}
    assert not [line for command in every() for line in too_long(*command)]


def test_what_is_asked(too_long: Lines) -> None:
    found = []
    for chapter in (chapter for chapter in CHAPTERS if chapter.questions):
        n = len(chapter.questions)
        found += too_long("quiz", chapter.id, stdin=b":help\n:hint\n:skip\n" * n)
        found += too_long("quiz", chapter.id, stdin=b"2\n1\n" * n)  # mostly wrong
    assert not found + too_long("review", stdin=b"1\n:help\n\n")


def test_what_is_done_with_progress(too_long: Lines, studied: None) -> None:
    for file in ("a.json", "a.csv", "a-file-with-a-name-that-is-long-enough-to-need-two-lines-of-a-terminal.json"):
        assert not too_long("export", file)
        assert file.endswith("csv") or not too_long("import", file)
    Path("class").mkdir()
    assert not too_long("export", "--answers", "class/one.json")
    assert not too_long("class", "report", "class")
    assert not too_long("lab", "bpe_forty_lines", "--copy")
    assert not too_long("reset", "chapter", CHAPTERS[0].id, "--yes") + too_long("reset", "all", "--yes")


def test_models_of_one_s_own(too_long: Lines, tmp_path: Path) -> None:
    for name in ("a" * 64, "damaged"):
        own = tmp_path / "data" / "models" / name
        shutil.copytree(FOLDER / "tiny", own)
    (own / "model.safetensors").write_bytes(b"nothing of the kind")
    assert not too_long("models")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda one: one.id)
def test_what_is_read_with_its_widgets(too_long: Lines, chapter: Any) -> None:
    lines = b""
    for card in chapter.cards:
        live = b":readings\n:settings\n:help\n" if card.widget else b""
        lines += b":skip\n" * len(card.predictions) + live + b":term\n:hint\n\n"
    assert not too_long("read", chapter.id, stdin=b"\n" + lines)


# ── how it is done ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("width", [12, 20, 33])
def test_nothing_is_lost_and_commands_stay_whole(width: int) -> None:
    said = "  Card: 61 % of it (`tutor read x`) 漢字 naïve"
    lines = folded(said, width, hang=4)
    assert " ".join(" ".join(lines).split()) == said.strip()
    assert "(`tutor read x`)" in "".join(lines) and not any(line.strip().startswith("%") for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])
    assert all(cell_len(line) <= width or len(line.strip()) > width - 4 for line in lines)


def test_a_line_that_fits_stays_as_it_is() -> None:
    for line in ("", "  ", "a  b  ", "`", "a `b", "x" * 80):
        assert folded(line, 80) == [line]
    assert folded("abcdef gh", 4, cut=True) == ["abcd", "ef", "gh"]


def test_a_table_takes_from_its_widest_columns() -> None:
    assert narrowed([4, 10, 30], 80) == [4, 10, 30]
    assert narrowed([4, 40, 90], 80) == [4, 36, 36]
    assert narrowed([30] * 10, 80) == [30] * 10  # too many to fold


def test_into_a_pipe_a_row_and_a_sentence_stay_one_line(tutor: Callable[..., Any]) -> None:
    table = tutor("show", "tokenizer-race", "--table").out.splitlines()
    assert max(map(cell_len, table)) > 80 and all(row.split()[0] for row in table)
    assert tutor("show", "temperature-lab", "--sentence").out.count("\n") == 1
