"""The wheel: everything inside, small, and at work in an empty environment, from another folder, offline."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
MOST_BYTES = 30_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("llm_tutor-*.whl"))


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment that has the wheel, and sees the dependencies of this one."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    paths = {"base": str(home), "platbase": str(home)}
    folder, packages = (Path(sysconfig.get_path(name, "venv", paths)) for name in ("scripts", "purelib"))
    install = ["--python", str(folder / "python"), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run([sys.executable, "-m", "pip", *install], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # as plain paths: what this environment's own .pth files add, an editable tutor among it, stays out
    here = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    (packages / "dependencies.pth").write_text("\n".join(sorted(here)) + "\n", encoding="utf-8")
    return folder


def run(scripts: Path, elsewhere: Path, *arguments: str) -> str:
    nowhere = "http://127.0.0.1:9"
    environment = {
        "PATH": os.defpath,
        "HOME": str(elsewhere),
        "PYTHONUTF8": "1",
        "TIKTOKEN_CACHE_DIR": str(elsewhere / "empty"),
        "http_proxy": nowhere,
        "https_proxy": nowhere,
    }
    command = [str(scripts / "tutor"), *arguments]
    done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_wheel_holds_lessons_and_data(wheel: Path) -> None:
    assert wheel.stat().st_size < MOST_BYTES
    inside = set(ZipFile(wheel).namelist())
    lessons = {f"tutor/{path.relative_to(ROOT)}" for path in (ROOT / "lessons").rglob("*.toml")}
    assert "tutor/lessons/tracks.toml" in lessons
    assert lessons <= inside
    assert {f"tutor/data/encodings/{name}.xz" for name in ("gpt2", "cl100k_base", "o200k_base")} <= inside
    assert {
        f"tutor/data/models/tiny/{name}" for name in ("config.json", "model.safetensors", "tokenizer.json")
    } <= inside
    assert not [name for name in inside if not name.startswith(("tutor/", "llm_tutor-"))]


def test_installed_tutor_is_the_one_in_the_wheel(scripts: Path, tmp_path: Path) -> None:
    report = json.loads(run(scripts, tmp_path, "doctor", "--json"))
    assert Path(report["course"]).is_relative_to(scripts.parent)
    assert [model["name"] for model in report["models"] if "error" not in model]


def test_course_is_found(scripts: Path, tmp_path: Path) -> None:
    tracks = json.loads(run(scripts, tmp_path, "course", "--json"))["tracks"]
    assert any(chapter["ready"] for track in tracks for chapter in track["chapters"])


@pytest.mark.parametrize("encoding", ["gpt2", "cl100k_base", "o200k_base", "tiny"])
def test_tokens_need_no_network(scripts: Path, tmp_path: Path, encoding: str) -> None:
    text = "Héllo wörld, 1234567!"
    shown = json.loads(run(scripts, tmp_path, "show", "tokens", text, "--encoding", encoding, "--json"))
    assert b"".join(bytes.fromhex(token["bytes"]) for token in shown["tokens"]).decode() == text


def test_model_runs(scripts: Path, tmp_path: Path) -> None:
    sample = json.loads(run(scripts, tmp_path, "sample", "Once upon a time", "--tokens", "5", "--seed", "3", "--json"))
    assert 0 < len(sample["tokens"]) <= 5
    shown = json.loads(run(scripts, tmp_path, "show", "attention", "one two", "--json"))
    assert len(shown["weights"][0][0]) == len(shown["tokens"])
