"""For callers that block: run a coroutine and wait, also where an event loop already runs."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import AsyncGenerator, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run_sync(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end and give its result.

    Without a running event loop this is ``asyncio.run``; inside one (a notebook) the work gets a loop of its own in
    another thread, so use it with a client that is opened inside ``work``.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1, thread_name_prefix="twentyql") as pool:
        return pool.submit(asyncio.run, work).result()


class Background:
    """An event loop in a thread of its own, for libraries that pull: dlt, Spark. It ends with the object."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        thread = threading.Thread(target=_serve, args=(self._loop,), name="twentyql", daemon=True)
        thread.start()
        self.close = weakref.finalize(self, _end, self._loop, thread)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` there to its end and give its result; an interrupt here cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

    def iterate(self, source: AsyncGenerator[T, None]) -> Generator[T]:
        """What ``source`` yields there, one by one as it is asked for here; leaving early closes it."""
        try:
            while True:
                try:
                    yield self.run(_next(source))
                except StopAsyncIteration:
                    return
        finally:
            self.run(source.aclose())


async def _next(source: AsyncGenerator[T, None]) -> T:
    return await anext(source)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
