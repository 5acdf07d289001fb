"""What runs in a lab's own process: its limits, the program, then the check of an exercise.

    python -m tutor.course.lab_child program.py [program.check.py]

The program is `__main__`, as if Python had been given it, so the check takes names from there:
`from __main__ import cosine`. Exit codes: PASSED or FAILED once the check has spoken, else the program's own.
"""

from __future__ import annotations

import re
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from types import ModuleType, TracebackType
from typing import NoReturn

MEMORY = 1 << 30  # bytes of data
FILE = 1 << 24  # bytes of one file
CPU = 120  # seconds of all threads: for one that nobody is left to end
PASSED, FAILED = 80, 81  # exit codes
NOT_YET = "Not yet: "  # begins the line that says what the check misses

_NO_NAME = re.compile(r"cannot import name '(\w+)' from '__main__'")


def main(program: str, check: str | None = None) -> NoReturn:
    """Run them one after the other; leaves by the exit code."""
    limit()
    module = ModuleType("__main__")
    module.__file__ = program
    sys.modules["__main__"] = module
    sys.argv = [program]
    try:
        run(program, module)
    except SystemExit as end:
        if check is None or end.code:
            raise
    except BaseException as error:
        report(error)
        sys.exit(1)
    if check is None:
        sys.exit(0)
    try:
        run(check, ModuleType("check"))
    except BaseException as error:
        print(f"\n{NOT_YET}{reason(error, check)}", flush=True)
        sys.exit(FAILED)
    sys.exit(PASSED)


def limit() -> None:
    """Take the limits, where the system has them."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_FSIZE, FILE),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # it is under a stricter limit
            resource.setrlimit(kind, (most, most))


def run(path: str, module: ModuleType) -> None:
    """Run a file as `module`; raises what it raises."""
    code = compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)
    exec(code, vars(module))


def report(error: BaseException) -> None:
    """Print a traceback of the program alone, as Python would."""
    sys.stdout.flush()
    traceback.print_exception(type(error), error, own(error.__traceback__))
    if isinstance(error, MemoryError):
        print(f"A lab may have {MEMORY >> 20:,} MB of memory.", file=sys.stderr)


def own(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of this module, which come first."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def reason(error: BaseException, check: str) -> str:
    """What the check misses, in one line; prints a traceback first where the program's own code failed in it."""
    frames = traceback.extract_tb(own(error.__traceback__))
    if isinstance(error, AssertionError) and frames and frames[-1].filename == check:
        return " ".join(str(error).split())
    if isinstance(error, ImportError) and (missing := _NO_NAME.search(str(error))):
        return f"the program has no `{missing[1]}`."
    report(error)
    return f"the check ended in the {type(error).__name__} above."


if __name__ == "__main__":
    main(*sys.argv[1:])
