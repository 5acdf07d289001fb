"""The tokenizer of a model: byte-level BPE, kept on disk as a Hugging Face `tokenizer.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import tiktoken

from tutor.models import bpe
from tutor.models.errors import ModelFileError
from tutor.models.jsonfile import read_object

_MAX_BYTES = 1 << 26  # of a tokenizer.json
START = "<|endoftext|>"  # stands before every story, and so ends the one before it

# Hugging Face writes the 256 bytes as 256 printable characters: a byte that prints as itself, the others
# as the characters from 256 on.
_TO_CHAR = {b: chr(b) if i < 188 else chr(256 + i - 188) for i, b in enumerate(bpe.BYTE_ORDER)}
_TO_BYTE = {c: b for b, c in _TO_CHAR.items()}


@dataclass(frozen=True)
class Tokenizer:
    """Ids 0 to n - 1 are `tokens` (bytes), id n is the start token."""

    tokens: Sequence[bytes]
    name: str = "tiny"

    @staticmethod
    def from_merges(tokens: Sequence[bytes], name: str = "tiny") -> Tokenizer:
        """`tokens`: the 256 bytes in `bpe.BYTE_ORDER`, then one token a merge."""
        return Tokenizer(tuple(tokens), name)

    @cached_property
    def encoding(self) -> tiktoken.Encoding:
        """The same tokenizer as a tiktoken `Encoding`."""
        return tiktoken.Encoding(
            self.name,
            pat_str=bpe.PATTERN,
            mergeable_ranks={token: i for i, token in enumerate(self.tokens)},
            special_tokens={START: self.bos},
        )

    @property
    def bos(self) -> int:
        """The id of the start token."""
        return len(self.tokens)

    @property
    def vocab_size(self) -> int:
        return len(self.tokens) + 1

    def encode(self, text: str) -> list[int]:
        """Ids of `text`, without the start token; text that looks like the start token is ordinary text."""
        return self.encoding.encode_ordinary(text)

    def token(self, id: int) -> bytes:
        """The bytes of one token; the start token's are its name."""
        return START.encode() if id == self.bos else self.tokens[id]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the ids; bytes that are not whole characters become U+FFFD."""
        return b"".join(self.token(i) for i in ids).decode("utf-8", errors="replace")

    def save(self, folder: Path) -> None:
        """Write `tokenizer.json` and `tokenizer_config.json`, as `AutoTokenizer` reads them."""
        start = {"id": self.bos, "content": START, "special": True}
        flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
        document = {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [{**start, **flags}],
            "normalizer": None,
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [
                    {"type": "Split", "pattern": {"Regex": bpe.PATTERN}, "behavior": "Isolated", "invert": False},
                    {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
                ],
            },
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": START, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {START: {"id": START, "ids": [self.bos], "tokens": [START]}},
            },
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {
                "type": "BPE",
                "dropout": None,
                "unk_token": None,
                "continuing_subword_prefix": None,
                "end_of_word_suffix": None,
                "fuse_unk": False,
                "byte_fallback": False,
                "ignore_merges": False,
                "vocab": {spell(token): i for i, token in enumerate(self.tokens)} | {START: self.bos},
                "merges": [[spell(a), spell(b)] for a, b in self.merges()],
            },
        }
        settings = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": START,
            "eos_token": START,
            "clean_up_tokenization_spaces": False,
        }
        for name, content in (("tokenizer.json", document), ("tokenizer_config.json", settings)):
            (folder / name).write_text(json.dumps(content, ensure_ascii=True, indent=0) + "\n", encoding="utf-8")

    def merges(self) -> list[tuple[bytes, bytes]]:
        """The pair that each merge joined: what is left of its token before the last of its own merges."""
        ranks = {token: i for i, token in enumerate(self.tokens)}
        pairs = []
        for i, token in enumerate(self.tokens[256:], 256):
            earlier = {t: ranks[t] for t in _parts(token) if t in ranks and ranks[t] < i}
            *_, (a, b) = bpe.encode(token, earlier)
            pairs.append((a, b))
        return pairs

    @staticmethod
    def load(folder: Path) -> Tokenizer:
        """Read a `tokenizer.json` that `save` wrote; raises ModelFileError."""
        path = folder / "tokenizer.json"
        document = read_object(path, _MAX_BYTES)
        try:
            if document["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] != bpe.PATTERN:
                raise ValueError("it splits text in another way")
            vocab: dict[str, int] = dict(document["model"]["vocab"])
            spelled = sorted(vocab, key=vocab.__getitem__)
            if list(map(vocab.get, spelled)) != list(range(len(spelled))) or spelled.pop() != START:
                raise ValueError("its ids have gaps")
            tokens = tuple(bytes(_TO_BYTE[c] for c in s) for s in spelled)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise ModelFileError(f"{path}: not a tokenizer of this course: {error}") from error
        if b"".join(tokens[:256]) != bpe.BYTE_ORDER or not all(len(token) > 1 for token in tokens[256:]):
            raise ModelFileError(f"{path}: not a tokenizer of this course: it does not begin with the bytes")
        return Tokenizer(tokens, folder.name)


def spell(token: bytes) -> str:
    """The token as `tokenizer.json` writes it."""
    return "".join(_TO_CHAR[b] for b in token)


def _parts(token: bytes) -> list[bytes]:
    return [token[i:j] for i in range(len(token)) for j in range(i + 1, len(token) + 1)]
