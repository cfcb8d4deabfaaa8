"""The operators of filters as SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import Grouping

from twentyql.sandbox.composites import ACTOR_SOURCES
from twentyql.sandbox.model import Model
from twentyql.sandbox.records.layout import ENUMS, Layout, Leaf
from twentyql.sandbox.records.sources import Expression
from twentyql.sandbox.records.standard import table_name
from twentyql.sandbox.records.values import normal_time
from twentyql.sandbox.root import Refused

Condition = sa.ColumnElement[bool]
WIDEST = 300
WORD = re.compile(r"[\w@.+-]+")


def condition(model: Model, layout: Layout, leaf: Leaf, value: Expression, operator: str, operand: Any) -> Condition:
    """``operator operand`` for the value of ``leaf``. Raises Refused for operands that the database would refuse."""
    if leaf.type in ENUMS:
        _check_enum(model, layout, leaf, operator, operand)
    operand = comparable(leaf, operand)
    if operator in COMPARISONS:
        return _compare(leaf, value, operator, operand)
    return OTHERS[operator](leaf, value, operand)


def comparable(leaf: Leaf, operand: Any) -> Any:
    """An operand in the form of the column."""
    if isinstance(operand, list):
        return [comparable(leaf, item) for item in operand]
    if leaf.type == "DATE_TIME" and operand not in ("NULL", "NOT_NULL", None):
        found = normal_time(operand)
        if found is None:
            raise Refused(f'invalid input syntax for type timestamp with time zone: "{operand}"')
        return found
    if leaf.type == "UUID" and isinstance(operand, str) and operand not in ("NULL", "NOT_NULL"):
        return operand.lower()
    if leaf.type == "TEXT" and isinstance(operand, int | float):
        return json.dumps(operand)
    return int(operand) if isinstance(operand, bool) else operand


def options(leaf: Leaf) -> Sequence[str]:
    """The options of an enum leaf, in their order."""
    if leaf.sub is not None:
        return ACTOR_SOURCES
    if leaf.type == "RATING" and not leaf.slot.options:
        return tuple(f"RATING_{number}" for number in range(1, 6))
    return leaf.slot.options


def rank(leaf: Leaf, value: Expression) -> Expression:
    """What an enum sorts by: the position of its option."""
    places = {option: place for place, option in enumerate(options(leaf))}
    return sa.case(places, value=value, else_=None) if places else value


class _Brackets(Grouping[bool]):
    """Brackets that SQLAlchemy does not take away: it looks for what a group's operator joins, and this tells none."""

    inherit_cache = True
    operator = None


def all_of(conditions: Sequence[Condition]) -> Condition:
    """All of them, however many; of none it is true."""
    return sa.and_(sa.true(), *_grouped(sa.and_, conditions))


def any_of(conditions: Sequence[Condition]) -> Condition:
    """Any of them, however many; of none it is false."""
    return sa.or_(sa.false(), *_grouped(sa.or_, conditions))


def _grouped(join: Callable[..., Condition], conditions: Sequence[Condition]) -> Sequence[Condition]:
    """The same in brackets of some hundred, since SQLite takes a row of a thousand for one too deep."""
    while len(conditions) > WIDEST:
        chunks = (conditions[start : start + WIDEST] for start in range(0, len(conditions), WIDEST))
        conditions = [_Brackets(join(*chunk)) for chunk in chunks]
    return conditions


def one_of(value: Expression, operands: Sequence[Any]) -> Condition:
    """``value IN operands``, however many: they travel as one JSON parameter. Raises Refused for what is no JSON."""
    try:
        text = json.dumps(list(operands), allow_nan=False)
    except ValueError as error:
        raise Refused("Data validation error.", "INTERNAL_SERVER_ERROR") from error
    listed = sa.func.json_each(text).table_valued("value", name="listed")
    return value.in_(sa.select(listed.c.value))


COMPARISONS: dict[str, Callable[[Expression, Any], Condition]] = {
    "eq": lambda value, operand: value == sa.literal(operand),
    "neq": lambda value, operand: value != sa.literal(operand),
    "gt": lambda value, operand: value > sa.literal(operand),
    "gte": lambda value, operand: value >= sa.literal(operand),
    "lt": lambda value, operand: value < sa.literal(operand),
    "lte": lambda value, operand: value <= sa.literal(operand),
}


def _compare(leaf: Leaf, value: Expression, operator: str, operand: Any) -> Condition:
    if leaf.type == "TEXT" and operator in ("eq", "neq") and operand in ("", None):
        return value.is_(None) | (value == "") if operator == "eq" else value.is_not(None)
    if operand is None:
        return sa.null() == sa.null()
    if isinstance(operand, dict | list):
        raise Refused("Data validation error.", "INTERNAL_SERVER_ERROR")
    if leaf.type in ENUMS and operator not in ("eq", "neq"):
        return COMPARISONS[operator](rank(leaf, value), list(options(leaf)).index(operand))
    return COMPARISONS[operator](value, operand)


def _check_enum(model: Model, layout: Layout, leaf: Leaf, operator: str, operand: Any) -> None:
    if operator in ("containsAny", "isEmptyArray"):
        raise Refused("Data validation error.", "INTERNAL_SERVER_ERROR")
    known = options(leaf)
    for option in operand if isinstance(operand, list) else [operand]:
        if operator != "is" and option is not None and option not in known:
            enum = f"{model.database}.{table_name(layout.record)}_{leaf.column_name}_enum"
            raise Refused(f'invalid input value for enum {enum}: "{option}"')


def _is(leaf: Leaf, value: Expression, operand: Any) -> Condition:
    if operand == "NOT_NULL":
        return value.is_not(None)
    empty = {"TEXT": "", "MULTI_SELECT": "[]", "ARRAY": "[]"}.get(leaf.type)
    return value.is_(None) if empty is None else value.is_(None) | (value == empty)


def _like(leaf: Leaf, value: Expression, operand: Any) -> Condition:
    found = value.like(str(operand), escape="\\")
    return found | value.is_(None) if operand == "" else found


def _ilike(leaf: Leaf, value: Expression, operand: Any) -> Condition:
    found = sa.func.folded(value).like(str(operand).lower(), escape="\\")
    return found | value.is_(None) if operand == "" else found


def _starts(leaf: Leaf, value: Expression, operand: Any) -> Condition:
    return sa.func.substr(value, 1, len(str(operand))) == str(operand)


def _ends(leaf: Leaf, value: Expression, operand: Any) -> Condition:
    length = len(str(operand))
    return sa.func.substr(value, -length if length else 1, length) == str(operand)


def _contains_any(leaf: Leaf, value: Expression, operand: Any) -> Condition:
    items = sa.func.json_each(value).table_valued("value", name="items")
    found = sa.exists(sa.select(sa.literal(1)).select_from(items).where(one_of(items.c.value, operand)))
    known: Condition = sa.case((value.is_not(None), found))  # else unknown, as PostgreSQL's array operators are
    return known


def _contains_ilike(leaf: Leaf, value: Expression, operand: Any) -> Condition:
    items = sa.func.json_each(value).table_valued("value", name="items")
    found = sa.func.folded(items.c.value).like(str(operand).lower(), escape="\\")
    return sa.exists(sa.select(sa.literal(1)).select_from(items).where(found))


def _search(leaf: Leaf, value: Expression, operand: Any) -> Condition:
    words = WORD.findall(str(operand).lower())
    return all_of([has_word(value, word) for word in words])


def has_word(vector: Expression, word: str) -> Condition:
    """Whether a search vector has a lexeme that begins with ``word``."""
    return sa.func.instr(vector, f"'{word}") > 0


def _empty_list(leaf: Leaf, value: Expression, operand: Any) -> Condition:
    return value == "[]"


OTHERS: dict[str, Callable[[Leaf, Expression, Any], Condition]] = {
    "in": lambda leaf, value, operand: one_of(value, operand),
    "is": _is,
    "like": _like,
    "ilike": _ilike,
    "startsWith": _starts,
    "endsWith": _ends,
    "containsAny": _contains_any,
    "containsIlike": _contains_ilike,
    "search": _search,
    "isEmptyArray": _empty_list,
}
