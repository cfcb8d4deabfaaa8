"""How an export ends: all of its files in place with a receipt that says so, or none, and an earlier one as it was."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from twentyql.errors import OutputError
from twentyql.output.checkpoint import drop_checkpoint
from twentyql.output.folder import claim, incomplete, leftovers, save_receipt, sync
from twentyql.output.spec import TableSpec
from twentyql.output.trouble import writing

UNFINISHED = "this export was never finished: it is still being written, or was killed"
REPLACING = "this export was killed while its files replaced earlier ones: read it again"


class Ending(ABC):
    """The folder of one export, from its claim to its last receipt. Calls may come from several threads."""

    def __init__(self, folder: Path, format: str, names: Iterable[str]) -> None:
        self._folder = folder
        self._format = format
        self._turn = Lock()  # an abort may come while another thread still writes
        self._ended = False
        self._earlier = claim(folder, names)

    def commit(self, receipt: Mapping[str, Any]) -> None:
        """See `sinks.Sink.commit`."""
        with self._turn, writing(self._folder), self._mapped():
            self._check_open()
            self._settle(receipt)
            if self._earlier is not None:
                self._save({**receipt, "verdict": "incomplete", "notes": [REPLACING]})
            sealed = self._sealed()
            left = leftovers(self._folder, self._earlier, self._own())
            self._earlier = None
            drop_checkpoint(self._folder, sealed)  # it speaks of files that are now taken away
            self._place()
            sync(self._folder)
            self._save({**receipt, "notes": [*receipt.get("notes", ()), *self._notes(), *left]})
            self._ended = True

    def abort(self, receipt: Mapping[str, Any] | None = None) -> None:
        """See `sinks.Sink.abort`."""
        with self._turn:
            if self._ended:
                return
            self._ended = True
            self._give_up()
            if receipt is not None:
                with suppress(OSError):
                    self._save({**receipt, **incomplete(receipt, self._earlier)})

    @abstractmethod
    def _settle(self, receipt: Mapping[str, Any]) -> None:
        """Have all rows in files that are whole, but not in their place."""

    @abstractmethod
    def _own(self) -> Sequence[str]:
        """The names of the files, those in place and those before."""

    @abstractmethod
    def _place(self) -> None:
        """Put the files in their place."""

    @abstractmethod
    def _give_up(self) -> None:
        """Close what is open, and leave what was written."""

    @abstractmethod
    def _described(self) -> list[dict[str, Any]]:
        """What a receipt says of the files."""

    def _sealed(self) -> Sequence[str]:
        """The names of files that only a checkpoint speaks of."""
        return ()

    def _notes(self) -> Sequence[str]:
        """What the receipt says beside what the read says."""
        return ()

    def _mapped(self) -> AbstractContextManager[None]:
        """Turn the errors of a library into ours."""
        return nullcontext()

    def _begin(self) -> None:
        """Have the folder say that it is being written, unless it holds an earlier export."""
        if self._earlier is None:
            self._save({"verdict": "incomplete", "notes": [UNFINISHED]})

    def _check_open(self) -> None:
        if self._ended:
            raise OutputError(f"The export to {self._folder} has already ended.")

    def _save(self, receipt: Mapping[str, Any]) -> None:
        save_receipt(self._folder, {**receipt, "format": self._format, "files": self._described()})


def description(spec: TableSpec, file: Path, rows: int) -> dict[str, Any]:
    """What a receipt says of one table and the file it is in."""
    return {
        "name": file.name,
        "table": spec.name,
        "object": spec.object,
        "rows": rows,
        "bytes": file.stat().st_size if file.exists() else 0,
        "columns": [{"name": c.name, "type": _type_text(c.field)} for c in spec.columns],
        "foreign_keys": [{"column": column, "table": table} for column, table in spec.foreign_keys],
    }


def _type_text(field: Any) -> str:
    return f"[{field.type_name}]" if field.is_list else str(field.type_name)
