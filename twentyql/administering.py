"""What a client can do beside reading records: write, look up options, and what the metadata API and REST serve."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from twentyql.errors import PermissionDeniedError, RequestRefusedError
from twentyql.execute.pacer import Pacer
from twentyql.introspect.fetch import fetch
from twentyql.introspect.load import Loaded
from twentyql.plan.survey import MOST_ROOTS
from twentyql.schema.model import ObjectModel, Option, SchemaModel, options_of
from twentyql.webhooks.events import Event
from twentyql.webhooks.manage import Webhooks
from twentyql.webhooks.reconcile import changes
from twentyql.write.data_model import DataModel
from twentyql.write.documents import counting
from twentyql.write.files import Files
from twentyql.write.metadata import Metadata
from twentyql.write.rest import Rest
from twentyql.write.sender import Sender, WriteTally
from twentyql.write.single import anywhere

if TYPE_CHECKING:
    from twentyql.transport import HttpTransport


class Administering:
    """The part of a client that `client.Client` inherits from here."""

    _loaded: Loaded
    _transport: HttpTransport
    _pacer: Pacer
    counts: Mapping[str, int | None] = MappingProxyType({})
    """What `overview` counted last, by plural."""

    def _know(self, loaded: Loaded) -> None:
        """Work with this schema from now on."""
        raise NotImplementedError

    @property
    def model(self) -> SchemaModel:
        """What this workspace can be asked."""
        return self._loaded.model

    @cached_property
    def sender(self) -> Sender:
        """What writes are sent through, at the same pace as reads."""
        return Sender(self._transport, self._loaded.schema, self.model, self._pacer)

    def options(self, field: str) -> tuple[Option, ...]:
        """The options of a SELECT, MULTI_SELECT or RATING field, in order: ``client.options("opportunity.stage")``."""
        return options_of(self.model, field)

    @cached_property
    def data_model(self) -> DataModel:
        """Objects and fields: list, create, change, delete. After each change this client knows the new schema."""
        return DataModel(Metadata(self._transport), self._count_all, self.refresh)

    @property
    def webhooks(self) -> Webhooks:
        """The webhooks of the workspace: list, create, change, delete."""
        return Webhooks(Metadata(self._transport), frozenset(of.singular for of in self.model))

    @property
    def files(self) -> Files:
        """Upload to a FILES field, attach to a record, download."""
        return Files(self._transport, Metadata(self._transport), self.data_model, self.sender)

    async def rest(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        data: Any | None = None,
        *,
        everything: bool = False,
        timeout: float | None = None,
    ) -> Any:
        """The JSON that a REST request gives, for what GraphQL lacks: ``client.rest("GET", "/rest/companies")``.

        The same key, pace and errors as for GraphQL; only GET is tried again. DELETE destroys for good, unless
        ``soft_delete`` is true; without an id or filter it raises EverythingError, with the count, as PATCH does.
        """
        async with asyncio.timeout(timeout):
            sender = Rest(self._transport, self.model, self._pacer, self.sender)
            return await sender.send(method, path, query, data, everything=everything)

    def changes(self, object: str, since: datetime.datetime, *, every: float | None = None) -> AsyncIterator[Event]:
        """The states of records that changed after ``since``, each once: what webhooks may have missed.

        With ``every`` it polls again after so many seconds, without end. Destroyed records cannot be seen this way.
        """
        return changes(self, object, since, every=every)

    async def refresh(self) -> None:
        """Learn the schema anew, after the data model was changed here or elsewhere."""
        self._know(await fetch(self._transport))

    async def overview(self, *, timeout: float | None = None) -> dict[str, int | None]:
        """How many live records each object has, by its plural; a notebook then shows them with the client.

        A token an object, 20 objects a request. None is an object that the key may not read.
        """
        async with asyncio.timeout(timeout):
            listed = [of for of in self.model if of.roots.many and "totalCount" in of.aggregates]
            self.counts = {of.plural: None for of in listed}
            for start in range(0, len(listed), MOST_ROOTS):
                part = listed[start : start + MOST_ROOTS]
                text = f"query overview {{ {' '.join(f'{of.roots.many} {{ totalCount }}' for of in part)} }}"
                self.counts |= await self._counted(text, part)
        return dict(self.counts)

    async def _counted(self, text: str, part: Sequence[ObjectModel]) -> dict[str, int | None]:
        try:
            data = await self.run(text)
        except (PermissionDeniedError, RequestRefusedError):
            if len(part) == 1:
                return {part[0].plural: None}
            found: dict[str, int | None] = {}
            for of in part:
                found |= await self._counted(f"query overview {{ {of.roots.many} {{ totalCount }} }}", [of])
            return found
        return {of.plural: int(data[str(of.roots.many)]["totalCount"]) for of in part}

    async def run(self, operation: Any) -> Any:
        """Run one operation; see `client.Client.run`."""
        raise NotImplementedError

    async def _count_all(self, name: str) -> int:
        of = self.model.object(name)
        given = await self.sender.read(counting(of), {"filter": anywhere(of, {})}, WriteTally())
        return int(given["totalCount"])
