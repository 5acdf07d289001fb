"""Questions that are drawn afresh: the rows to fill them from, and the filling.

A generator is a named list of rows, made in code from plain arithmetic; lessons name it and run no code of their own.
"""

from __future__ import annotations

import math
import random
import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import msgspec

from tutor.course.schema import AnyQuestion, Draw, Number, Row

PLACE = re.compile(r"\{p:([a-z][a-z0-9_]*)\}")
_ANY_TYPE = ("settings",)  # fields where a place that stands alone keeps its value's type


def rows(draw: Draw) -> Sequence[Row]:
    """All that can be drawn, always in one order; nothing from a generator that does not exist."""
    return GENERATORS.get(draw.generator, list)() if draw.generator else draw.rows


def drawn(question: AnyQuestion, variant: int) -> AnyQuestion:
    """The question with nothing left to draw. No row comes twice before all have come."""
    found = rows(question.draw) if question.draw else ()
    return filled(question, found[nth(variant, len(found), question.id)]) if found else question


def filled(question: AnyQuestion, row: Row) -> AnyQuestion:
    """The question with `row` in its places."""
    tables = msgspec.to_builtins(msgspec.structs.replace(question, draw=None))
    made: AnyQuestion = msgspec.convert(_fill(tables, row), type(question))
    if isinstance(made, Number) and made.answer is None and isinstance(answer := row.get("answer"), float | int):
        return msgspec.structs.replace(made, answer=float(answer))
    return made


def _fill(value: Any, row: Row, any_type: bool = False) -> Any:
    match value:
        case str():
            whole = PLACE.fullmatch(value)
            if any_type and whole and whole[1] in row:
                return row[whole[1]]
            return PLACE.sub(lambda place: str(row.get(place[1], place[0])), value)
        case list():
            return [_fill(item, row, any_type) for item in value]
        case dict():
            return {_fill(k, row): _fill(v, row, any_type or k in _ANY_TYPE) for k, v in value.items()}
    return value


def nth(variant: int, size: int, seed: str = "") -> int:
    """A walk through range(size): `size` variants in a row give each number once. Without seed it begins at 0."""
    step = max(1, round(size * 0.618))  # the golden section: neighbours in time are far apart
    while math.gcd(step, size) > 1:
        step += 1
    return (zlib.crc32(seed.encode()) + variant * step) % size


# ── generators ───────────────────────────────────────────────────────────────────────────────────────


@lru_cache
def first_merge() -> list[Row]:
    """Five short words, and the pair of letters that byte-pair encoding merges first: `text`, `answer`, `apart` (the
    same as two tokens), `count` (how often the pair stands in the text), `second` (a pair of letters next to it) and
    `fewer` (how often that one does)."""
    words = ("hen", "pen", "ten", "pet", "net", "hut", "nut", "put", "pun", "hop", "top", "pot", "not", "hot", "tin")
    found: list[Row] = []
    for chosen in _samples(words, 5, 2000):
        text = " ".join(chosen)
        pairs = Counter(a + b for a, b in pairwise(text) if b != " ")  # a space belongs to the word after it
        (best, count), (_, most) = pairs.most_common(2)
        second, fewer = next((pair, n) for pair, n in pairs.most_common() if pair != best and " " not in pair)
        if count > max(2, most) and " " not in best:
            row: Row = {"text": text, "answer": best, "apart": " ".join(best), "count": count}
            found.append(row | {"second": second, "fewer": fewer})
    return found


@lru_cache
def cosine() -> list[Row]:
    """Two vectors of two whole numbers whose lengths are whole too: `a`, `b`, `dot`, `length_a`, `length_b`,
    `answer` (their cosine, to two decimals)."""
    sides = [(3, 4, 5), (4, 3, 5), (-3, 4, 5), (6, 8, 10), (8, 6, 10), (5, 12, 13), (12, 5, 13), (0, 2, 2), (1, 0, 1)]
    found: list[Row] = []
    for (a1, a2, length_a), (b1, b2, length_b) in product(sides, sides):
        dot = a1 * b1 + a2 * b2
        if a1 * b2 != a2 * b1:
            row: Row = {"a": f"({a1}, {a2})", "b": f"({b1}, {b2})", "dot": dot, "length_a": length_a}
            found.append(row | {"length_b": length_b, "answer": round(dot / (length_a * length_b), 2)})
    return found


@lru_cache
def weighted_sum() -> list[Row]:
    """Three attention weights and three values of two numbers: `weights`, `values`, `sum` (of the first numbers,
    written out), `answer` (that sum)."""
    shares = ((50, 25, 25), (25, 50, 25), (25, 25, 50), (70, 20, 10), (10, 70, 20), (60, 30, 10), (10, 30, 60))
    found: list[Row] = []
    for weights, firsts in product(shares, _samples((-8, -4, 0, 4, 8, 12, 20), 3, 12)):
        row: Row = {
            "weights": ", ".join(f"{weight / 100:g}" for weight in weights),
            "values": ", ".join(
                f"({one}, {other})" for one, other in zip(firsts, firsts[1:] + firsts[:1], strict=True)
            ),
            "sum": " + ".join(
                f"{weight / 100:g} × {_signed(one)}" for weight, one in zip(weights, firsts, strict=True)
            ),
            "answer": sum(weight * one for weight, one in zip(weights, firsts, strict=True)) / 100,
        }
        found.append(row)
    return found


def _signed(value: int) -> str:
    return f"({value})" if value < 0 else str(value)


def _samples(things: Sequence[Any], size: int, times: int) -> list[tuple[Any, ...]]:
    """`times` draws of `size` different things, without those that come twice; the same in every run."""
    made = random.Random(size)
    return list(dict.fromkeys(tuple(made.sample(things, size)) for _ in range(times)))


GENERATORS: dict[str, Callable[[], list[Row]]] = {
    "first-merge": first_merge,
    "cosine": cosine,
    "weighted-sum": weighted_sum,
}
