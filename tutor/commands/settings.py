"""Command-line options made from the Settings of an experiment: `top_k: int` is taken as `--top-k N`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect

from tutor.commands.arguments import read_text

TEXT = "text"  # the setting that is given by position
PREFIX = "setting "  # of an option's name among the parsed arguments


def add_settings(parser: argparse.ArgumentParser, settings: type[msgspec.Struct]) -> None:
    """An option for every field of `settings`; one that is called `text` takes the words that stand alone."""
    described = inspect.type_info(settings)
    assert isinstance(described, inspect.StructType)
    types = {field.name: field.type for field in msgspec.structs.fields(settings)}
    for field in described.fields:
        kind, dest, flag = _plain(field.type), PREFIX + field.name, "--" + field.name.replace("_", "-")
        told = "; ".join(dict.fromkeys(filter(None, (_meaning(field.type), _said(kind)))))
        said = f"{told}{_default(field)}".replace("%", "%%")
        if field.name == TEXT:
            parser.add_argument(
                dest, nargs="*", metavar="TEXT", help=f"words are joined by spaces; - reads stdin{said}"
            )
        elif isinstance(kind, inspect.BoolType):
            flags = argparse.BooleanOptionalAction
            parser.add_argument(flag, dest=dest, action=flags, default=argparse.SUPPRESS, help=said.strip())
        else:
            several = isinstance(kind, inspect.CollectionType)
            parser.add_argument(
                flag,
                dest=dest,
                action="append" if several else "store",
                type=_converter(types[field.name], kind),
                default=argparse.SUPPRESS,
                metavar=_metavar(kind),
                help=said + ("; may be repeated" if several else ""),
            )


def given(args: argparse.Namespace) -> dict[str, Any]:
    """The settings that the command line names; raises CommandError for a text that is not UTF-8."""
    found = {name.removeprefix(PREFIX): value for name, value in vars(args).items() if name.startswith(PREFIX)}
    if TEXT in found:
        words = found.pop(TEXT)
        found |= {TEXT: read_text(words)} if words else {}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def typed(settings: type[msgspec.Struct], name: str, text: str) -> Any:
    """The value of the field `name` that `text` stands for; several are apart by spaces.

    Raises ValueError with a line that says what the field takes, or what fields there are.
    """
    described = inspect.type_info(settings)
    assert isinstance(described, inspect.StructType)
    kinds = {field.name: _plain(field.type) for field in described.fields}
    if name not in kinds:
        raise ValueError(f"There is no setting {name!r}; there are {', '.join(kinds)}.")
    kind, types = kinds[name], {field.name: field.type for field in msgspec.structs.fields(settings)}
    if isinstance(kind, inspect.BoolType):
        if text not in _ON_OFF:
            raise ValueError(f"{name} is on or off, not {text!r}.")
        return _ON_OFF[text]
    convert = _converter(types[name], kind)
    try:
        return tuple(map(convert, text.split())) if isinstance(kind, inspect.CollectionType) else convert(text)
    except argparse.ArgumentTypeError as error:
        raise ValueError(f"{name} {error}.") from None


_ON_OFF = {"on": True, "yes": True, "off": False, "no": False}


def _plain(kind: inspect.Type) -> inspect.Type:
    """The type without None and notes."""
    if isinstance(kind, inspect.Metadata):
        return _plain(kind.type)
    if isinstance(kind, inspect.UnionType):
        rest = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        return _plain(rest[0]) if len(rest) == 1 else kind
    return kind


def _converter(type: Any, kind: inspect.Type) -> Callable[[str], Any]:
    """From what was typed to a value of the field, or to one item of it where it holds several."""

    def convert(text: str) -> Any:
        try:
            if isinstance(kind, inspect.CollectionType):
                return next(iter(msgspec.convert([text], type, strict=False)))
            return msgspec.convert(text, type, strict=False)
        except msgspec.ValidationError:
            raise argparse.ArgumentTypeError(f"must be {_said(kind)}, not {text!r}") from None

    return convert


def _item(kind: inspect.Type) -> inspect.Type:
    return kind.item_type if isinstance(kind, inspect.CollectionType) else kind


def _meaning(kind: inspect.Type) -> str:
    """What the setting is about, where its type tells it."""
    match kind:
        case inspect.Metadata(type=of, extra_json_schema=notes):
            return (notes or {}).get("description") or _meaning(of)
        case inspect.UnionType(types=types):
            return next(filter(None, map(_meaning, types)), "")
    return _meaning(_item(kind)) if _item(kind) is not kind else ""


def _said(kind: inspect.Type) -> str:
    """A type in words: "a whole number from 1 to 20"."""
    match _plain(_item(kind)):
        case inspect.LiteralType(values):
            return "one of " + ", ".join(map(str, values))
        case inspect.IntType() as number:
            return "a whole number" + _bounds(number)
        case inspect.FloatType() as number:
            return "a number" + _bounds(number)
        case inspect.StrType(pattern=pattern) if pattern:
            return _meaning(kind) or f"a text of the form {pattern.strip('^$')}"
    return ""


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    low, high = kind.ge, kind.le
    said = f" from {low:g}" if low is not None else f" above {kind.gt:g}" if kind.gt is not None else ""
    said += f" to {high:g}" if high is not None else f" below {kind.lt:g}" if kind.lt is not None else ""
    return said


def _metavar(kind: inspect.Type) -> str:
    match _plain(_item(kind)):
        case inspect.LiteralType(values):
            return "|".join(map(str, values))
        case inspect.IntType():
            return "N"
        case inspect.FloatType():
            return "X"
    return "TEXT"


def _default(field: inspect.Field) -> str:
    default = field.default
    if default in (msgspec.NODEFAULT, None, ()):
        return ""
    shown = ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)
    return f" (default: {shown})"
