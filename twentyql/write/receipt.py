"""The receipt of a write: how many records were created, changed, revived and refused, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from twentyql.write.sender import WriteTally


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not written. ``row`` counts from 1; ``field`` is empty where the reason is not of one field."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """The proof that comes with every bulk write.

    The verdict is ``complete`` where every row was written, ``refused`` where every row was settled but some were
    refused (``rejects``), ``incomplete`` where the write was stopped. ``revived`` are the ids of soft-deleted records
    that an upsert brought back. ``seconds`` is wall time, ``waited`` the part spent on the pace.
    """

    verdict: Literal["complete", "refused", "incomplete"]
    object: str
    rows: int
    created: int = 0
    updated: int = 0
    deleted: int = 0
    restored: int = 0
    destroyed: int = 0
    resumed: int = 0
    revived: tuple[str, ...] = ()
    rejects: tuple[Reject, ...] = ()
    requests: int = 0
    tokens: int = 0
    retries: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The receipt as JSON-ready data, as it is saved beside an imported file."""
        return asdict(self)

    def __str__(self) -> str:
        verbs = ("created", "updated", "deleted", "restored", "destroyed")
        done = [f"{getattr(self, verb):,} {verb}" for verb in verbs if getattr(self, verb)]
        more = [f"{len(self.revived):,} revived"] if self.revived else []
        refused = [f"{len(self.rejects):,} refused"] if self.rejects else []
        settled = ", ".join([*done, *more, *refused]) or "none written"
        return (
            f"{self.verdict}: {self.rows:,} {self.object} rows, {settled}; "
            f"{self.requests} requests, {self.tokens} tokens, {self.retries} retries, "
            f"{self.seconds:.2f} s ({self.waited:.2f} s waiting for the pace)"
        )


@dataclass(slots=True)
class Counts:
    """What was settled so far; `receipt` freezes it."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    resumed: int = 0
    revived: list[str] = field(default_factory=list[str])
    rejects: list[Reject] = field(default_factory=list[Reject])

    def receipt(
        self, object_name: str, tally: WriteTally, seconds: float, waited: float, finished: bool
    ) -> WriteReceipt:
        """The receipt as things stand."""
        verdict: Literal["complete", "refused", "incomplete"] = "refused" if self.rejects else "complete"
        return WriteReceipt(
            verdict if finished else "incomplete",
            object_name,
            self.rows,
            created=self.created,
            updated=self.updated,
            resumed=self.resumed,
            revived=tuple(self.revived),
            rejects=tuple(sorted(self.rejects, key=lambda reject: reject.row)),
            requests=tally.requests,
            tokens=tally.tokens,
            retries=tally.retries,
            seconds=seconds,
            waited=waited,
            notes=tuple(tally.notes),
        )


def explained(rejects: Sequence[Reject], most: int = 3) -> str:
    """The first reasons of rejects, for one line."""
    said = [f"row {r.row}{f' ({r.field})' if r.field else ''}: {r.reason}" for r in rejects[:most]]
    return "; ".join(said) + (f"; and {len(rejects) - most} more" if len(rejects) > most else "")
