"""Settings: which server, and with which key. Arguments > environment > ``.env`` > ``[tool.twentyql]``.

A key is bound to the origin it was given for: the one of the address beside it. It never comes from ``pyproject.toml``,
which is committed, and it is never shown: not by ``repr``, not by ``format``, not by ``pickle``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast
from urllib.parse import urlsplit

import msgspec

from twentyql.errors import ConfigError, nearest

URL_NAME = "TWENTY_API_URL"
KEY_NAME = "TWENTY_API_KEY"
MOST_BYTES = 256 * 1024 * 1024
_KEY_LIKE = re.compile(r"^(api[-_]?)?(key|token|secret)$", re.IGNORECASE)
_ENDPOINTS = ("/graphql", "/metadata", "/rest")


class Secret:
    """A key that shows itself only to `reveal`. Two secrets are compared in constant time."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    @classmethod
    def of(cls, value: str | Secret) -> Secret:
        return value if isinstance(value, Secret) else cls(value)

    def reveal(self) -> str:
        """The key itself, for the one header that carries it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret('***')" if self._value else "Secret('')"

    def __str__(self) -> str:
        return "***" if self._value else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A Secret is not pickled: give the key to the other process through its environment.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where requests go and what they carry. ``url`` is normalised and checked here, however the settings were made.

    ``url`` has no trailing slash and no endpoint: ``/graphql`` and ``/metadata`` are appended to it. ``timeout`` is in
    seconds for one request; an answer of more than ``most_bytes`` is refused.
    """

    url: str
    api_key: Secret
    profile: str | None = None
    timeout: float = 120.0
    most_bytes: int = MOST_BYTES

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", normalise_url(self.url))

    @property
    def origin(self) -> str:
        """Scheme, host and port: what the key is bound to."""
        return origin_of(self.url)

    @property
    def workspace(self) -> str:
        """Tells workspaces of one origin apart without asking: what the key names, or else a digest of the key."""
        return _workspace(self.api_key.reveal())


def _workspace(key: str) -> str:
    """The ``workspaceId`` in a key of Twenty, which is a JWT; nothing of it is trusted, it only groups clients."""
    parts = key.split(".")
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return str(claims["workspaceId"])
    except (IndexError, KeyError, TypeError, ValueError):
        return hashlib.sha256(key.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Source:
    """One place where settings are found. The key is wrapped before it gets here."""

    name: str
    url: str | None = None
    key: Secret | None = None


def load_settings(
    url: str | None = None,
    api_key: str | Secret | None = None,
    profile: str | None = None,
    *,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings:
    """The settings in force: arguments, then ``env`` (os.environ), ``folder/.env`` and ``folder/pyproject.toml``.

    A ``profile`` names a table ``[tool.twentyql.profiles.NAME]``; being an argument, its url outranks the environment,
    and ``TWENTY_API_KEY_NAME`` is its own key. ConfigError says what is missing, malformed or unsafe.
    """
    api_key = Secret.of(api_key) if api_key is not None else None  # from here on no frame holds the bare key
    place = folder if folder is not None else Path.cwd()
    project = _project_url(place / "pyproject.toml", profile)
    environment = _source("the environment", os.environ if env is None else env, profile)
    dotenv = _read_dotenv(place / ".env", profile)
    env = None
    stated = (environment.url, dotenv.url, project)
    ordered = (url, project, *stated) if profile else (url, *stated)
    chosen = _first(*ordered)
    if chosen is None:
        raise ConfigError(
            "No server address is set.", advice=f"Pass url, or set {URL_NAME} to https://your-twenty-host."
        )
    chosen = normalise_url(chosen)
    key = api_key or _bound_key(chosen, environment, dotenv, project)
    if not key:
        raise ConfigError(
            "No API key is set.", advice=f"Pass api_key, or set {KEY_NAME} (in Twenty: Settings, APIs & Webhooks)."
        )
    return Settings(chosen, _checked(key), profile)


def normalise_url(url: str) -> str:
    """``url`` without endpoint and trailing slash; ConfigError for anything a key must not be sent to."""
    parts = _split(url)
    if parts.username is not None or parts.password is not None:
        raise ConfigError("The address holds a user name or password.", advice=f"Put the key in {KEY_NAME} instead.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{_shown(url)} is no http(s) address.", advice="Write it as https://your-twenty-host.")
    if parts.query or parts.fragment:
        raise ConfigError("The address holds a query or a fragment.", advice="Write it as https://your-twenty-host.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigError(f"{parts.hostname} would get the key over plain http.", advice="Use https.")
    path = parts.path.rstrip("/")
    for endpoint in _ENDPOINTS:
        path = path.removesuffix(endpoint).rstrip("/")
    return f"{origin_of(url)}{path}"


def origin_of(url: str) -> str:
    """Scheme, host and explicit port of ``url``, in lower case, with the default port left out."""
    parts = _split(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine, by name or by address, without asking a name server."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> Any:
    """The parts of ``url``, with what urlsplit forgives (blanks, odd characters, bad ports) refused."""
    if not url.isprintable() or any(c in url for c in " \\<>\"'"):
        raise ConfigError("The address holds characters that no address has.", advice="Write it as https://host.")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ConfigError(
            "The address is malformed.", advice="Write it as https://host or https://host:port."
        ) from error
    return parts


def _shown(url: str) -> str:
    return repr(url if len(url) <= 60 else url[:60] + "...")


def _bound_key(chosen: str, environment: _Source, dotenv: _Source, project: str | None) -> Secret | None:
    """The key of the first source that has one, unless it was given for another origin than ``chosen``."""
    for source, other in ((environment, dotenv), (dotenv, environment)):
        if not source.key:
            continue
        given_for = _first(source.url, other.url, project)
        if given_for is not None and origin_of(normalise_url(given_for)) != origin_of(chosen):
            raise ConfigError(
                f"The key in {source.name} was given for {origin_of(normalise_url(given_for))}"
                f" and is not sent to {origin_of(chosen)}.",
                advice="Pass api_key explicitly for this address.",
            )
        return source.key
    return None


def _checked(key: Secret) -> Secret:
    """A key that fits into a header."""
    bare = Secret(key.reveal().strip())
    if not bare or not all("!" <= c <= "~" for c in bare.reveal()):
        raise ConfigError(
            "The API key holds blanks or characters no key has.", advice=f"Copy it again into {KEY_NAME}."
        )
    return bare


def _first(*values: str | None) -> str | None:
    return next((value for value in values if value), None)


def _source(name: str, values: Mapping[str, str], profile: str | None) -> _Source:
    """What the variables say. A key of the profile's own is bound to the profile's url, not to the general one."""
    suffix = "_" + re.sub(r"\W", "_", profile).upper() if profile else ""
    if suffix and values.get(KEY_NAME + suffix):
        return _Source(name, values.get(URL_NAME + suffix), Secret(values[KEY_NAME + suffix]))
    key = values.get(KEY_NAME)
    return _Source(name, values.get(URL_NAME), Secret(key) if key else None)


def _read_dotenv(path: Path, profile: str | None) -> _Source:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return _Source(str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {type(error).__name__}.") from error
    return _source(str(path), _parse_dotenv(text), profile)


def _parse_dotenv(text: str) -> dict[str, str]:
    """``NAME=value`` lines, with ``export``, quotes and comments as shells have them; nothing is expanded."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and name.strip().isidentifier():
            found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    for quote in "\"'":
        if value.startswith(quote) and (end := value.find(quote, 1)) > 0:
            return value[1:end]
    return re.split(r"(?:^|\s)#", value, maxsplit=1)[0].strip()


def _project_url(path: Path, profile: str | None) -> str | None:
    """The url of ``[tool.twentyql]``, or of the profile's table in it."""
    table = _project_table(path)
    _refuse_keys(table, path)
    general = _text(table.get("url"), path)
    if profile is None:
        return general
    profiles = _table(table.get("profiles", {}), path)
    if profile not in profiles:
        close = nearest(profile, profiles)
        hint = f"Did you mean {close[0]!r}?" if close else f"Add [tool.twentyql.profiles.{profile}] with a url."
        raise ConfigError(f"{path} has no profile {profile!r}.", advice=hint)
    return _text(_table(profiles[profile], path).get("url"), path) or general


def _project_table(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return _table(_table(tomllib.load(file).get("tool", {}), path).get("twentyql", {}), path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:  # a TOML error is a ValueError, and so are bytes that are no UTF-8
        raise ConfigError(f"{path} cannot be read: {type(error).__name__}.") from error


def _table(value: Any, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"[tool.twentyql] or one of its profiles in {path} is no table.")
    return cast("dict[str, Any]", value)


def _refuse_keys(table: Mapping[str, Any], path: Path) -> None:
    for name, value in table.items():
        if _KEY_LIKE.match(name):
            raise ConfigError(
                f"{path} holds an API key under {name!r}: that file is committed and shared, so none is read from it.",
                advice=f"Move it to {KEY_NAME} in the environment or in .env, and revoke it if it was committed.",
            )
        if isinstance(value, dict):
            _refuse_keys(cast("dict[str, Any]", value), path)


def _text(value: Any, path: Path) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"The url in {path} is no text.")
    return value
