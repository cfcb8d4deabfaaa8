"""The stored operations that ship with the package, made from the demo workspace.

Run this file to write them again: ``python tests/generate/demo_queries.py``.
"""

from __future__ import annotations

from pathlib import Path

from twentyql.generate import generate
from twentyql.generate.write import write
from twentyql.introspect.load import Loaded, assemble
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.model import read_model
from twentyql.sandbox.types.core import core_schema

QUERIES = Path(__file__).parents[2] / "queries"
BY_HAND = {"PipelineByStage.graphql", "CompanyOverview.graphql"}


def demo_loaded() -> Loaded:
    """The schema and the model of the demo workspace; its rows play no part."""
    snapshot = demo_snapshot(0)
    schema = core_schema(read_model(snapshot.objects, snapshot.workspace))
    return assemble(schema, {"objects": {"edges": [{"node": node} for node in snapshot.objects]}})


def demo_operations() -> dict[str, str]:
    """Path -> text of every generated operation of the demo workspace."""
    loaded = demo_loaded()
    return generate(loaded.model, loaded.schema).operations


if __name__ == "__main__":
    report = write(demo_operations(), QUERIES)
    report.raise_for_conflicts()
    print(f"{len(report.written)} written, {len(report.unchanged)} unchanged, {len(report.removed)} removed")
