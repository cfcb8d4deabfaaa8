"""What a program can hear of its requests: frozen details without rows, variables or keys, and the standard log.

>>> client = await twentyql.connect(hooks=Hooks(on_request=lambda detail: print(detail.name, detail.seconds)))

The same events are logged under ``twentyql.requests``: answers and pages at DEBUG, retries at INFO.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
LOG = logging.getLogger("twentyql.requests")


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """One request that was answered, or that failed with ``error`` (the name of its class).

    ``name`` is the list or operation, ``seconds`` the time from sending to the last byte, ``bytes`` the answer's size.
    """

    name: str
    tokens: int
    seconds: float
    bytes: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RetryDetail:
    """A request that is tried again after its ``attempt``-th failure, with the server's ``code`` where it gave one."""

    name: str
    attempt: int
    error: str
    code: str | None


@dataclass(frozen=True, slots=True)
class PageDetail:
    """One page of a list: how many rows were ``asked`` for and came, and how many the server counts in all."""

    name: str
    asked: int
    rows: int
    total: int | None
    has_next: bool
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Hooks:
    """Functions to be called in the event loop; they should return at once. What one raises ends the read."""

    on_request: Callable[[RequestDetail], object] | None = None
    on_retry: Callable[[RetryDetail], object] | None = None
    on_page: Callable[[PageDetail], object] | None = None

    @property
    def wants_requests(self) -> bool:
        return self.on_request is not None or LOG.isEnabledFor(logging.DEBUG)

    @property
    def wants_pages(self) -> bool:
        return self.on_page is not None or LOG.isEnabledFor(logging.DEBUG)

    def also(self, other: Hooks) -> Hooks:
        """Hooks that call the functions of both, these first."""
        return Hooks(
            _both(self.on_request, other.on_request),
            _both(self.on_retry, other.on_retry),
            _both(self.on_page, other.on_page),
        )

    def request(self, detail: RequestDetail) -> None:
        LOG.debug("%s: %d bytes in %.3f s%s", detail.name, detail.bytes, detail.seconds, _failed(detail.error))
        if self.on_request:
            self.on_request(detail)

    def retry(self, detail: RetryDetail) -> None:
        LOG.info("%s: try %d failed with %s (%s)", detail.name, detail.attempt, detail.error, detail.code or "no code")
        if self.on_retry:
            self.on_retry(detail)

    def page(self, detail: PageDetail) -> None:
        LOG.debug("%s: %d of %d rows asked for, %s in all", detail.name, detail.rows, detail.asked, detail.total)
        if self.on_page:
            self.on_page(detail)


def _both(first: Callable[[T], object] | None, second: Callable[[T], object] | None) -> Callable[[T], object] | None:
    if first is None or second is None:
        return first or second

    def call(detail: T) -> None:
        first(detail)
        second(detail)

    return call


def _failed(error: str | None) -> str:
    return f", failed with {error}" if error else ""


SILENT = Hooks()
