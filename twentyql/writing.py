"""The verbs of records that write, for `collection.Collection`: thin, each calls the stage `write`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twentyql.errors import QueryError
from twentyql.schema.model import ObjectModel
from twentyql.write import changes, importing, many, rejects, single
from twentyql.write.composites import Form
from twentyql.write.dry import DryRow
from twentyql.write.guards import Where
from twentyql.write.links import Links, create_linked
from twentyql.write.sender import Sender, WriteTally

if TYPE_CHECKING:
    from twentyql.client import Client
    from twentyql.write.receipt import WriteReceipt

Row = dict[str, Any]
Rows = Iterable[Any] | AsyncIterable[Any] | Any  # Any: a data frame, known by its __arrow_c_stream__


class Writing:
    """What can be written on the records of one object."""

    _client: Client
    _name: str

    @property
    def _of(self) -> ObjectModel:
        return self._client.model.object(self._name)

    @property
    def _sender(self) -> Sender:
        return self._client.sender

    async def create(
        self,
        record: Any,
        *,
        upsert: bool = False,
        fields: Iterable[str] | None = None,
        currency: str | None = None,
        link: Links | None = None,
        timeout: float | None = None,
    ) -> Row:
        """Create one record from a mapping or a generated input, and give it back (``fields`` of it, else its own).

        Values may be given simply: money in units, a full name, an e-mail, a link, markdown, a company by
        ``{"company.domainName": "acme.com"}``. ``upsert`` changes the record with the same id or unique value instead.
        ``link`` ties a note or task to others: ``{"company": id, "person": {"emails": "a@b.example"}}``. A retry never
        creates twice. Raises ValueRefusedError, DuplicateError, MissingTargetError, UnknownNameError.
        """
        async with asyncio.timeout(timeout):
            form = Form(currency=currency)
            if link:
                if upsert:
                    raise QueryError("A record that is linked is a new one.", advice="Leave upsert out.")
                return await create_linked(self._sender, self._of, record, link, fields=fields, form=form)
            return await single.create(self._sender, self._of, record, upsert=upsert, fields=fields, form=form)

    async def update(
        self, id: str, record: Any, *, fields: Iterable[str] | None = None, timeout: float | None = None
    ) -> Row:
        """Change fields of the record under ``id``; None empties one. Raises RecordNotFoundError."""
        async with asyncio.timeout(timeout):
            return await single.update(self._sender, self._of, id, record, fields)

    async def delete(self, id: str, *, fields: Iterable[str] | None = None, timeout: float | None = None) -> Row:
        """Put the record under ``id`` into the bin; `restore` takes it out. Raises RecordNotFoundError."""
        async with asyncio.timeout(timeout):
            return await single.delete(self._sender, self._of, id, fields)

    async def restore(self, id: str, *, fields: Iterable[str] | None = None, timeout: float | None = None) -> Row:
        """Take the record under ``id`` out of the bin. Raises RecordNotFoundError."""
        async with asyncio.timeout(timeout):
            return await single.restore(self._sender, self._of, id, fields)

    async def destroy(self, id: str, *, fields: Iterable[str] | None = None, timeout: float | None = None) -> Row:
        """Remove the record under ``id`` for good, from the bin too. This is final: nothing brings it back."""
        async with asyncio.timeout(timeout):
            return await single.destroy(self._sender, self._of, id, fields)

    async def merge(
        self,
        ids: Sequence[str],
        *,
        priority: int = 0,
        dry_run: bool = False,
        fields: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Row:
        """Merge 2 to 9 records into one; where they differ, the one at ``priority`` wins. ``dry_run`` only shows it."""
        async with asyncio.timeout(timeout):
            merging = single.merge(self._sender, self._of, ids, priority=priority, dry_run=dry_run, fields=fields)
            return await merging

    async def duplicates(
        self, records: Sequence[Any], *, fields: Iterable[str] | None = None, timeout: float | None = None
    ) -> list[list[Row]]:
        """For each id, or each record that is not there yet, the records that the server takes for the same."""
        async with asyncio.timeout(timeout):
            return await single.duplicates(self._sender, self._of, records, fields)

    async def create_many(
        self,
        records: Rows,
        *,
        currency: str | None = None,
        concurrency: int = many.CONCURRENCY,
        reject_file: Path | None = None,
        on_settled: Callable[[int], object] | None = None,
        timeout: float | None = None,
    ) -> WriteReceipt:
        """Create many records, 200 a request; the good ones are kept and the others told in ``receipt.rejects``.

        ``records`` are mappings, generated inputs or a data frame. ``reject_file`` gets the refused ones as JSON lines
        with row, field and reason; ``on_settled`` hears how many rows were settled. Nothing is created twice, whatever
        breaks. Raises IncompleteError, with the receipt, where the write had to stop.
        """
        form = Form(currency=currency)
        options = many.Options(form=form, concurrency=concurrency, on_settled=on_settled)
        return await self._many(records, options, reject_file, timeout)

    async def upsert_many(
        self,
        records: Rows,
        *,
        on: str,
        revive: bool = True,
        currency: str | None = None,
        concurrency: int = many.CONCURRENCY,
        reject_file: Path | None = None,
        on_settled: Callable[[int], object] | None = None,
        timeout: float | None = None,
    ) -> WriteReceipt:
        """Change the records found by the field ``on``, create those not found; see `create_many`.

        A unique field is matched by the server, another one by a lookup for each batch. Soft-deleted records that come
        back are told in ``receipt.revived``; ``revive=False`` refuses their rows.
        """
        form = Form(currency=currency)
        options = many.Options(on=on, revive=revive, form=form, concurrency=concurrency, on_settled=on_settled)
        return await self._many(records, options, reject_file, timeout)

    async def _many(
        self, records: Rows, options: many.Options, reject_file: Path | None, timeout: float | None
    ) -> WriteReceipt:
        async with asyncio.timeout(timeout):
            receipt = await many.write_many(self._sender, self._of, records, options)
        if reject_file is not None:
            await asyncio.to_thread(rejects.write_jsonl, reject_file, receipt.rejects)
        return receipt

    async def import_file(self, path: str | Path, *, timeout: float | None = None, **options: Any) -> WriteReceipt:
        """Write the rows of a CSV, JSON lines, JSON or Parquet file, through a journal beside it.

        Columns are mapped by their names and values, or by ``map={"Column": "field"}``; ``match="emails"`` changes
        what is there; ``resume=True`` goes on with an interrupted import. All options are those of
        `twentyql.write.importing.ImportOptions`. Receipt and rejects are saved beside the file.
        """
        prepared = importing.prepare(self._sender, Path(path), self._of, importing.ImportOptions(**options))
        async with asyncio.timeout(timeout):
            return await importing.run_import(self._sender, prepared)

    async def try_file(self, path: str | Path, **options: Any) -> AsyncGenerator[DryRow]:
        """What `import_file` with the same options would do with every row; nothing is written.

        >>> async for row in client["people"].try_file("people.csv", match="emails"):
        ...     print(row.row, row.what, row.field, row.reason)
        """
        prepared = importing.prepare(self._sender, Path(path), self._of, importing.ImportOptions(**options))
        async with aclosing(importing.dry_run(self._sender, prepared, WriteTally())) as rows:
            async for row in rows:
                yield row

    async def update_where(
        self, where: Where, record: Any, *, everything: bool = False, **options: Any
    ) -> WriteReceipt:
        """Set the same fields on every record that ``where`` matches, counted first, 200 a request.

        A filter that is empty or leaves nothing out raises EverythingError, with the count, unless ``everything``.
        ``on_count`` hears the count before anything is written.
        """
        return await self._where(changes.update_where, where, record, everything=everything, **options)

    async def delete_where(self, where: Where, *, everything: bool = False, **options: Any) -> WriteReceipt:
        """Put every record that ``where`` matches into the bin; guarded as `update_where` is."""
        return await self._where(changes.delete_where, where, everything=everything, **options)

    async def restore_where(self, where: Where, *, everything: bool = False, **options: Any) -> WriteReceipt:
        """Take every binned record that ``where`` matches out of the bin; guarded as `update_where` is."""
        return await self._where(changes.restore_where, where, everything=everything, **options)

    async def destroy_where(self, where: Where, *, everything: bool = False, **options: Any) -> WriteReceipt:
        """Remove every live record that ``where`` matches for good; guarded as `update_where` is. This is final.

        A filter that mentions ``deletedAt`` reaches into the bin.
        """
        return await self._where(changes.destroy_where, where, everything=everything, **options)

    async def _where(
        self,
        change: Callable[..., Awaitable[WriteReceipt]],
        where: Where,
        *given: Any,
        timeout: float | None = None,
        **options: Any,
    ) -> WriteReceipt:
        async with asyncio.timeout(timeout):
            return await change(self._sender, self._of, where, *given, changes.Options(**options))
