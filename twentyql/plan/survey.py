"""Which counts could change the choice, as documents to send; and their answers -> Stats. Pure.

The first questions give the size of every list, with its first page, or with a small sample for the width of its rows
where it may not be read whole; the second, only where a list may come inside its parents or a page size matters, the
largest families and what a large page really brings.
Different objects share a document: that saves time, not tokens (a root may come only once in each).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from twentyql.plan.cost import Outlook, counted_after, row_seconds
from twentyql.plan.document import page_selection
from twentyql.plan.model import ID, Plan, Read
from twentyql.plan.reads import NESTED_COUNT
from twentyql.plan.stats import Families, FirstPage, Limits, ListStats, Path, Stats
from twentyql.schema.dialects import Dialect
from twentyql.schema.model import SchemaModel

SAMPLE = 20
LONG = 2
"""A document of several first pages may take so many times the seconds of a page."""
LARGEST = 200  # families asked for
MOST_ROOTS = 20  # of one document (observed-2.21 section 0)
FEW_PAGES = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One root field of a question: what it is about, its text, and its variables with their types."""

    kind: str  # list, everything, families, page, object
    path: Path
    root: str
    text: str
    variables: tuple[tuple[str, str, Any], ...] = ()
    node: str = ""
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One document of several roots."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The document."""
        declared = [f"${name}: {type_}" for part in self.parts for name, type_, _ in part.variables]
        head = f"query Survey({', '.join(declared)})" if declared else "query Survey"
        return f"{head} {{ {' '.join(part.text for part in self.parts)} }}"

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the document."""
        return {name: value for part in self.parts for name, _, value in part.variables}

    @property
    def tokens(self) -> int:
        """What it costs."""
        return len(self.parts)

    def alone(self) -> list[Question]:
        """The same roots one by one, for when one of them failed: its error does not say which."""
        return [Question((part,)) for part in self.parts]


def first_questions(draft: Plan, model: SchemaModel, limits: Limits, *, thorough: bool) -> list[Question]:
    """The counts to ask for before planning: none where there is nothing to choose.

    ``thorough`` asks for them all, for an explanation.
    """
    if draft.nothing:
        return []
    reads = [read for read in draft.root.walk() if read.counts]
    few = draft.query.most is not None and draft.query.most <= draft.root.page_size
    if not thorough and (few or not (draft.root.children or limits.is_open)):
        return []
    whole = not draft.query.conditions and draft.query.most is None
    left = limits.page_seconds * LONG
    parts: list[Part] = []
    for i, read in enumerate(reads):
        first = read.page_size if draft.query.most is None else min(read.page_size, draft.query.most)
        work = first * row_seconds(read)
        useful = read.link is None or (whole and work <= left)
        left -= work * useful
        parts.append(_list(read, model, i, first if useful else SAMPLE))
    if limits.is_open:
        parts += _objects(reads, model)
    return _packed(parts)


def first_pages(drafts: Sequence[Plan], model: SchemaModel, limits: Limits) -> list[tuple[Question, tuple[int, ...]]]:
    """The first pages of plain lists of different objects, several in one document, with the places of their drafts.

    A document takes no longer than `LONG` pages, if all of its lists fill them. Only lists without others inside, and
    without to-one relations, for which more may have to be known.
    """
    packs: list[list[tuple[int, Part, float]]] = []  # a draft's place, its first page, and the seconds of work in it
    for i, draft in enumerate(drafts):
        read = draft.root
        if draft.nothing or read.children or read.to_ones or read.place or draft.query.orders or not read.counts:
            continue
        if draft.query.most is not None:
            continue
        work = read.page_size * row_seconds(read)
        left = limits.page_seconds * LONG - work
        fitting = (p for p in packs if sum(taken for *_, taken in p) <= left)
        pack = next((p for p in fitting if _has_room(read.root, [part for _, part, _ in p])), None)
        if pack is None:
            packs.append(pack := [])
        pack.append((i, _list(read, model, i, read.page_size), work))
    return [(Question(tuple(part for _, part, _ in p)), tuple(i for i, *_ in p)) for p in packs if len(p) > 1]


def _has_room(root: str, parts: Sequence[Part]) -> bool:
    """Whether a document of these parts may have ``root``, too."""
    return len(parts) < MOST_ROOTS and all(part.root != root for part in parts)


def second_questions(draft: Plan, model: SchemaModel, out: Outlook, *, thorough: bool) -> list[Question]:
    """What is still worth asking once the sizes of the lists are known.

    On an open server nothing is gained by lists inside their parents, nor by knowing the page size beforehand.
    """
    parts: list[Part] = []
    root = draft.root
    if "filter" in root.variables and root.children and () in out.stats.lists:
        parts.append(Part("everything", (), root.root, f"{root.root} {{ totalCount }}"))
    limited = out.token_price > 0
    for i, read in enumerate(root.walk() if limited else ()):
        nests = [child for child in read.children if _may_nest(read, child, model, out)]
        parts += [_families(child, model, f"{i}_{j}") for j, child in enumerate(nests)]
    if limited or thorough:
        parts += _page(draft, out)
    return _packed(parts)


def _list(read: Read, model: SchemaModel, at: int, first: int) -> Part:
    of = model.object(read.object)
    filter_ = read.variables.get("filter")
    if read.link is not None:
        filter_ = None if read.link.child_key == ID else {read.link.child_key[0]: {"is": "NOT_NULL"}}
    given = f", filter: $filter{at}" if filter_ else ""
    text = f"{read.root}(first: {first}{given}) {page_selection(of, read.node)}"
    variables = ((f"filter{at}", of.filter_type or "JSON", filter_),) if filter_ else ()
    return Part("list", read.path, read.root, text, variables, read.node, first)


def _objects(reads: Sequence[Read], model: SchemaModel) -> Iterator[Part]:
    """The sizes of the objects that to-one relations lead to."""
    for read in reads:
        of = model.object(read.object)
        for relation in of.relations:
            target = model.object(relation.target)
            counted = target.roots.many is not None and "totalCount" in target.aggregates
            if counted and any(pair[1][0] == relation.name for pair in read.to_ones):
                root = target.roots.many or ""
                yield Part("object", (target.singular,), root, f"{root} {{ totalCount }}")


def _may_nest(read: Read, child: Read, model: SchemaModel, out: Outlook) -> bool:
    """Whether the sizes of its families decide how a child list is read."""
    link, known = child.link, out.stats.lists.get(child.path)
    above = out.stats.lists.get(read.path)
    of = model.object(child.object)
    if link is None or known is None or above is None or not out.dialect.nested_cap or of.roots.group_by is None:
        return False
    few = known.rows <= FEW_PAGES * out.dialect.page_size
    mean = known.rows / max(1, above.rows)
    possible = not link.holder and link.child_key != ID and NESTED_COUNT in of.aggregates
    return possible and known.visible and not few and mean < out.dialect.nested_cap


def _families(child: Read, model: SchemaModel, at: str) -> Part:
    of = model.object(child.object)
    assert child.link is not None
    types = f"{of.type_name}GroupByInput", f"{of.type_name}OrderByWithGroupByInput"
    root = of.roots.group_by or ""
    text = (
        f"{root}(groupBy: $groupBy{at}, orderBy: $largest{at}, limit: {LARGEST}) "
        "{ groupByDimensionValues totalCount }"
    )
    variables = (
        (f"groupBy{at}", f"[{types[0]}!]!", [{child.link.child_key[0]: True}]),
        (f"largest{at}", f"[{types[1]}]", [{"aggregate": {"totalCount": "DescNullsLast"}}]),
    )
    return Part("families", child.path, root, text, variables)


def _page(draft: Plan, out: Outlook) -> list[Part]:
    """What a page larger than the usual one brings, where that is not known: a server may honour less in silence."""
    if out.limits.page is not None or not out.dialect.larger_pages:
        return []
    known = [read for read in draft.root.walk() if read.path in out.stats.lists and out.list(read.path).visible]
    largest = max(known, key=lambda read: out.list(read.path).rows, default=None)
    if largest is None or out.list(largest.path).rows <= out.dialect.page_size:
        return []
    first = min(out.limits.page_most, 1000)
    return [
        Part("page", (), largest.root, f"{largest.root}(first: {first}) {{ totalCount edges {{ node {{ id }} }} }}")
    ]


def _packed(parts: Sequence[Part]) -> list[Question]:
    """As few documents as hold every part, no root twice in one."""
    packs: list[list[Part]] = []
    for part in dict.fromkeys(_key(part) for part in parts):
        wanted = next(each for each in parts if _key(each) == part)
        pack = next((p for p in packs if _has_room(wanted.root, p)), None)
        if pack is None:
            packs.append(pack := [])
        pack.append(wanted)
    return [Question(tuple(pack)) for pack in packs]


def _key(part: Part) -> tuple[str, Path]:
    return part.kind, part.path


class _PageInfo(msgspec.Struct, rename="camel"):
    has_next_page: bool = True


class _Connection(msgspec.Struct, rename="camel"):
    total_count: int | None
    edges: list[msgspec.Raw] = []
    page_info: _PageInfo = msgspec.field(default_factory=_PageInfo)


def learned(
    stats: Stats, question: Question, roots: Mapping[str, bytes], bytes_: int, seconds: float = 0.0
) -> tuple[Stats, int | None]:
    """The stats with an answer's, and the rows of a page that the server cut, if it cut one.

    ``roots`` are the root fields that came, as JSON; one that did not, or has null as its count, tells nothing. The
    answer took ``seconds``.
    """
    lists, objects, pages = dict(stats.lists), dict(stats.objects), dict(stats.pages)
    page: int | None = None
    for part in question.parts:
        body = roots.get(part.root)
        if body is None:
            continue
        if part.kind == "families":
            lists[part.path] = replace(lists[part.path], families=_families_of(msgspec.json.decode(body)))
            continue
        found = msgspec.json.decode(body, type=_Connection)
        if found.total_count is None:
            continue
        if part.kind == "list":
            lists[part.path] = _list_stats(found, found.total_count)
            if SAMPLE < part.asked > len(found.edges) > 0 and found.page_info.has_next_page:
                page = len(found.edges)
            filter_ = part.variables[0][2] if part.variables else None
            whole = not found.page_info.has_next_page
            share = seconds / len(question.parts)
            pages[part.path] = FirstPage(part.node, filter_, part.asked, body, whole, share)
        elif part.kind == "everything":
            lists[part.path] = replace(lists[part.path], everything=found.total_count)
        elif part.kind == "object":
            objects[part.path[0]] = found.total_count
        elif len(found.edges) < found.total_count:
            page = len(found.edges)
    again = [part for part in question.parts if part.kind != "page"]  # a page size is asked for once
    taken = (stats.requests + bool(again), stats.tokens + len(again), stats.bytes + bool(again) * bytes_)
    return Stats(lists, objects, *taken, pages), page


def _list_stats(found: _Connection, rows: int) -> ListStats:
    size = sum(len(bytes(edge)) for edge in found.edges) / len(found.edges) if found.edges else None
    return ListStats(rows, size, visible=bool(found.edges) or not rows)


def _families_of(groups: Sequence[Mapping[str, Any]]) -> Families:
    counts = [int(group["totalCount"]) for group in groups if group["groupByDimensionValues"] != [None]]
    return Families(tuple(sorted(counts, reverse=True)), whole=len(groups) < LARGEST)


def unattached_questions(made: Plan) -> list[tuple[Read, Question]]:
    """The counts, after a read, that tell how many children belong to no parent that was read."""
    return [
        (read, Question((Part("object", read.path, read.root, f"{read.root} {{ totalCount }}"),)))
        for read in made.root.walk()
        if counted_after(made, read)
    ]


__all__ = ["Dialect", "Part", "Question", "first_questions", "learned", "second_questions", "unattached_questions"]
