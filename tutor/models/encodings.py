"""The encodings of GPT-2, GPT-4 and GPT-4o as `tiktoken.Encoding`, from files that ship with the course.

tiktoken itself downloads them at first use; these never touch the network. Patterns and special tokens are
those of `tiktoken_ext.openai_public` (MIT). A file, made by `tutor.models.pack`, is xz over: the number of
tokens (4 bytes, little-endian), the length of every token (1 byte each), then the tokens' bytes, in the
order of their ranks from 0 on.
"""

from __future__ import annotations

import lzma
from pathlib import Path

import tiktoken

from tutor.models.errors import ModelFileError

FOLDER = Path(__file__).parents[1] / "data" / "encodings"
MAX_BYTES = 1 << 24  # of an unpacked file
_MAX_MEMORY = 1 << 27  # while it is unpacked

_END = "<|endoftext|>"
_PATTERNS = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
    "o200k_base": "|".join(
        [
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
            r"\p{N}{1,3}",
            r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        ]
    ),
}
_SPECIAL = {
    "gpt2": {_END: 50256},
    "cl100k_base": {
        _END: 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    },
    "o200k_base": {_END: 199999, "<|endofprompt|>": 200018},
}
NAMES = ("gpt2", "cl100k_base", "o200k_base")


def load(name: str) -> tiktoken.Encoding:
    """The encoding `name`, one of NAMES; raises ModelFileError when its file is missing or damaged."""
    tokens = unpack(FOLDER / f"{name}.xz")
    ranks = {token: rank for rank, token in enumerate(tokens)}
    return tiktoken.Encoding(name, pat_str=_PATTERNS[name], mergeable_ranks=ranks, special_tokens=_SPECIAL[name])


def unpack(path: Path) -> list[bytes]:
    """The tokens in a file, in the order of their ranks; raises ModelFileError."""
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    xz = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MAX_MEMORY)
    try:
        content = xz.decompress(packed, MAX_BYTES)
    except lzma.LZMAError as error:
        raise ModelFileError(f"{path}: damaged: {error}") from error
    n = int.from_bytes(content[:4], "little")
    lengths, data = content[4 : 4 + n], content[4 + n :]
    if not xz.eof or len(lengths) < n or sum(lengths) != len(data):
        raise ModelFileError(f"{path}: damaged: it is not as long as it should be")
    tokens = []
    end = 0
    for length in lengths:
        tokens.append(data[end : end + length])
        end += length
    different = set(tokens)
    if len(different) != n or b"" in different or not {bytes([b]) for b in range(256)} <= different:
        raise ModelFileError(f"{path}: damaged: a token occurs twice, or a single byte has none")
    return tokens
