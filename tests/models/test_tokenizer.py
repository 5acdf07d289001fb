"""The tokenizer of the tiny model: in memory, on disk, and as the `transformers` library reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from tutor.models import bpe
from tutor.models.errors import ModelFileError
from tutor.models.tokenizer import START, Tokenizer

STORY = "Once upon a time there was a dog. The dog's name was Max; the cat's name was Tom.\n\nThey had 1234 bones!"

# Libraries know different versions of Unicode, so only characters that have long had their category.
anything = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cn"]) | st.sampled_from("🐕😀𝒳")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_merges(bpe.train(bpe.count_words([STORY * 3, "naïve café 日本 日本"]), 60).tokens)


@pytest.fixture(scope="module")
def folder(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer.save(folder)
    return folder


@given(text=st.text())
def test_text_survives(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert all(0 <= i < tokenizer.bos for i in ids)


def test_the_start_token_is_not_made_from_text(tokenizer: Tokenizer) -> None:
    assert tokenizer.bos not in tokenizer.encode(START)
    assert tokenizer.token(tokenizer.bos) == START.encode()
    assert tokenizer.vocab_size == tokenizer.bos + 1 == tokenizer.encoding.n_vocab


def test_half_a_character_decodes_to_a_mark(tokenizer: Tokenizer) -> None:
    first = tokenizer.tokens.index("é".encode()[:1])
    assert tokenizer.decode([first]) == "\N{REPLACEMENT CHARACTER}"


@settings(deadline=None)
@given(words=st.lists(st.text("aab bc'é", max_size=30), max_size=6))
def test_what_is_saved_is_what_was_learned(words: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    learned = bpe.train(bpe.count_words(words), 40)
    folder = tmp_path_factory.mktemp("saved")
    saved = Tokenizer.from_merges(learned.tokens, folder.name)
    saved.save(folder)
    assert Tokenizer.load(folder) == saved
    merges = json.loads((folder / "tokenizer.json").read_text())["model"]["merges"]
    table = {i: s for s, i in json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"].items()}
    assert merges == [[table[a], table[b]] for a, b in learned.pairs]


@pytest.fixture(scope="module", params=["learned", "tiny"])
def pair(request: pytest.FixtureRequest, folder: Path, tiny: Path) -> tuple[Tokenizer, PreTrainedTokenizerBase]:
    """Our tokenizer and the one that `transformers` makes of the same folder."""
    path = {"learned": folder, "tiny": tiny}[request.param]
    return Tokenizer.load(path), AutoTokenizer.from_pretrained(path)


class TestTransformers:
    @settings(deadline=None)
    @given(text=st.text(anything) | st.text("aThe dog's 12\n ", max_size=40))
    def test_ids_are_the_same(self, pair, text: str) -> None:
        ours, theirs = pair
        # `transformers` reads the start token's name in a text as the token.
        if START not in text:
            assert theirs(text)["input_ids"] == [ours.bos, *ours.encode(text)]
            assert theirs.encode(text, add_special_tokens=False) == ours.encode(text)

    def test_a_story_and_its_special_token(self, pair) -> None:
        ours, theirs = pair
        ids = theirs(STORY)["input_ids"]
        assert ids == [ours.bos, *ours.encode(STORY)]
        assert theirs.decode(ids, skip_special_tokens=True) == STORY
        assert theirs.bos_token_id == theirs.eos_token_id == ours.bos
        assert len(theirs) == ours.vocab_size


class TestForeignFiles:
    def changed(self, folder: Path, tmp_path: Path, change) -> Path:
        document = json.loads((folder / "tokenizer.json").read_text())
        change(document)
        (tmp_path / "tokenizer.json").write_text(json.dumps(document))
        return tmp_path

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (lambda d: d["model"]["vocab"].pop("a"), "gaps"),
            (lambda d: d["model"]["vocab"].update({"a": 5000}), "gaps"),
            (lambda d: d["model"]["vocab"].pop(START), "gaps"),
            (lambda d: d["model"]["vocab"].clear(), "tokenizer of this course"),
            (lambda d: d["model"]["vocab"].update({"a": "b"}), "tokenizer of this course"),
            (lambda d: d["model"].update(vocab=[1, 2]), "tokenizer of this course"),
            (lambda d: d["model"]["vocab"].update({"日": 5000}), "gaps"),
            (lambda d: d.update(pre_tokenizer=None), "tokenizer of this course"),
            (lambda d: d["pre_tokenizer"]["pretokenizers"][0]["pattern"].update(Regex=r"\w+"), "splits"),
        ],
    )
    def test_one_line_says_what_is_wrong(self, folder: Path, tmp_path: Path, change, says: str) -> None:
        with pytest.raises(ModelFileError, match=says) as caught:
            Tokenizer.load(self.changed(folder, tmp_path, change))
        assert str(caught.value).startswith(str(tmp_path)) and "\n" not in str(caught.value)

    def test_swapped_bytes(self, folder: Path, tmp_path: Path) -> None:
        def swap(document: dict) -> None:
            vocab = document["model"]["vocab"]
            vocab["a"], vocab["b"] = vocab["b"], vocab["a"]

        with pytest.raises(ModelFileError, match="begin with the bytes"):
            Tokenizer.load(self.changed(folder, tmp_path, swap))

    @pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff{}", b'{"a": 1, "a": 2}', b"[" * 200_000])
    def test_not_json(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "tokenizer.json").write_bytes(content)
        with pytest.raises(ModelFileError, match=r"tokenizer\.json: not JSON"):
            Tokenizer.load(tmp_path)

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(ModelFileError, match=r"tokenizer\.json: cannot be read"):
            Tokenizer.load(tmp_path)
