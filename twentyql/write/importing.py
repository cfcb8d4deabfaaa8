"""A file -> records: its columns mapped, its rows written through a journal beside it, receipt and rejects saved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from twentyql.errors import ServerError, UsageError
from twentyql.execute.tasks import in_thread
from twentyql.schema.model import ObjectModel, SchemaModel
from twentyql.write.composites import Form
from twentyql.write.diagnosis import Item, reason_of
from twentyql.write.dry import DryRow, dry_batch
from twentyql.write.forms import Forms
from twentyql.write.journal import Header, Journal, digest
from twentyql.write.keys import leaf_of, normal, value_at
from twentyql.write.many import Options, write_many
from twentyql.write.mapping import Columns, given, guess
from twentyql.write.receipt import Reject, WriteReceipt
from twentyql.write.rejects import replace_file, write_csv, write_jsonl
from twentyql.write.sender import Sender, WriteTally
from twentyql.write.sources import Source, open_source


@dataclass(frozen=True)
class ImportOptions:
    """How a file is imported. ``match`` names the field by which existing records are found and changed.

    ``map`` says where columns go, else that is guessed. ``currency`` is for money without one, ``rejects`` the reject
    file (else beside the input), ``journal`` the journal. ``resume`` goes on with an interrupted import, ``again``
    starts it anew.
    """

    match: str | None = None
    map: Mapping[str, str | None] | None = None
    resume: bool = False
    again: bool = False
    revive: bool = True
    currency: str | None = None
    encoding: str = "utf-8-sig"
    concurrency: int = 4
    rejects: Path | None = None
    journal: Path | None = None
    on_settled: Callable[[int], object] | None = None


@dataclass(frozen=True)
class Import:
    """A file that is ready to be imported: its rows, where its columns go, and as what."""

    path: Path
    of: ObjectModel
    source: Source
    columns: Columns
    options: ImportOptions = field(default_factory=ImportOptions)

    @property
    def form(self) -> Form:
        return Form(currency=self.options.currency, loose=True)

    def rows(self) -> AsyncIterator[Any]:
        """The rows under the names of their fields; one that cannot be read is the error that says why."""
        return self._rows()

    async def _rows(self) -> AsyncIterator[Any]:
        for number, row in enumerate(self.source.rows()):
            try:
                yield self.columns.record(row)
            except ServerError as error:
                yield error
            if number % 500 == 499:
                await asyncio.sleep(0)  # a long stretch of settled rows is read without a request between

    def beside(self, ending: str) -> Path:
        """A file beside the input, named after it."""
        return self.path.with_name(f"{self.path.name}.{ending}")

    @property
    def reject_path(self) -> Path:
        return self.options.rejects or self.beside("rejects.csv" if self.source.is_csv else "rejects.jsonl")


def prepare(sender: Sender, path: Path, of: ObjectModel, options: ImportOptions) -> Import:
    """Read the head of a file and map its columns. Raises UsageError and UnknownNameError; nothing is sent."""
    source = open_source(path, encoding=options.encoding)
    forms = Forms(sender.model, sender.schema, of, form=Form(currency=options.currency, loose=True))
    if options.map is not None:
        columns = given(source.columns, options.map, forms)
    else:
        columns = guess(source.columns, source.sample(), forms, sender.model)
    if not any(column.target for column in columns.columns):
        raise UsageError(f"No column of {path.name} is a field of {of.plural}.", advice="Say with --map where they go.")
    if options.match:
        leaf_of(of, options.match)
        if not any(
            (column.target or "").partition(".")[0] == options.match.partition(".")[0] for column in columns.columns
        ):
            raise UsageError(f"No column of {path.name} goes to {options.match!r}, by which records should be found.")
    return Import(path, of, source, columns, options)


async def run_import(sender: Sender, prepared: Import) -> WriteReceipt:
    """Import a file. The receipt and the rejects are saved beside it, also where the import had to stop.

    Raises IncompleteError with the receipt, after which ``resume`` goes on, and UsageError for a journal of another.
    """
    options = prepared.options
    source = await asyncio.to_thread(digest, prepared.path)
    header = Header(prepared.of.singular, source, options.match, prepared.columns.as_dict())
    path = options.journal or prepared.beside("journal")

    def opened() -> Journal:
        return Journal.open(path, header, resume=options.resume, again=options.again)

    with await in_thread(opened, Journal.close) as journal:
        try:
            receipt = await write_many(sender, prepared.of, prepared.rows(), _options(prepared), journal)
            await in_thread(lambda: journal.finish(receipt.as_dict()))
        except BaseException as error:
            stopped = getattr(error, "receipt", None)
            rejects = stopped.rejects if isinstance(stopped, WriteReceipt) else tuple(journal.counts.rejects)
            await in_thread(lambda: _save(prepared, stopped, rejects))
            raise
    await asyncio.to_thread(_save, prepared, receipt, receipt.rejects)
    return receipt


async def dry_run(sender: Sender, prepared: Import, tally: WriteTally) -> AsyncGenerator[DryRow]:
    """What importing would do with every row, in their order. Nothing is written."""
    of, options = prepared.of, prepared.options
    forms = Forms(sender.model, sender.schema, of, form=prepared.form)
    on = leaf_of(of, options.match)[0] if options.match else None
    seen: dict[Any, int] = {}
    batch: list[Item | DryRow] = []
    row = 0
    async for record in prepared.rows():
        row += 1
        batch.append(_dry_item(forms, record, row, on, seen))
        if len(batch) >= 200:
            async for each in _dry_batch(sender, of, batch, on, tally):
                yield each
            batch = []
    async for each in _dry_batch(sender, of, batch, on, tally):
        yield each


def _dry_item(forms: Forms, record: Any, row: int, on: Any, seen: dict[Any, int]) -> Item | DryRow:
    try:
        if isinstance(record, ServerError):
            raise record
        formed = forms.record(record)
    except (UsageError, ServerError) as error:
        name, reason = reason_of(error) if isinstance(error, ServerError) else ("", str(error))
        return DryRow(row, "refuse", field=name, reason=reason)
    if on:
        value = normal(on, value_at(formed.data, on))
        first = seen.setdefault(value, row)
        if value in (None, "") or first != row:
            reason = (
                "it is empty, and records are found by it" if value in (None, "") else f"row {first} has the same value"
            )
            return DryRow(row, "refuse", field=".".join(on), reason=reason)
    return Item(row, "", formed.data, references=formed.references)


async def _dry_batch(
    sender: Sender, of: ObjectModel, batch: Sequence[Item | DryRow], on: Any, tally: WriteTally
) -> AsyncIterator[DryRow]:
    items = [item for item in batch if isinstance(item, Item)]
    done = {each.row: each for each in batch if isinstance(each, DryRow)}
    if items:
        done |= {each.row: each async for each in dry_batch(sender, of, items, on, tally)}
    for number in sorted(done):
        yield done[number]


def in_order(model: SchemaModel, imports: Sequence[Import]) -> list[Import]:
    """The imports with every object after those that its columns lead to; cycles stay as they were given."""
    left, done, found = list(imports), set[str](), list[Import]()
    names = {each.of.singular for each in imports}
    while left:
        free = [each for each in left if not _needs(each, names) - done - {each.of.singular}]
        chosen = free[0] if free else left[0]
        left.remove(chosen)
        found.append(chosen)
        if all(each.of.singular != chosen.of.singular for each in left):
            done.add(chosen.of.singular)
    return found


def _needs(each: Import, names: set[str]) -> set[str]:
    """The objects among ``names`` that the columns of an import lead to."""
    used = each.columns.relations()
    return {r.target for r in each.of.relations if (r.name in used or r.join_column in used)} & names


def _options(prepared: Import) -> Options:
    options = prepared.options
    return Options(
        on=options.match,
        revive=options.revive,
        concurrency=options.concurrency,
        form=prepared.form,
        on_settled=options.on_settled,
    )


def _save(prepared: Import, receipt: WriteReceipt | None, rejects: Sequence[Reject]) -> None:
    """Write the receipt and the reject file, with the rejected rows as they were in the file."""
    if receipt is not None:
        told = replace(receipt, rejects=receipt.rejects[:100]) if len(receipt.rejects) > 100 else receipt
        data = msgspec.json.format(msgspec.json.encode({**told.as_dict(), "refused": len(rejects)}), indent=1)
        replace_file(prepared.beside("receipt.json"), lambda file: file.write(data.decode() + "\n"))
    if not rejects:
        prepared.reject_path.unlink(missing_ok=True)
        return
    wanted = {reject.row for reject in rejects}
    rows = {n: row for n, row in enumerate(prepared.source.rows(), 1) if n in wanted and isinstance(row, Mapping)}
    if prepared.source.is_csv:
        write_csv(prepared.reject_path, rejects, rows, prepared.source.columns)
    else:
        write_jsonl(prepared.reject_path, rejects, rows)
