"""The records of one object: it alone carries the verbs of records, and calls its client for each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload
from uuid import UUID

from twentyql.build import named
from twentyql.build.named_groups import group_query
from twentyql.build.query import Query
from twentyql.build.record import Record
from twentyql.build.whole import column_names
from twentyql.errors import QueryError
from twentyql.schema.model import FieldModel, ObjectModel, RelationModel
from twentyql.writing import Writing

if TYPE_CHECKING:
    from twentyql.client import Client
    from twentyql.execute.groups import Groups
    from twentyql.execute.stream import Result


R = TypeVar("R", bound=Record[Any])
VALID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Collection(Writing):
    """The records of one object, by name: where queries without generated code begin."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name

    @property
    def model(self) -> ObjectModel:
        """What the schema says of the object."""
        return self._client.model.object(self._name)

    def __getitem__(self, name: str) -> FieldModel | RelationModel:
        """What the schema says of the field or relation ``name``; UnknownNameError with the nearest names otherwise."""
        return self.model.member(name)

    def _ipython_key_completions_(self) -> list[str]:
        return [field.name for field in self.model.fields] + [relation.name for relation in self.model.relations]

    def select(self, *names: str) -> named.NamedQuery:
        """A query for the fields with these GraphQL names: ``"name"``, ``"people.emails.primaryEmail"``."""
        return named.select(self._client.model, self._name, *names)

    @overload
    async def get(self, id: str | UUID, row: type[R], /, *, timeout: float | None = None) -> R: ...
    @overload
    async def get(self, id: str | UUID, /, *names: str, timeout: float | None = None) -> dict[str, Any]: ...
    async def get(self, id: str | UUID, /, *what: Any, timeout: float | None = None) -> Any:
        """The record with this id, as a Record class (``get(id, PersonRow)``) or as the fields with these names.

        Without either it has all of its fields. Calls of one tick share requests of 200 ids. Raises
        RecordNotFoundError for this id alone, QueryError for what is no UUID, TimeoutError after ``timeout`` seconds.
        """
        async with asyncio.timeout(timeout):
            return await self._client.loaders.load((self._name, *what), _uuid(id), lambda: self._query(what))

    def _query(self, what: tuple[Any, ...]) -> Query[Any, Any]:
        if len(what) == 1 and isinstance(what[0], type) and issubclass(what[0], Record):
            query: Query[Any, Any] = what[0].query()
            if query.selection.object != self._name:
                raise QueryError(f"{what[0].__name__} selects {query.selection.object}, not {self._name}.")
            return query
        names = what or column_names(self._client.model.object(self._name))
        return self.select(*dict.fromkeys((*names, "id")))

    async def count(self, where: dict[str, Any] | None = None, *, timeout: float | None = None) -> int:
        """How many live records match ``where`` (all of them without it), as the server counts."""
        query = self.select("id")
        return await self._client.count(query.where(where) if where else query, timeout=timeout)

    async def find(
        self,
        where: Mapping[str, Any] | None = None,
        *names: str,
        order_by: Sequence[str] = (),
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Result[dict[str, Any]]:
        """The records that match the filter ``where`` (all without it), with the fields of these names (all without).

        ``order_by`` takes names, with ``-`` before one for the largest first. As `select` with `Client.fetch`, in one.
        """
        query = self.select(*(names or column_names(self.model))).order_by(*order_by)
        query = query.where(where) if where else query
        return await self._client.fetch(query if limit is None else query.limit(limit), timeout=timeout)

    async def group_by(
        self,
        *by: str,
        aggregates: Sequence[str] = ("totalCount",),
        where: Mapping[str, Any] | None = None,
        order_by: Sequence[str] = (),
        limit: int | None = None,
        zone: str = "UTC",
        timeout: float | None = None,
    ) -> Groups[dict[str, Any]]:
        """The groups of the records that match ``where``, each a dict of what it is grouped by and its aggregates.

        ``by`` are fields (``"stage"``, ``"company.name"``) and dates cut to a period in a time ``zone``
        (``"closeDate.MONTH"``), ``aggregates`` the server's names (``"sumAmountAmountMicros"``), ``order_by`` any of
        both, with ``-`` before one for the largest first.
        """
        query = group_query(self._client.model, self._name, by, aggregates, where, order_by, limit, zone)
        return await self._client.group_by(query, timeout=timeout)

    def __repr__(self) -> str:
        return f"<Collection of {self._name}>"


def _uuid(id: object) -> str:
    """An id as the server takes it: one that is malformed would fail those of all others in its request."""
    text = str(id).lower()
    if not VALID.fullmatch(text):
        raise QueryError(f"{id!r} is no id of a record.", advice="An id is a UUID of version 1 to 8.")
    return text
