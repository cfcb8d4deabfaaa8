"""The stored operations of a folder, generated and the user's own, -> the package ``queries`` of typed classes.

What is not generated is checked first, and every fault is named with its place, so that one run shows them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath, PurePosixPath

from graphql import GraphQLSchema, NameNode, OperationDefinitionNode, Visitor, visit

from twentyql.build.prepare import check
from twentyql.build.prepare_places import place, problem
from twentyql.build.prepare_schema import extend
from twentyql.build.stored import StoredOperation, packaged_queries, read_folder, texts_of
from twentyql.errors import QueryError
from twentyql.generate.header import is_ours, stamp
from twentyql.generate.names import LONGEST
from twentyql.generate.operation_classes import OperationClasses

MOST_FAULTS = 20
_LONG = re.compile(rf"\w{{{LONGEST + 1},}}")
PACKAGED = "twentyql/queries"


@dataclass(frozen=True, slots=True)
class StoredClasses:
    """The files of the package ``queries``, and what is worth a note."""

    files: dict[str, str]
    notes: tuple[str, ...]


def stored_classes(
    written: Mapping[str, str],
    own: Mapping[str, str],
    schema: GraphQLSchema,
    folder: str,
    inputs: Mapping[str, str] | None = None,
) -> StoredClasses:
    """The classes for the generated operations ``written``, those of the user and those that ship with twentyql.

    ``inputs`` are classes of the package that variables of an input type (``PersonCreateInput``) take as well.
    """
    texts: dict[PurePath, str] = {PurePosixPath(folder, path): text for path, text in {**written, **own}.items()}
    read = read_folder(texts)
    mine = {PurePosixPath(folder, path) for path in own}
    faults = [*read.faults, *_faults(read.operations, mine, schema)]
    if faults:
        raise _together(faults)
    found = {**_packaged(read.operations, schema), **read.operations}
    whole = extend(schema)
    made = OperationClasses(dict(sorted(found.items())), read.fragments, whole, inputs, folder).files()
    notes = tuple(note for path in sorted(mine) for note in _notes(path, read.operations))
    return StoredClasses({path: stamp(path, text) for path, text in sorted(made.items())}, notes)


def _faults(
    operations: Mapping[str, StoredOperation], mine: set[PurePosixPath], schema: GraphQLSchema
) -> Iterator[QueryError]:
    """What is wrong with the operations that were not all generated here."""
    own = {str(path) for path in mine}
    for stored in operations.values():
        files = {d.loc.source.name for d in stored.document.definitions if d.loc is not None}
        if files & own:
            yield from _fault(stored, schema)


def _fault(stored: StoredOperation, schema: GraphQLSchema) -> Iterator[QueryError]:
    try:
        check(stored.document, schema)
        _check_names(stored)
    except QueryError as fault:
        yield fault


class _LongNames(Visitor):
    def enter_name(self, node: NameNode, *_: object) -> None:
        if len(node.value) > LONGEST:
            raise problem(node, f"This name has {len(node.value)} characters.", f"At most {LONGEST} become a class.")


def _check_names(stored: StoredOperation) -> None:
    if _LONG.search(stored.text):
        visit(stored.document, _LongNames())


def _together(faults: list[QueryError]) -> QueryError:
    if len(faults) == 1:
        return faults[0]
    lines = [str(fault) for fault in dict.fromkeys(map(str, faults[:MOST_FAULTS]))]
    more = f"\n... and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
    return QueryError("\n".join([f"{len(faults)} stored operations have faults:", *lines]) + more)


def _packaged(have: Mapping[str, StoredOperation], schema: GraphQLSchema) -> dict[str, StoredOperation]:
    """Those that ship with twentyql, were written by hand and fit this server, unless the user has one of the name."""
    found = read_folder(_shipped()).operations
    return {name: stored for name, stored in found.items() if name not in have and not list(_fault(stored, schema))}


@cache
def _shipped() -> dict[PurePath, str]:
    root = packaged_queries()
    texts = {path.relative_to(root).as_posix(): text for path, text in texts_of(root).items()}
    return {PurePosixPath(PACKAGED, path): text for path, text in texts.items() if not is_ours(path, text)}


def _notes(path: PurePosixPath, operations: Mapping[str, StoredOperation]) -> Iterator[str]:
    for stored in operations.values():
        operation = stored.document.definitions[0]
        if stored.path == path and path.stem != stored.name and isinstance(operation, OperationDefinitionNode):
            yield f"{place(operation)}: the file is called {path.stem}, its operation {stored.name}; rename either"
