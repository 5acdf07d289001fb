"""Make the compact files of `tutor.models.encodings` from the `.tiktoken` files that OpenAI publishes.

python -m tutor.models.pack r50k_base.tiktoken tutor/data/encodings/gpt2.xz
"""

from __future__ import annotations

import base64
import lzma
import sys
from collections.abc import Sequence
from pathlib import Path


def read_tiktoken(content: bytes) -> list[bytes]:
    """The tokens of a `.tiktoken` file, which must be in the order of their ranks, 0 and on without a gap."""
    tokens = []
    for rank, line in enumerate(content.splitlines()):
        token, number = line.split()
        if int(number) != rank:
            raise ValueError(f"line {rank + 1} has rank {int(number)}")
        tokens.append(base64.b64decode(token, validate=True))
    return tokens


def write_tiktoken(tokens: Sequence[bytes]) -> bytes:
    """The `.tiktoken` file of `tokens`."""
    return b"".join(b"%s %d\n" % (base64.b64encode(token), rank) for rank, token in enumerate(tokens))


def pack(tokens: Sequence[bytes]) -> bytes:
    """The compact file of `tokens`, each of 1 to 255 bytes."""
    content = len(tokens).to_bytes(4, "little") + bytes(map(len, tokens)) + b"".join(tokens)
    return lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)


if __name__ == "__main__":
    source, target = sys.argv[1:]
    Path(target).write_bytes(pack(read_tiktoken(Path(source).read_bytes())))
