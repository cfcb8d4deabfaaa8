"""For a plain script: run a coroutine and wait, also where an event loop already runs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
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
