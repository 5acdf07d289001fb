"""Word vectors: the table that ships is the one its card describes; reading, searching, and slips of spelling."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.models.errors import ModelFileError
from tutor.models.library import Library
from tutor.models.spelling import edit_distances, letters_of, near_spellings
from tutor.models.vectors import FOLDER, Vectors, write

LETTERS = st.text("abc-'", min_size=1, max_size=7)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return Library().vectors()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small table that can be damaged."""
    made = np.random.default_rng(5).normal(size=(40, 6)).astype(np.float32)
    write([f"word{i}" for i in range(40)], made, tmp_path)
    return tmp_path


def test_the_card_names_these_very_files(vectors: Vectors) -> None:
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in ("words.txt", "vectors.npy", "scales.npy"):
        content = (FOLDER / name).read_bytes()
        assert f"| {len(content):,} | `{hashlib.sha256(content).hexdigest()}` |" in card
    assert (len(vectors), vectors.d) == (30_000, 50)
    assert all(word == word.lower() == word.strip() for word in vectors.words)


def test_one_number_is_the_largest_in_most_common_words(vectors: Vectors) -> None:
    common = np.array([vectors.vector(word) for word in vectors.words[:1000]])
    largest = np.abs(common).argmax(axis=1) + 1
    assert np.bincount(largest).argmax() == 31 and (largest == 31).mean() > 0.9  # as chapter 2 says


def test_the_library_opens_the_table_once(vectors: Vectors) -> None:
    library = Library()
    assert library.vectors() is library.vectors()
    assert isinstance(vectors.numbers, np.memmap)


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30), d=st.integers(1, 60), size=st.sampled_from([1e-4, 1.0, 1e3])
)
def test_what_is_written_comes_back_within_half_a_step(
    seed: int, n: int, d: int, size: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = (size * np.random.default_rng(seed).normal(size=(n, d))).astype(np.float32)
    words = [f"w{i}" for i in range(n)]
    folder = tmp_path_factory.mktemp("vectors")
    write(words, made, folder)
    table = Vectors.load(folder)
    for i, word in enumerate(words):
        assert np.allclose(table.vector(word), made[i], atol=0.5001 * np.abs(made[i]).max() / 127, rtol=0)
    assert np.allclose(np.linalg.norm(table.units(), axis=1), 1, atol=1e-5)


def test_the_command_makes_the_same_files(folder: Path, tmp_path: Path) -> None:
    table = Vectors.load(folder)
    words = np.frombuffer("\n".join(table.words).encode(), dtype=np.uint8)
    whole = np.stack([table.vector(word) for word in table.words])
    np.savez(tmp_path / "made.npz", words=words, vectors=whole)
    again = tmp_path / "again"
    done = subprocess.run([sys.executable, "-m", "tutor.models.vectors", tmp_path / "made.npz", again])
    assert done.returncode == 0
    for name in ("words.txt", "vectors.npy"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_nearest_are_those_of_a_plain_search(folder: Path) -> None:
    table = Vectors.load(folder)

    def cosine(a: np.ndarray, b: np.ndarray) -> float:
        return float(a @ b / np.sqrt(a @ a) / np.sqrt(b @ b))

    target = table.vector("word3") + table.vector("word7")
    by_hand = {word: cosine(target, table.vector(word)) for word in table.words if word not in ("word3", "word9")}
    expected = sorted(by_hand, key=lambda word: -by_hand[word])
    for k in (0, 1, 5, 38, 100):
        found = table.nearest(target, k, without=("word3", "word9", "stranger"))
        assert [word for word, _ in found] == expected[:k]
        assert all(c == pytest.approx(by_hand[word], abs=1e-5) for word, c in found)
    assert table.cosine("word1", "word2") == pytest.approx(
        cosine(table.vector("word1"), table.vector("word2")), abs=1e-5
    )


def test_completions_are_the_most_frequent_words_that_begin_so(vectors: Vectors) -> None:
    found = vectors.completions("ket", 5)
    assert found == [word for word in vectors.words if word[:3] == "ket"][:5] and found
    assert vectors.completions("", 5) == vectors.completions("zq", 5) == []
    for stranger in ("zq", "", "tea\0", "té", "\ud800", "tea " * 9):
        assert stranger not in vectors
        with pytest.raises(KeyError):
            vectors.index(stranger)
    assert vectors.completions("tea\0", 5) == vectors.completions("té", 5) == vectors.completions("t" * 99, 5) == []


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda f: (f / "vectors.npy").unlink(), "cannot be read"),
        (lambda f: (f / "vectors.npy").write_bytes((f / "vectors.npy").read_bytes()[:-1]), "damaged"),
        (lambda f: (f / "scales.npy").write_bytes(b""), "damaged"),
        (lambda f: (f / "words.txt").write_bytes(b"\xff\n"), "must be ASCII"),
        (lambda f: (f / "words.txt").write_bytes(b""), "not as many"),
        (lambda f: (f / "words.txt").write_text("one\n"), "not as many"),
        (lambda f: (f / "words.txt").write_text("one\n" * 40), "not as many"),
        (lambda f: np.save(f / "vectors.npy", np.ones((40, 6))), "must be int8"),
        (lambda f: np.save(f / "vectors.npy", np.zeros((40, 6), dtype=np.int8)), "no direction"),
        (lambda f: np.save(f / "scales.npy", np.full(40, np.nan, dtype=np.float32)), "no direction"),
        (lambda f: np.save(f / "scales.npy", np.array([{}] * 40), allow_pickle=True), "damaged"),
    ],
)
def test_damage_is_one_clear_line(folder: Path, spoil: object, complaint: str) -> None:
    spoil(folder)  # type: ignore[operator]
    with pytest.raises(ModelFileError, match=complaint) as caught:
        Vectors.load(folder)
    assert "\n" not in str(caught.value)


def plain_distance(a: str, b: str) -> int:
    """Optimal string alignment, by its recursion."""
    if not a or not b:
        return len(a) + len(b)
    best = min(
        plain_distance(a[1:], b) + 1, plain_distance(a, b[1:]) + 1, plain_distance(a[1:], b[1:]) + (a[0] != b[0])
    )
    if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
        best = min(best, plain_distance(a[2:], b[2:]) + 1)
    return best


@settings(deadline=None, max_examples=40)
@given(st.text("abc", max_size=5), st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=6))
def test_distances_are_those_of_the_recursion(word: str, others: list[str]) -> None:
    assert edit_distances(word, letters_of("\n".join(others).encode())).tolist() == [
        plain_distance(word, other) for other in others
    ]


@settings(deadline=None, max_examples=60)
@given(LETTERS, st.lists(LETTERS, min_size=1, max_size=12), st.integers(0, 5))
def test_near_spellings_miss_none(word: str, others: list[str], k: int) -> None:
    letters = letters_of("\n".join(others).encode())
    edits = edit_distances(word, letters).tolist()
    expected = sorted(range(len(others)), key=lambda i: (edits[i], others[i][0] != word[0], i))
    assert near_spellings(word, letters, k) == [i for i in expected if edits[i] <= 2][:k]
