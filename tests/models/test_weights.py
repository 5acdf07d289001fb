"""The safetensors reader, against the safetensors library and against files that are not what they seem."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from tutor.models.errors import ModelFileError
from tutor.models.weights import read_safetensors


def write(path: Path, header: object, data: bytes = b"", length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)
    return path


def tensor(shape: list[Any], begin: Any, end: Any, dtype: Any = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


SOUND = {"__metadata__": {"format": "pt"}, "a": tensor([2, 3], 0, 24), "b": tensor([4], 24, 32, "F16")}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_tensors_are_those_of_the_library(tmp_path: Path, dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    tensors = {
        "matrix": torch.randn(3, 5, dtype=dtype),
        "odd": torch.randn(7, dtype=torch.float16),
        "number": torch.tensor(float("inf"), dtype=dtype),
        "empty": torch.zeros(0, 4, dtype=dtype),
        "cube": torch.randn(2, 2, 2, dtype=dtype),
    }
    path = tmp_path / "x.safetensors"
    save_file(tensors, path, metadata={"any": "thing"})
    ours = read_safetensors(path)
    with safetensors.safe_open(path, "pt") as theirs:
        assert set(ours) == set(theirs.keys())
        for name, array in ours.items():
            want = theirs.get_tensor(name)
            assert array.shape == tuple(want.shape)
            assert array.dtype == (np.float32 if want.dtype == torch.bfloat16 else want.numpy().dtype)
            np.testing.assert_array_equal(array.astype(np.float32), want.float().numpy())


def test_the_model_that_ships(tiny: Path) -> None:
    ours = read_safetensors(tiny / "model.safetensors")
    with safetensors.safe_open(tiny / "model.safetensors", "np") as theirs:
        assert set(ours) == set(theirs.keys())
        assert all(np.array_equal(ours[name], theirs.get_tensor(name)) for name in ours)
    assert {array.dtype for array in ours.values()} == {np.dtype(np.float16)}


def test_tensors_are_views_of_the_file_that_cannot_be_written(tmp_path: Path) -> None:
    arrays = read_safetensors(write(tmp_path / "x", SOUND, bytes(32)))
    for array in arrays.values():
        assert not array.flags.owndata and not array.flags.writeable
        while isinstance(array.base, np.ndarray):
            array = array.base
        assert isinstance(array, np.memmap)


@pytest.mark.parametrize(
    ("header", "data", "length", "says"),
    [
        (SOUND, bytes(31), None, "outside"),
        (SOUND, bytes(33), None, "32 bytes, and it has 33"),
        (SOUND, b"", 1 << 63, "header would be"),
        (SOUND, bytes(32), 10_000, "header would be"),
        (SOUND, bytes(32), 20, "header"),
        ([], b"", None, "object"),
        (b"[" * 100_000, b"", None, "nested too deeply"),
        (b"\xff\xfe", b"", None, "decode"),
        (b'{"a": 1, "a": 2}', b"", None, "twice"),
        ({"a": 1}, b"", None, "not described"),
        ({"a": tensor([1], 0, 4, "I64")}, bytes(4), None, "not F32"),
        ({"a": tensor([1], 0, 4, ["F32"])}, bytes(4), None, "not F32"),
        ({"a": tensor([-1], 0, 4)}, bytes(4), None, "shape"),
        ({"a": tensor([1.0], 0, 4)}, bytes(4), None, "shape"),
        ({"a": tensor([True], 0, 4)}, bytes(4), None, "shape"),
        ({"a": tensor([1] * 9, 0, 4)}, bytes(4), None, "shape"),
        ({"a": tensor([1 << 47] * 8, 0, 4)}, bytes(4), None, "does not fill"),
        ({"a": tensor([2], 0, 4)}, bytes(4), None, "does not fill"),
        ({"a": tensor([0], 4, 0)}, bytes(4), None, "outside"),
        ({"a": tensor([1], None, 4)}, bytes(4), None, "place"),
        ({"a": tensor([1], 0, 4), "b": tensor([1], 0, 4)}, bytes(4), None, "overlap"),
        ({"a": tensor([1], 0, 4), "b": tensor([1], 2, 6)}, bytes(6), None, "overlap"),
        ({"a": tensor([1], 4, 8)}, bytes(8), None, "gaps"),
    ],
)
def test_one_line_says_what_is_wrong(
    tmp_path: Path, header: object, data: bytes, length: int | None, says: str
) -> None:
    path = write(tmp_path / "x.safetensors", header, data, length)
    with pytest.raises(ModelFileError, match=says) as caught:
        read_safetensors(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2J", "x" * 10_000])
def test_a_tensor_of_any_name_makes_a_short_plain_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        read_safetensors(write(tmp_path / "x", {name: 1}))
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300


@pytest.mark.parametrize("content", [b"", b"1234567", b"GGUF" + bytes(60), b"PK\3\4" + bytes(60)])
def test_foreign_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="safetensors file"):
        read_safetensors(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ModelFileError, match="cannot be read"):
            read_safetensors(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
numbers = st.integers(-2, 40) | st.integers() | json_values
entries = st.builds(
    lambda dtype, shape, offsets: {"dtype": dtype, "shape": shape, "data_offsets": offsets},
    st.sampled_from(["F32", "F16", "BF16", "F8_E4M3"]) | json_values,
    st.lists(numbers, max_size=3) | json_values,
    st.lists(numbers, min_size=2, max_size=2) | json_values,
)
sound_bytes = len(json.dumps(SOUND)).to_bytes(8, "little") + json.dumps(SOUND).encode() + bytes(range(32))
mutations = st.lists(st.tuples(st.integers(0, len(sound_bytes) - 1), st.integers(0, 255)), max_size=4)


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_a_mutated_file_is_read_or_refused(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.safetensors"
    if data.draw(st.booleans()):
        header = data.draw(st.dictionaries(st.text(max_size=3), entries | json_values, max_size=3))
        write(path, header, data.draw(st.binary(max_size=40)))
    else:
        content = bytearray(sound_bytes)
        for at, byte in data.draw(mutations):
            content[at] = byte
        path.write_bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
    try:
        arrays = read_safetensors(path)
    except ModelFileError as error:
        assert str(error).startswith(str(path)) and str(error).isprintable()
        return
    assert sum(array.size for array in arrays.values()) <= path.stat().st_size
    for array in arrays.values():
        np.isfinite(array).sum()  # every element can be touched
