"""`doctor` finds what is wrong, says what to do, shows no key, and ends with the right code."""

from __future__ import annotations

import base64
import json
import socket
import time
from pathlib import Path

import pytest
from typed import Command

from twentyql.cli.checks import address
from twentyql.config import load_settings
from twentyql.sandbox import Sandbox


def line(text: str, about: str) -> str:
    return next(each for each in text.splitlines() if f" {about} " in each)


def test_all_in_order(command: Command, at: tuple[str, ...]) -> None:
    assert command("pull", *at).code == 0
    assert command("generate").code == 0
    told = command("doctor", *at)
    assert told.code == 0, told.out
    for about in (
        "installed",
        "extra arrow",
        "address",
        "key",
        "server",
        "workspace",
        "limits",
        "operations",
        "rights",
    ):
        assert line(told.out, about).startswith("ok"), told.out
    assert "crm/ is up to date, metadataVersion" in told.out
    assert "schema/ is up to date" in told.out
    assert "of 10 objects can be read" in line(told.out, "rights")


def test_a_package_older_than_the_server(command: Command, at: tuple[str, ...]) -> None:
    assert command("pull", *at).code == 0
    schema = Path("schema/core.introspection.json")
    assert '"name": "city"' in schema.read_text()
    schema.write_text(schema.read_text().replace('"name": "city"', '"name": "town"'))
    assert command("generate").code == 0
    Path("queries/Mine.graphql").write_text("query Mine { people { edges { node { town } } } }")
    told = command("doctor", *at)
    assert told.code == 1
    assert "crm/ is older than the server's schema" in told.out
    assert "breaking" in line(told.out, "package")
    assert "-> Run `twentyql pull` and `twentyql generate`." in told.out
    assert "queries/Mine.graphql:1:38: Cannot query field 'town'" in told.out


def test_without_files_it_says_how_to_make_them(command: Command, at: tuple[str, ...]) -> None:
    told = command("doctor", *at)
    assert told.code == 0
    assert "there is no schema/" in told.out
    assert "there is no crm/" in told.out


def test_withheld_rows_are_code_3(command: Command, at: tuple[str, ...], served: Sandbox) -> None:
    served.withhold("people")
    told = command("doctor", *at)
    assert told.code == 3
    assert "counted but withheld: people" in told.out


def test_a_dead_key_and_no_server_are_code_1_and_no_settings_code_2(command: Command, served: Sandbox) -> None:
    dead = command("doctor", "--url", served.url, "--api-key", "wrong-key")
    assert (dead.code, "wrong-key" in dead.out + dead.err) == (1, False)
    assert "TWENTY_API_KEY" in dead.out
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = command("doctor", "--url", f"http://127.0.0.1:{free.getsockname()[1]}", "--api-key", "k")
    assert nobody.code == 1
    unset = command("doctor")
    assert unset.code == 2
    assert "TWENTY_API_URL" in unset.out
    assert command("doctor", "--profile", "nope").code == 2


def token(**claims: object) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
    return ".".join([*parts, "signature"])


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [(-1, "bad", "expired on"), (1, "note", "expires on"), (90, "ok", "expires on"), (1e300, "ok", "far future")],
)
def test_when_the_key_expires(days: float, state: str, said: str) -> None:
    key = token(exp=time.time() + days * 86400)
    found = list(address(load_settings("https://crm.example", key, env={}, folder=Path("/nowhere"))))[-1]
    assert (found.state, said in found.said) == (state, True)
    assert key not in found.said


@pytest.mark.parametrize(
    ("key", "state", "said"),
    [
        (token(exp="soon"), "ok", "does not say"),
        ("plain", "ok", "does not say"),
        ("a.%%%.c", "ok", "does not say"),
        ("a.e30.c", "ok", "does not say"),
        ("a.W10.c", "ok", "does not say"),
    ],
)
def test_a_key_that_does_not_say_when_it_expires(key: str, state: str, said: str) -> None:
    found = list(address(load_settings("https://crm.example", key, env={}, folder=Path("/nowhere"))))[-1]
    assert (found.state, said in found.said) == (state, True)
    assert key not in found.said
