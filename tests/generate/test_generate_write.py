"""Writing generated files: only our own are ever overwritten or removed, and a second run touches nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from twentyql.errors import GenerateError
from twentyql.generate.header import is_ours, stamp
from twentyql.generate.write import write


def files(**bodies: str) -> dict[str, str]:
    paths = {name.replace("__", "/") + ".py": body for name, body in bodies.items()}
    return {path: stamp(path, body) for path, body in paths.items()}


def test_files_are_written_and_a_second_run_touches_none(tmp_path: Path) -> None:
    made = files(a="A = 1\n", deep__b="B = 1\n")
    first = write(made, tmp_path / "crm")
    assert (first.written, first.clean) == (("a.py", "deep/b.py"), False)
    assert {p: (tmp_path / "crm" / p).read_text() for p in made} == made
    again = write(made, tmp_path / "crm")
    assert (again.unchanged, again.clean) == (("a.py", "deep/b.py"), True)
    assert not list(tmp_path.rglob("*.tmp"))


def test_check_says_what_would_be_done_and_does_nothing(tmp_path: Path) -> None:
    write(files(a="A = 1\n", old="O = 1\n"), tmp_path)
    report = write(files(a="A = 2\n", new="N = 1\n"), tmp_path, check=True)
    assert (report.written, report.removed, report.clean) == (("a.py", "new.py"), ("old.py",), False)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.py", "old.py"]
    assert "A = 1" in (tmp_path / "a.py").read_text()
    assert not write(files(x="X = 1\n"), tmp_path / "none", check=True).clean
    assert not (tmp_path / "none").exists()


def test_an_old_generated_file_is_replaced_and_a_stale_one_removed(tmp_path: Path) -> None:
    write(files(a="A = 1\n", gone__b="B = 1\n", gone__c="C = 1\n"), tmp_path)
    report = write(files(a="A = 2\n"), tmp_path)
    assert (report.written, report.removed) == (("a.py",), ("gone/b.py", "gone/c.py"))
    assert "A = 2" in (tmp_path / "a.py").read_text()
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize(
    "theirs",
    [
        "A = 1\n",
        "",
        stamp("a.py", "A = 1\n") + "# a line of mine\n",
        stamp("a.py", "A = 1\n").replace("A = 1", "A = 2"),
        stamp("other.py", "A = 1\n"),
        "# mine\n" + stamp("a.py", "A = 1\n"),
    ],
    ids=["written", "empty", "added", "edited", "copied", "above"],
)
def test_a_file_of_the_users_is_a_conflict_and_stays(theirs: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(theirs)
    (tmp_path / "b.py").write_text(theirs)  # not generated any more: not removed either
    report = write(files(a="A = 3\n", c="C = 1\n"), tmp_path)
    assert (report.conflicts, report.removed, report.written) == (("a.py",), (), ("c.py",))
    assert (tmp_path / "a.py").read_text() == theirs
    assert (tmp_path / "b.py").read_text() == theirs
    with pytest.raises(GenerateError, match=r"These files are yours and were left as they are: a\.py\. Move or delete"):
        report.raise_for_conflicts()


def test_what_is_no_plain_text_file_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "a.py").mkdir()
    (tmp_path / "b.py").write_bytes(b"\xff\xfe")
    (tmp_path / "d").write_text("a file where a folder is needed")
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    (tmp_path / "c.py").symlink_to(outside)
    report = write(files(a="A = 1\n", b="B = 1\n", c="C = 1\n", d__e="E = 1\n"), tmp_path)
    assert report.conflicts == ("a.py", "b.py", "c.py", "d/e.py")
    assert outside.read_text() == "mine"


def test_line_ends_of_windows_are_no_change(tmp_path: Path) -> None:
    made = files(a="A = 1\n")
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbf" + made["a.py"].replace("\n", "\r\n").encode())
    assert write(made, tmp_path).clean
    assert write(files(a="A = 2\n"), tmp_path).written == ("a.py",), "and it is still known as ours"


@pytest.mark.parametrize("path", ["../a.py", "/a.py", "a/../b.py", "", ".", "a\\b.py", "c:a.py", "a//b.py", "a\0.py"])
def test_a_path_that_leaves_the_folder_is_refused_before_anything_is_written(path: str, tmp_path: Path) -> None:
    with pytest.raises(GenerateError, match="no path inside"):
        write({"aaa.py": "", path: "x"}, tmp_path / "crm")
    assert not (tmp_path / "crm").exists()


def test_a_folder_that_is_a_link_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "sub").symlink_to(tmp_path / "away")
    with pytest.raises(GenerateError, match="a link that leads out"):
        write(files(sub__a="A = 1\n"), tmp_path / "crm")
    assert not list((tmp_path / "away").iterdir())


def test_two_paths_that_are_one_without_case_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GenerateError, match=r"A\.py and a\.py would be one file"):
        write(files(a="", A=""), tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(GenerateError, match=r"a\.py cannot be written"):
        write(files(a="A = 1\n"), tmp_path)


def test_the_header_knows_its_own_text_and_path_only() -> None:
    text = stamp("a.py", "A = 1\n")
    assert is_ours("a.py", text)
    assert not is_ours("b.py", text)
    assert not is_ours("a.py", text + " ")
    assert not is_ours("a.py", "")
