"""Copying sends one code with the text, and the same text can be had as a file."""

from __future__ import annotations

from pathlib import Path

from measure_copying import copied


def test_a_card_is_sent_once_and_written_alike(tmp_path: Path) -> None:
    size, text, saved = copied(tmp_path)
    assert len(text) > 200 and text == saved
    assert size < 1.5 * len(text.encode())
