"""Run many command lines of the program in one process: `python hostile_commands.py FILE`, a JSON list of them.

Each is a list of arguments with, at its end, an object of what stdin has. Between them stands a line of its own.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

from tutor.cli import main

for arguments, said in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
    arguments = [argument.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape") for argument in arguments]
    sys.stdin = io.TextIOWrapper(io.BytesIO(said.encode("utf-8", "surrogateescape")), encoding="utf-8")
    print(f"=== {arguments!a}", flush=True)
    code = main(arguments)
    sys.stdout.flush()
    print(f"--- {code}", flush=True)
