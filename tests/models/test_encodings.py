"""The encodings that ship: equal to what tiktoken would download, safe against damage, off the network."""

from __future__ import annotations

import hashlib
import json
import lzma
import socket
from pathlib import Path

import pytest
import tiktoken
import tiktoken_ext.openai_public as published
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.models import bpe, encodings, pack
from tutor.models.errors import ModelFileError
from tutor.models.tokenizer import Tokenizer, spell

ORIGINAL = {"gpt2": "r50k_base", "cl100k_base": "cl100k_base", "o200k_base": "o200k_base"}


PUBLISHED = {name: encodings.Published(name) for name in encodings.NAMES}


@pytest.fixture(scope="module", params=encodings.NAMES)
def encoding(request: pytest.FixtureRequest) -> tiktoken.Encoding:
    return encodings.load(request.param)


@pytest.mark.parametrize("name", encodings.NAMES)
def test_the_file_published_can_be_rebuilt(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pinned: list[str] = []
    monkeypatch.setattr(published, "load_tiktoken_bpe", lambda url, expected_hash: pinned.append(expected_hash))
    getattr(published, ORIGINAL[name])()
    rebuilt = pack.write_tiktoken(encodings.unpack(encodings.FOLDER / f"{name}.xz"))
    assert [hashlib.sha256(rebuilt).hexdigest()] == pinned


def test_gpt2_is_r50k_with_the_files_of_gpt2(monkeypatch: pytest.MonkeyPatch) -> None:
    """GPT-2 itself came as two files of another format; both can be rebuilt too."""
    pinned: dict[str, str] = {}
    monkeypatch.setattr(published, "data_gym_to_mergeable_bpe_ranks", lambda **arguments: pinned.update(arguments))
    published.gpt2()
    tokens = encodings.unpack(encodings.FOLDER / "gpt2.xz")
    merges = Tokenizer.from_merges(tokens).merges()
    lines = ["#version: 0.2", *(f"{spell(a)} {spell(b)}" for a, b in merges)]
    vocab = {spell(token): i for i, token in enumerate(tokens)} | {"<|endoftext|>": 50256}
    files = {"vocab_bpe": "\n".join(lines) + "\n", "encoder_json": json.dumps(vocab)}
    for file, content in files.items():
        assert hashlib.sha256(content.encode()).hexdigest() == pinned[f"{file}_hash"]


def test_patterns_and_special_tokens_are_those_of_tiktoken(
    encoding: tiktoken.Encoding, monkeypatch: pytest.MonkeyPatch
) -> None:
    for loader in ("load_tiktoken_bpe", "data_gym_to_mergeable_bpe_ranks"):
        monkeypatch.setattr(published, loader, lambda *_, **__: ranks)
    ranks = {encoding.decode_single_token_bytes(rank): rank for rank in range(len(encoding.token_byte_values()))}
    ours, theirs = vars(encoding), vars(tiktoken.Encoding(**getattr(published, encoding.name)()))
    different = {"_core_bpe": None, "_mergeable_ranks": None}  # the second is emptied, see `load`
    assert {**ours, **different} == {**theirs, **different}


def test_known_ids() -> None:
    text = "Hello, world! 12345 naïve 🐕"
    assert encodings.load("gpt2").encode(text)[:4] == [15496, 11, 995, 0]
    assert encodings.load("cl100k_base").encode(text)[:4] == [9906, 11, 1917, 0]
    assert encodings.load("o200k_base").encode(text)[:4] == [13225, 11, 2375, 0]


@settings(deadline=None)
@given(text=st.text())
def test_text_survives(encoding: tiktoken.Encoding, text: str) -> None:
    assert encoding.decode(encoding.encode_ordinary(text)) == text


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.text(), st.sampled_from(["The cat", " sat", "日本語", "\u00a0 ", "\r\n ", "Δ", "\ud800"])))
)
def test_a_text_of_its_own_encoding_is_cut_in_the_same_way(encoding: tiktoken.Encoding, parts: list[str]) -> None:
    text = "".join(parts)
    small = PUBLISHED[encoding.name].encoding(text)
    assert small.encode_ordinary(text) == encoding.encode_ordinary(text)
    assert small.encode(text[1:], allowed_special="all") == encoding.encode(text[1:], allowed_special="all")


@pytest.mark.parametrize(
    "unit", ["It was the best of times, ", " ", "日本語", "\U0001f415", "abcABC", "\r\n\r\n", "=-"]
)
def test_a_long_text_is_cut_in_the_same_way(encoding: tiktoken.Encoding, unit: str) -> None:
    text = unit * (20_000 // len(unit))
    small = PUBLISHED[encoding.name].encoding(text)
    assert small.encode_ordinary(text) == encoding.encode_ordinary(text)
    assert len(small.token_byte_values()) < 1000


def test_only_a_file_needs_the_whole_encoding(encoding: tiktoken.Encoding) -> None:
    own = PUBLISHED[encoding.name]
    assert len(own.vocabulary) == len(encoding.token_byte_values())
    assert len(own.encoding("a" * encodings.LONG).token_byte_values()) < 1000
    assert len(own.encoding("a" * (encodings.LONG + 1)).token_byte_values()) == len(own.vocabulary)


@pytest.mark.parametrize("name", encodings.NAMES)
def test_no_two_tokens_of_a_length_have_the_same_number(name: str) -> None:
    assert all((numbers[1:] > numbers[:-1]).all() for numbers, _ in PUBLISHED[name].vocabulary._tokens.values())


@given(st.sets(st.binary(min_size=2, max_size=9), max_size=40), st.binary(max_size=60))
def test_the_tokens_in_a_text_are_found(tokens: set[bytes], text: bytes) -> None:
    every = [*(bytes([b]) for b in range(256)), *tokens]
    vocabulary = encodings.Vocabulary(bytes(map(len, every)), b"".join(every))
    within = {token: rank for rank, token in enumerate(every) if token in text or len(token) == 1}
    assert vocabulary.within(text) == within


def test_nothing_asks_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in encodings.NAMES:
        assert encodings.load(name).name == name


BYTES = [bytes([b]) for b in bpe.BYTE_ORDER]
SMALL = [*BYTES, b"th", b"the", b" the"]


def test_pack_and_unpack(tmp_path: Path) -> None:
    path = tmp_path / "small.xz"
    path.write_bytes(pack.pack(pack.read_tiktoken(pack.write_tiktoken(SMALL))))
    assert encodings.unpack(path) == SMALL


def test_ranks_with_a_gap_are_not_packed() -> None:
    with pytest.raises(ValueError, match="line 2 has rank 2"):
        pack.read_tiktoken(b"YQ== 0\nYg== 2\n")


@settings(deadline=None)
@given(data=st.data())
def test_damage_is_one_clear_line(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole = pack.pack(SMALL)
    cut = st.integers(0, len(whole) - 1).map(lambda n: whole[:n])
    flipped = st.tuples(st.integers(0, len(whole) - 1), st.integers(1, 255)).map(
        lambda at: whole[: at[0]] + bytes([whole[at[0]] ^ at[1]]) + whole[at[0] + 1 :]
    )
    path = tmp_path_factory.mktemp("damaged") / "x.xz"
    path.write_bytes(data.draw(cut | flipped | st.binary()))
    with pytest.raises(ModelFileError) as caught:
        encodings.unpack(path)
    assert str(caught.value).startswith(f"{path}: damaged") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x01\0\0",
        b"\xff\xff\xff\xff" + b"\1" * 9,
        b"\1\0\0\0" + b"\2" + b"a",
        bytes(encodings.MAX_BYTES + 1),
    ],
)
def test_foreign_content_in_sound_xz(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xz"
    path.write_bytes(lzma.compress(content, preset=0))
    with pytest.raises(ModelFileError, match="damaged"):
        encodings.unpack(path)


@pytest.mark.parametrize("tokens", [BYTES[1:], [*BYTES, b"th", b"th"], [*BYTES, b""]])
def test_tokens_that_are_no_vocabulary(tmp_path: Path, tokens: list[bytes]) -> None:
    path = tmp_path / "x.xz"
    path.write_bytes(pack.pack(tokens))
    with pytest.raises(ModelFileError, match="damaged: a token"):
        encodings.unpack(path)


def test_missing_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(encodings, "FOLDER", tmp_path)
    with pytest.raises(ModelFileError, match=r"gpt2\.xz: cannot be read"):
        encodings.load("gpt2")
