"""The children of a batch of rows, at any depth: read the way the plan chose, and put into their rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from twentyql.execute.inside import Family
from twentyql.execute.lists import Lists, gathered
from twentyql.execute.receipt import Tally
from twentyql.execute.scan import Batch
from twentyql.execute.tasks import all_of, stopped
from twentyql.plan.model import ID, How, Read

OnBatch = Callable[[Batch], Awaitable[None]]
Path = tuple[str, ...]
Families = dict[Any, list[Any]]
Held = dict[Any, list[tuple[Any, tuple[Any, ...]]]]  # rows and their keys, by what ties them to their parents


class Children:
    """Completes batches with their children, for one run of one plan.

    Where rows are ``joined``, a list that is read whole is kept here until its parents have come; where they are not,
    it is read by `rest` when all its parents are known, and nothing but their ids is kept.
    """

    def __init__(
        self,
        lists: Lists,
        tally: Tally,
        on_batch: OnBatch | None,
        *,
        joined: bool,
        known: Mapping[Path, Iterable[Any]] | None = None,
    ) -> None:
        self._lists = lists
        self._tally = tally
        self._on_batch = on_batch
        self._joined = joined
        self._known: dict[Path, set[Any]] = {path: set(keys) for path, keys in (known or {}).items()}
        self._held: dict[Path, asyncio.Task[Held]] = {}

    def begin(self, read: Read) -> None:
        """Start on the lists below ``read`` that are read whole, beside it and each other, since nothing is missing."""
        for child in read.walk():
            if child.how is How.SCAN and self._joined and child.path not in self._held:
                work = self._hold(child)
                self._held[child.path] = asyncio.create_task(work, name=f"twentyql whole list of {child.name}")

    async def stop(self) -> None:
        """Leave nothing running."""
        await stopped(*self._held.values())

    async def complete(self, batch: Batch) -> list[Any]:
        """The rows of a batch with everything below them."""
        if self._on_batch:
            await self._on_batch(batch)
        if batch.read.children and batch.rows:
            await all_of(self._attach(batch, child) for child in batch.read.children)
        return list(batch.rows) if self._joined else []

    async def rest(self, read: Read) -> None:
        """What is left when all rows of ``read`` are complete: lists that are read whole after their parents."""
        for child in read.children:
            if child.how is How.SCAN and not self._joined:
                await self._read_after(child)
            await self.rest(child)

    async def finish(self) -> None:
        """Say how many rows of whole lists belong to no parent that was read."""
        for path, task in self._held.items():
            held = await task
            self._tally.lists[path].elsewhere += sum(map(len, held.values()))

    async def _attach(self, parents: Batch, child: Read) -> None:
        if child.place:
            await self._lists.nested.attach(parents, child, self.complete)
            return
        wanted = self._wanted(parents, child)
        if child.how is How.SCAN and not self._joined:
            self._known.setdefault(child.path, set()).update(wanted)
            return
        families: Families = {key: [] for key in wanted}
        if child.how is How.NESTED:
            await self._take_inside(parents, child, families)
        elif child.how is How.SCAN:
            await self._take_held(child, wanted, families)
        else:
            await self._read_chunks(child, wanted, families)
        if self._joined:
            _put(parents, child, families)

    def _wanted(self, parents: Batch, child: Read) -> list[Any]:
        """What the children of these parents have in their key; of records that many share, those not yet read."""
        link = child.link
        assert link is not None
        at = parents.read.keys.index(link.parent_key)
        wanted = [key for key in dict.fromkeys(key[at] for key in parents.keys) if key is not None]
        if link.child_key == ID and not (child.how is How.SCAN and not self._joined):
            known = self._known.setdefault(child.path, set())
            wanted = [key for key in wanted if key not in known]
            known.update(wanted)
        return wanted

    async def _read_chunks(self, child: Read, wanted: list[Any], families: Families) -> None:
        """By ``parentId in [...]``, as many parents a request as the plan says."""
        found = self._chunks(child, wanted)
        async with aclosing(gathered(found, child.gather) if child.gather else found) as batches:
            async for batch in batches:
                await self._join(batch, families)

    async def _chunks(self, child: Read, wanted: list[Any]) -> AsyncGenerator[Batch, None]:
        link = child.link
        assert link is not None
        for start in range(0, len(wanted), child.chunk):
            filter_ = {link.child_key[0]: {"in": wanted[start : start + child.chunk]}}
            async with aclosing(self._lists.batches(child, {"filter": filter_})) as found:
                async for batch in found:
                    yield batch

    async def _take_inside(self, parents: Batch, child: Read, families: Families) -> None:
        """Out of the parents' own pages; the families that the server cut are read again by themselves."""
        link = child.link
        assert link is not None
        place = len(parents.read.keys) + [inside.path for inside in parents.read.inside].index(child.path)
        at = parents.read.keys.index(link.parent_key)
        tally = self._tally.of(child)
        whole: list[Family] = []
        cut: list[Any] = []
        for key in parents.keys:
            family: Family = key[place]
            if family.whole:
                whole.append(family)
            else:
                cut.append(key[at])
        rows = [row for family in whole for row in family.rows]
        keys = [key for family in whole for key in family.keys]
        tally.rows += len(rows)
        tally.counted(len(rows), len(rows))
        tally.notice(keys)
        if rows:
            await self._join(Batch(child, rows, keys), families)
        if cut:
            tally.repaired += len(cut)
            await self._read_chunks(child, cut, families)

    async def _take_held(self, child: Read, wanted: list[Any], families: Families) -> None:
        """Out of the whole list, when all of it is here."""
        held = await asyncio.shield(self._held[child.path])  # the other batches wait for it too
        pairs = [pair for key in wanted for pair in held.pop(key, ())]
        if pairs:
            await self._join(Batch(child, [row for row, _ in pairs], [key for _, key in pairs]), families)

    async def _hold(self, child: Read) -> Held:
        held: Held = {}
        assert child.link is not None
        at = child.keys.index(child.link.child_key)
        async with aclosing(self._lists.batches(child)) as found:
            async for batch in found:
                for row, key in zip(batch.rows, batch.keys, strict=True):
                    held.setdefault(key[at], []).append((row, key))
        return held

    async def _read_after(self, child: Read) -> None:
        """The whole list, of which those rows are kept whose parents were read."""
        assert child.link is not None
        at = child.keys.index(child.link.child_key)
        wanted = self._known.pop(child.path, set())
        found = self._lists.batches(child)
        async with aclosing(gathered(found, child.gather) if child.gather else found) as batches:
            async for batch in batches:
                mine = [i for i, key in enumerate(batch.keys) if key[at] in wanted]
                self._tally.of(child).elsewhere += len(batch.rows) - len(mine)
                await self.complete(
                    Batch(child, [batch.rows[i] for i in mine], [batch.keys[i] for i in mine], batch.done)
                )

    async def _join(self, batch: Batch, families: Families) -> None:
        """Complete children, and put them to their families; one that moved meanwhile is its new parent's."""
        await self.complete(batch)
        if not self._joined:
            return
        assert batch.read.link is not None
        at = batch.read.keys.index(batch.read.link.child_key)
        for key, row in zip(batch.keys, batch.rows, strict=True):
            if key[at] in families:
                families[key[at]].append(row)


def _put(parents: Batch, child: Read, families: Families) -> None:
    link = child.link
    assert link is not None
    at = parents.read.keys.index(link.parent_key)
    for key, row in zip(parents.keys, parents.rows, strict=True):
        for holder in link.holder:
            row = parents.read.selection.rows.get(row, holder.name) if row is not None else None
        if row is not None and key[at] in families:
            rows = link.holder[-1].selection.rows if link.holder else parents.read.selection.rows
            rows.attach(row, link.nested.name, list(families[key[at]]))
