"""Weights in one byte each: a matrix as whole numbers from -127 to 127, with one scale a row.

In a file the matrix keeps its name, and its scales stand beside it as `NAME.scale`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCALE = ".scale"


def quantise(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix (rows, columns) as int8, and the scales (rows,): each row's largest number becomes 127."""
    scale = (np.abs(matrix).max(axis=1) / np.float32(127)).astype(np.float32)
    steps = matrix / np.where(scale > 0, scale, np.float32(1))[:, None]
    return np.rint(steps).astype(np.int8), scale


def dequantise(steps: NDArray[np.int8], scale: NDArray[np.float32]) -> NDArray[np.float32]:
    """The matrix again; each number is off by at most half its row's scale."""
    return steps * scale.astype(np.float32)[:, None]


def narrowed(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Every matrix as int8 with its scales; what has one axis (norms, biases) in float16."""
    small: dict[str, NDArray[Any]] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2:
            small[name], small[name + SCALE] = quantise(np.asarray(tensor, np.float32))
        else:
            small[name] = tensor.astype(np.float16)
    return small


def widened(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The tensors of a file, those in int8 as float32."""
    wide: dict[str, NDArray[Any]] = {}
    for name, tensor in tensors.items():
        scale = tensors.get(name + SCALE)
        if tensor.dtype == np.int8 and tensor.ndim == 2 and scale is not None and scale.shape == tensor.shape[:1]:
            wide[name] = dequantise(tensor, scale)
        elif not name.endswith(SCALE):
            wide[name] = tensor
    return wide
