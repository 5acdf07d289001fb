"""`tutor models measure`: every number of the model cards, computed again on the shipped files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from tutor.commands import CommandError
from tutor.commands.card_text import renewed
from tutor.commands.output import print_json, show
from tutor.experiments import measure as measured
from tutor.experiments.power_law import fit
from tutor.models.cards import Card, cards, examine
from tutor.models.generate import generate
from tutor.models.library import FOLDER, Library, Model
from tutor.models.sampling import Sampling
from tutor.training.corpus import read_stories

WITHIN = 2e-3  # how far a number may be from its card's: another machine rounds otherwise
STORIES = 30  # validation stories on which heads are scored, their first 200 tokens
SAMPLES = {"tiny": (range(1, 11), 90)}  # seeds, and tokens each, at temperature 0.7
FEW_SAMPLES = (range(1, 2), 40)
Numbers = dict[str, Any]


def measure(families: Sequence[str], valid: Path, write: bool, as_json: bool) -> int:
    """Measure, and say what differs from the cards; 1 if anything does and is not written."""
    stories = read_stories(valid)
    library = Library()
    known = {card.folder.name: card for card in cards(FOLDER)}
    if unknown := [name for name in families if name not in known]:
        raise CommandError(f"no family {unknown[0]!r}; there is: {', '.join(known)}")
    differences: list[str] = []
    for name, card in known.items():
        if not families or name in families:
            data = whole_card(card, library, stories)
            differences += [f"{name}: {line}" for line in compare(card.data, data)]
            if write:
                save(card, data)
    if as_json:
        print_json(differences)
    else:
        print("\n".join(map(show, differences)) or "every number is as its card says")
        if write:
            print("the cards are written")
    return 1 if differences and not write else 0


def whole_card(card: Card, library: Library, stories: Sequence[str]) -> Numbers:
    """A family's card.json, with everything in it that can be measured measured."""
    data = dict(card.data)
    n_ctx = data.get("trained_on")  # tokens a row, where they are fewer than the model can read
    data["models"] = {}
    for name, given in card.models.items():
        print(f"measuring {name}", file=sys.stderr, flush=True)
        data["models"][name] = {**given, **numbers(name, library.model(name), stories, n_ctx)}
    if n_ctx is not None:
        for name, found in data["models"].items():
            positions = measured.loss_by_position(library.model(name), stories, library.model(name).config.n_ctx)
            found["nats_by_position"] = rounded(positions)
    if "law" in data:
        data["law"] = law(data["law"], data["models"])
    if "draft" in data:
        data["draft"] = drafts(data["draft"], library)
    return data


def numbers(name: str, model: Model, stories: Sequence[str], n_ctx: int | None) -> Numbers:
    """What every card says of every model."""
    file = examine(FOLDER / name, name)
    loss = measured.loss(model, stories, n_ctx)
    random = [measured.repeated(model, seed, n_ctx) for seed in measured.SEEDS]
    own = [model.start(story)[: min(200, n_ctx or 200)] for story in stories[:STORIES]]
    scores = {"random": measured.head_scores(model, random), "stories": measured.head_scores(model, own)}
    seeds, n = SAMPLES.get(name, FEW_SAMPLES)
    return {
        "parameters": file.config.n_parameters,
        "bytes": file.n_bytes,
        "sha256": file.sha256,
        "bits_per_byte": round(loss.bits_per_byte, 4),
        "nats_per_token": round(loss.nats_per_token, 4),
        "copying": {part: round(nats, 3) for part, nats in asdict(measured.copying(model, n_ctx)).items()},
        "heads": {
            on: {kind: [rounded(row, 3) for row in grid.tolist()] for kind, grid in kinds.items()}
            for on, kinds in scores.items()
        },
        "samples": [sample(model, seed, n) for seed in seeds],
    }


def sample(model: Model, seed: int, n: int) -> str:
    """What the model writes by itself at temperature 0.7."""
    ids = generate(model, model.start(""), Sampling(temperature=0.7), seed, n)
    return model.tokenizer.decode([token for token in ids if token != model.config.eos])


def law(given: Numbers, models: Numbers) -> Numbers:
    """The power law through the points of `given["n"]`, and how well the others foretell the last of them."""
    known = {name: found for card in cards(FOLDER) for name, found in card.models.items()} | models
    n = list(given["n"].values())
    bits = [known[name]["bits_per_byte"] for name in given["n"]]
    best, without_last = fit(n, bits), fit(n[:-1], bits[:-1])
    return {
        **given,
        "floor": round(best.floor, 4),
        "scale": float(f"{best.scale:.4g}"),
        "exponent": round(best.exponent, 4),
        "error": round(best.error, 4),
        "foretold": round(without_last(n[-1]), 4),
        "measured": bits[-1],
    }


def drafts(given: Numbers, library: Library) -> Numbers:
    """Acceptance of every candidate against `tiny`, on what `tiny` itself writes at temperature 1."""
    tiny = library.model("tiny")
    texts = [list(written(tiny, seed)) for seed in range(1, 9)]
    candidates = {name: measured.acceptance(tiny, library.model(name), texts) for name in given["acceptance"]}
    return {**given, "acceptance": {name: round(share, 3) for name, share in candidates.items()}}


def written(model: Model, seed: int) -> Iterator[int]:
    start = model.start("")
    yield from start
    yield from islice(generate(model, start, Sampling(), seed, 200), 200)


def rounded(row: Sequence[float], digits: int = 3) -> list[float]:
    return [round(float(number), digits) for number in row]


def compare(before: Any, now: Any, where: str = "") -> list[str]:
    """A line for every value that is not what it was."""
    if isinstance(before, dict) and isinstance(now, dict):
        keys = dict.fromkeys([*before, *now])
        return [line for key in keys for line in compare(before.get(key), now.get(key), f"{where} {key}".strip())]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = enumerate(zip(before, now, strict=True), 1)
        return [line for i, (a, b) in pairs for line in compare(a, b, f"{where} {i}")]
    if isinstance(before, float) and isinstance(now, float | int) and abs(before - now) <= WITHIN * max(1, abs(before)):
        return []
    return [] if before == now else [f"{where}: the card says {before!r}, measured is {now!r}"]


def save(card: Card, data: Numbers) -> None:
    """Write card.json and the tables of README.md."""
    data = {**data, "date": date.today().isoformat()}
    (card.folder / "card.json").write_text(json.dumps(data) + "\n", encoding="utf-8")
    readme = card.folder / "README.md"
    readme.write_text(renewed(readme.read_text(encoding="utf-8"), data), encoding="utf-8")
