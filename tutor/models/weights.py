"""Read a `safetensors` file: a JSON header that names every tensor, then their bytes.

Format: https://huggingface.co/docs/safetensors. The first 8 bytes are the length of the header, a
little-endian number; the header gives each tensor's dtype, shape and place in the bytes that follow.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.models.errors import ModelFileError
from tutor.models.jsonfile import parse_object

MAX_HEADER = 100_000_000  # bytes, the limit of the safetensors library
_DTYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
    "I8": np.dtype("i1"),
}


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of `path` by name, read-only views of the memory-mapped file.

    F32, F16 and I8 keep their type. NumPy has no BF16, so those tensors are copied to float32.
    Raises ModelFileError with one line when the file is missing, truncated, damaged or of another kind.
    """
    try:
        if path.stat().st_size < 8:
            raise ModelFileError(f"{path}: not a safetensors file: it is shorter than 8 bytes")
        raw = np.asarray(np.memmap(path, np.uint8, mode="r"))
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        return _tensors(raw)
    except ValueError as error:
        raise ModelFileError(f"{path}: not a whole safetensors file: {error}") from error


def _tensors(raw: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    """The tensors of a file's bytes; raises ValueError."""
    length = int.from_bytes(raw[:8].tobytes(), "little")
    if length > min(MAX_HEADER, len(raw) - 8):
        raise ValueError(f"its header would be {length:,} bytes long")
    data = raw[8 + length :]
    places: list[tuple[int, int]] = []
    tensors: dict[str, NDArray[Any]] = {}
    try:
        header = parse_object(raw[8 : 8 + length].tobytes())
    except ValueError as error:
        raise ValueError(f"its header: {error}") from error
    header.pop("__metadata__", None)
    for name, entry in header.items():
        label = repr(name)[:80]
        dtype, shape, begin, end = _entry(label, entry)
        if not begin <= end <= len(data):
            raise ValueError(f"tensor {label} lies outside of its {len(data):,} bytes of data")
        if prod(shape) * dtype.itemsize != end - begin:
            raise ValueError(f"tensor {label} of shape {shape} does not fill its {end - begin:,} bytes")
        places.append((begin, end))
        tensor = data[begin:end].view(dtype).reshape(shape)
        tensors[name] = _from_bfloat16(tensor) if dtype == _DTYPES["BF16"] else tensor
    filled = 0
    for begin, end in sorted(places):
        if begin != filled:
            raise ValueError("its tensors overlap or leave gaps")
        filled = end
    if filled != len(data):
        raise ValueError(f"its tensors take {filled:,} bytes, and it has {len(data):,}")
    return tensors


def _entry(label: str, entry: object) -> tuple[np.dtype[Any], tuple[int, ...], int, int]:
    """dtype, shape, first and last byte + 1 of one tensor."""
    if not isinstance(entry, dict):
        raise ValueError(f"tensor {label} is not described")
    dtype = entry.get("dtype")
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise ValueError(f"tensor {label} is not F32, F16, BF16 or I8")
    shape, offsets = _counts(entry.get("shape")), _counts(entry.get("data_offsets"))
    if shape is None or len(shape) > 8:
        raise ValueError(f"tensor {label} has no shape that we read")
    if offsets is None or len(offsets) != 2:
        raise ValueError(f"tensor {label} has no place in the data")
    return _DTYPES[dtype], shape, *offsets


def _counts(value: object) -> tuple[int, ...] | None:
    """A list of whole numbers, none below 0 nor absurd; None for anything else."""
    if isinstance(value, list) and all(type(n) is int and 0 <= n < 1 << 48 for n in value):
        return tuple(value)
    return None


def _from_bfloat16(bits: NDArray[np.uint16]) -> NDArray[np.float32]:
    """bfloat16 is the upper half of a float32."""
    return (bits.astype(np.uint32) << 16).view(np.float32)
