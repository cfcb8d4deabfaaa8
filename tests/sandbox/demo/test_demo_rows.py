"""The demo's rows: the same for a seed, whole, and skewed where real workspaces are."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from uuid import RFC_4122, UUID

import pytest

from twentyql.errors import ConfigError
from twentyql.sandbox.composites import COMPOSITES
from twentyql.sandbox.demo import HUB, demo_snapshot
from twentyql.sandbox.model import Model
from twentyql.sandbox.snapshot import Row, Snapshot

NESTED_LIMIT = 60


def hub_of(demo: Snapshot) -> str:
    return str(next(row["id"] for row in demo.rows["companies"] if row["name"] == HUB))


def live(demo: Snapshot, plural: str) -> list[Row]:
    return [row for row in demo.rows[plural] if row["deletedAt"] is None]


def test_a_seed_gives_the_same_workspace() -> None:
    assert demo_snapshot(200, seed=5) == demo_snapshot(200, seed=5)


def test_another_seed_gives_other_rows_of_the_same_model() -> None:
    one, other = demo_snapshot(50, seed=1), demo_snapshot(50, seed=2)
    assert one.objects == other.objects
    assert one.rows["people"] != other.rows["people"]


def test_half_of_the_people_are_at_one_company(demo: Snapshot) -> None:
    hub = hub_of(demo)
    assert sum(person["companyId"] == hub for person in demo.rows["people"]) == 1500
    assert sum(person["companyId"] == hub for person in live(demo, "people")) == 1500


def test_two_companies_stand_at_the_nested_limit(demo: Snapshot) -> None:
    sizes = Counter(person["companyId"] for person in live(demo, "people"))
    assert [sizes[company["id"]] for company in demo.rows["companies"][1:3]] == [NESTED_LIMIT, NESTED_LIMIT + 1]


def test_the_others_have_few_people_or_none(demo: Snapshot) -> None:
    sizes = Counter(person["companyId"] for person in demo.rows["people"])
    rest = [sizes[company["id"]] for company in demo.rows["companies"][3:]]
    assert rest.count(0) >= 60
    assert 1 <= max(rest) < NESTED_LIMIT
    assert sizes[None] == 150


@pytest.mark.parametrize(
    ("plural", "key"),
    [
        ("opportunities", "companyId"),
        ("projects", "clientId"),
        ("taskTargets", "targetCompanyId"),
        ("noteTargets", "targetCompanyId"),
    ],
)
def test_the_hub_has_more_of_everything_than_comes_nested(demo: Snapshot, plural: str, key: str) -> None:
    hub = hub_of(demo)
    assert sum(row[key] == hub for row in live(demo, plural)) > NESTED_LIMIT


def test_every_table_has_soft_deleted_rows(demo: Snapshot) -> None:
    for plural, rows in demo.rows.items():
        assert 0 < sum(row["deletedAt"] is not None for row in rows) < len(rows) / 2, plural


def test_some_rows_point_to_a_soft_deleted_one(demo: Snapshot) -> None:
    gone = {row["id"] for row in demo.rows["companies"] if row["deletedAt"]}
    assert any(person["companyId"] in gone for person in live(demo, "people"))


@pytest.mark.parametrize("rows", [0, 1, 7, 60, 700])
def test_no_foreign_key_dangles(model: Model, rows: int) -> None:
    snapshot = demo_snapshot(rows)
    ids = {record.singular: {row["id"] for row in snapshot.rows[record.plural]} for record in model.objects}
    for name, target, value in keys(model, snapshot):
        assert value in ids[target], name
    members = ids["workspaceMember"]
    actors = [row["createdBy"]["workspaceMemberId"] for row in snapshot.rows["people"]]
    assert {actor for actor in actors if actor} <= members


def keys(model: Model, snapshot: Snapshot) -> Iterator[tuple[str, str, str]]:
    for record in model.objects:
        for slot in record.stored:
            if slot.kind == "key":
                values = (row[slot.name] for row in snapshot.rows[record.plural])
                yield from ((f"{record.singular}.{slot.name}", slot.target, v) for v in values if v is not None)


def test_every_row_has_every_field_in_the_form_of_the_api(model: Model, demo: Snapshot) -> None:
    for record in model.objects:
        names = {slot.name for slot in record.stored}
        for row in demo.rows[record.plural]:
            assert row.keys() == names, record.singular
        for slot in record.stored:
            values = [row[slot.name] for row in demo.rows[record.plural]]
            if slot.kind == "composite":
                wanted = {sub.name for sub in COMPOSITES[slot.type].fields}
                assert all(value.keys() == wanted for value in values), slot.name
            elif slot.options:
                flat = [v for value in values for v in (value if isinstance(value, list) else [value])]
                assert set(flat) - {None} <= set(slot.options), slot.name
            if not slot.nullable:
                assert None not in values, slot.name


def test_texts_are_empty_and_other_values_null(demo: Snapshot) -> None:
    people, deals = demo.rows["people"], demo.rows["opportunities"]
    assert {""} < {person["jobTitle"] for person in people}
    assert None not in {person["jobTitle"] for person in people}
    assert None in {deal["closeDate"] for deal in deals}
    assert None in {deal["amount"]["amountMicros"] for deal in deals}
    assert any(not name.isascii() for name in (person["name"]["lastName"] for person in people))


def test_unique_fields_are_unique(demo: Snapshot) -> None:
    emails = [person["emails"]["primaryEmail"] for person in demo.rows["people"]]
    emails = [email for email in emails if email]
    sites = [company["domainName"]["primaryLinkUrl"] for company in demo.rows["companies"]]
    codes = [project["code"] for project in demo.rows["projects"]]
    for values in (emails, sites, codes):
        assert len(values) == len(set(values))


def test_ids_are_valid_and_those_of_activities_stand_close(demo: Snapshot) -> None:
    for plural, rows in demo.rows.items():
        assert len({row["id"] for row in rows}) == len(rows)
        assert all(UUID(row["id"]).version == 4 and UUID(row["id"]).variant == RFC_4122 for row in rows), plural
    for plural in ("tasks", "notes", "noteTargets"):
        assert all(row["id"].startswith("20202020-") for row in demo.rows[plural])
    assert len({person["id"][:2] for person in demo.rows["people"]}) == 256


def test_rich_text_holds_a_document_of_blocks(demo: Snapshot) -> None:
    bodies = [task["bodyV2"] for task in demo.rows["tasks"] if task["bodyV2"]["markdown"]]
    assert bodies
    assert all(json.loads(body["blocknote"])[0]["content"][0]["text"] == body["markdown"] for body in bodies)


def test_three_thousand_rows_come_quickly() -> None:
    started = time.perf_counter()
    assert len(demo_snapshot(3000).rows["people"]) == 3000
    assert time.perf_counter() - started < 1.5


def test_a_negative_number_of_people_is_refused() -> None:
    with pytest.raises(ConfigError, match="0 or more"):
        demo_snapshot(-1)


@pytest.mark.bench
def test_a_hundred_thousand_people_within_twenty_seconds() -> None:
    started = time.perf_counter()
    demo_snapshot(100_000)
    assert time.perf_counter() - started < 20
