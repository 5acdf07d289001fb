"""Running command lines: in this process, as a program, and as a program on a terminal."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tutor.cli import main


class Done(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What `--json` printed."""
        assert self.code == 0, self.err
        assert self.out.count("\n") == 1
        return json.loads(self.out)


@pytest.fixture
def tutor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """`tutor("show", "tokens", "a")` in this process, where stdout is no terminal; `stdin` is bytes."""

    def run(*arguments: str, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        code = main(arguments)
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def on_terminal() -> Callable[..., str]:
    """`on_terminal("show", ..., NO_COLOR="1")`: what the program sends to a terminal of 80 columns."""

    def run(*arguments: str, **environment: str) -> str:
        ours, theirs = pty.openpty()
        clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM")}
        process = subprocess.Popen(
            [sys.executable, "-m", "tutor", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**clean, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", "PYTHONUTF8": "1", **environment},
        )
        os.close(theirs)
        sent = b""
        try:
            while chunk := os.read(ours, 65536):
                sent += chunk
        except OSError:  # Linux says the other end is closed by an error
            pass
        os.close(ours)
        process.wait()
        return sent.decode().replace("\r\n", "\n")

    return run
