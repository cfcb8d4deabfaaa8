"""A small server with all that a selection may meet: interfaces, unions, arguments, lists of lists, odd names."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from graphql import GraphQLSchema, build_schema

from twentyql.generate.stored_operations import stored_classes
from twentyql.generate.write import write

SDL = """
scalar DateTime scalar Odd scalar BigFloat scalar UUID
enum Stage { NEW WON }
interface Node { id: ID! }
interface Named implements Node { id: ID! name: String }
type Person implements Node & Named { id: ID! name: String age: Int stage: Stage! best: Person import: String }
type Robot implements Node & Named { id: ID! name: String! model: String made: DateTime price: BigFloat }
type Cloud implements Node { id: ID! }
type Place implements Node { id: ID! grid: [[Int!]]! odd: Odd }
union Thing = Person | Robot | Place
input Wish { and: [Wish!] in: [Stage!] from: DateTime amount: BigFloat must: Int! or_: Boolean = true }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type ThingEdge { node: Thing cursor: String! }
type Things { edges: [ThingEdge] nodes: [Thing] pageInfo: PageInfo! totalCount: Int! }
type Query {
  node(id: ID!): Node
  things(first: Int, after: String, wish: Wish): Things!
  person(id: UUID, wish: Wish, stages: [Stage!]): Person
  none: Int
}
type Mutation { wish(wish: Wish!): Person }
type Subscription { none: Int }
"""


def schema() -> GraphQLSchema:
    return build_schema(SDL)


def put(own: Mapping[str, str], folder: Path, of: GraphQLSchema | None = None) -> Path:
    """The package ``ops`` with the classes of the operations ``own``."""
    made = stored_classes({}, own, of or schema(), "queries")
    write(made.files, folder / "ops")
    (folder / "ops" / "__init__.py").touch()
    return folder


@contextmanager
def imported(folder: Path, name: str = "ops.queries") -> Iterator[ModuleType]:
    """The package, imported from ``folder`` and forgotten afterwards."""
    from importlib import import_module, invalidate_caches

    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield import_module(name)
    finally:
        sys.path.remove(str(folder))
        for module in [m for m in sys.modules if m.split(".")[0] == name.split(".")[0]]:
            del sys.modules[module]
