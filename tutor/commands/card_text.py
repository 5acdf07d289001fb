"""The tables of a model card: everything between `<!-- NAME -->` and `<!-- end -->` is made from card.json."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Numbers = dict[str, Any]
_PART = re.compile(r"(<!-- ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def renewed(text: str, data: Numbers) -> str:
    """The card's text with every such part made anew; raises KeyError for a name that is none."""
    return _PART.sub(lambda match: match[1] + PARTS[match[2]](data) + "\n" + match[3], text)


def _models(data: Numbers) -> str:
    """One line a model."""
    rows = [
        "| model | parameters | bits a byte | nats a token | first copy | second copy | previous | induction |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, m in data["models"].items():
        random = m["heads"]["random"]
        rows.append(
            f"| {name} | {m['parameters']:,} | {m['bits_per_byte']:.4f} | {m['nats_per_token']:.3f} "
            f"| {m['copying']['first']:.2f} | {m['copying']['second']:.2f} "
            f"| {_best(random['previous'])} | {_best(random['induction'])} |"
        )
    return "\n".join(rows)


def _best(grid: list[list[float]]) -> str:
    """The highest score, and whose it is, counted from 1."""
    score, layer, head = max((x, i, j) for i, row in enumerate(grid, 1) for j, x in enumerate(row, 1))
    return f"{score:.2f} ({layer}.{head})"


def _heads(data: Numbers) -> str:
    """For each kind the heads with a score of a quarter and more, on random tokens twice and on stories."""
    (model,) = data["models"].values()
    rows = ["| | on random tokens twice | on stories |", "|---|---|---|"]
    for kind in ("previous", "first", "same", "induction"):
        rows.append(f"| {kind} | {_high(model['heads']['random'][kind])} | {_high(model['heads']['stories'][kind])} |")
    entropy = [model["heads"][on]["entropy"] for on in ("random", "stories")]
    low, high = zip(*((min(map(min, grid)), max(map(max, grid))) for grid in entropy), strict=True)
    rows.append(f"| entropy, bits | {low[0]:.2f} to {high[0]:.2f} | {low[1]:.2f} to {high[1]:.2f} |")
    return "\n".join(rows)


def _high(grid: list[list[float]]) -> str:
    scores = sorted(((x, f"{i}.{j}") for i, row in enumerate(grid, 1) for j, x in enumerate(row, 1)), reverse=True)
    return ", ".join(f"{name} {x:.2f}" for x, name in scores[:4] if x >= 0.25) or f"none above {scores[0][0]:.2f}"


def _file(data: Numbers) -> str:
    rows = ["| file | bytes | SHA-256 |", "|---|--:|---|"]
    rows += [f"| {name}/model.safetensors | {m['bytes']:,} | `{m['sha256']}` |" for name, m in data["models"].items()]
    return "\n".join(rows)


def _samples(data: Numbers) -> str:
    (model,) = data["models"].values()
    return "\n".join(f"{seed}. {_line(text)}" for seed, text in enumerate(model["samples"], 1))


def _line(text: str) -> str:
    shown = " / ".join(line.strip() for line in text.splitlines() if line.strip())
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in shown)


def _writes(data: Numbers) -> str:
    """What each model of a family writes from seed 1."""
    return "\n".join(f"- **{name}**: {_line(m['samples'][0])}" for name, m in data["models"].items())


def _law(data: Numbers) -> str:
    law, last = data["law"], list(data["law"]["n"])[-1]
    bits = {**{name: m["bits_per_byte"] for name, m in data["models"].items()}, last: law["measured"]}
    rows = [f"| | {law['of']} | bits a byte |", "|---|--:|--:|"]
    rows += [f"| {name} | {n:,} | {bits[name]:.3f} |" for name, n in law["n"].items()]
    formula = f"{law['floor']:.3f} + {law['scale']:.4g} n^-{law['exponent']:.3f}"
    return "\n".join(
        [
            *rows,
            "",
            f"Fitted: bits a byte = {formula}, n the {law['of']}.",
            f"Root mean square of the residuals: {law['error']:.4f}. The points before {last} alone foretell",
            f"{law['foretold']:.3f} for it; measured is {law['measured']:.3f}.",
        ]
    )


def _drafts(data: Numbers) -> str:
    rows = ["| candidate | tokens that tiny keeps |", "|---|--:|"]
    rows += [f"| {name} | {100 * share:.1f} % |" for name, share in data["draft"]["acceptance"].items()]
    return "\n".join(rows)


def _positions(data: Numbers) -> str:
    spans = ((1, 16), (17, 32), (33, 63), (64, 95), (96, 127), (128, 191), (192, 255))
    rows = ["| tokens before | " + " | ".join(f"{a} to {b}" for a, b in spans) + " |", "|---|" + "--:|" * len(spans)]
    for name, m in data["models"].items():
        means = [sum(m["nats_by_position"][a - 1 : b]) / (b - a + 1) for a, b in spans]
        rows.append(f"| {name} | " + " | ".join(f"{mean:.2f}" for mean in means) + " |")
    return "\n".join(rows)


def _variants(data: Numbers) -> str:
    """The runs that were tried on a small scale; made again by `tutor train variants`, not measured here."""
    base = data["variants"]["base"]["bits_per_byte"]
    rows = ["| change | tokens | bits a byte | against base |", "|---|--:|--:|--:|"]
    for v in data["variants"].values():
        bits = v["bits_per_byte"]
        rows.append(f"| {v['change']} | {v['tokens'] / 1e6:.2f} M | {bits:.3f} | {bits - base:+.3f} |")
    return "\n".join(rows)


PARTS: dict[str, Callable[[Numbers], str]] = {
    "models": _models,
    "heads": _heads,
    "files": _file,
    "samples": _samples,
    "writes": _writes,
    "law": _law,
    "drafts": _drafts,
    "positions": _positions,
    "variants": _variants,
}
