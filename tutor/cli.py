"""The command line: `tutor` opens the app, `tutor COMMAND` answers in plain text or JSON."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from keyword import iskeyword
from pathlib import Path
from typing import Any

from tutor.commands import CommandError
from tutor.commands.parser import OPTIONS, Parser
from tutor.terminal import can_draw, colour_tier, draws_ascii, is_console

COMMANDS = {
    "course": "list tracks, chapters and what each of them holds",
    "read": "read a chapter line by line, in plain text",
    "quiz": "take a chapter's quiz line by line, in plain text",
    "review": "answer the questions that are due, line by line, in plain text",
    "lab": "read, change and run the programs of the course; exercises are checked",
    "glossary": "say what a term means, and which cards speak of it",
    "progress": "say where you stand: what was read, tried and is solid, and what you remember",
    "export": "write what you did to a file: to keep, to move, for a spreadsheet, for Anki, for a class",
    "import": "take in what another machine exported; nothing is lost, nothing comes twice",
    "reset": "begin again with a card, a chapter or all; what was there is kept in a file",
    "class": "put the answers of several learners together",
    "check": "check lesson files and report every problem as file:line: message",
    "show": "show what a live widget shows: as picture, table, sentence or data",
    "sample": "let the small model continue a prompt",
    "models": "list the models, verify their files, measure them again",
    "train": "train one of the shipped models again, from a text file",
    "doctor": "say what this terminal and this installation can do",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code. Every failure is one line on stderr."""
    open_streams()
    try:
        code = run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader has seen enough, as in `tutor course | head -1`
        discard_output()
        return 1
    except Exception as error:
        if sys.flags.dev_mode:  # python -X dev -m tutor …
            raise
        discard_output()
        message, code = describe(error)
        from tutor.commands.output import complain

        complain(message)
        return code


def run(argv: Sequence[str]) -> int:
    """Do what is asked; the exit code."""
    try:
        args = parse(argv)
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    return int(command_module(args.command).run(args) if args.command else open_app(args))


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse `argv`; imports only the modules of commands that it names."""
    top = Parser(
        prog="tutor", description="How large language models work, on small real ones. Without a command: the app."
    )
    for option, how in OPTIONS.items():
        top.add_argument(option, **how)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name in argv:
            command_module(name).add_arguments(command)
    args = top.parse_args(argv)
    if args.command and args.open_chapter is not None:  # unlike --no-mouse, which an alias may add to all
        top.refuse("--chapter")
    return args


def command_module(name: str) -> Any:
    """The module of a command; its name ends in an underscore where Python has the word itself."""
    return import_module(f"tutor.commands.{name}_" if iskeyword(name) else f"tutor.commands.{name}")


def open_app(args: argparse.Namespace) -> int:
    """Take the screen, if there is one."""
    if not can_draw(os.environ, sys.stdin, sys.stdout, sys.stderr):
        raise CommandError("the app needs a terminal; `tutor read`, `tutor quiz` and `tutor review` work without one")
    gc.disable()  # what is made before the first paint stays: looking for garbage in it takes a tenth of the time
    from tutor.app import run

    return run(
        tier=colour_tier(os.environ, args.colors),
        ascii=draws_ascii(os.environ, sys.stderr),  # where Textual writes
        console=is_console(os.environ),
        data_dir=args.data_dir,
        mouse=not args.no_mouse,
        chapter=args.open_chapter,
    )


def describe(error: Exception) -> tuple[str, int]:
    """One line for the learner, and the exit code: 2 for what was asked, 1 for what went wrong."""
    if isinstance(error, CommandError):
        return str(error), error.code
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}", 1
    of_ours = type(error).__module__.startswith("tutor.")
    message = " ".join(str(error).split())
    if isinstance(error, ValueError) or type(error).__name__ == "ExperimentError":
        return message, 2
    return (message if of_ours else f"{type(error).__name__}: {message}"), 1


def open_streams() -> None:
    """Make stdout and stderr take everything: also when they are closed, or the locale lacks a character."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # lives as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Send what is still buffered for stdout nowhere, so that the interpreter does not fail on it at exit."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
