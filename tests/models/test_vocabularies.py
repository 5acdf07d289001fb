"""The vocabularies of the race: what ships, and that training makes such files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutor.models import bpe, vocabularies
from tutor.models.errors import ModelFileError
from tutor.training.vocabularies import learn, main

TEXT = "The seal and the seat: a seal's tea, the team's meat, 12 teas! " * 30


@pytest.mark.parametrize("size", vocabularies.SIZES)
def test_those_that_ship_have_their_size(size: int) -> None:
    known = vocabularies.load(size)
    assert len(known.bpe) == len(known.wordpiece) == len(known.unigram.scores) + 1 == size
    assert list(known.bpe)[:256] == [bytes([b]) for b in bpe.BYTE_ORDER]
    assert max(known.unigram.scores.values()) < 0


def test_a_text_is_parted_the_same_way_for_all() -> None:
    assert vocabularies.pretokenize(" It's\n\n 42 teas.") == [[" It", "'s"], [" 4", "2"], [" teas", "."]]
    assert vocabularies.with_mark(" teas") == "▁teas"
    assert vocabularies.without_space(" teas") == "teas"


def test_training_makes_a_file_that_loads(tmp_path: Path) -> None:
    text, out = tmp_path / "text.txt", tmp_path / "out.json"
    text.write_text(f"{TEXT}\n<|endoftext|>\n{TEXT}", encoding="utf-8")
    document = learn([TEXT, TEXT], sizes=(40, 270))
    assert "tea" in document["wordpiece"]  # type: ignore[operator]
    assert len(document["unigram"]["40"]) == 39  # type: ignore[index]
    main(str(text), str(out))
    assert json.loads(out.read_text(encoding="utf-8"))["bpe"][: len(document["bpe"])] == document["bpe"]  # type: ignore[arg-type,index]
    with pytest.raises(ModelFileError, match="do not have 500 tokens"):
        vocabularies.load(500, out)  # so short a text has no 500 pieces


@pytest.mark.parametrize(
    "content", ["{}", '{"bpe": 3}', '{"bpe": ["日"], "wordpiece": [], "unigram": {"500": {}}}', "["]
)
def test_a_broken_file_is_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelFileError) as error:
        vocabularies.load(500, path)
    assert "\n" not in str(error.value)
