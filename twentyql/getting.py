"""Single records by id: the calls of one tick become few requests, through the same plan as any other read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

from twentyql.build.query import Compare, Query
from twentyql.execute.loader import Loader
from twentyql.execute.scan import Batch

if TYPE_CHECKING:
    from twentyql.client import Client


class Loaders:
    """The loaders of one client: one for each object and selection."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._loaders: dict[Hashable, Loader] = {}

    async def load(self, key: Hashable, id: str, query: Callable[[], Query[Any, Any]]) -> Any:
        """The record with this id. Calls with the same ``key`` share requests, made of ``query``."""
        loader = self._loaders.get(key)
        if loader is None:
            loader = self._loaders[key] = self._loader(query())
        return await loader.load(id)

    async def close(self) -> None:
        """Cancel what is still on its way."""
        for loader in self._loaders.values():
            await loader.close()

    def _loader(self, query: Query[Any, Any]) -> Loader:
        async def read(ids: Sequence[str]) -> dict[str, Any]:
            found: dict[str, Any] = {}

            async def take(batch: Batch) -> None:
                if not batch.read.path:
                    found.update((key[0], row) for key, row in zip(batch.keys, batch.rows, strict=True))

            wanted = query.where(Compare(("id",), "in", list(ids)))
            async with self._client.stream(wanted, on_batch=take) as stream:
                async for _ in stream:
                    pass
            return found

        return Loader(query.selection.object, read, self._client.dialect.ids_per_filter)
