"""Start-up: from the command to the first screen, beside a minimal Textual app, and what is imported until then."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from figures import Figure
from measures import MINIMAL, TUTOR
from pty_harness import Terminal

STARTED = "from tutor.cli import main\nmain()"
PLAIN = (  # commands that people wait for
    ["course"], ["show", "--list"], ["show", "tokens", "a b"], ["read", "text-to-tokens", "--all"], ["doctor"],
)  # fmt: skip
SHARE = 0.15  # of the imports, that our own modules may take
END_AT_THE_FIRST_SCREEN = """
import os, sys
from pathlib import Path
from textual.app import App
path = Path(sys.argv.pop(1))
def shown(app):
    path.write_text(" ".join(sys.modules))
    os._exit(0)
App.post_display_hook = shown  # Textual's own, for tests
"""
IMPORTED = re.compile(r"import time: +(\d+) \| +\d+ \| +(\S+)")


@dataclass(frozen=True)
class Start:
    """One start of a program."""

    seconds: float  # of wall clock, until the first screen is there
    work: float  # seconds of processor time until then, which other programs on the machine change little
    received: int  # bytes


def compiled(folder: str) -> dict[str, str]:
    """An environment in which modules are compiled once, as an installation has them, whatever this one is."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(folder) / "compiled")}


def start(command: Sequence[str], environment: dict[str, str]) -> Start:
    """Start a program, wait for its first screen, which says "? keys", and end it there."""
    with Terminal(command=command, environment=environment) as terminal:
        terminal.wait_for("? keys")
        seconds, received = time.monotonic() - terminal.started, len(terminal.received)
        terminal.process.kill()
        _, _, used = os.wait4(terminal.process.pid, 0)
        return Start(seconds, used.ru_utime + used.ru_stime, received)


def starts(n: int) -> tuple[list[Start], list[Start]]:
    """Starts of a minimal Textual app and of tutor, in turn."""
    minimal, ours = [], []
    with tempfile.TemporaryDirectory() as data:
        environment = compiled(data)
        programs = ([sys.executable, "-c", MINIMAL], [*TUTOR, "--data-dir", data])
        for program in programs:
            start(program, environment)  # compiles what is not compiled; the second makes the store
        for _ in range(n):
            minimal.append(start(programs[0], environment))
            ours.append(start(programs[1], environment))
    return minimal, ours


def imported_until_the_first_screen(program: str, folder: Path, *arguments: str) -> set[str]:
    """The modules that a program, given as its code, has imported when its first screen has been drawn."""
    path = folder / "modules"
    with Terminal(command=[sys.executable, "-c", END_AT_THE_FIRST_SCREEN + program, str(path), *arguments]) as terminal:
        terminal.ended()
    return set(path.read_text().split())


def import_seconds(line: str, environment: dict[str, str]) -> dict[str, float]:
    """Module -> seconds that importing it took on its own, in a Python that runs this line."""
    command = [sys.executable, "-X", "importtime", "-c", line]
    said = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True).stderr
    return {name: int(own) / 1e6 for own, name in IMPORTED.findall(said)}


def own_share(environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of the imports of tutor.app, and the share of our own modules in them."""
    took = import_seconds("import tutor.app", environment)
    own = sum(seconds for name, seconds in took.items() if name.split(".")[0] == "tutor")
    return sum(took.values()), own / sum(took.values())


def command_seconds(environment: dict[str, str], *arguments: str) -> float:
    """`tutor ARGUMENTS` from start to finish."""
    began = time.monotonic()
    subprocess.run(
        [*TUTOR, *arguments], env={**os.environ, **environment}, stdin=subprocess.DEVNULL, check=True,
        stdout=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    return time.monotonic() - began


def figures(n: int = 9) -> Iterator[Figure]:
    """First paints, imports and plain commands."""
    minimal, ours = starts(n)

    def median(what: str, starts: list[Start]) -> float:
        return statistics.median(getattr(one, what) for one in starts)

    for what, name in (("seconds", "from the command to the first screen"), ("work", "processor time of that")):
        of_ours, of_minimal = median(what, ours), median(what, minimal)
        yield Figure(3, name, 1000 * of_ours, "ms", None, 1000 * of_minimal)
        yield Figure(3, f"{name}, against a minimal app's", of_ours / of_minimal, "times", 1.25, 1.0)
    with tempfile.TemporaryDirectory() as data:
        environment = compiled(data)
        own_share(environment)  # compiles
        seconds, share = own_share(environment)
        yield Figure(3, "import of tutor.app, all modules", 1000 * seconds, "ms")
        yield Figure(3, "share of that for our own modules", 100 * share, "%", 100 * SHARE)
        for arguments in PLAIN:
            given = ["--data-dir", data, *arguments]
            least = min(command_seconds(environment, *given) for _ in range(3))
            yield Figure(
                18 if "doctor" in arguments else 17,
                f"`tutor {' '.join(arguments)}`, start to finish",
                1000 * least,
                "ms",
                1000,
            )
