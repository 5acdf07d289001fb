"""`tutor models`: what is listed, verified, added and measured."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tutor.commands import measure
from tutor.commands.card_text import PARTS, renewed
from tutor.models.cards import cards
from tutor.models.config import read_config
from tutor.models.library import FOLDER


def test_the_list_is_what_the_files_are(tutor, tmp_path):
    rows = tutor("--data-dir", str(tmp_path), "models", "--json").data
    assert rows[0]["name"] == "tiny"
    for row in rows:
        folder = FOLDER / row["name"]
        weights = (folder / "model.safetensors").read_bytes()
        assert row["sha256"] == hashlib.sha256(weights).hexdigest()
        assert row["bytes"] == len(weights)
        assert row["parameters"] == read_config(folder / "config.json").n_parameters
        assert row["from"] == "shipped" and row["licence"] and 0.5 < row["bits_per_byte"] < 4
    every = {path.parent.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("config.json")}
    assert {row["name"] for row in rows} == every
    said = tutor("models").out
    assert all(row["name"] in said and f"{row['parameters']:,}" in said for row in rows)


def test_every_shipped_model_is_whole(tutor, tmp_path):
    done = tutor("--data-dir", str(tmp_path), "models", "verify", "--json")
    assert done.code == 0 and all(row["error"] is None for row in done.data)
    assert {row["name"] for row in done.data} == {name for card in cards(FOLDER) for name in card.models}


def test_a_model_of_one_s_own_is_added_listed_and_used(tutor, tmp_path):
    own = tmp_path / "mine"
    shutil.copytree(FOLDER / "tiny", own)
    data = ("--data-dir", str(tmp_path / "data"))
    assert "added mine" in tutor(*data, "models", "add", str(own)).out
    row = tutor(*data, "models", "--json").data[-1]
    assert (row["name"], row["from"], row["parameters"]) == ("mine", "added", 3_049_920)
    ours, theirs = (
        tutor(*data, "sample", "A cat", "--json", "--tokens", "5", "--model", m).data for m in ("mine", "tiny")
    )
    assert ours["tokens"] == theirs["tokens"] and ours["model"] == "mine"
    again = tutor(*data, "models", "add", str(own))
    assert again.code != 0 and "there is a model 'mine' already" in again.err
    wrong = tutor(*data, "models", "add", str(own), "--name", "../up")
    assert wrong.code != 0 and "no name for a model" in wrong.err


def test_a_damaged_model_is_not_added_and_one_damaged_later_is_said(tutor, tmp_path):
    own = tmp_path / "mine"
    shutil.copytree(FOLDER / "tiny", own)
    data = ("--data-dir", str(tmp_path / "data"))
    tutor(*data, "models", "add", str(own))
    kept = tmp_path / "data" / "models" / "mine" / "model.safetensors"
    kept.write_bytes(kept.read_bytes()[:-100])
    done = tutor(*data, "models", "verify")
    assert done.code == 1 and "mine: " in done.out and "not a whole safetensors file" in done.out
    broken = tutor(*data, "models", "add", str(kept.parent), "--name", "other")
    assert broken.code == 1 and not (tmp_path / "data" / "models" / "other").exists()


def test_a_shipped_file_that_is_another_than_its_card_says(tutor, tmp_path, monkeypatch):
    shelf = tmp_path / "shelf"
    shutil.copytree(FOLDER / "tiny", shelf / "tiny")
    card = json.loads((shelf / "tiny" / "card.json").read_text())
    card["models"]["tiny"]["sha256"] = "0" * 64
    (shelf / "tiny" / "card.json").write_text(json.dumps(card))
    monkeypatch.setattr("tutor.commands.models.FOLDER", shelf)
    done = tutor("--data-dir", str(tmp_path), "models", "verify")
    assert done.code == 1 and "not the file that its card describes" in done.out


@pytest.fixture
def valid(tmp_path: Path) -> Path:
    path = tmp_path / "valid.txt"
    path.write_text("Tom had a dog. The dog ran.\n<|endoftext|>\nSue saw a big red boat.\n" * 3, encoding="utf-8")
    return path


def test_measuring_says_what_differs_and_writes_it(tutor, tmp_path, valid, monkeypatch):
    shelf = tmp_path / "shelf"
    shutil.copytree(FOLDER / "tiny", shelf / "tiny")
    for module in ("tutor.commands.measure", "tutor.commands.models"):
        monkeypatch.setattr(f"{module}.FOLDER", shelf)
    done = tutor("models", "measure", "tiny", "--valid", str(valid), "--json")
    assert done.code == 1  # other stories, another loss
    assert {line.split(":")[1].split()[2] for line in json.loads(done.out)} <= {
        "bits_per_byte",
        "nats_per_token",
        "heads",
    }
    assert tutor("models", "measure", "tiny", "--valid", str(valid), "--write").code == 0
    assert tutor("models", "measure", "tiny", "--valid", str(valid)).out == "every number is as its card says\n"


def test_measuring_on_a_file_without_a_story(tutor, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_text(" \n<|endoftext|>\n", encoding="utf-8")
    done = tutor("models", "measure", "tiny", "--valid", str(empty))
    assert (done.code, done.err) == (2, f"tutor: {empty} has no story in it\n")


def test_no_such_family(tutor, valid):
    done = tutor("models", "measure", "huge", "--valid", str(valid))
    assert done.code != 0 and "no family 'huge'; there is: tiny" in done.err


@pytest.mark.parametrize("card", cards(FOLDER), ids=lambda card: card.folder.name)
def test_the_cards_for_people_say_the_numbers_of_the_cards_for_programs(card):
    text = (card.folder / "README.md").read_text(encoding="utf-8")
    assert renewed(text, card.data) == text
    assert any(f"<!-- {name} -->" in text for name in PARTS)


def test_differences_are_told_one_by_one():
    before = {"a": 1.0, "b": [1, 2], "c": {"d": "x"}}
    assert measure.compare(before, {"a": 1.0005, "b": [1, 2], "c": {"d": "x"}}) == []
    said = measure.compare(before, {"a": 1.1, "b": [1, 3], "c": {}})
    assert [line.split(":")[0] for line in said] == ["a", "b 2", "c d"]
