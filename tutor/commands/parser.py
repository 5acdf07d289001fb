"""The options of `tutor` itself, and the parser of it and of every command: what it refuses is one line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn

from tutor import __version__
from tutor.commands import CommandError
from tutor.terminal import COLORS

OPTIONS: dict[str, dict[str, Any]] = {  # of `tutor` itself
    "--version": {"action": "version", "version": f"tutor {__version__}"},
    "--colors": {
        "choices": COLORS,
        "default": "auto",
        "help": "colours to draw with (default: what the terminal says)",
    },
    "--data-dir": {"type": Path, "metavar": "DIR", "help": "where progress is kept"},
    "--no-mouse": {"action": "store_true", "help": "leave the mouse to the terminal"},
    "--chapter": {
        "dest": "open_chapter",  # commands have a `chapter` of their own
        "metavar": "ID",
        "help": "open this chapter; `tutor course` lists them",
    },
}
ALONE = ("--version", "--no-mouse", "--chapter")  # mean nothing to a command


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, and whose options are spelled out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)
        self.given: list[str] = []

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse what this parser does not know, rather than leave that to the one above it."""
        self.given = list(takewhile(lambda word: word != "--", args))
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return found, rest

    def _print_message(self, message: str, file: Any = None) -> None:
        """Help and version; argparse itself would say nothing of a full disk."""
        (file or sys.stdout).write(message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """A name that is none: name the one that is nearest to it."""
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            from difflib import get_close_matches

            near = get_close_matches(value.lower(), action.choices, 1)
            meant = f"; the nearest is `{self.prog} {near[0]}`" if near else ""
            unknown = set(options(takewhile(lambda word: word != value, self.given))) - {*self._option_string_actions}
            if unknown:  # which may have been meant to take what stands here
                self.error(f"unrecognized arguments: {' '.join(sorted(unknown))}")
            self.error(f"there is no `{self.prog} {value}`{meant}", "lists what there is")
        super()._check_value(action, value)

    def error(self, message: str, told: str = "says what it takes") -> NoReturn:
        ours = (one for one in options(self.given) if one in OPTIONS and one not in self._option_string_actions)
        if (option := next(ours, None)) is not None:  # the error came of it, whatever it says
            self.refuse(option)
        raise CommandError(f"{message} (`{self.prog} --help` {told})")

    def refuse(self, option: str) -> NoReturn:
        """An option of `tutor` that does not belong where it was given: say where it does."""
        command = self.prog.removeprefix("tutor")
        where = ("stands without a command", "") if option in ALONE else ("goes before the command", command)
        raise CommandError(f"{option} {where[0]}: `tutor {shown(option)}{where[1]}`")


def options(words: Iterable[str]) -> list[str]:
    """Those of the words that are options, without their values."""
    return [word.partition("=")[0] for word in words if word.startswith("--")]


def shown(option: str) -> str:
    """An option of `tutor` with what it takes, as help shows it."""
    takes = OPTIONS[option].get("metavar") or "|".join(OPTIONS[option].get("choices", ()))
    return f"{option} {takes}".rstrip()
