"""Whether parsed TOML has the shape that the schema asks for: every difference, not only the first."""

from __future__ import annotations

import math
from difflib import get_close_matches
from functools import cache
from typing import Any

from msgspec import inspect

from tutor.course.problems import Finding, Path

_NEUTRAL: dict[type[inspect.Type], Any] = {
    inspect.StrType: "",
    inspect.IntType: 0,
    inspect.FloatType: 0.0,
    inspect.BoolType: False,
    inspect.NoneType: None,
}
_NAMES = {
    inspect.StrType: "text in quotes",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
    inspect.ListType: "a list",
    inspect.DictType: "a table",
    inspect.StructType: "a table",
    inspect.AnyType: "a value",
}


class Mended:
    """`value` made to fit `type`: what did not fit is in `findings` and has been replaced by something
    neutral at the paths in `replaced`, about which nothing more can be said."""

    def __init__(self, value: Any, type: Any) -> None:
        self.findings: list[Finding] = []
        self.replaced: list[Path] = []
        self.value = self._mend(value, _inspect(type), ())

    def about_replaced(self, finding: Finding) -> bool:
        """Whether a later finding speaks only of what this has put there."""
        return any(finding.path[: len(path)] == path for path in self.replaced)

    def _mend(self, value: Any, type: inspect.Type, path: Path) -> Any:
        if isinstance(type, inspect.UnionType):
            return self._union(value, type, path)
        if not _fits(value, type):
            return self._replace(value, type, path)
        if isinstance(type, inspect.StructType):
            return self._struct(value, type, path)
        if isinstance(type, inspect.ListType):
            return [self._mend(item, type.item_type, (*path, i)) for i, item in enumerate(value)]
        if isinstance(type, inspect.DictType):
            return {key: self._mend(item, type.value_type, (*path, key)) for key, item in value.items()}
        return value

    def _struct(self, value: dict[str, Any], type: inspect.StructType, path: Path) -> dict[str, Any]:
        fields = {field.encode_name: field for field in type.fields}
        known = {*fields, type.tag_field} - {None}
        for key in value.keys() - known:
            meant = get_close_matches(key, [str(k) for k in known - value.keys()], 1)
            hint = f"; did you mean `{meant[0]}`?" if meant else ""
            self.findings.append(Finding((*path, key), f"unknown field `{key}`{hint}"))
        out: dict[str, Any] = {str(type.tag_field): type.tag} if type.tag_field else {}
        for key, field in fields.items():
            if key in value:
                out[key] = self._mend(value[key], field.type, (*path, key))
            elif field.required:
                self.findings.append(Finding((*path, key), f"`{key}` is missing"))
                self.replaced.append((*path, key))
                out[key] = _neutral(field.type)
        return out

    def _union(self, value: Any, union: inspect.UnionType, path: Path) -> Any:
        tagged = [t for t in union.types if isinstance(t, inspect.StructType) and t.tag_field]
        if tagged and isinstance(value, dict):
            field = str(tagged[0].tag_field)
            for struct in tagged:
                if value.get(field) == struct.tag:
                    return self._struct(value, struct, path)
            tags = ", ".join(str(t.tag) for t in tagged)
            self.findings.append(Finding((*path, field), f"`{field}` must be one of: {tags}"))
            self.replaced.append(path)
            return _neutral(tagged[0])
        for one in union.types:
            if _fits(value, one):
                return self._mend(value, one, path)
        return self._replace(value, union, path)

    def _replace(self, value: Any, type: inspect.Type, path: Path) -> Any:
        name = f"`{path[-1]}`" if path and isinstance(path[-1], str) else "this"
        self.findings.append(Finding(path, f"{name} must be {_name(type)}, not {_said(value)}"))
        self.replaced.append(path)
        return _neutral(type)


@cache
def _inspect(type: Any) -> inspect.Type:
    return inspect.type_info(type)


def _fits(value: Any, type: inspect.Type) -> bool:
    match type:
        case inspect.StrType():
            return isinstance(value, str)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
        case inspect.FloatType():
            return isinstance(value, float | int) and not isinstance(value, bool) and _finite(value)
        case inspect.ListType():
            return isinstance(value, list)
        case inspect.DictType() | inspect.StructType():
            return isinstance(value, dict)
        case inspect.NoneType():
            return value is None
    return True


def _finite(value: float) -> bool:
    return abs(value) < 2**63 and math.isfinite(value)


def _neutral(type: inspect.Type) -> Any:
    match type:
        case inspect.UnionType():
            return _neutral(type.types[0])
        case inspect.ListType():
            return []
        case inspect.DictType():
            return {}
        case inspect.StructType():
            fields = {f.encode_name: _neutral(f.type) for f in type.fields if f.required}
            return {type.tag_field: type.tag, **fields} if type.tag_field else fields
    return _NEUTRAL[type.__class__]


def _name(type: inspect.Type) -> str:
    if isinstance(type, inspect.UnionType):
        names = dict.fromkeys(_name(t) for t in type.types if not isinstance(t, inspect.NoneType | inspect.IntType))
        return " or ".join(names)
    return _NAMES[type.__class__]


def _said(value: Any) -> str:
    """What an author wrote, in the author's words."""
    match value:
        case bool():
            return "true or false"
        case str():
            return "text"
        case int() | float():
            return "a number" if _finite(value) else "a number beyond bounds"
        case list():
            return "a list"
        case dict():
            return "a table"
    return "a date (put it in quotes)"
