"""Text can be read and meanings told apart, in every tier and theme; no code or character that a terminal lacks."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from drawn_colours import SYSTEMS, Console, texts
from drawn_colours import opened as opened_app
from measure_colours import (
    APART,
    APART_16,
    COLOR,
    MOUSE,
    POOR,
    READABLE,
    STRANGE,
    SYNCHRONISED,
    beyond,
    codes,
    grounds,
    hues,
    looks,
    meanings,
    nearest,
    nearest_shades,
    opened,
    said_to_a_dumb_terminal,
    start,
    tour,
)  # fmt: skip
from stations import Visit, quiz, widgets
from textual.theme import Theme

from tutor.experiments.cells import Tier
from tutor.screens.frame import Cell, cells_of
from tutor.study.rounds import items

# ── reading ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tier", "wanted", "console"),
    [
        ("256", ["night"], False),
        ("256", ["day"], False),
        ("truecolor", ["high-contrast"], False),
        ("16", ["plain-light"], False),
        ("16", ["plain"], True),
        *(pytest.param(tier, [], False, marks=pytest.mark.long) for tier in ("truecolor", "256", "16")),
    ],
)
async def test_all_text_can_be_read(tier: Tier, wanted: list[str], console: bool, tmp_path: Path) -> None:
    """With every widget; the short form looks at every theme once, the long one at each in each tier."""
    seen = await texts(tier, tmp_path, wanted, console=console)
    assert len({one.place for one in seen}) > 4
    assert [one for one in seen if one.contrast < READABLE] == []


@pytest.mark.parametrize(
    ("tier", "theme", "console"),
    [(tier, theme, console) for tier, theme, _, console in looks()],
    ids=[f"{tier}-{theme.name}-{name}" for tier, theme, name, _ in looks()],
)
def test_no_two_meanings_fall_together(tier: Tier, theme: Theme, console: Console) -> None:
    assert nearest(meanings(theme, tier, console)).distance >= (APART_16 if theme.ansi else APART)
    if tier != "16":
        assert nearest(hues(theme, tier, console)).distance >= APART
        assert nearest_shades(theme, tier, console).distance >= 2
    if not theme.ansi:
        assert grounds(theme, tier) >= 4


# ── never colour alone ───────────────────────────────────────────────────────────────────────────────


def cells(there: Visit) -> list[list[Cell]]:
    return [cells_of(strip, SYSTEMS["none"]) for strip in there.screen._compositor.render_strips()]


def attributes_of(there: Visit, text: str) -> set[str]:
    """Of the first cell of `text`, wherever it stands."""
    for row in cells(there):
        line = "".join(char or "\0" for char, _ in row)
        if text in line:
            return set(row[line.index(text)][1][0].split(";"))
    raise AssertionError(f"no {text!r} on the screen\n{there.text}")


def reversed_cells(there: Visit) -> str:
    return "".join(char for row in cells(there) for char, look in row if "7" in look[0].split(";"))


async def test_without_colour_all_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bold is 1, underlined 4, reversed 7."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened_app("none", tmp_path, size=(80, 24)) as there:
        chapter = next(iter(there.app.course.readable()))
        await there.until(lambda: chapter.title in there.text)
        chosen = attributes_of(there, chapter.title)
        await there.press("j")
        assert "4" in chosen and "4" not in attributes_of(there, chapter.title)
        await there.press("colon", "t")
        await there.until(lambda: "Theme: plain" in there.text)
        assert "4" in attributes_of(there, "How text is cut") and "4" not in attributes_of(there, "Change the colours")
        await there.home()
        async for place in widgets(there, ["token-splitter", "attention-heatmap", "temperature-lab"]):
            if place in ("token-splitter", "attention-heatmap"):
                assert 0 < len(reversed_cells(there).strip()) < 20, place  # the cursor
            if place == "temperature-lab":
                assert ">temperature" in there.text  # the slider with the focus
        item = items([chapter])[0]
        async for place in quiz(there, [item], answered=False):
            await there.press("1")
            assert "> 1" in there.text and "> 2" not in there.text, place
            await there.press("enter")
            await there.until(lambda: re.search("Your answer is (not )?right|Chosen, and (not )?right", there.text))
        screen = await there.chapter(chapter.id)
        underlined = 0
        for at in range(1, 5):
            await there.turn(screen, at)
            underlined += sum("4" in look[0].split(";") for row in cells(there) for _, look in row)
        assert underlined > 10  # terms
        assert {look[1:] for row in cells(there) for _, look in row} == {("", "")}


# ── codes ────────────────────────────────────────────────────────────────────────────────────────────


def test_without_colours_no_colour_code_is_sent_and_under_c_no_character_but_ascii(tmp_path: Path) -> None:
    says = {"NO_COLOR": "1", "COLORTERM": "truecolor", "TEXTUAL_COLOR_SYSTEM": "256", "LANG": "C"}
    sent = tour(tmp_path, "--no-mouse", environment=says)
    assert beyond(sent, "none") == []
    assert sent.isascii() and [code for code in MOUSE if code in sent] == []
    assert {1, 4, 7} & set(codes(sent))  # what stands out does so in another way


@pytest.mark.long
@pytest.mark.parametrize("tier", ["16", "256"])
def test_under_a_locale_that_is_not_utf8_all_is_ascii(tier: Tier, tmp_path: Path) -> None:
    sent = tour(tmp_path, "--colors", tier, environment={"LANG": "C"})
    assert [byte for byte in sent if byte > 127] == []
    assert beyond(sent, tier) == [] and COLOR & set(codes(sent))


@pytest.mark.parametrize(
    ("environment", "flags", "expected"),
    [
        ({"TERM": "xterm-256color"}, [], "256"),
        ({"TERM": "xterm"}, [], "16"),
        ({"TERM": "screen"}, [], "16"),
        ({"TERM": "tmux-256color", "COLORTERM": "truecolor", "TMUX": "x"}, [], "truecolor"),
        ({"TERM": "screen-256color", "COLORTERM": "truecolor", "STY": "1.x"}, [], "256"),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, [], "16"),
        ({"TERM": "vt100", "COLORTERM": "truecolor"}, [], "none"),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard", "TEXTUAL_THEME": "nord,plain-light"}, [], "16"),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "truecolor"}, ["--colors", "256"], "256"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ["--colors", "none"], "none"),
    ],
)
def test_only_codes_of_the_tier(environment: dict[str, str], flags: list[str], expected: Tier, tmp_path: Path) -> None:
    sent = start(tmp_path, environment, *flags)
    assert beyond(sent, expected) == []
    found = set(codes(sent))
    assert (1002 in found, 1005 in found, bool(found & COLOR)) == (
        expected == "truecolor",
        expected == "256",
        expected != "none",
    )
    if environment["TERM"] in ("linux", "vt100"):
        assert STRANGE.findall(sent) == [] and sent.isascii()
    if "TEXTUAL_THEME" in environment:
        assert 34 in found and 36 not in found  # the accent of plain-light, not that of plain


@pytest.mark.long
@pytest.mark.parametrize("term", POOR)
def test_only_codes_of_the_terminal_all_the_way(term: str, tmp_path: Path) -> None:
    tier: Tier = "none" if term == "vt100" else "16"
    sent = tour(tmp_path, environment={"TERM": term})
    assert beyond(sent, tier) == []
    assert bool(set(codes(sent)) & COLOR) == (tier != "none")
    assert sent.count(SYNCHRONISED) <= 1  # the question
    if term != "screen":
        assert STRANGE.findall(sent) == [] and sent.isascii()


def test_synchronised_output_is_used_where_the_terminal_answers_for_it(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        assert terminal.received.count(SYNCHRONISED) == 1  # the question
        terminal.press("j")
        without = terminal.settle()
        terminal.press("k")
        terminal.settle()
        terminal.send("\x1b[?2026;2$y")
        terminal.settle()
        terminal.press("j")
        marked = terminal.settle()
        marks = terminal.received[-marked:].count(SYNCHRONISED)
        assert marks >= 2 and marks % 2 == 0  # each frame begins and ends with one
        assert marked - marks * len(b"\x1b[?2026h") <= without + 20


# ── where the app cannot be drawn ────────────────────────────────────────────────────────────────────


def test_a_dumb_terminal_gets_one_line(tmp_path: Path) -> None:
    assert said_to_a_dumb_terminal(tmp_path) == (1, 0)


def test_without_a_terminal_there_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tutor", "--data-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=30)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1 and b"tutor read" in done.stderr and b"\x1b" not in done.stderr
