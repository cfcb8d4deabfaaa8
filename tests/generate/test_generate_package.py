"""The typed package of a whole workspace: as the hand-written contract says, clean for checkers, fast, stable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from example import FOLDER, example
from generated_code import mypy, pyright, python, ruff

from twentyql.generate import generate
from twentyql.generate.package import package
from twentyql.generate.write import write
from twentyql.introspect.load import Loaded, load
from twentyql.introspect.save import save, schema_files

USE = '''
"""A typed query over the generated package."""

from __future__ import annotations

from crm import Company, Person, WorkspaceMember
from twentyql import Record


class MemberRow(Record[WorkspaceMember]):
    first_name = WorkspaceMember.name.first_name


class PersonRow(Record[Person]):
    id = Person.id
    email = Person.emails.primary_email
    company_name = Person.company.name


class CompanyRow(Record[Company]):
    id = Company.id
    name = Company.name
    policy = Company.work_policy
    owner = MemberRow.one(Company.account_owner)
    people = PersonRow.many(Company.people)


query = CompanyRow.where(Company.name.ilike("%acme%") & Company.address.address_city.is_not_null()).order_by(
    Company.name.asc()
)


def emails(row: CompanyRow) -> list[str | None]:
    return [person.email for person in row.people]
'''.lstrip()


@pytest.fixture(scope="module")
def folder(recorded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("package")
    write(package(recorded.model), made / "crm")
    (made / "use.py").write_text(USE)
    return made


def test_the_generator_writes_the_example_package(recorded: Loaded) -> None:
    made = example(recorded.model)
    kept = {p.relative_to(FOLDER).as_posix(): p.read_text() for p in FOLDER.rglob("*.py")}
    assert made == kept, "run tests/typing/example.py and look at the difference"


def test_mypy_finds_nothing(folder: Path) -> None:
    assert mypy(folder, "crm", "use.py").startswith("Success")


def test_pyright_finds_nothing(folder: Path) -> None:
    assert pyright(folder) == []


def test_ruff_finds_nothing_to_change(folder: Path) -> None:
    assert ruff(folder / "crm", "format", "--diff") == ""
    assert ruff(folder / "crm", "check", "--select", "E,F,W,I,UP,B,RET,SIM,PIE") == ""


def test_the_query_over_it_is_built(folder: Path) -> None:
    assert python(folder, "import use; print(use.query.selection.object)") == "company"


def test_importing_one_object_loads_no_other(folder: Path) -> None:
    code = "import sys, json, crm; a = [m for m in sys.modules if m.startswith('crm.')]; from crm import Company; \
print(json.dumps([a, sorted(m for m in sys.modules if m.startswith('crm.')), 'twentyql.build.fields' in sys.modules]))"
    before, after, _ = json.loads(python(folder, code))
    assert before == []
    assert after == ["crm.company"]


def test_an_object_that_is_not_there_is_an_attribute_error(folder: Path) -> None:
    code = "import crm\ntry: crm.Compani\nexcept AttributeError as error: print(error)"
    assert python(folder, code) == "module 'crm' has no attribute 'Compani'"
    assert "Company" in python(folder, "import crm; print(dir(crm))")


def test_a_saved_schema_generates_the_same_bytes_again(recorded: Loaded, tmp_path: Path) -> None:
    save(schema_files(recorded), tmp_path / "schema")
    first, again = generate(recorded.model, recorded.schema), load(tmp_path / "schema")
    second = generate(again.model, again.schema)
    assert second == first
    for made, name in ((second.package, "crm"), (second.operations, "q")):
        assert len(write(made, tmp_path / name).written) == len(made)
        stamps = {p: p.stat().st_mtime_ns for p in (tmp_path / name).rglob("*") if p.is_file()}
        report = write(made, tmp_path / name)
        assert (report.clean, len(report.unchanged)) == (True, len(made))
        assert {p: p.stat().st_mtime_ns for p in stamps} == stamps
        assert write(made, tmp_path / name, check=True).clean
