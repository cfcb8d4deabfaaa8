"""What a field's options, default value and settings must be, by its type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from twentyql.sandbox.composites import COMPOSITES
from twentyql.sandbox.workspace.draft import Node
from twentyql.sandbox.workspace.problems import FORBIDDEN_FIELD, INVALID_FIELD, Problems

CHOICES = frozenset({"SELECT", "MULTI_SELECT"})
PLAIN = frozenset({"TEXT", "NUMBER", "NUMERIC", "BOOLEAN", "DATE", "DATE_TIME", "RATING", "ARRAY", "RAW_JSON", "UUID"})
CREATABLE = CHOICES | PLAIN | {"FILES"} | {kind for kind in COMPOSITES if kind != "RICH_TEXT_V2"}
NEVER_UNIQUE = (
    CHOICES
    | {"BOOLEAN", "RATING", "RAW_JSON", "ARRAY", "FILES", "RELATION"}
    | {kind for kind, composite in COMPOSITES.items() if not any(sub.unique for sub in composite.fields)}
)
COLORS = ("green", "turquoise", "sky", "blue", "purple", "pink", "red", "orange", "yellow", "gray")
VALUE = re.compile(r"[A-Z][A-Z0-9_]*|_[A-Z0-9_]+")
QUOTED = re.compile(r"'.*'", re.DOTALL)
DATA_TYPES = ("float", "int", "bigint")
MOST_FILES = 10


def complete(field: Node) -> None:
    """Fill in what the server fills in: options of a rating, ids and colours of options, defaults."""
    if field["type"] == "RATING":
        ratings = [{"label": str(n), "value": f"RATING_{n}", "position": n - 1} for n in range(1, 6)]
        field["options"] = field["options"] or ratings
    if isinstance(field["options"], list) and all(isinstance(option, dict) for option in field["options"]):
        field["options"] = [_option(field, place, option) for place, option in enumerate(field["options"])]
    if field["defaultValue"] is None and field["type"] == "BOOLEAN":
        field["defaultValue"] = False
    if field["defaultValue"] is None and field["type"] == "TEXT" and field["isNullable"] is False:
        field["defaultValue"] = "''"


def _option(field: Node, place: int, given: Mapping[str, Any]) -> Node:
    color = {} if field["type"] == "RATING" else {"color": COLORS[place % len(COLORS)]}
    return {"id": str(uuid4()), **color, "position": place, **given}


def check_values(field: Node, problems: Problems) -> None:
    """Note what is wrong with options, default and settings of a field."""
    kind, default = field["type"], field["defaultValue"]
    if kind in CHOICES:
        _check_options(field["options"], problems)
    if field["isNullable"] is False and default is None and kind not in ("RELATION", "MORPH_RELATION"):
        problems.add(INVALID_FIELD, "Default value cannot be null for non-nullable fields")
    if field["isUnique"] and kind in NEVER_UNIQUE:
        problems.add(INVALID_FIELD, f"Unique index cannot be created for field {field['name']} of type {kind}")
    if field["isUnique"] and default is not None:
        problems.add(INVALID_FIELD, f"Unique index cannot be created for field {field['name']} with a default value")
    if default is not None and not problems.found:
        _check_default(field, default, problems)
    _check_settings(kind, field["settings"], problems)


def _check_options(options: Any, problems: Problems) -> None:
    if not isinstance(options, list) or not options:
        problems.add(INVALID_FIELD, "Options are required for enum fields", options)
        return
    if not all(isinstance(option, dict) for option in options):
        problems.add(INVALID_FIELD, "Options must be objects", options)
        return
    for name in ("value", "label", "position", "id"):
        told = [option.get(name) for option in options]
        if len(set(map(str, told))) < len(told):
            problems.add(INVALID_FIELD, f"Duplicated option {name}", told)
    for option in options:
        _check_option(option, problems)


def _check_option(option: Mapping[str, Any], problems: Problems) -> None:
    label, value, color = option.get("label"), option.get("value"), option.get("color")
    if not isinstance(label, str) or not label.strip():
        problems.add(INVALID_FIELD, "Option label is required", label)
    elif "," in label:
        problems.add(INVALID_FIELD, "Label must not contain a comma", label)
    if not isinstance(value, str) or not VALUE.fullmatch(value):
        problems.add(INVALID_FIELD, f'Value must be in UPPER_CASE and follow snake_case "{value}"', value)
    if color not in COLORS:
        problems.add(INVALID_FIELD, f'Option color "{color}" is not one of {", ".join(COLORS)}', color)


def _text(default: Any) -> str | None:
    return (
        None if isinstance(default, str) and QUOTED.fullmatch(default) else "Default value should be as quoted string"
    )


def _number(default: Any) -> str | None:
    fine = isinstance(default, int | float) and not isinstance(default, bool)
    return None if fine else "Default value should be a number"


def _time(default: Any) -> str | None:
    return None if default == "now" else _text(default)


DEFAULTS: Mapping[str, Callable[[Any], str | None]] = {
    "TEXT": _text,
    "NUMBER": _number,
    "NUMERIC": _number,
    "BOOLEAN": lambda default: None if isinstance(default, bool) else "Default value should be a boolean",
    "DATE": _time,
    "DATE_TIME": _time,
    "UUID": lambda default: None if default == "uuid" else _text(default),
    "ARRAY": lambda default: None if isinstance(default, list) else "Default value should be an array",
}


def _check_default(field: Node, default: Any, problems: Problems) -> None:
    kind = field["type"]
    if kind in ("SELECT", "RATING"):
        _check_chosen(field, [default], problems)
    elif kind == "MULTI_SELECT":
        if not isinstance(default, list) or not default:
            problems.add(INVALID_FIELD, "If defined default value must contain at least one value", default)
        else:
            _check_chosen(field, default, problems)
    elif kind in COMPOSITES:
        _check_composite(kind, default, problems)
    elif kind in DEFAULTS:
        said = DEFAULTS[kind](default)
        if said:
            problems.add(INVALID_FIELD, said, default)


def _check_chosen(field: Node, defaults: Sequence[Any], problems: Problems) -> None:
    values = {option["value"] for option in field["options"]}
    for default in defaults:
        said = _text(default)
        if said:
            problems.add(INVALID_FIELD, said, default)
        elif default[1:-1] not in values:
            problems.add(INVALID_FIELD, f'Default value "{default}" must be one of the option values', default)


def _check_composite(kind: str, default: Any, problems: Problems) -> None:
    known = {sub.name for sub in COMPOSITES[kind].fields}
    if not isinstance(default, dict) or default.keys() - known:
        problems.add(INVALID_FIELD, f"Default value of {kind} must be an object of {', '.join(sorted(known))}", default)
        return
    for value in default.values():
        if isinstance(value, str) and not QUOTED.fullmatch(value):
            problems.add(INVALID_FIELD, "Default value should be as quoted string", value)


def _check_settings(kind: str, settings: Any, problems: Problems) -> None:
    told = settings or {}
    if not isinstance(told, dict):
        problems.add(INVALID_FIELD, "Settings must be an object", settings)
        return
    if kind == "NUMBER":
        if told.get("dataType", "float") not in DATA_TYPES:
            problems.add(INVALID_FIELD, f"dataType must be one of {', '.join(DATA_TYPES)}", told.get("dataType"))
        decimals = told.get("decimals", 0)
        if decimals is not None and (not isinstance(decimals, int) or decimals < 0):
            problems.add(INVALID_FIELD, "Decimals must be a positive integer", decimals)
    if kind == "FILES":
        most = told.get("maxNumberOfValues")
        if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= MOST_FILES:
            range_ = f"greater than 0 and less than {MOST_FILES + 1}"
            said = f"maxNumberOfValues must be defined in settings and be a number {range_}"
            problems.add(INVALID_FIELD, said, most)


def check_creatable(kind: str, problems: Problems) -> None:
    """Note that a type of field cannot be created by hand."""
    if kind not in CREATABLE:
        problems.add(FORBIDDEN_FIELD, f'Field type "{kind}" is not supported for creation', kind)
