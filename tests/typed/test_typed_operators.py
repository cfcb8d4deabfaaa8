"""Every operator of every field type: what is allowed here is what the server takes, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from twentyql.build.named_filter import accepted
from twentyql.client import Client
from twentyql.schema.model import FieldModel, Kind

ID = "20202020-b000-4485-94de-70c2a98daef2"
VALUES: dict[str, Any] = {
    "UUID": ID,
    "ID": ID,
    "String": "a",
    "DateTime": "2026-01-02T03:04:05Z",
    "Date": "2026-01-02",
    "Boolean": True,
    "Int": 5,
    "Float": 5,
    "BigFloat": 5,
    "BigInt": 5,
    "Position": 5,
}
KINDS = {
    *(Kind.UUID, Kind.TEXT, Kind.DATE_TIME, Kind.DATE, Kind.BOOLEAN, Kind.NUMBER, Kind.NUMERIC, Kind.POSITION),
    *(Kind.RATING, Kind.SELECT, Kind.MULTI_SELECT, Kind.ARRAY, Kind.RAW_JSON, Kind.TS_VECTOR, Kind.FILES),
    *(Kind.FULL_NAME, Kind.EMAILS, Kind.PHONES, Kind.LINKS, Kind.CURRENCY, Kind.ADDRESS, Kind.ACTOR, Kind.RICH_TEXT),
}


def leaves(field: FieldModel, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldModel]]:
    if field.operators:
        yield (*path, field.name), field
    for part in field.parts:
        yield from leaves(part, (*path, field.name))


def operand(field: FieldModel, operator: str) -> Any:
    if operator == "is":
        return "NOT_NULL"
    if operator == "isEmptyArray":
        return True
    value = field.options[0].value if field.options else VALUES.get(field.type_name, "a")
    return [value] if operator in ("in", "containsAny") else value


async def asked(client: Client, plural: str, of: Any, path: tuple[str, ...], condition: dict[str, Any]) -> bool:
    """Whether the server takes the condition, sent as it is."""
    for name in reversed(path):
        condition = {name: condition}
    text = f"query($f: {of.filter_type}) {{ {plural}(filter: $f) {{ totalCount }} }}"
    body = await client._transport.post("/graphql", text, {"f": condition})  # once: no retry of what it refuses
    return "errors" not in msgspec.json.decode(body)


async def test_the_allowed_operators_are_those_of_the_server(client: Client) -> None:
    seen: set[Kind] = set()
    done: set[tuple[Any, ...]] = set()
    for of in client.model:
        for field in of.fields:
            seen.add(field.kind)
            for path, leaf in leaves(field):
                for operator in leaf.operators:
                    case = (leaf.kind, leaf.type_name if not leaf.options else "enum", operator)
                    if case in done:
                        continue
                    done.add(case)
                    taken = await asked(client, of.plural, of, path, {operator: operand(leaf, operator)})
                    assert taken is (operator in accepted(leaf)), (of.singular, path, operator, accepted(leaf))
    assert seen >= KINDS - {Kind.NUMERIC, Kind.TS_VECTOR}, KINDS - seen
    assert len(done) > 80


async def test_recorded_lists_of_operators(client: Client) -> None:
    """What the real server named as allowed (recordings/read.jsonl)."""
    texts = ["eq", "neq", "gt", "gte", "lt", "lte", "in", "is", "like", "ilike", "startsWith", "endsWith"]
    assert sorted(accepted(client.model.object("company").field("name"))) == sorted(texts)
    project = client.model.object("project")
    array = next(field for field in project.fields if field.kind is Kind.ARRAY)
    assert sorted(accepted(array)) == ["containsIlike", "is", "isEmptyArray"]
    select = next(field for field in project.fields if field.kind is Kind.SELECT)
    assert sorted(accepted(select)) == ["eq", "in", "is", "neq"]
