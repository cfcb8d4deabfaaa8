"""Files into records: mappings guessed and given, dry runs, rejects, and an import that is killed and goes on."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from twentyql.client import Client
from twentyql.errors import UnknownNameError, UsageError
from twentyql.sandbox import Sandbox
from twentyql.sandbox.http.faults import Fault
from twentyql.write.importing import Import, ImportOptions, dry_run, in_order, prepare, run_import
from twentyql.write.receipt import WriteReceipt
from twentyql.write.sender import WriteTally

IMPORTED = {"emails": {"primaryEmail": {"endsWith": "@import.example"}}}


def write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(columns)
        out.writerows(rows)
    return path


def people_csv(path: Path, count: int) -> Path:
    rows = [(f"First{n}", f"Last{n}", f"row{n}@import.example", f"Job {n}") for n in range(count)]
    return write(path, ("First name", "Last name", "E-mail", "Job title"), rows)


def ready(client: Client, path: Path, name: str, **options: Any) -> Import:
    return prepare(client.sender, path, client.model.object(name), ImportOptions(**options))


async def run(client: Client, path: Path, name: str, **options: Any) -> WriteReceipt:
    return await run_import(client.sender, ready(client, path, name, **options))


def rejects(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


async def test_csv_is_mapped_imported_and_told(client: Client, tmp_path: Path) -> None:
    path = people_csv(tmp_path / "people.csv", 450)
    receipt = await run(client, path, "people")
    assert (receipt.verdict, receipt.created, receipt.tokens) == ("complete", 450, 3)
    query = client["people"].select("name", "emails.primaryEmail", "jobTitle").where(IMPORTED)
    found = {row["jobTitle"]: row for row in await client.fetch(query)}
    assert len(found) == 450
    assert found["Job 7"]["name"] == {"firstName": "First7", "lastName": "Last7"}
    saved = json.loads((tmp_path / "people.csv.receipt.json").read_text())
    assert (saved["verdict"], saved["created"]) == ("complete", 450)
    assert not (tmp_path / "people.csv.rejects.csv").exists()
    assert (tmp_path / "people.csv.journal").stat().st_mode & 0o077 == 0


async def test_reject_file_has_row_field_reason_and_the_row(client: Client, tmp_path: Path) -> None:
    columns = ("Name", "Email", "Company", "Extra")
    rows = [
        ("Ada Lovelace", "ada@import.example", "", "1"),
        ("Bob", "no address", "", "2"),
        ("Cy", "cy@import.example", "no-such.example", "3"),
        ("Ada Again", "ADA@import.example", "", "4"),
    ]
    path = write(tmp_path / "people.csv", columns, rows)
    receipt = await run(
        client, path, "people", map={"Name": "name", "Email": "emails", "Company": "company.domainName"}
    )
    assert (receipt.verdict, receipt.created) == ("refused", 1)
    found = rejects(tmp_path / "people.csv.rejects.csv")
    assert [(r["row"], r["field"], r["Extra"]) for r in found] == [
        ("2", "emails", "2"),
        ("3", "company.domainName.primaryLinkUrl", "3"),
        ("4", "emails.primaryEmail", "4"),
    ]
    assert all(r["reason"] for r in found)
    # corrected, the reject file itself can be imported
    for row in found:
        row["Email"], row["Company"] = f"fixed{row['row']}@import.example", ""
    fixed = write(tmp_path / "fixed.csv", list(found[0]), [list(row.values()) for row in found])
    again = ready(client, fixed, "people")
    assert {c.name: c.target for c in again.columns.columns}["row"] is None
    assert (await run_import(client.sender, again)).created == 3


async def test_guesses(client: Client, tmp_path: Path) -> None:
    columns = ("Vorname", "surname", "Kontakt", "Mobile", "LinkedIn", "company", "companyId", "Stadt", "searchVector")
    rows = [("A", "B", "a@b.example", "+4930123456", "linkedin.example/in/a", "acme.example", "", "x", "y")] * 3
    path = write(tmp_path / "x.csv", columns, rows)
    guessed = {c.name: c.target for c in ready(client, path, "people").columns.columns}
    assert guessed == {
        "Vorname": "name.firstName",
        "surname": "name.lastName",
        "Kontakt": "emails",  # by its values
        "Mobile": "phones",
        "LinkedIn": "linkedinLink",
        "company": "company.domainName",  # by its values
        "companyId": "companyId",
        "Stadt": None,
        "searchVector": None,
    }


async def test_json_lines_and_broken_lines(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    good = {"name": {"firstName": "J"}, "emails": {"primaryEmail": "j@import.example"}}
    path.write_text("\n".join([json.dumps(good), "{broken", "[1]", ""]))
    receipt = await run(client, path, "people")
    assert (receipt.created, [r.row for r in receipt.rejects]) == (1, [2, 3])
    lines = [json.loads(line) for line in (tmp_path / "people.jsonl.rejects.jsonl").read_text().splitlines()]
    assert [line["row"] for line in lines] == [2, 3]


async def test_parquet_and_frames_round_trip(client: Client, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pa.table({"First name": ["A", "B"], "email": ["a@import.example", "b@import.example"]})
    pq.write_table(table, tmp_path / "people.parquet")
    assert (await run(client, tmp_path / "people.parquet", "people")).created == 2
    frame = pa.table({"name": ["C D"], "emails": ["c@import.example"]})
    assert (await client["people"].create_many(frame)).created == 1
    assert await client["people"].count(IMPORTED) == 3


async def test_match_changes_and_creates(client: Client, tmp_path: Path) -> None:
    await run(client, people_csv(tmp_path / "people.csv", 5), "people")
    columns = ("E-mail", "Job title")
    rows = [(f"Row{n}@import.example", "New" if n != 1 else "") for n in range(3, 7)]
    path = write(tmp_path / "changes.csv", columns, rows)
    receipt = await run(client, path, "people", match="emails")
    assert (receipt.created, receipt.updated) == (2, 2)
    assert await client["people"].count(IMPORTED) == 7
    assert (await run(client, path, "people", match="emails")).updated == 4  # again, without asking


async def test_dry_run_says_row_by_row_and_writes_nothing(client: Client, sandbox: Sandbox, tmp_path: Path) -> None:
    await run(client, people_csv(tmp_path / "people.csv", 3), "people")
    (gone,) = await client.fetch(client["people"].select("id").where({"jobTitle": {"eq": "Job 2"}}))
    await client["people"].delete(gone["id"])
    columns = ("E-mail", "Job title", "Company")
    rows = [
        ("row0@import.example", "Job 0", ""),
        ("row1@import.example", "Changed", ""),
        ("row2@import.example", "Job 2", ""),
        ("row9@import.example", "Job 9", ""),
        ("row8@import.example", "Job 8", "No Such Ltd"),
        ("nonsense", "Job 7", ""),
        ("row0@import.example", "twice", ""),
        ("", "none", ""),
    ]
    path = write(tmp_path / "changes.csv", columns, rows)
    sandbox.ledger.clear()
    prepared = ready(client, path, "people", match="emails")
    said = [row async for row in dry_run(client.sender, prepared, WriteTally())]
    assert [(row.row, row.what) for row in said] == [
        (1, "unchanged"),
        (2, "change"),
        (3, "revive"),
        (4, "create"),
        (5, "refuse"),
        (6, "refuse"),
        (7, "refuse"),
        (8, "refuse"),
    ]
    assert dict(said[1].changes) == {"jobTitle": ("Job 1", "Changed")}
    assert set(sandbox.ledger.roots) <= {"people", "companies"}
    assert not (tmp_path / "changes.csv.journal").exists()
    # what it says is what happens
    receipt = await run_import(client.sender, prepared)
    assert [r.row for r in receipt.rejects] == [5, 6, 7, 8]
    assert (receipt.created, receipt.updated, len(receipt.revived)) == (1, 3, 1)


async def test_files_go_in_the_order_of_their_needs(client: Client, tmp_path: Path) -> None:
    people = write(
        tmp_path / "people.csv", ("Name", "Email", "company.domainName"), [("A B", "a@import.example", "new.example")]
    )
    companies = write(tmp_path / "companies.csv", ("Name", "domainName"), [("New", "new.example")])
    deals = write(
        tmp_path / "opportunities.csv",
        ("name", "company.domainName", "pointOfContact.emails"),
        [("D", "new.example", "a@import.example")],
    )
    imports = [ready(client, path, path.stem) for path in (deals, people, companies)]
    ordered = in_order(client.model, imports)
    assert [each.of.plural for each in ordered] == ["companies", "people", "opportunities"]
    for each in ordered:
        assert (await run_import(client.sender, each)).verdict == "complete"


async def test_bad_files_and_maps_are_refused(client: Client, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        ready(client, tmp_path / "none.csv", "people")
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    with pytest.raises(UsageError, match="no kind of file"):
        ready(client, tmp_path / "x.xlsx", "people")
    with pytest.raises(UsageError, match="more than once"):
        ready(client, write(tmp_path / "a.csv", ("Name", "Name"), []), "people")
    with pytest.raises(UsageError, match="No column"):
        ready(client, write(tmp_path / "b.csv", ("nope",), [("x",)]), "people")
    path = people_csv(tmp_path / "people.csv", 1)
    with pytest.raises(UsageError, match="does not have"):
        ready(client, path, "people", map={"nope": "name"})
    with pytest.raises(UnknownNameError, match="jobTitle"):
        ready(client, path, "people", map={"Job title": "jobTitel"})
    with pytest.raises(UsageError, match="two columns"):
        ready(client, path, "people", map={"First name": "jobTitle", "Job title": "jobTitle"})
    with pytest.raises(UsageError, match="by which records"):
        ready(client, path, "people", match="linkedinLink")
    (tmp_path / "latin.csv").write_bytes("Name,Email\nJos\xe9,a@b.example\n".encode("latin-1"))
    with pytest.raises(UsageError, match="--encoding"):
        ready(client, tmp_path / "latin.csv", "people")
    assert ready(client, tmp_path / "latin.csv", "people", encoding="latin-1").source.sample()[0]["Name"] == "José"


async def test_an_import_is_not_done_twice(client: Client, tmp_path: Path) -> None:
    path = people_csv(tmp_path / "people.csv", 3)
    await run(client, path, "people", map={"First name": "name.firstName"})
    with pytest.raises(UsageError, match="imported already"):
        await run(client, path, "people", map={"First name": "name.firstName"})
    assert (await run(client, path, "people", map={"First name": "name.firstName"}, again=True)).created == 3


async def test_an_interrupted_import_wants_resume_and_the_same_file(
    client: Client, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = people_csv(tmp_path / "people.csv", 500)
    sandbox.faults.add(Fault.FORBIDDEN, times=None, root="createPeople", skip=1)
    with pytest.raises(Exception, match="stopped"):
        await run(client, path, "people", concurrency=1)
    sandbox.faults.clear()
    with pytest.raises(UsageError, match="interrupted"):
        await run(client, path, "people")
    with pytest.raises(UsageError, match="--match differs"):
        await run(client, path, "people", match="emails", resume=True)
    receipt = await run(client, path, "people", resume=True)
    assert (receipt.verdict, receipt.rows, receipt.created, receipt.resumed) == ("complete", 500, 500, 200)
    path.write_text(path.read_text() + "X,Y,z@import.example,J\n")
    with pytest.raises(UsageError, match="file differs"):
        await run(client, path, "people", resume=True)


async def test_a_torn_journal_line_is_forgotten(client: Client, sandbox: Sandbox, tmp_path: Path) -> None:
    path = people_csv(tmp_path / "people.csv", 450)
    sandbox.faults.add(Fault.FORBIDDEN, times=None, root="createPeople", skip=2)
    with pytest.raises(Exception, match="stopped"):
        await run(client, path, "people", concurrency=1)
    sandbox.faults.clear()
    journal = tmp_path / "people.csv.journal"
    journal.write_bytes(journal.read_bytes()[:-9])  # the second batch is in the workspace, but not in the journal
    receipt = await run(client, path, "people", resume=True)
    assert (receipt.verdict, receipt.created, receipt.resumed) == ("complete", 450, 200)
    assert await client["people"].count(IMPORTED) == 450


async def test_hostile_files_refuse_rows_and_never_break(client: Client, tmp_path: Path) -> None:
    good = '"Good Row",good{}@import.example\n'
    csv_rows = [
        ("nul", "A\0B,a@import.example\n", 1),
        ("more", "A,a@import.example,too,many\n", 1),
        ("blank", " , \n", 1),
        ("quote", '"unclosed,a@import.example\n', 1),
    ]
    for number, (name, bad, refused) in enumerate(csv_rows):
        path = tmp_path / f"{name}.csv"
        path.write_text("Name,Email\n" + good.format(number) + bad)
        receipt = await run(client, path, "people")
        assert (receipt.created, len(receipt.rejects)) == (1, refused), name
    path = tmp_path / "deep.jsonl"
    lines = ["[" * 50_000, '{"name": null}', '{"name": {"nope": 1}}', '{"company": [1]}', "5", '{"name": "Ok Ok"}']
    path.write_text("\n".join(lines))
    receipt = await run(client, path, "people")
    assert (receipt.created, [reject.row for reject in receipt.rejects]) == (1, [1, 2, 3, 4, 5])
