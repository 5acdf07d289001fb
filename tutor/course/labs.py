"""Run a lab: a short program of the course, in a process of its own, with limits."""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SECONDS = 30.0
OUTPUT = 100_000  # bytes kept


@dataclass(frozen=True)
class Ran:
    """How a lab ended. `trouble` is one line, empty when it ended well; `line` is where in the file, if known."""

    output: str
    trouble: str = ""
    line: int = 1


def needs_torch(source: bytes) -> bool:
    """Whether a lab imports PyTorch; raises SyntaxError."""
    for node in ast.walk(ast.parse(source)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if not node.level else []
        if any(name.split(".")[0] == "torch" for name in names):
            return True
    return False


def run_lab(path: Path, seconds: float = SECONDS) -> Ran:
    """Run the program in an empty working folder; after `seconds` it is ended with all it has started."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as out:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", str(path.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        try:
            code = process.wait(seconds)
            trouble = f"ends with exit code {code}" if code else ""
        except subprocess.TimeoutExpired:
            trouble = f"does not end within {seconds:g} seconds"
        finally:
            _end(process)
        out.seek(0)
        output = out.read(OUTPUT).decode("utf-8", "replace")
    last = output.strip().splitlines()[-1:] if trouble.startswith("ends") else []
    return Ran(output, ": ".join([trouble, *last]), _failing_line(output, path) if trouble else 1)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _failing_line(output: str, path: Path) -> int:
    """The last line of the lab itself that a traceback names."""
    line, mark = 1, f'File "{path.resolve()}", line '
    for text in output.splitlines():
        number = text.strip().removeprefix(mark).split(",")[0]
        if text.strip().startswith(mark) and number.isdigit():
            line = int(number)
    return line
