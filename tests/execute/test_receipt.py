"""What a receipt proves, and what it says when it cannot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twentyql.build.named import select
from twentyql.execute.receipt import ListReceipt, Tally, doubt
from twentyql.introspect.load import load
from twentyql.plan.planner import plan
from twentyql.schema.dialects import TWENTY

MODEL = load(Path(__file__).parents[1] / "schema" / "small.graphql").model
LIST = ListReceipt("deals", "deal", 10, 1, 10, 10)


def tally() -> Tally:
    made = Tally(plan(select(MODEL, "deals", "title", "client.name.lastName"), MODEL, TWENTY))
    made.finished = True
    return made


def test_rows_between_the_two_counts_are_no_doubt() -> None:
    assert doubt(replace(LIST, rows=11, count_before=10, count_after=12), limited=False) is None
    assert doubt(replace(LIST, rows=9), limited=False) is not None
    assert doubt(replace(LIST, rows=9), limited=True) is None
    assert doubt(replace(LIST, rows=4, withheld=6), limited=False) is None


def test_a_key_without_its_record_is_told() -> None:
    made = tally()
    read = made.plan.root
    ((key, found),) = read.to_ones
    assert (key, found) == (("clientId",), ("client", "id"))
    row = dict.fromkeys(read.keys) | {key: "c1"}
    made.of(read).notice([tuple(row[path] for path in read.keys), tuple((row | {found: "c1"})[p] for p in read.keys)])
    receipt = made.receipt(0.0, 0.0)
    assert receipt.verdict == "withheld"
    assert receipt.lists[0].left_out == {"client": 1}
    assert "1 have a client that the server left out" in receipt.notes[0]


def test_a_read_that_was_stopped_is_incomplete() -> None:
    made = tally()
    made.finished = False
    assert made.receipt(1.0, 0.0).verdict == "incomplete"
    assert made.receipt(1.0, 0.0).as_dict()["seconds"] == 1.0
