"""Files that are whole or do not look so, in folders that are ours."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq
import pytest

from twentyql.errors import MissingExtraError, OutputError, UsageError
from twentyql.output import sinks
from twentyql.output.sinks import Sink, open_sink
from twentyql.output.spec import TableColumn, TableSpec
from twentyql.schema.model import FieldModel, Kind

ID = TableColumn("id", FieldModel("id", Kind.UUID, "UUID"))
OWNER = TableColumn("ownerId", FieldModel("ownerId", Kind.UUID, "UUID"))
THINGS = TableSpec("things", "thing", (ID, OWNER), (("ownerId", "owners"),))
OWNERS = TableSpec("owners", "owner", (ID,))
COMPLETE = {"verdict": "complete", "requests": 3, "notes": ["as told"]}
INCOMPLETE = {"verdict": "incomplete", "requests": 1, "notes": ["stopped"]}
FORMATS = ["jsonl", "csv", "parquet"]


def opened(folder: Path, format: str = "jsonl", **options: Any) -> Sink:
    return open_sink(folder, format, [THINGS, OWNERS], **options)


def export(folder: Path, *ids: str, format: str = "jsonl") -> None:
    sink = opened(folder, format)
    sink.write("things", [{"id": id, "ownerId": "o"} for id in ids])
    sink.write("owners", [{"id": "o"}])
    sink.commit(COMPLETE)


def receipt(folder: Path) -> dict[str, Any]:
    saved: dict[str, Any] = json.loads((folder / "receipt.json").read_text())
    return saved


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_in_place_before_the_commit(format: str, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    sink = opened(out, format)
    sink.write("things", [{"id": "a", "ownerId": "o"}])
    assert names(out) == [f"owners.{format}.part", "receipt.json", f"things.{format}.part"]
    assert receipt(out)["verdict"] == "incomplete"  # so also after a kill
    sink.write("things", [{"id": "b", "ownerId": None}])
    sink.commit(COMPLETE)
    assert names(out) == [f"owners.{format}", "receipt.json", f"things.{format}"]


@pytest.mark.parametrize("format", FORMATS)
def test_the_receipt_describes_the_files(format: str, tmp_path: Path) -> None:
    export(tmp_path, "a", "b", format=format)
    saved = receipt(tmp_path)
    things, owners = saved.pop("files")
    assert saved == {**COMPLETE, "written_by": "twentyql", "format": format}
    assert things == {
        "name": f"things.{format}",
        "table": "things",
        "object": "thing",
        "rows": 2,
        "bytes": (tmp_path / f"things.{format}").stat().st_size,
        "columns": [{"name": "id", "type": "UUID"}, {"name": "ownerId", "type": "UUID"}],
        "foreign_keys": [{"column": "ownerId", "table": "owners"}],
    }
    assert (owners["rows"], owners["foreign_keys"]) == (1, [])


def test_notes_of_the_format_are_in_the_receipt(tmp_path: Path) -> None:
    export(tmp_path, "=1", format="csv")
    first, second = receipt(tmp_path)["notes"]
    assert first == "as told"
    assert second.startswith("things: 1 cells look like spreadsheet formulas")


@pytest.mark.parametrize("format", FORMATS)
def test_only_the_owner_may_read(format: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    before = os.umask(0)
    try:
        export(out, "a", format=format)
        opened(out, format).abort(INCOMPLETE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert len(names(out)) == 5


@pytest.mark.parametrize("format", FORMATS)
def test_an_abort_leaves_parts_and_says_so(format: str, tmp_path: Path) -> None:
    sink = opened(tmp_path, format)
    sink.write("things", [{"id": "a", "ownerId": "o"}])
    sink.abort(INCOMPLETE)
    assert names(tmp_path) == [f"owners.{format}.part", "receipt.json", f"things.{format}.part"]
    saved = receipt(tmp_path)
    assert (saved["verdict"], saved["notes"]) == ("incomplete", ["stopped"])
    assert [(file["name"], file["rows"]) for file in saved["files"]] == [
        (f"things.{format}.part", 1),
        (f"owners.{format}.part", 0),
    ]
    export(tmp_path, "a", format=format)  # and the next one takes their place
    assert names(tmp_path) == [f"owners.{format}", "receipt.json", f"things.{format}"]


def test_an_abort_of_what_was_complete_is_incomplete(tmp_path: Path) -> None:
    opened(tmp_path).abort(COMPLETE)
    assert receipt(tmp_path)["verdict"] == "incomplete"
    assert "put in place" in receipt(tmp_path)["notes"][-1]


def test_an_abort_keeps_the_earlier_export_and_its_receipt(tmp_path: Path) -> None:
    export(tmp_path, "a")
    before = receipt(tmp_path)
    for _ in range(2):  # the second failure must not forget the whole one
        sink = opened(tmp_path)
        sink.write("things", [{"id": "b", "ownerId": "o"}])
        sink.abort(INCOMPLETE)
        assert '"a"' in (tmp_path / "things.jsonl").read_text()
        assert receipt(tmp_path)["verdict"] == "incomplete"
        assert receipt(tmp_path)["previous"] == before
    export(tmp_path, "c")
    assert '"c"' in (tmp_path / "things.jsonl").read_text()
    assert "previous" not in receipt(tmp_path)


def test_an_abort_without_receipt_leaves_the_earlier_one(tmp_path: Path) -> None:
    export(tmp_path, "a")
    opened(tmp_path).abort()
    assert receipt(tmp_path)["verdict"] == "complete"


def test_an_abort_after_the_commit_does_nothing(tmp_path: Path) -> None:
    sink = opened(tmp_path)
    sink.commit(COMPLETE)
    sink.abort(INCOMPLETE)
    assert receipt(tmp_path)["verdict"] == "complete"
    with pytest.raises(OutputError, match="ended"):
        sink.write("things", [])


def test_an_abort_waits_for_the_thread_that_writes(tmp_path: Path) -> None:
    sink = opened(tmp_path)
    started, go_on = threading.Event(), threading.Event()

    class Slow(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            started.set()
            assert go_on.wait(5)
            return super().get(key, default)

    writing = threading.Thread(target=sink.write, args=("things", [Slow(id="a")]))
    writing.start()
    assert started.wait(5)
    aborting = threading.Thread(target=sink.abort, args=(INCOMPLETE,))
    aborting.start()
    go_on.set()
    writing.join(5)
    aborting.join(5)
    assert json.loads((tmp_path / "things.jsonl.part").read_text()) == {"id": "a", "ownerId": None}


def test_a_crash_while_replacing_never_looks_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(tmp_path, "a")
    sink = opened(tmp_path)
    sink.write("things", [{"id": "b", "ownerId": "o"}])
    (tmp_path / "owners.jsonl").unlink()
    (tmp_path / "owners.jsonl").mkdir()  # the second of the two files cannot be replaced
    with pytest.raises(OutputError, match=r"owners\.jsonl"):
        sink.commit(COMPLETE)
    assert receipt(tmp_path)["verdict"] == "incomplete"  # had it been killed here
    assert "replaced earlier ones" in receipt(tmp_path)["notes"][0]
    sink.abort(COMPLETE)
    saved = receipt(tmp_path)
    assert saved["verdict"] == "incomplete"
    assert "previous" not in saved  # things.jsonl is no longer what it was
    assert [file["name"] for file in saved["files"]] == ["things.jsonl", "owners.jsonl.part"]


def test_a_killed_export_can_be_done_again(tmp_path: Path) -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[2]); import test_sinks as t; from pathlib import Path\n"
        "s = t.opened(Path(sys.argv[1])); s.write('things', [{'id': 'a'}] * 100_000); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)], check=False)
    assert done.returncode == 9
    assert names(tmp_path) == ["owners.jsonl.part", "receipt.json", "things.jsonl.part"]
    assert receipt(tmp_path)["verdict"] == "incomplete"
    export(tmp_path, "a")
    assert receipt(tmp_path)["verdict"] == "complete"


def test_another_export_in_the_same_folder_is_told(tmp_path: Path) -> None:
    export(tmp_path, "a", format="csv")
    opened(tmp_path, "csv").abort(INCOMPLETE)
    export(tmp_path, "a", format="jsonl")
    assert names(tmp_path) == ["owners.csv", "owners.jsonl", "receipt.json", "things.csv", "things.jsonl"]
    assert receipt(tmp_path)["notes"][1:] == [
        "things.csv is of an earlier export and was left as it was",
        "owners.csv is of an earlier export and was left as it was",
    ]


@pytest.mark.parametrize("name", ["thesis.txt", ".hidden", "things.jsonl", "receipt.json"])
def test_a_folder_of_somebody_else_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text('{"files": []}')
    with pytest.raises(OutputError, match=r"not empty and holds no export.*new folder"):
        opened(tmp_path)
    assert names(tmp_path) == [name]
    assert (tmp_path / name).read_text() == '{"files": []}'


def test_a_file_of_somebody_else_in_our_folder_is_refused(tmp_path: Path) -> None:
    open_sink(tmp_path, "jsonl", [OWNERS]).commit(COMPLETE)
    (tmp_path / "things.jsonl").write_text("mine")
    with pytest.raises(OutputError, match=r"things\.jsonl was not written by twentyql"):
        opened(tmp_path)
    assert (tmp_path / "things.jsonl").read_text() == "mine"
    open_sink(tmp_path, "jsonl", [OWNERS]).commit(COMPLETE)  # which is no reason to refuse others


def test_a_receipt_cannot_point_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "victim.part").write_text("mine")
    out = tmp_path / "out"
    export(out, "a")
    forged = receipt(out) | {"files": [{"name": "../victim.part"}, {"name": str(tmp_path / "victim.part")}]}
    (out / "receipt.json").write_text(json.dumps(forged))
    (out / "things.jsonl").unlink()
    (out / "owners.jsonl").unlink()
    export(out, "b")
    assert (tmp_path / "victim.part").read_text() == "mine"


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    out = tmp_path / "out"
    export(out, "a")
    (out / "things.jsonl.part").symlink_to(tmp_path / "victim")
    export(out, "b")
    assert (tmp_path / "victim").read_text() == "mine"


@pytest.mark.parametrize("path", ["file", "file/below"])
def test_a_file_where_the_folder_should_be(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match=r"Cannot write .*file.*Choose another folder"):
        opened(tmp_path / path)


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs Linux's /proc")
def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"Cannot write /proc/twentyql-cannot"):
        opened(Path("/proc/twentyql-cannot"))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root and Windows may write anywhere")
def test_no_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="no permission"):
            opened(tmp_path / "out")
    finally:
        tmp_path.chmod(0o700)


FILL = """
import json, resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import test_sinks as t
from twentyql.errors import OutputError
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
sink = t.opened(Path(sys.argv[1]), sys.argv[2])
try:
    for i in range(400):
        sink.write("things", [{"id": str(i * 1000 + j) * 5, "ownerId": str(j * 77)} for j in range(100)])
    sink.commit(t.COMPLETE)
except OutputError as error:
    print(error)
    sink.abort(t.COMPLETE)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk(format: str, tmp_path: Path) -> None:
    arguments = [sys.executable, "-W", "error", "-c", FILL, str(tmp_path), format, str(Path(__file__).parent)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "larger than allowed" in done.stdout
    assert f"things.{format}.part" in done.stdout
    assert receipt(tmp_path)["verdict"] == "incomplete"
    assert not (tmp_path / f"things.{format}").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("format", FORMATS)
def test_no_space_left(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> BinaryIO:
        return os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb")

    monkeypatch.setattr("twentyql.output.part_file.create", full)
    sink = opened(tmp_path, format)
    sink.write("things", [{"id": "a"}])
    with pytest.raises(OutputError, match=r"the disk is full\. Free some space"):
        sink.commit(COMPLETE)
    sink.abort(INCOMPLETE)


def test_wrong_formats_and_options_write_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(UsageError, match=r"'parket'.*Did you mean 'parquet'"):
        opened(out, "parket")
    with pytest.raises(UsageError, match="Choose one of: parquet, jsonl, csv"):
        opened(out, "xlsx")
    with pytest.raises(UsageError, match=r"csv takes no option 'defused'.*'defuse'"):
        opened(out, "csv", defused=True)
    with pytest.raises(UsageError, match=r"jsonl takes no option 'defuse'.*Leave it out"):
        opened(out, "jsonl", defuse=True)
    with pytest.raises(UsageError, match="defuse of csv is bool"):
        opened(out, "csv", defuse="yes")
    assert not out.exists()
    with pytest.raises(UsageError, match="rows_per_group is 1 or more"):
        opened(out, "parquet", rows_per_group=0)
    assert names(out) == []


@pytest.mark.parametrize("name", ["../things", "a/b", "a\\b", ".things", "", "a\0b"])
def test_a_table_stays_in_its_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no file name"):
        open_sink(tmp_path / "out", "jsonl", [TableSpec(name, "thing", (ID,))])
    assert not (tmp_path / "out").exists()


def test_without_pyarrow_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == "pyarrow" or name.startswith("twentyql.out")]:
        if module not in (sinks.__name__, "twentyql.output"):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"twentyql\[arrow\]"):
        opened(tmp_path / "out", "parquet")
    assert not (tmp_path / "out").exists()


def test_a_misfit_in_parquet_is_an_error_and_no_file(tmp_path: Path) -> None:
    sink = opened(tmp_path, "parquet")
    sink.write("things", [{"id": "a", "ownerId": "o"}])
    with pytest.raises(OutputError, match=r"things\.ownerId of the record b holds a number, which is no text"):
        sink.write("things", [{"id": "b", "ownerId": 7}])
    sink.abort(INCOMPLETE)
    assert names(tmp_path) == ["owners.parquet.part", "receipt.json", "things.parquet.part"]
    assert pq.read_table(tmp_path / "things.parquet.part").column("id").to_pylist() == ["a"]
