"""`tutor models`: the models there are, whether their files are whole, and their numbers measured again."""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path
from typing import Any

from tutor.commands import CommandError
from tutor.commands.arguments import add_json
from tutor.commands.output import print_json, print_table, say
from tutor.experiments.base import Table
from tutor.models.cards import cards, examine
from tutor.models.errors import ModelFileError
from tutor.models.library import FOLDER, Library, Model
from tutor.study.store import models_folder

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)
    what = parser.add_subparsers(dest="what", metavar="verify|measure|add")
    verify = what.add_parser("verify", help="compare every shipped file with its card, and read it")
    add_json(verify, default=argparse.SUPPRESS)
    measure = what.add_parser("measure", help="measure every number of the cards again; takes minutes")
    measure.add_argument("family", nargs="*", metavar="FAMILY", help="tiny, film, ladder ... (default: all)")
    measure.add_argument("--valid", type=Path, required=True, metavar="FILE", help="the validation stories")
    measure.add_argument("--write", action="store_true", help="write the numbers into the cards")
    add_json(measure, default=argparse.SUPPRESS)
    add = what.add_parser("add", help="copy a model of your own to where the course finds it")
    add.add_argument("folder", type=Path, metavar="DIR", help="config.json, model.safetensors, tokenizer.json")
    add.add_argument("--name", help="what to call it (default: the folder's name)")


def run(args: argparse.Namespace) -> int:
    """List the models, or do what was asked with them; 1 when a file or number is not what its card says."""
    own = models_folder(args.data_dir)
    if args.what == "add":
        return add_own(args.folder, args.name or args.folder.resolve().name, own)
    if args.what == "measure":
        from tutor.commands.measure import measure

        return measure(args.family, args.valid, args.write, args.json)
    rows = [*shipped(), *added(own)]
    if args.what == "verify":
        return verify(rows, own, args.json)
    if args.json:
        print_json(rows)
    else:
        print_table(table(rows))
        for row in rows:
            if "error" in row:
                say(f"{row['name']}: {row['error']}", hang=2)
        print()
        say(f"Your own go to {own}: `tutor models add DIR`.")
    return 0


def shipped() -> list[dict[str, Any]]:
    """What the cards say of every model that ships."""
    return [
        {
            "name": name,
            "parameters": known["parameters"],
            "bytes": known["bytes"],
            "bits_per_byte": known["bits_per_byte"],
            "licence": card.licence,
            "sha256": known["sha256"],
            "from": "shipped",
        }
        for card in cards(FOLDER)
        for name, known in card.models.items()
    ]


def added(own: Path) -> list[dict[str, Any]]:
    """What can be read off the learner's own files; a damaged one is listed with its error."""
    rows: list[dict[str, Any]] = []
    for path in sorted(own.glob("*/config.json")):
        row: dict[str, Any] = {"name": path.parent.name, "parameters": None, "bytes": None, "bits_per_byte": None}
        row |= {"licence": None, "sha256": None, "from": "added"}
        try:
            file = examine(path.parent, path.parent.name)
            row |= {"parameters": file.config.n_parameters, "bytes": file.n_bytes, "sha256": file.sha256}
        except ModelFileError as error:
            row["error"] = str(error)
        rows.append(row)
    return rows


def table(rows: list[dict[str, Any]]) -> Table:
    """For people: sizes in units, without the hashes, which `tutor models verify` compares."""

    def cells(row: dict[str, Any]) -> tuple[str, ...]:
        if "error" in row:
            return row["name"], "", "", "", "", "damaged"
        loss = "" if row["bits_per_byte"] is None else f"{row['bits_per_byte']:.3f}"
        size = f"{row['bytes'] / 1e6:.2f}"
        return row["name"], f"{row['parameters']:,}", size, loss, row["licence"] or "", row["from"]

    columns = ("model", "parameters", "MB", "bits/byte", "licence", "from")
    return Table(columns, [cells(row) for row in rows])


def verify(rows: list[dict[str, Any]], own: Path, as_json: bool) -> int:
    """Hash and load every model; one line for each that is not as it should be."""
    library = Library(FOLDER, own)
    found: dict[str, str | None] = {}
    for row in rows:
        name = row["name"]
        try:
            if row["from"] == "shipped":
                file = examine(FOLDER / name, name)
                if (file.sha256, file.config.n_parameters) != (row["sha256"], row["parameters"]):
                    raise ModelFileError("it is not the file that its card describes; install llm-tutor again")
            library.model(name)
            found[name] = None
        except ModelFileError as error:
            found[name] = str(error)
    broken = {name: said for name, said in found.items() if said}
    if as_json:
        print_json([{"name": name, "error": said} for name, said in found.items()])
    else:
        for name, said in broken.items():
            say(f"{name}: {said}", hang=2)
        print(f"{len(found) - len(broken)} of {len(found)} models are whole")
    return 1 if broken else 0


def add_own(folder: Path, name: str, own: Path) -> int:
    """Copy a model's three files, once they have been read without complaint."""
    if not _NAME.fullmatch(name):
        raise CommandError(f"{name!r} is no name for a model; give one with --name: small letters, digits, - _ .")
    if name in Library(FOLDER, own).names:
        raise CommandError(f"there is a model {name!r} already; give another name with --name")
    Model.load(folder)
    partial = own / f".{name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for file in ("config.json", "model.safetensors", "tokenizer.json"):
        shutil.copyfile(folder / file, partial / file)
    partial.rename(own / name)
    say(f"added {name}: `tutor sample --model {name} PROMPT`")
    return 0
