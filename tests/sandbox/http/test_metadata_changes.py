"""Changes of the data model over /metadata: the core schema, the tables and the rows follow at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from whole import Whole, whole

from twentyql.sandbox import Sandbox, read_snapshot

RECORDED = Path(__file__).parents[4] / "shared" / "twenty"

CREATE_OBJECT = "mutation($i: CreateOneObjectInput!) {createOneObject(input: $i) {id nameSingular}}"
UPDATE_OBJECT = "mutation($i: UpdateOneObjectInput!) {updateOneObject(input: $i) {id nameSingular isActive}}"
DELETE_OBJECT = "mutation($i: DeleteOneObjectInput!) {deleteOneObject(input: $i) {id nameSingular}}"
CREATE_FIELD = "mutation($i: CreateOneFieldMetadataInput!) {createOneField(input: $i) {id name type options settings}}"
UPDATE_FIELD = "mutation($i: UpdateOneFieldMetadataInput!) {updateOneField(input: $i) {id name isActive isUnique}}"
DELETE_FIELD = "mutation($i: DeleteOneFieldInput!) {deleteOneField(input: $i) {id name}}"
MODEL = """{objects(paging: {first: 100}) {edges {node {id nameSingular namePlural labelIdentifierFieldMetadataId
  fieldsList {id name type isSystem isActive settings
    relation {type targetObjectMetadata {nameSingular} targetFieldMetadata {name}}
    morphRelations {targetObjectMetadata {nameSingular} targetFieldMetadata {name}}}}}}}"""
VERSION = "{currentWorkspace {metadataVersion}}"
OPTIONS = [
    {"label": "Gold", "value": "GOLD", "color": "yellow", "position": 0},
    {"label": "Tin", "value": "TIN", "color": "gray", "position": 1},
]


@pytest.fixture
async def crm() -> AsyncIterator[Whole]:
    async with whole() as asked:
        yield asked


async def model(crm: Whole) -> dict[str, Any]:
    nodes = [edge["node"] for edge in (await crm.metadata(MODEL))["objects"]["edges"]]
    return {node["nameSingular"]: {**node, "by": {f["name"]: f for f in node["fieldsList"]}} for node in nodes}


async def make_object(crm: Whole, singular: str = "boat", plural: str = "boats", **more: Any) -> str:
    given = {"nameSingular": singular, "namePlural": plural, "labelSingular": singular, "labelPlural": plural, **more}
    return (await crm.metadata(CREATE_OBJECT, {"i": {"object": given}}))["createOneObject"]["id"]


async def make_field(crm: Whole, of: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    given = {"objectMetadataId": of, "type": kind, "name": name, "label": name.title(), **more}
    return (await crm.metadata(CREATE_FIELD, {"i": {"field": given}}))["createOneField"]


async def version(crm: Whole) -> int:
    return (await crm.metadata(VERSION))["currentWorkspace"]["metadataVersion"]


async def refused(crm: Whole, text: str, given: dict[str, Any]) -> dict[str, Any]:
    before = await version(crm)
    (error,) = (await crm(text, {"i": given}, path="/metadata"))["errors"]
    assert await version(crm) == before
    return error


async def test_a_new_object_has_what_every_custom_one_has(crm):
    before = await version(crm)
    identity = await make_object(crm)
    assert await version(crm) == before + 1
    boat = (await model(crm))["boat"]
    assert list(boat["by"]) == [
        *("searchVector", "name", "id", "createdAt", "createdBy", "deletedAt", "position", "updatedAt", "updatedBy"),
        *("attachments", "noteTargets", "taskTargets"),
    ]
    assert boat["labelIdentifierFieldMetadataId"] == boat["by"]["name"]["id"]
    back = boat["by"]["noteTargets"]["relation"]
    assert (back["targetObjectMetadata"]["nameSingular"], back["targetFieldMetadata"]["name"]) == (
        "noteTarget",
        "target",
    )
    made = await crm.data('mutation {createBoat(data: {name: "Argo"}) {id name createdBy {source}}}')
    assert made["createBoat"]["name"] == "Argo"
    target = {"noteId": None, "targetBoatId": made["createBoat"]["id"]}
    await crm.data("mutation($d: NoteTargetCreateInput!) {createNoteTarget(data: $d) {id}}", {"d": target})
    read = await crm.data("{boats {totalCount edges {node {name noteTargets {edges {node {targetBoat {name}}}}}}}}")
    assert read["boats"]["edges"][0]["node"]["noteTargets"]["edges"] == [{"node": {"targetBoat": {"name": "Argo"}}}]
    schema = await crm.data('{__type(name: "BoatCreateInput") {inputFields {name}}}')
    assert {"name", "position", "createdBy"} <= {f["name"] for f in schema["__type"]["inputFields"]}
    assert identity == boat["id"]


async def test_the_same_as_the_recorded_server_gives_to_a_custom_object(recorded_crm):
    """The recorded custom object ``project`` has the fields that a new object has, in the same order."""
    await make_object(recorded_crm, labelSingular="Boat", labelPlural="Boats")
    known = await model(recorded_crm)
    boat, project = known["boat"]["fieldsList"], known["project"]["fieldsList"]
    shown = ("name", "type", "isSystem", "isActive", "settings")
    assert [[f[s] for s in shown] for f in boat] == [[f[s] for s in shown] for f in project[: len(boat)]]


@pytest.fixture
async def recorded_crm() -> AsyncIterator[Whole]:
    if not RECORDED.exists():
        pytest.skip(f"no recordings at {RECORDED}")
    snapshot = read_snapshot(RECORDED)
    async with Sandbox.of(replace(snapshot, rows={})) as sandbox, aiohttp.ClientSession() as session:
        yield Whole(sandbox, session)


KINDS: dict[str, tuple[dict[str, Any], Any, str]] = {
    "TEXT": ({}, "a", ""),
    "NUMBER": ({"settings": {"dataType": "int"}}, 3, ""),
    "NUMERIC": ({}, 2.5, ""),
    "BOOLEAN": ({}, True, ""),
    "DATE": ({}, "2026-01-02", ""),
    "DATE_TIME": ({}, "2026-01-02T03:04:05.000Z", ""),
    "SELECT": ({"options": OPTIONS}, "TIN", ""),
    "MULTI_SELECT": ({"options": OPTIONS}, ["GOLD", "TIN"], ""),
    "RATING": ({}, "RATING_3", ""),
    "ARRAY": ({}, ["x", "y"], ""),
    "RAW_JSON": ({}, {"k": [1]}, ""),
    "UUID": ({}, "aaaaaaaa-0000-4000-8000-00000000000a", ""),
    "LINKS": ({}, {"primaryLinkUrl": "a.example", "primaryLinkLabel": "A"}, "{primaryLinkUrl primaryLinkLabel}"),
    "EMAILS": ({}, {"primaryEmail": "a@b.example"}, "{primaryEmail}"),
    "PHONES": ({}, {"primaryPhoneNumber": "123"}, "{primaryPhoneNumber}"),
    "CURRENCY": ({}, {"amountMicros": 5, "currencyCode": "EUR"}, "{amountMicros currencyCode}"),
    "ADDRESS": ({}, {"addressCity": "Ulm"}, "{addressCity}"),
    "FULL_NAME": ({}, {"firstName": "A", "lastName": "B"}, "{firstName lastName}"),
    "RICH_TEXT": ({}, {"markdown": "# A"}, "{markdown}"),
}


async def test_every_type_of_field_can_be_added_and_written(crm):
    identity = await make_object(crm)
    await crm.data('mutation {createBoat(data: {name: "old"}) {id}}')
    names = {kind: f"f{kind.title().replace('_', '')}" for kind in KINDS}
    for kind, (more, _, _) in KINDS.items():
        made = await make_field(crm, identity, kind, names[kind], **more)
        assert (made["type"], made["name"]) == (kind, names[kind])
    data = {names[kind]: value for kind, (_, value, _) in KINDS.items()}
    selection = " ".join(names[kind] + below for kind, (_, _, below) in KINDS.items())
    create = f"mutation($d: BoatCreateInput!) {{createBoat(data: $d) {{{selection}}}}}"
    assert (await crm.data(create, {"d": data}))["createBoat"] == data
    old = (await crm.data(f'{{boat(filter: {{name: {{eq: "old"}}}}) {{{selection}}}}}'))["boat"]
    assert (old["fBoolean"], old["fSelect"], old["fMultiSelect"]) == (False, None, [])


async def test_options_default_and_follow_the_rows(crm):
    identity = await make_object(crm)
    await crm.data('mutation {createBoat(data: {name: "old"}) {id}}')
    grade = await make_field(crm, identity, "SELECT", "grade", options=OPTIONS, defaultValue="'TIN'")
    many = await make_field(crm, identity, "MULTI_SELECT", "grades", options=OPTIONS, defaultValue=["'TIN'", "'GOLD'"])
    read = "{boats(orderBy: [{name: AscNullsFirst}]) {edges {node {name grade grades}}}}"
    await crm.data('mutation {createBoat(data: {name: "new", grade: GOLD, grades: [GOLD]}) {id}}')

    async def rows() -> list[Any]:
        return [tuple(edge["node"].values()) for edge in (await crm.data(read))["boats"]["edges"]]

    assert await rows() == [("new", "GOLD", ["GOLD"]), ("old", "TIN", ["TIN", "GOLD"])]
    for field in (grade, many):
        gold, _ = field["options"]
        changed = [{**gold, "value": "AU", "label": "Au"}]
        update = {"options": changed, "defaultValue": None}
        await crm.metadata(UPDATE_FIELD, {"i": {"id": field["id"], "update": update}})
    assert await rows() == [("new", "AU", ["AU"]), ("old", None, ["AU"])]
    answer = await crm('mutation {createBoat(data: {grade: "TIN"}) {id}}')
    assert "Valid values are: AU" in answer["errors"][0]["message"]


async def test_a_relation_has_two_sides(crm):
    identity, company = await make_object(crm), (await model(crm))["company"]["id"]
    await make_field(
        crm,
        identity,
        "RELATION",
        "owner",
        relationCreationPayload={
            "type": "MANY_TO_ONE",
            "targetObjectMetadataId": company,
            "targetFieldLabel": "Own boats",
            "targetFieldIcon": "Icon",
        },
    )
    known = await model(crm)
    assert known["company"]["by"]["ownBoats"]["relation"]["type"] == "ONE_TO_MANY"
    acme = (await crm.data('mutation {createCompany(data: {name: "A"}) {id}}'))["createCompany"]["id"]
    create = "mutation($d: BoatCreateInput!) {createBoat(data: $d) {owner {name}}}"
    assert (await crm.data(create, {"d": {"ownerId": acme}}))["createBoat"] == {"owner": {"name": "A"}}
    read = await crm.data("query($i: UUID!) {company(filter: {id: {eq: $i}}) {ownBoats {totalCount}}}", {"i": acme})
    assert read["company"]["ownBoats"]["totalCount"] == 1
    assert "insert or update" in (await crm(create, {"d": {"ownerId": identity}}))["errors"][0]["message"]
    await crm.metadata(DELETE_FIELD, {"i": {"id": known["company"]["by"]["ownBoats"]["id"]}})
    known = await model(crm)
    assert "ownBoats" not in known["company"]["by"]
    assert "owner" not in known["boat"]["by"]


async def test_a_relation_to_itself_and_from_the_many_side(crm):
    identity = await make_object(crm)
    payload = {
        "type": "ONE_TO_MANY",
        "targetObjectMetadataId": identity,
        "targetFieldLabel": "Mother",
        "targetFieldIcon": "",
    }
    await make_field(crm, identity, "RELATION", "daughters", relationCreationPayload=payload)
    mother = (await crm.data('mutation {createBoat(data: {name: "M"}) {id}}'))["createBoat"]["id"]
    create = "mutation($d: BoatCreateInput!) {createBoat(data: $d) {mother {name}}}"
    assert (await crm.data(create, {"d": {"motherId": mother}}))["createBoat"]["mother"] == {"name": "M"}
    read = await crm.data('{boat(filter: {name: {eq: "M"}}) {daughters {totalCount}}}')
    assert read["boat"]["daughters"]["totalCount"] == 1


async def test_a_morph_relation_points_to_several_objects(crm):
    identity, known = await make_object(crm), await model(crm)
    payloads = [
        {
            "type": "MANY_TO_ONE",
            "targetObjectMetadataId": known[name]["id"],
            "targetFieldLabel": "Boats",
            "targetFieldIcon": "",
        }
        for name in ("company", "person")
    ]
    field = await make_field(crm, identity, "MORPH_RELATION", "keeper", morphRelationsCreationPayload=payloads)
    person = (await crm.data('mutation {createPerson(data: {name: {lastName: "P"}}) {id}}'))["createPerson"]["id"]
    create = (
        "mutation($d: BoatCreateInput!) {createBoat(data: $d) {keeperCompany {name} keeperPerson {name {lastName}}}}"
    )
    made = (await crm.data(create, {"d": {"keeperPersonId": person}}))["createBoat"]
    assert made == {"keeperCompany": None, "keeperPerson": {"name": {"lastName": "P"}}}
    read = await crm.data("query($i: UUID!) {person(filter: {id: {eq: $i}}) {boats {totalCount}}}", {"i": person})
    assert read["person"]["boats"]["totalCount"] == 1
    more = {"morphRelationsUpdatePayload": [{**payloads[0], "targetObjectMetadataId": known["task"]["id"]}]}
    await crm.metadata(UPDATE_FIELD, {"i": {"id": field["id"], "update": more}})
    task = (await crm.data('mutation {createTask(data: {title: "T"}) {id}}'))["createTask"]["id"]
    made = await crm.data(
        "mutation($d: BoatCreateInput!) {createBoat(data: $d) {keeperTask {title}}}", {"d": {"keeperTaskId": task}}
    )
    assert made["createBoat"]["keeperTask"] == {"title": "T"}
    for active in (False, True):
        await crm.metadata(UPDATE_FIELD, {"i": {"id": field["id"], "update": {"isActive": active}}})
        assert (await model(crm))["person"]["by"]["boats"]["isActive"] is active
        answer = await crm("{people(first: 1) {edges {node {id boats {totalCount}}}}}")
        assert "errors" not in answer
    await crm.metadata(DELETE_FIELD, {"i": {"id": (await model(crm))["person"]["by"]["boats"]["id"]}})
    targets = [
        m["targetObjectMetadata"]["nameSingular"] for m in (await model(crm))["boat"]["by"]["keeper"]["morphRelations"]
    ]
    assert targets == ["company", "task"]


async def test_renames_and_deactivation_keep_the_rows(crm):
    identity = await make_object(crm)
    sail = await make_field(crm, identity, "TEXT", "sail")
    await crm.data('mutation {createBoat(data: {name: "Argo", sail: "red"}) {id}}')
    await crm.metadata(UPDATE_FIELD, {"i": {"id": sail["id"], "update": {"name": "canvas", "label": "Canvas"}}})
    assert (await crm.data("{boats {edges {node {canvas sail}}}}"))["boats"]["edges"] == [
        {"node": {"canvas": "red", "sail": None}}
    ]
    for active, seen in ((False, None), (True, "red")):
        await crm.metadata(UPDATE_FIELD, {"i": {"id": sail["id"], "update": {"isActive": active}}})
        assert (await crm.data("{boats {edges {node {canvas}}}}"))["boats"]["edges"][0]["node"]["canvas"] == seen
    names = {"nameSingular": "ship", "namePlural": "ships", "labelSingular": "Ship", "labelPlural": "Ships"}
    await crm.metadata(UPDATE_OBJECT, {"i": {"id": identity, "update": names}})
    assert (await crm.data("{ships {edges {node {canvas}}}}"))["ships"]["edges"] == [{"node": {"canvas": "red"}}]
    assert (await crm.data("{noteTargets {edges {node {targetShipId}}}}"))["noteTargets"]["edges"] == []
    assert "Cannot query field" in (await crm("{boats {totalCount}}"))["errors"][0]["message"]
    await crm.metadata(UPDATE_OBJECT, {"i": {"id": identity, "update": {"isActive": False}}})
    assert "errors" in await crm("{ships {totalCount}}")
    await crm.metadata(UPDATE_OBJECT, {"i": {"id": identity, "update": {"isActive": True}}})
    assert (await crm.data("{ships {totalCount}}"))["ships"]["totalCount"] == 1


async def test_a_deleted_object_is_gone_with_what_pointed_to_it(crm):
    before = await model(crm)
    identity = await make_object(crm)
    await crm.data('mutation {createBoat(data: {name: "Argo"}) {id}}')
    assert (await crm.metadata(DELETE_OBJECT, {"i": {"id": identity}}))["deleteOneObject"]["nameSingular"] == "boat"
    assert await model(crm) == before
    assert "errors" in await crm("{boats {totalCount}}")
    await make_object(crm)
    assert (await crm.data("{boats {totalCount}}"))["boats"]["totalCount"] == 0


async def test_unique_is_refused_while_rows_are_alike(crm):
    identity = await make_object(crm)
    code = await make_field(crm, identity, "TEXT", "code")
    ids = [(await crm.data('mutation {createBoat(data: {code: "1"}) {id}}'))["createBoat"]["id"] for _ in range(2)]
    unique = {"id": code["id"], "update": {"isUnique": True}}
    error = await refused(crm, UPDATE_FIELD, unique)
    assert error["extensions"]["code"] == "METADATA_VALIDATION_FAILED"
    await crm.data("mutation($i: UUID!) {destroyBoat(id: $i) {id}}", {"i": ids[0]})
    assert (await crm.metadata(UPDATE_FIELD, {"i": unique}))["updateOneField"]["isUnique"] is True
    answer = await crm('mutation {createBoat(data: {code: "1"}) {id}}')
    assert answer["errors"][0]["message"] == "A duplicate entry was detected"
    unique["update"]["isUnique"] = False
    await crm.metadata(UPDATE_FIELD, {"i": unique})
    await crm.data('mutation {createBoat(data: {code: "1"}) {id}}')


OBJECTS_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"nameSingular": "Boat"}, "Name should be in camelCase"),
    ({"nameSingular": ""}, "Name is too short"),
    ({"nameSingular": "b" * 64}, "Name is too long"),
    ({"nameSingular": "1boat"}, "Name is not valid: it must start with lowercase letter"),
    ({"nameSingular": "event"}, "The name is not available"),
    ({"namePlural": "boat"}, "The singular and plural names cannot be the same"),
    ({"labelPlural": "boat"}, "The singular and plural labels cannot be the same"),
    ({"nameSingular": "person"}, "Object already exists"),
    ({"namePlural": "company"}, "Object already exists"),
    ({"isRemote": True}, "Remote objects are not supported yet"),
    ({"isLabelSyncedWithName": True, "labelSingular": "Raft"}, "Names are not synced with labels"),
]


async def test_objects_that_are_wrong_are_refused_as_the_server_does(crm):
    fine = {"nameSingular": "boat", "namePlural": "boats", "labelSingular": "boat", "labelPlural": "boats"}
    for change, said in OBJECTS_REFUSED:
        error = await refused(crm, CREATE_OBJECT, {"object": {**fine, **change}})
        assert error["message"] == "Multiple validation errors occurred while creating object"
        assert error["extensions"]["code"] == "METADATA_VALIDATION_FAILED"
        assert error["extensions"]["message"] == "Validation failed for 1 objectMetadata"
        (failed,) = error["extensions"]["errors"]["objectMetadata"]
        assert any(one["message"].startswith(said) for one in failed["errors"]), (change, failed)
    known = await model(crm)
    for name, said in (("workspaceMember", "System objects cannot"), ("person", "Standard objects cannot be deleted")):
        error = await refused(crm, DELETE_OBJECT, {"id": known[name]["id"]})
        assert said in str(error)
    missing = {"id": known["person"]["by"]["id"]["id"]}
    assert "not found" in str(await refused(crm, DELETE_OBJECT, missing))
    assert "not found" in str(await refused(crm, UPDATE_OBJECT, {**missing, "update": {"labelSingular": "x"}}))


FIELDS_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": "Sail"}, "Name should be in camelCase"),
    ({"name": "address"}, "The name is not available"),
    ({"name": "name"}, 'Name "name" is not available'),
    ({"name": "targetPerson", "label": ""}, "Label is required"),
    ({"type": "POSITION"}, 'Field type "POSITION" is not supported for creation'),
    ({"type": "SELECT"}, "Options are required for enum fields"),
    ({"type": "SELECT", "options": [{**OPTIONS[0], "value": "gold"}]}, "Value must be in UPPER_CASE"),
    ({"type": "SELECT", "options": [{**OPTIONS[0], "color": "mauve"}]}, 'Option color "mauve" is not one of'),
    ({"type": "SELECT", "options": [OPTIONS[0], OPTIONS[0]]}, "Duplicated option value"),
    ({"type": "SELECT", "options": OPTIONS, "defaultValue": "GOLD"}, "Default value should be as quoted string"),
    ({"type": "SELECT", "options": OPTIONS, "defaultValue": "'ZINC'"}, "Default value \"'ZINC'\" must be one of"),
    ({"type": "SELECT", "options": "many"}, "Options are required for enum fields"),
    ({"type": "SELECT", "options": [1]}, "Options must be objects"),
    ({"type": "NUMBER", "settings": {"dataType": "huge"}}, "dataType must be one of"),
    ({"type": "NUMBER", "defaultValue": "three"}, "Default value should be a number"),
    ({"type": "NUMBER", "isNullable": False}, "Default value cannot be null for non-nullable fields"),
    ({"type": "FILES"}, "maxNumberOfValues must be defined"),
    ({"type": "BOOLEAN", "isUnique": True}, "Unique index cannot be created"),
    ({"type": "ADDRESS", "isUnique": True}, "Unique index cannot be created"),
    ({"type": "LINKS", "defaultValue": {"nope": 1}}, "Default value of LINKS must be an object of"),
    ({"type": "RELATION"}, "Relation creation payload is required"),
    ({"type": "RELATION", "relationCreationPayload": {"type": "SIDEWAYS"}}, "Relation creation payload is invalid"),
    ({"type": "MORPH_RELATION", "morphRelationsCreationPayload": []}, "Relation creation payload is required"),
]


async def test_fields_that_are_wrong_are_refused_as_the_server_does(crm):
    identity = await make_object(crm)
    fine = {"objectMetadataId": identity, "type": "TEXT", "name": "sail", "label": "Sail"}
    for change, said in FIELDS_REFUSED:
        error = await refused(crm, CREATE_FIELD, {"field": {**fine, **change}})
        assert error["extensions"]["code"] == "METADATA_VALIDATION_FAILED"
        (failed,) = error["extensions"]["errors"]["fieldMetadata"]
        assert any(one["message"].startswith(said) for one in failed["errors"]), (change, failed)
    by = (await model(crm))["boat"]["by"]
    system = by["createdAt"]["id"]
    assert "System fields cannot be deleted" in str(await refused(crm, DELETE_FIELD, {"id": system}))
    assert "System fields cannot be updated" in str(
        await refused(crm, UPDATE_FIELD, {"id": system, "update": {"label": "x"}})
    )
    assert "label identifier" in str(await refused(crm, DELETE_FIELD, {"id": by["name"]["id"]}))
    nowhere = {**fine, "objectMetadataId": by["name"]["id"]}
    assert "Object metadata not found" in str(await refused(crm, CREATE_FIELD, {"field": nowhere}))


async def test_a_database_file_keeps_the_changed_data_model(tmp_path):
    async with whole(db=tmp_path / "boats.db") as crm:
        identity = await make_object(crm)
        await make_field(crm, identity, "NUMBER", "masts", settings={"dataType": "int"})
        await crm.data('mutation {createBoat(data: {name: "Argo", masts: 2}) {id}}')
        version_before = await version(crm)
    async with whole(db=tmp_path / "boats.db") as crm:
        assert await version(crm) == version_before
        assert (await crm.data("{boats {edges {node {name masts}}}}"))["boats"]["edges"] == [
            {"node": {"name": "Argo", "masts": 2}}
        ]
        await make_field(crm, identity, "TEXT", "sail")


async def test_another_sandbox_on_the_same_file_follows_at_once(tmp_path):
    async with whole(db=tmp_path / "boats.db") as one, whole(db=tmp_path / "boats.db") as other:
        identity = await make_object(one)
        await other.data('mutation {createBoat(data: {name: "Argo"}) {id}}')
        await make_field(other, identity, "NUMBER", "masts")
        assert (await one.data("{boats {edges {node {name masts}}}}"))["boats"]["edges"] == [
            {"node": {"name": "Argo", "masts": None}}
        ]
        assert await version(one) == await version(other)
