"""Query + the ways chosen -> Reads: the documents of every list, in the form that the server really executes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from twentyql.build.query import Nested, Order, Selection
from twentyql.errors import QueryError
from twentyql.plan.document import Tree, braces, guard_to_ones, list_document, selection_tree
from twentyql.plan.model import ID, WHERE_IT_PAYS, Flat, How, KeyPath, Link, Paging, Read, Spread
from twentyql.plan.stats import Path
from twentyql.schema.dialects import Dialect
from twentyql.schema.model import ObjectModel, SchemaModel

NESTED_COUNT = "countUniqueValuesId"  # true where the nested totalCount is that of the rows given


class RawRows:
    """Rows that are the bytes of their JSON: records of a to-one relation that are put into other rows."""

    node_type: Any = msgspec.Raw

    def get(self, row: Any, name: str) -> Any:
        raise TypeError("a raw record has no values")

    def attach(self, row: Any, name: str, children: list[Any]) -> None:
        raise TypeError("a raw record has no lists")


@dataclass(frozen=True, slots=True)
class Ways:
    """What was chosen, by the path of a list; what is not here is read the plainest way."""

    how: Mapping[Path, How] = field(default_factory=dict[Path, How])
    paging: Mapping[Path, Paging] = field(default_factory=dict[Path, Paging])
    flat: frozenset[tuple[Path, str]] = frozenset()
    spread: Spread = WHERE_IT_PAYS


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one list is asked for beside its selection."""

    condition: dict[str, Any] | None = None
    ordered: dict[str, Any] | None = None
    keys: tuple[KeyPath, ...] = ()
    most: int | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Reads:
    """Builds the reads of one query."""

    model: SchemaModel
    dialect: Dialect
    ways: Ways = field(default_factory=Ways)

    def read(self, selection: Selection, path: Path = (), wanted: Wanted | None = None) -> Read:
        """The read of a list and, below it, of every list inside."""
        wanted = wanted or Wanted()
        of = self._readable(selection)
        links = self._links(selection)
        children = tuple(self._child(path, link) for link in links)
        link = wanted.link
        keys = _distinct(
            (ID, *wanted.keys, *((link.child_key,) if link else ()), *(below.parent_key for below in links))
        )
        tree = selection_tree(self.model, selection, keys)
        to_ones = tuple(guard_to_ones(self.model, of, tree))
        flats = tuple(self._flats(path, of, tree))
        gone = {flat.relation for flat in flats}
        to_ones = tuple(pair for pair in to_ones if pair[1][0] not in gone)
        for child in children:
            if child.how is How.NESTED:
                tree[child.path[-1]] = {"edges": {"node": _tree_of(child)}, NESTED_COUNT: {}}
        how = How.PAGES if link is None else self.ways.how.get(path, How.CHUNKS)
        chunk = self.dialect.parents_per_filter
        condition = {link.child_key[0]: {"is": "NOT_NULL"}} if how is How.SCAN and link else wanted.condition
        if link and link.child_key == ID:
            condition = wanted.condition
        filtered = condition is not None or (link is not None and how is not How.SCAN)
        return Read(
            object=of.singular,
            root=of.roots.many or "",
            path=path,
            selection=selection,
            node=braces(tree),
            text=list_document(of, tree, filtered=filtered, ordered=wanted.ordered is not None),
            variables={**({"filter": condition} if condition else {}), **(wanted.ordered or {})},
            keys=_distinct((*keys, *(key for pair in to_ones for key in pair), *((flat.key,) for flat in flats))),
            to_ones=to_ones,
            paging=self._paging(path, wanted.most),
            counts="totalCount" in of.aggregates,
            link=link,
            how=how,
            chunk=chunk,
            gather=chunk if any(child.how in (How.CHUNKS, How.NESTED) for child in children) else 0,
            spread=self.ways.spread,
            ordered=wanted.ordered is not None,
            flats=flats,
            children=children,
        )

    def _paging(self, path: Path, most: int | None) -> Paging:
        paging = self.ways.paging.get(path, Paging(self.dialect.page_size, self.dialect.page_size))
        return Paging(most, most, paging.seconds) if most is not None else paging

    def _readable(self, selection: Selection) -> ObjectModel:
        of = self.model.object(selection.object)
        if of.roots.many is None:
            raise QueryError(f"This server has no list of {of.plural}.")
        if not of.has_field("id"):
            raise QueryError(f"{of.plural} have no id, so no read of them can be proved whole.")
        return of

    def _child(self, path: Path, link: Link) -> Read:
        if not self.dialect.filters_by_foreign_key:
            raise QueryError(
                f"Lists inside lists ({link.nested.relation}) cannot be read whole from this kind of server yet.",
                advice="Query the inner object by itself.",
            )
        below = (*path, *(held.relation for held in link.holder), link.nested.relation)
        return self.read(link.nested.selection, below, Wanted(link=link))

    def _flats(self, path: Path, of: ObjectModel, tree: Tree) -> list[Flat]:
        """Take the to-one relations that are read as lists of their own out of ``tree``."""
        found: list[Flat] = []
        for relation in of.relations:
            if relation.name not in tree or (path, relation.name) not in self.ways.flat or relation.join_column is None:
                continue
            target, below = self.model.object(relation.target), tree.pop(relation.name)
            to_ones = tuple(guard_to_ones(self.model, target, below))
            here = (*path, relation.name)
            read = Read(
                object=target.singular,
                root=target.roots.many or "",
                path=here,
                selection=Selection(target.singular, (), (), RawRows()),
                node=braces(below),
                text=list_document(target, below, filtered=False, ordered=False),
                variables={},
                keys=_distinct((ID, *(key for pair in to_ones for key in pair))),
                to_ones=to_ones,
                paging=self._paging(here, None),
                counts="totalCount" in target.aggregates,
                how=How.SCAN,
                spread=self.ways.spread,
            )
            found.append(Flat(relation.name, relation.join_column, read))
        return found

    def _links(self, selection: Selection, holder: tuple[Nested, ...] = ()) -> list[Link]:
        """Every list of a selection, also those inside its ``one`` selections."""
        of = self.model.object(selection.object)
        found: list[Link] = []
        for nested in selection.nested:
            if not nested.many:
                found += self._links(nested.selection, (*holder, nested))
                continue
            relation = of.relation(nested.relation)
            if relation.join_column is None:
                raise QueryError(
                    f"The schema does not tell which column of {relation.target} leads back to {of.singular}.",
                    advice="Pull the data model too: the key needs the right to read /metadata.",
                )
            way = tuple(held.relation for held in holder)
            if relation.is_to_many:
                found.append(Link((*way, "id"), (relation.join_column,), holder, nested))
            else:  # the records that a to-one leads to, as a list of their own
                found.append(Link((*way, relation.join_column), ID, holder, nested))
        return found


def order_json(order: Order[Any]) -> dict[str, Any]:
    """An order as the server takes it."""
    made: Any = order.direction
    for name in reversed(order.path):
        made = {name: made}
    return dict(made)


def _tree_of(read: Read) -> Tree:
    """The tree of a read's node, out of its text."""
    stack: list[Tree] = [{}]
    last: Tree = stack[0]
    for word in read.node.split()[1:-1]:
        if word == "{":
            stack.append(last)
        elif word == "}":
            stack.pop()
        else:
            last = stack[-1].setdefault(word, {})
    return stack[0]


def _distinct(keys: tuple[KeyPath, ...]) -> tuple[KeyPath, ...]:
    return tuple(dict.fromkeys(keys))
