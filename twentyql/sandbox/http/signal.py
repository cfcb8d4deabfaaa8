"""A signal between threads: what waits for it may run in another event loop than what gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Lock


class Signal:
    """Wakes all that wait, wherever they run."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: set[asyncio.Future[None]] = set()

    def give(self) -> None:
        """Let everything that waits look at its condition again."""
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for future in waiting:
            loop = future.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, future)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds; it is asked now and after every `give`."""
        while True:
            future = asyncio.get_running_loop().create_future()
            with self._lock:
                self._waiting.add(future)
            try:
                if condition():
                    return
                await future
            finally:
                with self._lock:
                    self._waiting.discard(future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
