"""Loading by name, and caches that are reused without changing a logit."""

from __future__ import annotations

import gc
import shutil
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import tiktoken
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaForCausalLM

from tutor.models import bpe, encodings
from tutor.models.config import read_config
from tutor.models.decoder import Array, Cache, Decoder, Heads, Watch, unwatched, window_start
from tutor.models.errors import ModelFileError
from tutor.models.library import MAX_CACHES, Library, Model
from tutor.models.parameters import take
from tutor.models.tokenizer import START, Tokenizer
from tutor.models.weights import read_safetensors

N_CTX = 24


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small random model, complete, named `small`."""
    shelf = tmp_path_factory.mktemp("models")
    folder = shelf / "small"
    folder.mkdir()
    tokenizer = Tokenizer.from_merges(bpe.train(bpe.count_words(["the cat and the dog " * 9]), 20).tokens, "small")
    tokenizer.save(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=N_CTX,
        initializer_range=0.3,
        bos_token_id=tokenizer.bos,
        eos_token_id=tokenizer.bos,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return shelf


class Counting(Decoder):
    """The run file, counting what it is given to read."""

    count = 0

    def read(self, ids: Sequence[int], cache: Cache, watch: Watch = unwatched, off: Heads = frozenset()) -> Array:
        self.count += len(ids)
        return super().read(ids, cache, watch, off)


@pytest.fixture
def model(shelf: Path) -> Model:
    return fresh(shelf)


def fresh(shelf: Path) -> Model:
    """The small model with no caches yet."""
    folder = shelf / "small"
    config = read_config(folder / "config.json")
    run = Counting(config, take(config, read_safetensors(folder / "model.safetensors")))
    return Model("small", config, Tokenizer.load(folder), lambda: run)


def read_now(model: Model, ids: list[int]) -> int:
    """How many tokens were read for the logits after `ids`, which must be right."""
    before = model.run.count
    logits = model.next_logits(ids)
    n = model.run.count - before
    assert logits.shape == (model.config.vocab_size,) and logits.dtype == np.float32
    np.testing.assert_allclose(logits, model.run.forward(ids)[-1], atol=1e-4)
    return n


class TestCaches:
    def test_only_what_is_new_is_read(self, model: Model) -> None:
        assert read_now(model, [1, 2, 3]) == 3
        assert read_now(model, [1, 2, 3, 4]) == 1
        assert read_now(model, [1, 2, 3, 4]) == 1  # the last token, for its logits
        assert read_now(model, [1, 2, 3, 5]) == 1
        assert read_now(model, [1, 2, 3, 5, 6, 7]) == 2

    def test_texts_that_share_a_beginning_do_not_drive_each_other_out(self, model: Model) -> None:
        one, two = [0, 1, 2, 3, 4, 5], [0, 1, 9, 8, 7]
        assert read_now(model, one) == 6
        assert read_now(model, two) == 3
        for token in range(10, 16):
            one, two = [*one, token], [*two, token]
            assert read_now(model, one) == read_now(model, two) == 1

    def test_the_text_unused_for_longest_gives_way(self, model: Model) -> None:
        texts = [[i, i, i, i] for i in range(MAX_CACHES + 1)]
        assert [read_now(model, text) for text in texts] == [4] * (MAX_CACHES + 1)
        assert [read_now(model, [*text, 50]) for text in texts[1:]] == [1] * MAX_CACHES
        assert read_now(model, texts[0]) == 4

    def test_a_shorter_text_is_cut_from_a_longer_one(self, model: Model) -> None:
        read_now(model, list(range(20)))
        assert read_now(model, list(range(7))) == 1
        assert read_now(model, list(range(21))) == 1

    @settings(deadline=None)
    @given(data=st.data())
    def test_logits_are_those_of_a_fresh_start_in_any_order(self, shelf: Path, data: st.DataObject) -> None:
        """Also past the context; few different tokens, so that beginnings are shared."""
        model = fresh(shelf)
        texts: list[list[int]] = [[]]
        for _ in range(data.draw(st.integers(1, 12))):
            text = data.draw(st.sampled_from(texts))
            cut = data.draw(st.integers(0, len(text)))
            more = data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=data.draw(st.sampled_from([2, N_CTX]))))
            texts.append([*text[:cut], *more])
            read_now(model, texts[-1])

    def test_past_the_context_the_trace_says_what_was_left_out(self, model: Model) -> None:
        ids = list(range(N_CTX + 5))
        trace = model.trace(ids)
        assert trace.start == window_start(len(ids), N_CTX) == N_CTX // 2
        np.testing.assert_allclose(trace.logits[-1], model.next_logits(ids), atol=1e-4)

    @pytest.mark.parametrize("ids", [[], [-1], [5, 10**6]])
    def test_ids_that_are_none_leave_the_caches_sound(self, model: Model, ids: list[int]) -> None:
        read_now(model, [5, 6, 7])
        with pytest.raises(ValueError, match="at least one token"):
            model.next_logits(ids)
        read_now(model, [5, 6, 7, 8])


class TestRest:
    def test_the_numbers_and_caches_are_let_go_whoever_has_the_model_and_come_back_the_same(self, shelf: Path) -> None:
        library = Library(shelf)
        model, ids = library.model("small"), [1, 2, 3, 4]
        before, run = model.next_logits(ids), weakref.ref(model.run)
        library.rest()
        gc.collect()
        assert run() is None
        np.testing.assert_array_equal(model.next_logits(ids), before)

    def test_a_file_that_is_gone_by_then_is_told(self, shelf: Path, tmp_path: Path) -> None:
        shutil.copytree(shelf, tmp_path, dirs_exist_ok=True)
        model = Library(tmp_path).model("small")
        (tmp_path / "small" / "model.safetensors").unlink()
        assert model.next_logits([1]).any()
        model.rest()
        with pytest.raises(ModelFileError, match=r"model\.safetensors"):
            model.next_logits([1])


class TestForget:
    def test_what_is_let_go_comes_back_the_same(self) -> None:
        library, text = Library(), "a long text " * 200
        before = library.encoding("gpt2", text).encode_ordinary(text), library.vectors().cosine("tea", "coffee")
        gone = weakref.ref(library.vectors())
        library.forget()
        gc.collect()
        assert gone() is None
        after = library.encoding("gpt2", text).encode_ordinary(text), library.vectors().cosine("tea", "coffee")
        assert before == after


class TestLibrary:
    def test_what_ships(self) -> None:
        library = Library()
        assert "tiny" in library.names
        model = library.model()
        assert library.encoding_names == (*encodings.NAMES, "tiny")  # which the smaller models share
        assert all(library.model(name).tokenizer.tokens == model.tokenizer.tokens for name in library.names)
        assert model is library.model("tiny") and model.name == "tiny"
        assert model.tokenizer.vocab_size == model.config.vocab_size
        assert model.config.bos == model.config.eos == model.tokenizer.bos
        assert model.start("") == [model.tokenizer.bos]
        assert model.start(f"a{START}")[1:] == model.tokenizer.encode(f"a{START}")

    @pytest.mark.parametrize("name", [*encodings.NAMES, "tiny"])
    def test_encodings_by_name(self, name: str) -> None:
        library = Library()
        encoding = library.encoding(name, "the cat")
        assert isinstance(encoding, tiktoken.Encoding) and encoding.name == name
        assert encoding.decode(encoding.encode_ordinary("the cat")) == "the cat"

    def test_an_encoding_is_the_tokenizer_of_its_model(self, shelf: Path) -> None:
        library = Library(shelf)
        text = "the cat, the dog"
        assert library.encoding("small", text).encode_ordinary(text) == library.model("small").tokenizer.encode(text)

    def test_a_model_is_loaded_once_whoever_asks(self, shelf: Path) -> None:
        library = Library(shelf)
        with ThreadPoolExecutor(8) as pool:
            assert len({id(model) for model in pool.map(library.model, ["small"] * 8)}) == 1

    @pytest.mark.parametrize("name", ["none", "", "../small", "small/../small", "."])
    def test_a_name_that_is_none(self, shelf: Path, name: str) -> None:
        for ask in (Library(shelf).model, partial(Library(shelf).encoding, text="")):
            with pytest.raises(ModelFileError, match=r"no model .*; there is: small$"):
                ask(name)

    def test_no_models_at_all(self, tmp_path: Path) -> None:
        for folder in (tmp_path, tmp_path / "missing"):
            with pytest.raises(ModelFileError, match=r"no model 'tiny' in .*install llm-tutor again, or make one"):
                Library(folder).model()

    @pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "model.safetensors"])
    def test_a_damaged_or_missing_file(self, shelf: Path, tmp_path: Path, file: str) -> None:
        shutil.copytree(shelf, tmp_path, dirs_exist_ok=True)
        path = tmp_path / "small" / file
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(ModelFileError, match=file):
            Library(tmp_path).model("small")
        path.unlink()
        with pytest.raises(ModelFileError):
            Library(tmp_path).model("small")

    def test_files_of_two_models(self, shelf: Path, tmp_path: Path) -> None:
        folder = tmp_path / "mixed"
        shutil.copytree(shelf / "small", folder)
        Tokenizer.from_merges([bytes([b]) for b in bpe.BYTE_ORDER]).save(folder)
        with pytest.raises(ModelFileError, match="the tokenizer has 257 tokens, the model 2"):
            Library(tmp_path).model("mixed")
        shutil.copy(shelf / "small" / "tokenizer.json", folder)
        config = folder / "config.json"
        config.write_text(config.read_text().replace('"num_hidden_layers": 2', '"num_hidden_layers": 3'))
        with pytest.raises(ModelFileError, match=r"model\.safetensors: .*no tensor model\.layers\.2"):
            Library(tmp_path).model("mixed")
