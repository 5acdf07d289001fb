"""The rules of the house: lint, types, one-way imports, what each import brings, sizes, no machine paths."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "import contracts": ["-c", "from importlinter.cli import lint_imports_command as run; run()"],
}
HEAVY = {"textual", "numpy", "torch", "tiktoken"}
# a line of Python -> what it must not have imported
BRINGS = {
    "import tutor.cli": {*HEAVY, "rich", "msgspec"},
    "import tutor.course.load": HEAVY,
    "import tutor.study.store, tutor.study.grading": {*HEAVY, "fsrs"},
    "import tutor.study.report, tutor.study.summary": {*HEAVY, "fsrs"},
    "import tutor.app": {"torch", "transformers", "numpy"},
    "import tutor.engine": {"textual", "torch", "numpy"},
    "import tutor.models.library": {"textual", "torch", "rich"},
    "from tutor.cli import main; main(['course'])": HEAVY,
    "from tutor.cli import main; main(['doctor'])": HEAVY,
    "from tutor.cli import main; main(['train', '--list'])": HEAVY,
    "from tutor.cli import main; main(['check'])": {"textual", "torch"},
    "from tutor.cli import main; main(['show', 'tokens', 'a b'])": {"textual", "torch"},
    "from tutor.cli import main; main(['show', 'attention', 'a b'])": {"textual", "torch"},
    "from tutor.cli import main; main(['show', 'next', 'a b'])": {"textual", "torch"},
    "from tutor.cli import main; main(['sample', 'a b', '--tokens', '2'])": {"textual", "torch"},
}
LONGEST = 350  # lines in a module


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_is_content(tool: str) -> None:
    done = python(*TOOLS[tool])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("line", BRINGS)
def test_import_brings_no_more_than_it_needs(line: str) -> None:
    done = python("-c", f"{line}\nimport sys\nsys.stderr.write('\\n' + ' '.join(sys.modules))")
    assert done.returncode == 0, done.stderr
    brought = set(done.stderr.splitlines()[-1].split())
    assert not brought & BRINGS[line]


def test_modules_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "tutor").rglob("*.py")}
    assert len(lengths) > 20
    assert not {path: n for path, n in lengths.items() if n > LONGEST}


def test_no_machine_paths() -> None:
    files = tracked()
    assert len(files) > 20
    machine = [f"/{folder}/".encode() for folder in ("work", "root", "home")]
    assert not [path for path in files if any(folder in path.read_bytes() for folder in machine)]
