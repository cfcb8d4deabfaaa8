"""Many `get` calls of one tick -> few requests: ``id: {in: [...]}``, and to each caller his own row or error.

A loader keeps the promises of a DataLoader: every key is asked for once, the answer goes to the caller in whatever
order it came, a missing record fails its own caller only, and keys that nobody waits for any more are not asked for.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twentyql.errors import RecordNotFoundError

Waiting = dict[str, list[asyncio.Future[Any]]]
ReadMany = Callable[[Sequence[str]], Awaitable[Mapping[str, Any]]]
"""Reads the records with these ids: by id, those that there are."""


@dataclass(eq=False)
class Loader:
    """Loads records of one selection by their ids, at most ``most`` a request. Use it in one event loop."""

    name: str
    read: ReadMany
    most: int
    _waiting: Waiting = field(default_factory=dict[str, list[asyncio.Future[Any]]])
    _running: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def load(self, key: str) -> Any:
        """The record with the id ``key``; RecordNotFoundError if there is none, else what the request raised."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._dispatch)
        answer: asyncio.Future[Any] = loop.create_future()
        self._waiting.setdefault(key, []).append(answer)
        return await answer

    async def close(self) -> None:
        """Cancel what is still on its way; whoever waits for it is cancelled too."""
        for answers in self._waiting.values():
            for answer in answers:
                answer.cancel()
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _dispatch(self) -> None:
        waiting, self._waiting = self._waiting, {}
        wanted = {key: answers for key, answers in waiting.items() if any(not answer.done() for answer in answers)}
        keys = list(wanted)
        for start in range(0, len(keys), self.most):
            part = {key: wanted[key] for key in keys[start : start + self.most]}
            task = asyncio.create_task(self._answer(part), name=f"twentyql get {len(part)} {self.name}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            _stop_when_unwanted(task, part)

    async def _answer(self, waiting: Waiting) -> None:
        try:
            found = await self.read(list(waiting))
        except asyncio.CancelledError:
            for answers in waiting.values():
                for answer in answers:
                    answer.cancel()
            raise
        except Exception as error:
            cause = error
            _give(waiting, lambda _: copy.copy(cause), cause)
            return
        for key, answers in waiting.items():
            if key in found:
                _settle(answers, found[key])
            else:
                _give({key: answers}, self._missing, None)

    def _missing(self, key: str) -> Exception:
        return RecordNotFoundError(f"There is no {self.name} with the id {key}.", code="NOT_FOUND")


def _settle(answers: list[asyncio.Future[Any]], row: Any) -> None:
    """The row to everyone who asked for it; a row that can be changed is each one's own."""
    for i, answer in enumerate(answers):
        if not answer.done():
            answer.set_result(copy.deepcopy(row) if i and isinstance(row, dict) else row)


def _give(waiting: Waiting, make: Callable[[str], Exception], cause: Exception | None) -> None:
    """An error of his own to everyone, because a traceback grows wherever it is raised."""
    for key, answers in waiting.items():
        for answer in answers:
            if not answer.done():
                error = make(key)
                error.__cause__ = cause if cause is not error else None
                answer.set_exception(error)


def _stop_when_unwanted(task: asyncio.Task[None], waiting: Waiting) -> None:
    """Cancel the request once the last of its callers has left."""
    left = sum(len(answers) for answers in waiting.values())

    def gone(answer: asyncio.Future[Any]) -> None:
        nonlocal left
        left -= 1
        if left == 0 and not task.done():
            task.cancel()

    for answers in waiting.values():
        for answer in answers:
            answer.add_done_callback(gone)
