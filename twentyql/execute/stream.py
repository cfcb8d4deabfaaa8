"""What a caller holds of a read: its rows as they come, or all of them, and the receipt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from twentyql.execute.receipt import Receipt
from twentyql.execute.rows import Rows

R = TypeVar("R")


@dataclass(frozen=True)
class Result(Rows[R]):
    """Every row of a query, and the receipt that proves it."""

    receipt: Receipt

    def __repr__(self) -> str:
        return f"<Result of {len(self.rows)} rows, {self.receipt.verdict}>"


async def whole(stream: Stream[R]) -> Result[R]:
    """All rows of a stream. Whatever ends it early carries the rows so far: see `partial_result`."""
    rows: list[R] = []
    try:
        async for row in stream:
            rows.append(row)
    except BaseException as error:
        partial = Result(tuple(rows), stream.receipt)
        error.twentyql_partial = partial  # type: ignore[attr-defined]
        error.add_note(f"Read so far: {partial.receipt}")
        raise
    return Result(tuple(rows), stream.receipt)


def partial_result(error: BaseException) -> Result[Any] | None:
    """What a `fetch` that raised ``error`` had read until then, with a receipt that says ``incomplete``.

    Also for a TimeoutError and a CancelledError. None if the error came from elsewhere.
    """
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        partial = getattr(found, "twentyql_partial", None)
        if isinstance(partial, Result):
            return partial
        seen.add(id(found))
        found = found.__cause__ or found.__context__
    return None


class Stream(AsyncIterator[R]):
    """The rows of a query, one by one, in bounded memory. Leave it with ``async with`` or ``aclose``."""

    def __init__(self, batches: AsyncGenerator[list[R], None], receipt: Callable[[], Receipt]) -> None:
        self._batches = batches
        self._receipt = receipt
        self._ready: list[R] = []

    @property
    def receipt(self) -> Receipt:
        """The receipt as things stand: ``complete`` only after the last row."""
        return self._receipt()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> R:
        while not self._ready:
            batch = await anext(self._batches)
            self._ready = batch[::-1]
        return self._ready.pop()

    async def batches(self) -> AsyncIterator[list[R]]:
        """The rows as they came, page by page, for those who take them in bulk."""
        if self._ready:
            ready, self._ready = self._ready[::-1], []
            yield ready
        async for batch in self._batches:
            yield batch

    async def aclose(self) -> None:
        """Stop reading; nothing is left running."""
        await self._batches.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


async def until(
    batches: AsyncGenerator[list[Any], None], timeout: float | None, after: Callable[[], Awaitable[None]] | None = None
) -> AsyncGenerator[list[Any], None]:
    """``batches`` bounded by a deadline in seconds from now, with ``after`` awaited behind the last one."""
    deadline = None if timeout is None else asyncio.get_running_loop().time() + timeout
    try:
        while True:
            async with asyncio.timeout_at(deadline):
                try:
                    batch = await anext(batches)
                except StopAsyncIteration:
                    if after is not None:
                        await after()
                    return
            yield batch
    finally:
        await batches.aclose()
