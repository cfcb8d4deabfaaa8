"""Every name that a workspace allows: generated, typed, and read through the client from a sandbox that serves them."""

from __future__ import annotations

import asyncio
import importlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import twentyql
from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.sandbox import Sandbox
from twentyql.sandbox.snapshot import Snapshot

OBJECTS = {
    "class": "classes",
    "none": "nones",
    "list": "lists",
    "import": "imports",
    "async": "asyncs",
    "self": "selves",
    "model": "models",
}
FIELDS = [
    "from",
    "def",
    "lambda",
    "true",
    "select",
    "where",
    "orderBy",
    "first",
    "schema",
    "copy",
    "json",
    "items",
    "stream",
    "limit",
    "count",
    "order_by",
    "at",
    "one",
    "many",
    "query",
]
OPTIONS = ("CLASS", "NONE", "MRO", "NAME", "VALUE")
COLLIDING = ("fooBar", "foo_bar", "FooBar", "foo__bar")
ROOT = Path(__file__).parents[2]
USE = """
from __future__ import annotations

from typing import Any, assert_type

from crm import Async, Class, Import, List, Model, None_, Self
from twentyql import Query, Record


class NoneRow(Record[None_]):
    id = None_.id
    from_ = None_.from_


class ClassRow(Record[Class]):
    id = Class.id
    from_ = Class.from_
    def_ = Class.def_
    lambda_ = Class.lambda_
    true = Class.true
    select = Class.select
    where_ = Class.where_
    order_by_2 = Class.order_by_2
    first = Class.first
    schema = Class.schema
    copy = Class.copy
    json = Class.json
    items = Class.items
    stream = Class.stream
    limit = Class.limit
    count = Class.count
    kind = Class.kind
    foo_bar = Class.foo_bar
    foo_bar_2 = Class.foo_bar_2
    foo_bar_3 = Class.foo_bar_3
    none_from = Class.none.from_
    none = NoneRow.one(Class.none)


class NoneWithClasses(Record[None_]):
    id = None_.id
    classes = ClassRow.many(None_.classes)


query = ClassRow.where(Class.from_.ilike("%3%") & Class.kind.in_(["NONE", "MRO"])).order_by(Class.where_.asc())
assert_type(query, Query[Class[Any], ClassRow])


names = [Async.lambda_, Import.def_, List.from_, Model.json, Self.copy]


def typed(row: ClassRow) -> None:
    assert_type(row.from_, str | None)
    assert_type(row.none, NoneRow | None)
"""


def field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": f"f-{name}", "name": name, "type": kind, "label": name, **more}


def link(name: str, kind: str, target: str, other: str) -> dict[str, Any]:
    there = {"nameSingular": target}
    relation = {"type": kind, "targetObjectMetadata": there, "targetFieldMetadata": {"id": "", "name": other}}
    return field(name, "RELATION", settings={"joinColumnName": f"{name}Id"}, relation=relation)


def snapshot() -> Snapshot:
    options = [{"value": value, "label": value, "position": at} for at, value in enumerate(OPTIONS)]
    nodes = []
    for singular, plural in OBJECTS.items():
        fields = [
            field("id", "UUID", isNullable=False),
            field("createdAt", "DATE_TIME", isNullable=False, defaultValue="now"),
            field("deletedAt", "DATE_TIME"),
            *(field(name, "TEXT") for name in (*FIELDS, *COLLIDING)),
            field("kind", "SELECT", options=options),
        ]
        if singular == "class":
            fields.append(link("none", "MANY_TO_ONE", "none", "classes"))
        if singular == "none":
            fields.append(link("classes", "ONE_TO_MANY", "class", "none"))
        nodes.append(
            {
                "id": f"o-{singular}", "nameSingular": singular, "namePlural": plural, "labelSingular": singular,
                "labelPlural": plural, "isActive": True, "labelIdentifierFieldMetadataId": "f-from",
                "fieldsList": fields,
            }
        )  # fmt: skip
    return Snapshot(nodes, {"id": "3b8e6458-5fc1-4e63-8563-008ccddaa6db", "displayName": "Odd"}, rows())


def rows() -> dict[str, list[dict[str, Any]]]:
    found = {plural: [row(singular, i) for i in range(70)] for singular, plural in OBJECTS.items()}
    for i, each in enumerate(found["classes"]):
        each["noneId"] = found["nones"][i % 2]["id"]
    return found


def row(singular: str, i: int) -> dict[str, Any]:
    number = list(OBJECTS).index(singular)
    texts = {name: f"{name} of {singular} {i}" for name in (*FIELDS, *COLLIDING)}
    stamp = "2026-01-01T00:00:00.000Z"
    return {"id": f"{i:08x}-0000-4000-8000-{number:012x}", "createdAt": stamp, "kind": OPTIONS[i % 5], **texts}


@pytest.fixture
async def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[twentyql.Client, Any]]:
    """A client of the sandbox, and the module that uses the package generated from it."""
    async with Sandbox.of(snapshot()) as sandbox, twentyql.connect(sandbox.url, sandbox.key) as client:
        write(generate(client.model, client.schema.schema).package, tmp_path / "crm")
        (tmp_path / "use.py").write_text(USE)
        monkeypatch.syspath_prepend(str(tmp_path))
        try:
            yield client, importlib.import_module("use")
        finally:
            for name in [name for name in sys.modules if name.split(".")[0] in ("crm", "use")]:
                del sys.modules[name]


async def test_every_name_is_read_and_filtered(odd: tuple[twentyql.Client, Any]) -> None:
    client, use = odd
    result = await client.fetch(use.query)
    want = [r for r in rows()["classes"] if "3" in r["from"] and r["kind"] in ("NONE", "MRO")]
    want.sort(key=lambda r: r["where"])
    assert result.receipt.verdict == "complete"
    names = {"from_": "from", "def_": "def", "lambda_": "lambda", "where_": "where", "order_by_2": "order_by"}
    names |= {
        name: name
        for name in [
            "id",
            "true",
            "select",
            "first",
            "schema",
            "copy",
            "json",
            "items",
            "stream",
            "limit",
            "count",
            "kind",
        ]
    }
    names |= {"foo_bar": "foo_bar", "foo_bar_2": "fooBar", "foo_bar_3": "FooBar"}
    got = [{graphql: getattr(r, python) for python, graphql in names.items()} for r in result]
    assert got == [{graphql: w[graphql] for graphql in names.values()} for w in want]
    none = {r["id"]: r for r in rows()["nones"]}
    assert [(r.none_from, r.none.id) for r in result] == [(none[w["noneId"]]["from"], w["noneId"]) for w in want]


async def test_nested_lists_and_names_without_generated_code(odd: tuple[twentyql.Client, Any]) -> None:
    client, use = odd
    nones = await client.fetch(use.NoneWithClasses.query())
    assert sorted(len(n.classes) for n in nones)[-2:] == [35, 35]
    for plural in OBJECTS.values():
        found = await client.fetch(client[plural].select(*FIELDS, *COLLIDING).where({"from": {"ilike": "%7"}}))
        want = [r for r in rows()[plural] if r["from"].endswith("7")]
        assert [[r[name] for name in (*FIELDS, *COLLIDING)] for r in found] == [
            [w[name] for name in (*FIELDS, *COLLIDING)] for w in want
        ]


@pytest.mark.soak
async def test_the_renaming_is_told_and_both_checkers_agree(odd: tuple[twentyql.Client, Any], tmp_path: Path) -> None:
    text = (tmp_path / "crm" / "class_.py").read_text()
    for graphql, python in [("from", "from_"), ("orderBy", "order_by_"), ("fooBar", "foo_bar_2"), ("at", "at_")]:
        assert f"The field {graphql} is {python} here." in text
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\npython_version = 3.11\n")
    environment = {"MYPYPATH": f"{tmp_path}:{ROOT}", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    settings = {"include": ["use.py"], "typeCheckingMode": "strict", "extraPaths": [str(ROOT)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    for command in (
        ["mypy", "--config-file", "mypy.ini", "use.py"],
        ["pyright", "--pythonpath", sys.executable],
    ):
        asked = [sys.executable, "-m", *command]
        done = await asyncio.to_thread(
            subprocess.run, asked, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200
        )
        assert done.returncode == 0, done.stdout
