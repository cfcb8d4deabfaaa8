"""One clear message with what to do, the right exit code, no traceback, no half file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typed import Command

from twentyql.sandbox import Fault, Sandbox

EXPORT = ("export", "companies", "--to", "out")


def said_once(err: str) -> str:
    """The one line of error, unwrapped."""
    assert err.count("error:") == 1
    return " ".join(err.split())


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((*EXPORT,), 2, "TWENTY_API_URL"),
        ((*EXPORT, "--url", "not a url", "--api-key", "x"), 2, "address"),
        ((*EXPORT, "--url", "ftp://127.0.0.1", "--api-key", "x"), 2, "http"),
        ((*EXPORT, "--url", "http://example.com", "--api-key", "x"), 2, "https"),
        (("generate", "--schema", "nowhere"), 1, "twentyql pull"),
        (("pull", "--from", "nowhere"), 1, "There is no nowhere"),
        (("sandbox", "--snapshot", "nowhere"), 1, "objects.json is missing"),
        (("sandbox", "--limits", "some"), 2, "stock or open"),
        (("run", "CountPeople", "-v", "novalue"), 2, "key=value"),
    ],
)
def test_before_any_server(command: Command, words: tuple[str, ...], code: int, says: str) -> None:
    outcome = command(*words)
    assert outcome.code == code, outcome.err
    assert says.lower() in said_once(outcome.err).lower()
    assert outcome.out == ""
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("export", "compnies", "--to", "out"), "'companies'"),
        (("export", "companies", "--with", "poeple", "--to", "out"), "'people'"),
        (("export", "companies", "--select", "nmae", "--to", "out"), "'name'"),
        (("export", "companies", "--where", "{", "--to", "out"), "--where is no JSON"),
        (("export", "companies", "--where", "[]", "--to", "out"), "--where is no JSON"),
        (("export", "companies", "--where", '{"nmae": {"eq": "a"}}', "--to", "out"), "'name'"),
        (("export", "companies", "--where", '{"name": {"equals": "a"}}', "--to", "out"), "eq"),
        (("export", "companies", "--where", '{"name": "a"}', "--to", "out"), "name"),
        (("export", "companies", "--format", "parqet", "--to", "out"), "'parquet'"),
        (("fields", "compny"), "'company'"),
        (("run", "CountPeopl"), "'CountPeople'"),
        (("run", "CountPeople", "-v", "filtr=1"), "filtr"),
    ],
)
def test_names_and_conditions(command: Command, at: tuple[str, ...], words: tuple[str, ...], says: str) -> None:
    outcome = command(*words, *at)
    assert outcome.code == 2, outcome.err
    assert says in said_once(outcome.err)
    assert not Path("out").exists()


def test_no_server(command: Command) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    outcome = command(*EXPORT, "--url", url, "--api-key", "x")
    assert outcome.code == 1
    assert url in said_once(outcome.err)


def test_a_dead_key(command: Command, served: Sandbox) -> None:
    outcome = command(*EXPORT, "--url", served.url, "--api-key", "wrong-key")
    assert outcome.code == 1
    assert "key" in said_once(outcome.err)
    assert "wrong-key" not in outcome.err


def test_a_missing_key(command: Command, served: Sandbox) -> None:
    outcome = command(*EXPORT, "--url", served.url)
    assert outcome.code == 2
    assert "TWENTY_API_KEY" in said_once(outcome.err)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault.HTML_200, "GraphQL"),
        (Fault.HTTP_502, "502"),
        (Fault.INTROSPECTION_REFUSED, "introspection"),
    ],
)
def test_a_server_that_answers_otherwise(
    command: Command, at: tuple[str, ...], served: Sandbox, fault: Fault, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.faults.add(fault, times=None)
    outcome = command("pull", *at)
    assert outcome.code == 1
    assert says.lower() in said_once(outcome.err).lower()
    assert not Path("schema").exists()


def test_no_right_to_the_data_model_is_a_note(command: Command, at: tuple[str, ...], served: Sandbox) -> None:
    served.faults.add(Fault.METADATA_FORBIDDEN, times=None)
    outcome = command("pull", *at)
    assert outcome.code == 0
    assert "without /metadata" in outcome.err
    assert command("snapshot", "--to", "copy", *at).code == 1


def test_no_permission_for_an_object(command: Command, at: tuple[str, ...], served: Sandbox) -> None:
    served.faults.add(Fault.FORBIDDEN, root="people", times=None)
    outcome = command("export", "people", "--to", "out", *at)
    assert outcome.code == 1
    assert "permission" in said_once(outcome.err).lower()
    assert not list(Path("out").glob("*.parquet"))


def test_an_output_folder_with_other_data(command: Command, at: tuple[str, ...]) -> None:
    Path("out").mkdir()
    Path("out/thesis.txt").write_text("mine")
    outcome = command(*EXPORT, *at)
    assert outcome.code == 1
    assert "out" in said_once(outcome.err)
    assert [path.name for path in Path("out").iterdir()] == ["thesis.txt"]


def test_a_full_disk(at: tuple[str, ...]) -> None:
    """A limit on the size of files stands in for a full disk: the write itself fails."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000));"
        "from twentyql.cli.app import run; sys.exit(run(sys.argv[1:]))"
    )
    words = ["export", "people", "--to", "out", "--format", "jsonl", *at]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "out" in said_once(done.stderr)
    assert not list(Path("out").glob("*.jsonl"))


def test_ctrl_c_midway(at: tuple[str, ...], served: Sandbox) -> None:
    served.faults.add(Fault.STALL, root="people", skip=1, times=None)
    words = [sys.executable, "-m", "twentyql", "export", "people", "--to", "out", "--format", "jsonl", *at]
    started = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})
    while not Path("out/people.jsonl.part").exists() and started.poll() is None:
        pass
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=30)
    assert started.returncode == 1, err
    assert "Traceback" not in err
    assert "stopped" in err
    assert not list(Path("out").glob("*.jsonl"))


def test_a_snapshot_row_that_points_to_nothing_is_a_warning(command: Command, at: tuple[str, ...]) -> None:
    command("snapshot", "--to", "copy", *at)
    Path("copy/rows/companies.jsonl").write_text("")
    words = [sys.executable, "-m", "twentyql", "sandbox", "--snapshot", "copy"]
    started = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline().startswith("TWENTY_API_URL=http://127.0.0.1:")
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=30)
    assert started.returncode == 0, "Ctrl-C is how a server ends"
    assert "warning:" in err
    assert "companies" in err


def test_a_broken_line_of_a_snapshot_is_named(command: Command, at: tuple[str, ...]) -> None:
    command("snapshot", "--to", "copy", *at)
    path = Path("copy/rows/people.jsonl")
    path.write_text(path.read_text() + '{"id": \n')
    outcome = command("sandbox", "--snapshot", "copy")
    assert outcome.code == 1
    assert f"people.jsonl:{len(path.read_text().splitlines())}" in said_once(outcome.err)
