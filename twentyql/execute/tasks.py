"""Structured concurrency: run several coroutines, all or none; and leave nothing running, no thread either."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def all_of(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run every coroutine; when one fails the others are cancelled and awaited, and its own error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except BaseExceptionGroup as failed:
        error: BaseException = failed
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from error.__cause__


async def stopped(*tasks: asyncio.Future[Any]) -> None:
    """Cancel ``tasks`` and wait until they are gone, whatever they end with."""
    going = [task for task in tasks if not task.done()]
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()  # nobody waits for it any more: it is not to be logged
        task.cancel()
    if going:
        await asyncio.gather(*going, return_exceptions=True)


async def in_thread(work: Callable[[], T], undo: Callable[[T], object] | None = None) -> T:
    """What ``work`` gives, called in another thread; who is cancelled meanwhile waits until that thread is through.

    Then ``undo`` is called with what it gave, because nobody else will have it.
    """
    going = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(going)
    except asyncio.CancelledError:
        await asyncio.wait({going})
        if going.exception() is None and undo is not None:
            undo(going.result())
        raise
