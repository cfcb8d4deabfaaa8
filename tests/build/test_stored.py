"""Stored operations: found by name, one a file, fragments shared, faults named with their place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from twentyql.build import stored
from twentyql.build.stored import find_operations, load_operation, packaged_queries
from twentyql.errors import QueryError, UnknownNameError

ROOT = Path(__file__).parents[2]


def put(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.graphql").write_text(text, encoding="utf-8")
    return folder


def fragments(document: object) -> list[str]:
    return [d.name.value for d in document.definitions[1:]]  # type: ignore[attr-defined]


def test_an_operation_is_found_by_its_name_with_its_variables(tmp_path: Path) -> None:
    put(tmp_path / "deep", other="# says why\nquery Pipeline($first: Int = 3, $ids: [ID!]!) { people(first: $first) }")
    found = load_operation("Pipeline", [tmp_path])
    assert (found.name, found.path) == ("Pipeline", tmp_path / "deep" / "other.graphql")
    assert found.variables == {"first": "Int", "ids": "[ID!]!"}
    assert found.text.startswith("# says why")
    assert find_operations([tmp_path])["Pipeline"].document == found.document


def test_fragments_come_from_other_files_and_only_those_used(tmp_path: Path) -> None:
    put(
        tmp_path,
        A="query A { person { ...Whole } }",
        shared="fragment Whole on Person { id ...Names } fragment Unused on Person { id }",
        names="fragment Names on Person { first }",
    )
    for operation in (load_operation("A", [tmp_path]), find_operations([tmp_path])["A"]):
        assert fragments(operation.document) == ["Names", "Whole"]
    assert list(find_operations([tmp_path])) == ["A"]


def test_a_files_own_fragment_comes_before_one_of_the_folder(tmp_path: Path) -> None:
    put(tmp_path, A="query A { p { ...F } } fragment F on P { own }", f="fragment F on P { other }")
    document = load_operation("A", [tmp_path]).document
    assert document.definitions[1].selection_set.selections[0].name.value == "own"  # type: ignore[union-attr]


def test_a_fragment_that_two_other_files_define_is_named(tmp_path: Path) -> None:
    put(tmp_path, A="query A { p { ...F } }", f="fragment F on P { a }", g="fragment F on P { b }")
    with pytest.raises(QueryError, match=r"A\.graphql uses the fragment F, which .*f\.graphql and .*g\.graphql define"):
        load_operation("A", [tmp_path])


def test_fragments_that_spread_each_other_end(tmp_path: Path) -> None:
    put(tmp_path, A="query A { p { ...F } }", f="fragment F on P { ...G } fragment G on P { ...F }")
    assert fragments(load_operation("A", [tmp_path]).document) == ["F", "G"]


def test_an_unknown_name_offers_the_nearest(tmp_path: Path) -> None:
    put(tmp_path, a="query PipelineByStage { a }", b="mutation CreateCompany { a }")
    with pytest.raises(UnknownNameError, match=r"'PipelinByStage' in .*Did you mean 'PipelineByStage'"):
        load_operation("PipelinByStage", [tmp_path])


def test_a_file_called_otherwise_than_its_operation_says_so(tmp_path: Path) -> None:
    put(tmp_path, Pipeline="# why\nquery PipelineByStage { a }")
    with pytest.raises(QueryError, match=r"Pipeline\.graphql:2:1: The file Pipeline holds .*ByStage"):
        load_operation("Pipeline", [tmp_path])
    assert load_operation("PipelineByStage", [tmp_path]).about == "why"


def test_a_folder_that_is_not_there_has_no_operations(tmp_path: Path) -> None:
    assert find_operations([tmp_path / "none"]) == {}
    with pytest.raises(UnknownNameError, match="none"):
        load_operation("X", [tmp_path / "none"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("query Bad {\n  people {\n", r"Bad\.graphql:3:1: .*A closing brace is missing"),
        ("query Bad {\n  people() { a }\n}", r"Bad\.graphql:2:10: .*brackets are empty"),
        ("query Bad {\n  {{ people }}\n}", r"Bad\.graphql:2:3: .*value goes in as a \$variable"),
        ("query Bad($a) { a }", r"Bad\.graphql:1:13: .*Expected ':'"),
        ("{ people }", r"Bad\.graphql:1:1: The operation has no name\. Begin it with `query Bad`"),
        (
            "query Bad { a } query Good { b }",
            r"Bad\.graphql:1:17: The file holds 2 operations: Bad, Good\. Give each",
        ),
        ("query Bad { a } { b }", "holds 2 operations: Bad, one without a name"),
    ],
)
def test_a_malformed_file_is_named_with_the_fix(text: str, says: str, tmp_path: Path) -> None:
    put(tmp_path, Bad=text, Fine="query Fine { a }")
    for call in (lambda: load_operation("Bad", [tmp_path]), lambda: find_operations([tmp_path])):
        with pytest.raises(QueryError, match=says):
            call()
    assert load_operation("Fine", [tmp_path]).name == "Fine", "a broken file elsewhere does no harm"


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_bytes(b"query A { \xff }")
    with pytest.raises(QueryError, match=r"a\.graphql cannot be read: .*UTF-8"):
        load_operation("A", [tmp_path])


def test_two_files_of_one_name_in_a_folder_are_refused(tmp_path: Path) -> None:
    put(tmp_path, a="query A { a }", b="query A { b }")
    for call in (lambda: load_operation("A", [tmp_path]), lambda: find_operations([tmp_path])):
        with pytest.raises(QueryError, match=r"b\.graphql:1:1: .*a\.graphql defines the operation A too"):
            call()


def test_a_name_in_a_comment_or_a_text_is_no_operation(tmp_path: Path) -> None:
    put(tmp_path, a="query A { a }", b='# like query A\nquery B { b(x: "query A") }')
    assert load_operation("A", [tmp_path]).path.name == "a.graphql"


def test_the_first_folder_wins_then_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, shipped = (
        put(tmp_path / "own", a="query A { own }"),
        put(tmp_path / "shipped", a="query A { a }", b="query B {b}"),
    )
    monkeypatch.setattr(stored, "packaged_queries", lambda: shipped)
    assert load_operation("A", [own]).path.parent == own
    assert load_operation("B", [own]).path.parent == shipped
    assert find_operations([own, shipped])["A"].path.parent == own


def test_hidden_empty_and_other_files_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, empty="", comment="# nothing yet\n")
    put(tmp_path / ".git", A="query A {")
    (tmp_path / "note.txt").write_text("query A {")
    (tmp_path / "bom.gql").write_bytes(b"\xef\xbb\xbfquery B { b }")
    assert list(find_operations([tmp_path])) == ["B"]


def test_the_packaged_folder_of_a_checkout_is_its_queries() -> None:
    assert packaged_queries() == ROOT / "queries"
    assert packaged_queries().is_dir()


def test_a_plain_install_finds_the_operations_in_the_package(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(ROOT / "twentyql", site / "twentyql", ignore=shutil.ignore_patterns("__pycache__", "queries"))
    put(site / "twentyql" / "queries", A="query Packaged { a }")
    put(site / "queries", B="query NotOurs { a }")
    code = "from twentyql.build.stored import load_operation as f; print(f('Packaged', []).path)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(site)}, capture_output=True
    )
    assert done.stdout.decode().strip() == str(site / "twentyql" / "queries" / "A.graphql"), done.stderr.decode()


def test_the_wheel_holds_the_stored_operations(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="building a wheel offline needs hatchling in the environment")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    (wheel,) = tmp_path.glob("*.whl")
    held = {n.removeprefix("twentyql/queries/") for n in zipfile.ZipFile(wheel).namelist() if "/queries/" in n}
    assert {p.relative_to(ROOT / "queries").as_posix() for p in (ROOT / "queries").rglob("*.graphql")} <= held
