from __future__ import annotations

import os
from pathlib import Path

import pytest

from tutor.experiments.base import ExperimentError
from tutor.experiments.own_file import MOST_BYTES, read_text


def test_a_text_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a b.txt").write_bytes("\ufeffnaïve\r\n日本\x1b".encode())
    assert read_text(f" {tmp_path / 'a b.txt'} ") == "naïve\n日本\x1b"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_text("~/a b.txt").startswith("naïve")
    monkeypatch.chdir(tmp_path)
    assert read_text("a b.txt").startswith("naïve")


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"na\xefve")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    os.mkfifo(tmp_path / "pipe")  # reading it would never end
    for name, said in {
        "latin": "no UTF-8 text: byte 2",
        "large": "the most is 4,000,000",
        "pipe": "no plain file",
        "missing": "there is no file",
        "": "no plain file",
        "x" * 5000: "cannot be read",
    }.items():
        with pytest.raises(ExperimentError, match=said) as error:
            read_text(str(tmp_path / name))
        assert "\n" not in str(error.value)
