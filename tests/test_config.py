"""Settings: where they come from, which origin a key is bound to, and that the key is never shown."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import traceback
from pathlib import Path

import pytest

from twentyql.config import Secret, Settings, is_loopback, load_settings, normalise_url, origin_of
from twentyql.errors import ConfigError

KEY = "eyJhbGciOi.very-secret.signature"
ENV = {"TWENTY_API_URL": "https://crm.example", "TWENTY_API_KEY": KEY}


def test_secret_shows_itself_only_on_request() -> None:
    secret = Secret(KEY)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>20}", f"{secret!r}", repr({"k": secret})]
    assert all("secret" not in text.replace("Secret", "") for text in shown)
    assert secret.reveal() == KEY
    with pytest.raises(TypeError) as caught:
        pickle.dumps(secret)
    assert KEY not in str(caught.value)
    assert copy.deepcopy(secret) is secret
    assert copy.copy(secret) is secret
    assert secret == Secret(KEY)
    assert secret != Secret("other")
    assert hash(secret) == hash(Secret(KEY))
    assert not hasattr(secret, "__dict__")


def test_settings_show_no_key() -> None:
    settings = load_settings(env=ENV, folder=Path("/nonexistent"))
    assert KEY not in repr(settings)
    assert KEY not in repr(dataclasses.asdict(settings))
    with pytest.raises(TypeError):
        pickle.dumps(settings)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("https://crm.example", "https://crm.example"),
        ("https://crm.example/", "https://crm.example"),
        ("https://CRM.example/graphql", "https://crm.example"),
        ("https://crm.example/graphql/", "https://crm.example"),
        ("https://crm.example/metadata", "https://crm.example"),
        ("https://crm.example:443/graphql", "https://crm.example"),
        ("https://crm.example:8443", "https://crm.example:8443"),
        ("https://host/twenty/graphql", "https://host/twenty"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.8.9.1:3000/graphql", "http://127.8.9.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_urls_are_normalised(given: str, wanted: str) -> None:
    assert normalise_url(given) == wanted
    assert normalise_url(wanted) == wanted
    assert Settings(given, Secret(KEY)).url == wanted


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://0.0.0.0:3000",
        "https://user:pass@crm.example",
        "https://key@crm.example",
        "ftp://crm.example",
        "crm.example",
        "https://",
        "https://crm.example?x=1",
        "https://crm.example/graphql#f",
        "https://crm.example:port",
        "https://crm.example:99999",
        "https://crm.example\\@evil.example",
        "https://crm example",
        "https://crm.example\n.evil",
        "https://[::1",
    ],
)
def test_unsafe_urls_are_refused(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings(url, Secret(KEY))
    assert "pass@" not in str(caught.value)


def test_loopback() -> None:
    assert is_loopback("LOCALHOST")
    assert is_loopback("127.255.0.1")
    assert not is_loopback("10.0.0.1")
    assert origin_of("https://A:443/x") == "https://a"


def test_arguments_win_over_environment_over_dotenv_over_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.twentyql]\nurl = "https://project.example"\n')
    assert load_settings(api_key="k", env={}, folder=tmp_path).url == "https://project.example"
    (tmp_path / ".env").write_text("TWENTY_API_URL=https://dotenv.example\nTWENTY_API_KEY='from-dotenv'\n")
    found = load_settings(env={}, folder=tmp_path)
    assert (found.url, found.api_key.reveal()) == ("https://dotenv.example", "from-dotenv")
    found = load_settings(env=ENV, folder=tmp_path)
    assert (found.url, found.api_key.reveal()) == ("https://crm.example", KEY)
    found = load_settings("https://arg.example", "given", env=ENV, folder=tmp_path)
    assert (found.url, found.api_key.reveal()) == ("https://arg.example", "given")


def test_dotenv_forms(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(
        b'\xef\xbb\xbf# comment\r\nexport TWENTY_API_URL=https://d.example # h\r\nJUNK\r\nTWENTY_API_KEY="a#b" # c\r\n'
    )
    found = load_settings(env={}, folder=tmp_path)
    assert (found.url, found.api_key.reveal()) == ("https://d.example", "a#b")


@pytest.mark.parametrize(
    ("env", "dotenv", "url"),
    [
        (ENV, "", "https://evil.example"),
        (ENV, "", "https://crm.example:8443"),
        (ENV, "", "http://localhost:3000"),
        ({}, "TWENTY_API_URL=https://crm.example\nTWENTY_API_KEY=k1", "https://evil.example"),
        ({"TWENTY_API_KEY": KEY}, "TWENTY_API_URL=https://crm.example", "https://evil.example"),
        ({"TWENTY_API_URL": "https://evil.example"}, "TWENTY_API_URL=https://crm.example\nTWENTY_API_KEY=k1", None),
    ],
)
def test_a_key_is_bound_to_its_origin(env: dict[str, str], dotenv: str, url: str | None, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(dotenv)
    with pytest.raises(ConfigError, match="was given for") as caught:
        load_settings(url, env=env, folder=tmp_path)
    assert "explicitly" in str(caught.value)
    assert load_settings(url, "own", env=env, folder=tmp_path).api_key.reveal() == "own"


def test_the_same_origin_in_another_spelling_is_the_same(tmp_path: Path) -> None:
    assert load_settings("https://CRM.example:443/graphql/", env=ENV, folder=tmp_path).api_key.reveal() == KEY


def test_profiles(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.twentyql]\nurl = "https://crm.example"\n[tool.twentyql.profiles.staging]\nurl = "https://staging.example"\n'
    )
    with pytest.raises(ConfigError, match=r"was given for https://crm\.example"):
        load_settings(profile="staging", env=ENV, folder=tmp_path)
    found = load_settings(profile="staging", env=ENV | {"TWENTY_API_KEY_STAGING": "s"}, folder=tmp_path)
    assert (found.url, found.api_key.reveal(), found.profile) == ("https://staging.example", "s", "staging")
    with pytest.raises(ConfigError, match="Did you mean 'staging'"):
        load_settings(profile="stagin", env=ENV, folder=tmp_path)


@pytest.mark.parametrize("name", ["api_key", "apiKey", "api-key", "key", "token"])
@pytest.mark.parametrize("table", ["tool.twentyql", "tool.twentyql.profiles.live"])
def test_a_key_in_pyproject_is_refused_and_not_shown(name: str, table: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[{table}]\n{name} = "{KEY}"\n')
    with pytest.raises(ConfigError, match="committed") as caught:
        load_settings(env=ENV, folder=tmp_path)
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\ntwentyql = 3", "[tool.twentyql]\nurl = 3", "= broken", "\udcff"])
def test_a_broken_project_file_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match=r"pyproject\.toml"):
        load_settings(env=ENV, folder=tmp_path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TWENTY_API_URL"):
        load_settings(env={}, folder=tmp_path)
    with pytest.raises(ConfigError, match="TWENTY_API_KEY"):
        load_settings("https://crm.example", env={}, folder=tmp_path)


@pytest.mark.parametrize("key", [f"{KEY} x", f"{KEY}\nX: y", "käse"])
def test_a_malformed_key_is_refused_and_shown_in_no_frame(key: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings("https://crm.example", key, env={}, folder=tmp_path)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    package = [f for f in frames if "twentyql" in Path(f.filename).parts[-2]]
    assert package
    assert not any(key in value or repr(key) in value for f in package for value in (f.locals or {}).values())
    assert load_settings("https://crm.example", f" {KEY}\n", env={}, folder=tmp_path).api_key.reveal() == KEY
