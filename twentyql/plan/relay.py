"""Query + model -> Plan for a Relay server, whose lists are connections that really page, also inside others.

One document asks for a page of the first list and, inside each record, for the first page of every inner list. Where
an inner list has more, its further pages are asked for through the record that holds it: by ``node(id:)`` or the root
field that gives that record by its id, or once more down the path that the query starts with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twentyql.build.query import Nested, Query, Selection
from twentyql.build.steps import Argument, On, Step, field_of, plain
from twentyql.errors import QueryError
from twentyql.plan.model import ID, PARENT, Choice, Cost, KeyPath, Link, Paging, Place, Plan, Read
from twentyql.plan.relay_text import Document, Tree, Variable, merge
from twentyql.schema.dialects import Dialect
from twentyql.schema.model import FieldModel, ObjectModel, RelationModel, SchemaModel

Path = tuple[str, ...]
TYPENAME = "__typename"


def relay_plan(query: Query[Any, Any], model: SchemaModel, dialect: Dialect) -> Plan:
    """The plan of ``query``; UnknownNameError or QueryError if the schema cannot answer it."""
    if query.conditions:
        raise QueryError(
            "This kind of server filters by arguments of its fields, not by conditions.",
            advice='Give them where the list is named: Repository.issues(states=["OPEN"]).',
        )
    planner = _Planner(model, dialect)
    root = planner.root(query)
    why = [f"{root.name}: {_how(root)}"]
    inner = [(parent, read) for parent in root.walk() for read in parent.children]
    why += [f"{read.name}: first page inside its {parent.object}, {_more(read)}" for parent, read in inner]
    if query.orders:
        why.append("sorted here, text by code point, options by their position")
    why.append("how many records there are is not known before, so the cost told is that of the first page alone")
    choices = [Choice(root.name, _how(root), Cost(requests=1, tokens=1), "it is where the query starts")]
    choices += [Choice(read.name, "inside its record", Cost(), _more(read)) for _, read in inner]
    return Plan(
        query,
        root,
        order_here=query.orders,
        nothing=query.most == 0,
        why=tuple(why),
        choices=tuple(choices),
        expected=Cost(requests=1, tokens=1),
    )


def _how(read: Read) -> str:
    forms = {"connection": f"paged by cursor, {read.page_size} a page", "list": "one list, whole", "one": "one record"}
    return forms[read.place.form if read.place else "connection"]


def _more(read: Read) -> str:
    if read.place is None or read.place.form == "list":
        return "which is whole"
    return f"further pages by {'its id' if read.place.anchor else 'the path of the query'}"


@dataclass(frozen=True, slots=True)
class _List:
    """A list inside a record: the way to it from that record, and what is asked of its records."""

    within: Path  # steps down from the record's node, holders included
    holder: tuple[Nested, ...]
    nested: Nested
    relation: RelationModel
    of: ObjectModel  # what holds it


class _Planner:
    def __init__(self, model: SchemaModel, dialect: Dialect) -> None:
        self._model = model
        self._dialect = dialect

    def root(self, query: Query[Any, Any]) -> Read:
        selection = query.selection
        start, form = self._start(query)
        of = self._model.object(selection.object)
        orders = tuple(order.path for order in query.orders)
        size = self._sizes(selection, form == "connection")
        tree, lists, keys = self._node(selection, size, orders)
        document = Document()
        case = (start[-1],) if start and isinstance(start[-1], On) else ()
        listed = self._list(form, _narrowed(case, tree), self._relation_at(start), of)
        text = document.text(of.plural, _at(start[: -len(case)] if case else start, listed))
        return Read(
            object=of.singular,
            root=next((field_of(step) for step in reversed(start) if not isinstance(step, On)), of.plural),
            path=(),
            selection=selection,
            text=text,
            variables=document.values | _given(document, size),
            keys=keys,
            paging=_exactly(min(size, query.most) if query.most else size),
            node="",
            counts=False,
            place=Place(plain(start), form, case=str(case[0]) if case else None),
            children=tuple(self._child(found, (), start if form == "one" else None, of, keys) for found in lists),
        )

    def _start(self, query: Query[Any, Any]) -> tuple[Path, Any]:
        """The path of the first list, and what stands there."""
        of = self._model.object(query.selection.object)
        if query.start:
            relation = self._relation_at(query.start)
            if relation is None or not relation.is_to_many:
                return query.start, "one"
            form = "connection" if relation.connection_type else "list"
            on = query.start[-1:] if isinstance(query.start[-1], On) else ()
            path = query.start[: -len(on)] if on else query.start
            return (*(_paged(path) if form == "connection" else path), *on), form
        if of is self._model.query:
            return (), "one"
        if of.roots.many is None:
            raise QueryError(f"This server has no list of all {of.plural}.", advice=self._ways_to(of))
        assert self._model.query is not None
        self._check_arguments(self._model.query, self._model.query.relation(of.roots.many), of.roots.many)
        return _paged((of.roots.many,)), "connection"

    def _ways_to(self, of: ObjectModel) -> str:
        roots = self._model.query.relations if self._model.query else ()
        ways = [r.name for r in roots if r.target == of.singular or self._leads(r, of)][:4]
        shown = f", for example at {' or '.join(ways)}" if ways else ""
        return f"Start the query at a root field{shown}: Record.at(Query.field(argument=...).list)."

    def _leads(self, root: RelationModel, of: ObjectModel) -> bool:
        return any(r.target == of.singular for r in self._model.object(root.target).relations)

    def _relation_at(self, path: Path) -> RelationModel | None:
        here, found = self._model.query, None
        for name in path:
            if isinstance(name, On):
                here = self._model.object(name)
                continue
            if here is None:
                raise QueryError("This server's root fields are not known.", advice="Pull the schema again.")
            member = here.member(field_of(name))
            if isinstance(member, FieldModel):
                raise QueryError(f"{member.name} is a value, so no query starts there.")
            found, here = member, self._model.object(member.target)
        return found

    def _sizes(self, selection: Selection, paged: bool) -> int:
        """How many records a page of each list asks for, so that one document stays below the server's limit."""
        depth, ends = self._depth(selection)
        levels = depth + paged
        most = (self._dialect.nodes_per_request or 10_000) / max(1, ends)
        size = int(most ** (1 / levels) + 1e-9) if levels else self._dialect.page_size
        return max(1, min(self._dialect.page_size, size))

    def _depth(self, selection: Selection) -> tuple[int, int]:
        """How deep connections stand in each other below a selection, and how many innermost ones there are."""
        of = self._model.object(selection.object)
        deepest, ends = 0, 0
        for nested in selection.nested:
            relation = of.relation(field_of(nested.relation))
            below, leaves = self._depth(nested.selection)
            paged = bool(nested.many and relation.connection_type)
            deepest, ends = max(deepest, below + paged), ends + max(leaves, int(paged))
        return deepest, ends

    def _node(self, selection: Selection, size: int, extra: tuple[KeyPath, ...] = ()) -> tuple[Tree, list[_List], Any]:
        """What a record is asked for, the lists inside it, and the keys that the executor needs of it."""
        of = self._model.object(selection.object)
        tree: Tree = {"id": {}} if of.has_field("id") else {TYPENAME: {}}
        for path in extra:
            self._add(of, tree, path)
        lists = list(self._select(of, tree, selection, size, (), ()))
        keys: dict[KeyPath, None] = {ID: None}
        keys |= dict.fromkeys(extra)
        for found in lists:
            keys[plain(found.within)] = None
            if anchor := self._anchor(found, of):
                merge(tree, _at((*anchor, "id"), {}))
                keys[(*plain(anchor), "id")] = None
        return tree, lists, tuple(keys)

    def _select(
        self, of: ObjectModel, tree: Tree, selection: Selection, size: int, way: Path, holder: tuple[Nested, ...]
    ) -> list[_List]:
        for column in selection.columns:
            self._add(of, tree, column.path)
        lists: list[_List] = []
        for nested in selection.nested:
            relation = of.relation(field_of(nested.relation))
            self._check_arguments(of, relation, nested.relation)
            target = self._model.object(nested.selection.object)
            case = () if target.singular == relation.target else (On(target.type_name),)
            if nested.many:
                found = _List((*way, nested.relation), holder, nested, relation, of)
                below, _, _ = self._node(nested.selection, size)
                form = "connection" if relation.connection_type else "list"
                name = _paged((nested.relation,), inner=True)[0] if form == "connection" else nested.relation
                merge(tree, {name: self._list(form, _narrowed(case, below), relation, target)})
                lists.append(found)
                continue
            below = tree.setdefault(nested.relation, {})
            if case:
                below.setdefault(TYPENAME, {})
                below = below.setdefault(case[0], {})
            below.setdefault("id" if target.has_field("id") else TYPENAME, {})
            inner = (*way, nested.relation, *case)
            lists += self._select(target, below, nested.selection, size, inner, (*holder, nested))
        return lists

    def _list(self, form: str, node: Tree, relation: RelationModel | None, of: ObjectModel) -> Tree:
        if form != "connection":
            return node
        tree: Tree = {}
        if self._counts(relation, of):
            tree["totalCount"] = {}
        edge: Tree = {"node": node} if of.has_field("id") else {"cursor": {}, "node": node}
        return tree | {"edges": edge, "pageInfo": {"hasNextPage": {}, "endCursor": {}}}

    def _counts(self, relation: RelationModel | None, of: ObjectModel) -> bool:
        name = relation.connection_type if relation else of.connection_type
        return name in self._model.counted

    def _add(self, of: ObjectModel, tree: Tree, path: Path) -> None:
        """One column: a field, through to-one relations and types, down to all parts of a composite."""
        below = tree.setdefault(path[0], {})
        if isinstance(path[0], On):
            self._add(self._model.object(path[0]), below, path[1:])
            return
        member = of.member(field_of(path[0]))
        self._check_arguments(of, member, path[0])
        if isinstance(member, FieldModel):
            _add_parts(member, below, path[1:])
        elif member.is_to_many:
            raise QueryError(
                f"{of.plural}.{member.name} leads to many records, so it is no column.",
                advice="Select it with .many().",
            )
        else:
            self._add(self._model.object(member.target), below, path[1:] or ("id",))

    def _check_arguments(self, of: ObjectModel, member: FieldModel | RelationModel, name: str) -> None:
        given = {a.name for a in name.arguments} if isinstance(name, Step) else set[str]()
        missing = [a.name for a in member.arguments if a.required and a.name not in given]
        if missing:
            raise QueryError(
                f"{of.type_name}.{member.name} needs {' and '.join(missing)}.",
                advice=f"Give it where the field is named: {member.name}({missing[0]}=...).",
            )

    def _anchor(self, found: _List, of: ObjectModel) -> Path | None:
        """The way from a record to the nearest one above the list that can be asked for by its id; None: no such."""
        best: Path | None = () if self._by_id(of) else None
        here, way = of, []
        for name in found.within[:-1]:
            way.append(name)
            if isinstance(name, On):
                here = self._model.object(name)
            else:
                here = self._model.object(here.relation(field_of(name)).target)
            if self._by_id(here):
                best = tuple(way)
        return best

    def _by_id(self, of: ObjectModel) -> str | None:
        """The root field that gives a record of ``of`` by its id."""
        if not of.has_field("id"):
            return None
        if of.roots.one:
            return of.roots.one
        root = self._model.query
        if not self._model.by_id or root is None:
            return None
        known = set(self._model.object(root.relation(self._model.by_id).target).possible)
        own = set(of.possible) or {of.type_name}
        return self._model.by_id if own <= known else None

    def _child(self, found: _List, above: Path, start: Path | None, of: ObjectModel, keys: Any) -> Read:
        selection, relation = found.nested.selection, found.relation
        target = self._model.object(selection.object)
        form: Any = "connection" if relation.connection_type else "list"
        size = self._sizes(selection, form == "connection")
        tree, lists, own_keys = self._node(selection, size)
        case = () if target.singular == relation.target else (On(target.type_name),)
        anchor = self._anchor(found, of)
        path = self._again(found, anchor, start, of)
        name = (*above, *(field_of(h.relation) for h in found.holder), str(found.nested.name))
        document = Document()
        text = ""
        if path is not None and form == "connection":
            steps = (*path[:-1], _paged((path[-1],))[0])
            text = document.text(
                f"more_{name[-1]}", _at(steps, self._list(form, _narrowed(case, tree), relation, target))
            )
        return Read(
            object=target.singular,
            root=path[0] if path else ".".join(name),
            path=name,
            selection=selection,
            text=text,
            variables=document.values | _given(document, size),
            keys=(*own_keys, PARENT),
            paging=_exactly(size),
            node="",
            counts=False,
            link=Link(ID, PARENT, found.holder, found.nested),
            place=Place(
                plain(path or ()),
                form,
                within=plain(found.within),
                anchor=(*plain(anchor), "id") if anchor is not None else None,
                case=str(case[0]) if case else None,
            ),
            children=tuple(self._child(inner, name, None, target, own_keys) for inner in lists),
        )

    def _again(self, found: _List, anchor: Path | None, start: Path | None, of: ObjectModel) -> Path | None:
        """The path from the root to a list once more, for its further pages."""
        if anchor is None:
            if start is None and found.relation.connection_type:
                raise QueryError(
                    f"{of.type_name}.{found.relation.name} cannot be read whole: a {of.type_name} cannot be asked for "
                    "by an id, which its further pages need.",
                    advice="Start the query at that list: Record.at(...).",
                )
            return (*(start or ()), *found.within)
        holder = self._holder(of, anchor)
        root = self._by_id(holder)
        assert root is not None
        assert self._model.query is not None
        type_ = next(a.type for a in self._model.query.relation(root).arguments if a.name == "id")
        first = Step(root, root, (Argument("id", f"{type_.rstrip('!')}!", Variable("id")),))
        on = (On(holder.type_name),) if root == self._model.by_id else ()
        return (first, *on, *found.within[len(anchor) :])

    def _holder(self, of: ObjectModel, way: Path) -> ObjectModel:
        for name in way:
            of = self._model.object(name if isinstance(name, On) else of.relation(field_of(name)).target)
        return of


def _exactly(size: int) -> Paging:
    return Paging(size, size)


def _paged(path: Path, inner: bool = False) -> Path:
    """``path`` with the arguments of paging on its last step. An inner list is only asked for its first page."""
    last = path[-1]
    given = last.arguments if isinstance(last, Step) else ()
    size = Argument("first", "Int", Variable("inner" if inner else "first"))
    after = () if inner else (Argument("after", "String", Variable("after")),)
    return (*path[:-1], Step(str(last), field_of(last), (size, *after, *given)))


def _given(document: Document, size: int) -> dict[str, Any]:
    return {"inner": size} if "inner" in document.declared else {}


def _at(path: Path, tree: Tree) -> Tree:
    for name in reversed(path):
        tree = {name: tree}
    return tree


def _narrowed(case: Path, tree: Tree) -> Tree:
    """The fields of one type among several, and beside them which type a record has."""
    return {TYPENAME: {}, case[0]: tree} if case else tree


def _add_parts(field: FieldModel, tree: Tree, rest: Path) -> None:
    if rest:
        part = field.part(rest[0])
        _add_parts(part, tree.setdefault(part.name, {}), rest[1:])
        return
    for part in field.parts:
        _add_parts(part, tree.setdefault(part.name, {}), ())
