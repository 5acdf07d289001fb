"""Run a lab: a short program of the course, in a process of its own, with limits."""

from __future__ import annotations

import ast
import asyncio
import codecs
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tutor.course.lab_child import FAILED, NOT_YET, PASSED

SECONDS = 30.0
OUTPUT = 20_000  # characters
PACKAGES = Path(__file__).parents[2]  # where a lab finds `tutor`


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    output: str
    trouble: str = ""  # one line, "ended with exit code 1"; empty when it ended well
    line: int = 1  # of the program, where the trouble is; 1 where that is not known
    passed: bool | None = None  # what the check of an exercise found; None where it had no say

    @property
    def missed(self) -> str:
        """What the check says is not there yet, in one line."""
        _, _, said = self.output.rpartition(NOT_YET)
        return said.strip() if self.passed is False else ""


class Run:
    """One run of a program, in an empty folder with no input, followed by the check of an exercise if there is one.

    `hear` is called with the whole output so far whenever there is more of it.
    """

    def __init__(
        self, name: str, source: str, check: str | None = None, hear: Callable[[str], None] | None = None
    ) -> None:
        self.name, self.source, self.check = name, source, check
        self.output = ""
        self._hear = hear
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False

    def stop(self) -> None:
        """End the program with all that it has started."""
        self._stopped = True
        if self._process is not None:
            end(self._process)

    async def to_end(self, seconds: float = SECONDS) -> Ran:
        """Run it, for `seconds` at most; raises OSError where no program can be run."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            files = [self.name]
            Path(folder, self.name).write_text(self.source, encoding="utf-8")
            if self.check is not None:
                files.append(f"{Path(self.name).stem}.check.py")
                Path(folder, files[1]).write_text(self.check, encoding="utf-8")
            process = self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-u", "-m", "tutor.course.lab_child", *files),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                cwd=folder,
                env=_environment(),
                start_new_session=True,  # without the terminal, in which it could write
            )
            try:
                if self._stopped:
                    end(process)
                trouble = await asyncio.wait_for(self._listen(process), seconds)
            except TimeoutError:
                trouble = f"did not end within {seconds:g} seconds"
            finally:
                end(process)
                with suppress(TimeoutError):  # a child in a session of its own may hold the output for ever
                    await asyncio.wait_for(process.communicate(), 1.0)  # a full pipe is not seen to end
        code = process.returncode if not trouble else None
        if code in (PASSED, FAILED) and self.check is not None:
            return Ran(self.output, passed=code == PASSED)
        if code == 0 and self.check is not None:
            trouble = "ended before its check"
        elif code:
            trouble = _spelled(code)
        return Ran(self.output, trouble, _failing_line(self.output, self.name) if trouble else 1)

    async def _listen(self, process: asyncio.subprocess.Process) -> str:
        """Take the output while it comes; returns why the program must be ended, empty when it ended itself."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        assert process.stdout is not None
        while chunk := await process.stdout.read(4096):
            self.output += decoder.decode(chunk).replace("\r\n", "\n")
            if len(self.output) > OUTPUT:
                return f"printed more than {OUTPUT:,} characters"
            if self._hear is not None:
                self._hear(self.output)
        await process.wait()
        return "was stopped" if self._stopped else ""


def run_lab(path: Path, check: Path | None = None, seconds: float = SECONDS) -> Ran:
    """Run the program in a file, and a check after it; raises OSError and UnicodeDecodeError."""
    source = path.read_text(encoding="utf-8")
    return run_source(path.name, source, check.read_text(encoding="utf-8") if check else None, seconds)


def run_source(name: str, source: str, check: str | None = None, seconds: float = SECONDS) -> Ran:
    """The same for programs that are given as text; raises OSError."""
    return asyncio.run(Run(name, source, check).to_end(seconds))


def needs_torch(source: bytes) -> bool:
    """Whether a lab imports PyTorch; raises SyntaxError."""
    for node in ast.walk(ast.parse(source)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if not node.level else []
        if any(name.split(".")[0] == "torch" for name in names):
            return True
    return False


def end(process: asyncio.subprocess.Process) -> None:
    """End a program with all that it has started."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(PACKAGES), os.environ.get("PYTHONPATH"))))
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        **os.environ,
        **one_thread,  # each takes memory
        "PYTHONPATH": path,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def _spelled(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    names = {one.value: one.name for one in signal.Signals}
    return f"was ended by {names.get(-code, f'signal {-code}')}"


def _failing_line(output: str, name: str) -> int:
    """The last line of the program that a traceback names."""
    line, mark = 1, f'File "{name}", line '
    for text in output.splitlines():
        number = text.strip().removeprefix(mark).split(",")[0]
        if text.strip().startswith(mark) and number.isdigit():
            line = int(number)
    return line
