"""The dimensions of a group-by: what rows are grouped by, read from ``groupBy``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from twentyql.sandbox.model import Slot
from twentyql.sandbox.records.dates import CALENDAR, GRANULARITIES, known_zone
from twentyql.sandbox.records.layout import Layout, Layouts, Path
from twentyql.sandbox.records.orders import INPUT
from twentyql.sandbox.records.sources import Expression, Source, itself, through
from twentyql.sandbox.records.values import reader
from twentyql.sandbox.root import Refused


@dataclass(frozen=True)
class Dimension:
    """One thing that rows are grouped by: its path, its SQL, and how a value is shown."""

    path: Path
    expression: Expression
    read: Callable[[Any], Any] | None
    granularity: str | None = None

    def shown(self, value: Any) -> Any:
        """The API's form of a value; a missing one is null."""
        return self.read(value) if self.read is not None and value is not None else value


def read_dimensions(layouts: Layouts, layout: Layout, group_by: Any) -> list[Dimension]:
    """The dimensions of ``groupBy``. Raises Refused."""
    items = group_by if isinstance(group_by, list) else [group_by]
    return [_dimension(layouts, itself(layout), item, ()) for item in items]


def _dimension(layouts: Layouts, source: Source, item: Any, above: Path) -> Dimension:
    name, value = _only(item, "fields")
    slot = source.layout.record.by_name.get(name)
    if slot is None or slot.kind == "many":
        raise Refused(f"Unidentified field in groupBy: {name}", "INTERNAL_SERVER_ERROR")
    path = (*above, name)
    if slot.kind == "one":
        if source.hops or not isinstance(value, dict):
            raise Refused(f'Relation field "{name}" requires a nested field to group by', sub_code=INPUT)
        return _dimension(layouts, through(layouts, source, slot), value, path)
    if slot.kind == "composite":
        sub, _ = _only(value, "subfields")
        return _leaf(source, (name, sub), path)
    if isinstance(value, dict) and "granularity" in value:
        return Dimension(path, _bucket(source, slot, value), None, str(value["granularity"]))
    return _leaf(source, (name,), path)


def _leaf(source: Source, leaf_path: Path, path: Path) -> Dimension:
    leaf = source.layout.leaves.get(leaf_path)
    if leaf is None:
        raise Refused(f"Unidentified field in groupBy: {leaf_path[-1]}", "INTERNAL_SERVER_ERROR")
    full = (*path, *leaf_path[1:])
    return Dimension(full, source.expression(leaf), reader(leaf))


def _only(item: Any, what: str) -> tuple[str, Any]:
    entries = list(item.items()) if isinstance(item, dict) else []
    if len(entries) != 1:
        message = f"You cannot provide multiple {what} in one GroupByInput, split them into multiple GroupByInput"
        raise Refused(message, sub_code=INPUT)
    name, value = entries[0]
    return str(name), value


def _bucket(source: Source, slot: Slot, wanted: Mapping[str, Any]) -> Expression:
    granularity = str(wanted["granularity"])
    expression = source.expression(source.layout.leaves[(slot.name,)])
    if slot.type not in ("DATE", "DATE_TIME") or granularity not in GRANULARITIES:
        raise Refused(f'Field "{slot.name}" cannot be grouped by {granularity}', sub_code=INPUT)
    if granularity == "NONE":
        return expression
    zone = wanted.get("timeZone")
    if not zone and granularity in CALENDAR:
        message = "Time zone should be specified for a group by date on Day, Week, Month, Quarter or Year"
        raise Refused(message, sub_code="MISSING_TIMEZONE_FOR_DATE_GROUP_BY")
    if zone and not known_zone(str(zone)):
        raise Refused(f'time zone "{zone}" not recognized')
    week_start = str(wanted.get("weekStartDay") or "MONDAY")
    # Constants, not parameters: SQLite must see the same expression in SELECT and GROUP BY.
    constants: list[Expression] = [
        sa.literal_column(f"'{text}'") for text in (granularity, _quoted(zone or "UTC"), _quoted(week_start))
    ]
    return sa.func.bucket(expression, *constants)


def _quoted(text: Any) -> str:
    return str(text).replace("'", "''")
