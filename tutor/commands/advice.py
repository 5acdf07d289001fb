"""What `tutor doctor` advises: one line for each thing that is less than it could be, with how to change it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

LEAST, GOOD = (60, 20), (80, 24)  # cells
TMUX_RGB = '`set -as terminal-features ",*:RGB"` in ~/.tmux.conf'
ROOM = 50_000_000  # bytes free for progress; it takes far less, but other programs write too


def advice(report: dict[str, Any]) -> list[str]:
    """Lines for people, the gravest first; empty where all is well."""
    return [*_app(report["terminal"]), *_files(report), *_colours(report["terminal"]), *_drawing(report)]


def _app(terminal: dict[str, Any]) -> Iterator[str]:
    if terminal["term"] in (None, "", "dumb"):
        yield (
            f"TERM is {terminal['term'] or 'not set'}, so the app cannot open: `TERM=xterm-256color tutor` where the "
            "terminal is more than it says; `tutor read`, `tutor quiz` and `tutor lab` work as it is."
        )
    elif not terminal["can_draw"]:
        yield (
            f"Like this, {not_a_terminal(terminal)}, and the app needs one: start it without `|`, `<` and `>`, "
            "and over SSH with `ssh -t`. `tutor read`, `tutor quiz` and `tutor lab` work as it is."
        )
    columns, rows = terminal["columns"], terminal["rows"]
    if columns < LEAST[0] or rows < LEAST[1]:
        yield f"The window has {columns} x {rows} cells: the app needs {LEAST[0]} x {LEAST[1]}. Make it larger."
    elif columns < GOOD[0] or rows < GOOD[1]:
        yield f"The window has {columns} x {rows} cells; from {GOOD[0]} x {GOOD[1]} on, text and picture fit together."
    if terminal["textual"]:
        names = ", ".join(terminal["textual"])
        yield f"{names}: set for Textual, and changes how the app looks or behaves. `unset` it unless you mean it."


def not_a_terminal(terminal: dict[str, Any]) -> str:
    """Which streams are none, in words: "input and output are not a terminal"."""
    *others, last = terminal["not_terminals"]
    return f"{', '.join(others)} and {last} are not a terminal" if others else f"{last} is not a terminal"


def _files(report: dict[str, Any]) -> Iterator[str]:
    for model in report["models"]:
        if "error" in model:
            yield f"{model['name']}: {model['error']}"
    progress = report["progress"]
    if progress["trouble"]:
        yield f"Your progress: {progress['trouble']} The app says what it does about it when it opens."
    if not progress["writable"]:
        yield f"{progress['folder']} cannot be written, so nothing is kept: `tutor --data-dir DIR` takes another."
    elif progress["free"] is not None and progress["free"] < ROOM:
        yield f"{progress['free'] / 1e6:.0f} MB are free where progress is kept. Make room, or take `--data-dir DIR`."


def _colours(terminal: dict[str, Any]) -> Iterator[str]:
    tier, source, inside = terminal["colors"], terminal["colors_from"], terminal["multiplexer"]
    term = terminal["term"] or ""
    if source == "NO_COLOR":
        yield "NO_COLOR is set, so nothing is coloured: `unset NO_COLOR`, or `tutor --colors 256`."
    elif inside == "screen":
        if tier != "none" and "256" not in term:
            yield "GNU screen before version 5 has no true colours; `term screen-256color` in ~/.screenrc gives 256."
    elif tier == "16" and source == "TERM" and term.startswith(("xterm", "screen", "tmux", "rxvt")):
        yield f"TERM={term} promises 16 colours; most terminals of that name have 256: `TERM={term}-256color tutor`."
    elif tier == "16" and source == "TERM" and not term.startswith("linux"):
        yield (
            f"TERM={term} promises no more than 16 colours, as far as `tutor` knows that name. If yours has more: "
            "`TERM=xterm-256color tutor` where it works like xterm, as most do, or else `tutor --colors 256`."
        )
    elif tier == "256" and inside == "tmux":
        yield (
            "tmux shows true colours where it is told that the terminal around it has them: "
            f"{TMUX_RGB}, then `COLORTERM=truecolor tutor`."
        )
    elif inside == "tmux" and source == "COLORTERM":
        yield f"If colours look wrong or few: tmux must know that the terminal around it has them all, by {TMUX_RGB}."
    elif tier == "256" and terminal["ssh"] and source == "TERM":
        yield (
            "SSH does not pass COLORTERM on. If your terminal has true colours: `COLORTERM=truecolor tutor`; "
            "256 are enough for the course."
        )


def _drawing(report: dict[str, Any]) -> Iterator[str]:
    if report["locale"]["drawing"] == "ascii":
        term = report["terminal"]["term"] or ""
        if term.startswith("vt"):
            yield (
                f"TERM={term} promises neither colours nor glyphs beyond ASCII, so pictures have none: "
                "`export TERM=xterm-256color` if your terminal works like xterm, as most do."
            )
        elif term.startswith("linux"):
            yield "This console's font lacks most glyphs, so pictures are drawn in ASCII; a terminal window has them."
        else:
            yield _locale(report["locale"])


def _locale(locale: dict[str, Any]) -> str:
    """How to get UTF-8, by the variable that decides."""
    if locale["encoding_from"] == "PYTHONIOENCODING" and not locale["utf8"]:
        return (
            f"PYTHONIOENCODING asks for {locale['encoding']}, so pictures are drawn in ASCII whatever the locale is: "
            "`unset PYTHONIOENCODING`."
        )
    said = f"The locale{' ' + locale['name'] if locale['name'] else ''} is not UTF-8, so pictures are drawn in ASCII"
    if locale["name_from"] in ("LC_ALL", "LC_CTYPE"):
        decides = f"{locale['name_from']} decides, whatever LANG says"
        return f"{said}: `export {locale['name_from']}=C.UTF-8`, say (`locale -a`); {decides}."
    return f"{said}: `export LANG=C.UTF-8`, say (`locale -a`)."
