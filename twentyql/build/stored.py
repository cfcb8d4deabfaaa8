"""Folders of ``.graphql`` files -> StoredOperation: the one module of this stage that reads files.

One named operation a file. Fragments are shared by all files of a folder. The first folder that has an operation
wins, so a file of your own takes the place of one that ships with the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    Source,
    Visitor,
    parse,
    print_ast,
    visit,
)

from twentyql.build.prepare_places import problem
from twentyql.errors import QueryError, UnknownNameError

SUFFIXES = (".graphql", ".gql")
HEADER = re.compile(r"# twentyql:generated [0-9a-f]{16}\Z")
"""The first line of a generated file."""
_TEMPLATE_SIGNS = ("Expected Name, found '{'", "'%'", "Invalid character", "Unexpected character")
_DEFINED = re.compile(r"\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoredOperation:
    """One operation of a file, ready to prepare.

    ``document`` holds the operation and just the fragments that it uses, from whichever file of its folder; ``text``
    is the file's own text. ``variables`` maps each variable to its GraphQL type, in the order of the file.
    """

    name: str
    path: PurePath
    text: str
    document: DocumentNode
    variables: dict[str, str]

    @property
    def about(self) -> str:
        """The comment on top of the file."""
        return comment_of(self.text)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of stored operations, read as far as that goes: ``faults`` are the files that are malformed.

    ``fragments`` are those of its files by name; one that several files define is not among them.
    """

    operations: dict[str, StoredOperation]
    fragments: dict[str, FragmentDefinitionNode]
    faults: tuple[QueryError, ...]


@dataclass(frozen=True, slots=True)
class _File:
    path: PurePath
    text: str
    document: DocumentNode

    @property
    def operations(self) -> list[OperationDefinitionNode]:
        return [d for d in self.document.definitions if isinstance(d, OperationDefinitionNode)]

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        return {d.name.value: d for d in self.document.definitions if isinstance(d, FragmentDefinitionNode)}


def packaged_queries() -> Path:
    """The operations that ship with the package, in a wheel, an editable install and a checkout alike."""
    package = Path(__file__).parents[1]
    checkout = package.parent
    shipped = package / "queries"
    if not shipped.is_dir() and (checkout / "pyproject.toml").is_file():
        return checkout / "queries"
    return shipped


def find_operations(folders: Iterable[Path]) -> dict[str, StoredOperation]:
    """Every operation in ``folders`` by its name, sorted; a folder that does not exist has none.

    Raises QueryError that names the file for one that is malformed, and for two of one name in one folder.
    """
    found: dict[str, StoredOperation] = {}
    for folder in folders:
        read = read_folder(texts_of(folder))
        for fault in read.faults:
            raise fault
        found = read.operations | found
    return dict(sorted(found.items()))


def texts_of(folder: Path) -> dict[Path, str]:
    """The text of every file of a folder that may hold operations or fragments. QueryError if one cannot be read."""
    return {path: _text(path) for path in _paths(folder)}


def read_folder(texts: Mapping[Path, str] | Mapping[PurePath, str]) -> Folder:
    """The operations and fragments of a folder whose files have these ``texts``. Reads nothing."""
    faults: list[QueryError] = []
    files: list[_File] = []
    here: dict[str, StoredOperation] = {}
    for path, text in texts.items():
        try:
            files.append(_read(path, text))
        except QueryError as fault:
            faults.append(fault)
    for file in files:
        try:
            if file.operations:
                _add(here, _operation(file, files))
        except QueryError as fault:
            faults.append(fault)
    defined = [(name, fragment) for file in files for name, fragment in file.fragments.items()]
    names = [name for name, _ in defined]
    once = {name: fragment for name, fragment in defined if names.count(name) == 1}
    return Folder(dict(sorted(here.items())), dict(sorted(once.items())), tuple(faults))


def comment_of(text: str) -> str:
    """The comment that a file begins with, without its signs and the header of generated files."""
    lines: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        if bare and not bare.startswith("#"):
            break
        if not HEADER.match(bare):
            lines.append(bare.lstrip("#").removeprefix(" ").rstrip())
    return "\n".join(lines).strip("\n")


def load_operation(name: str, folders: Iterable[Path]) -> StoredOperation:
    """The operation called ``name``: of the first of ``folders`` that has it, else of the package.

    Only the files that it needs are parsed, so a broken file elsewhere does no harm. Raises UnknownNameError with the
    nearest names, and QueryError naming file, line and column for a file that is malformed.
    """
    searched = [*folders, packaged_queries()]
    known: set[str] = set()
    misnamed: list[OperationDefinitionNode] = []
    for folder in searched:
        texts = texts_of(folder)
        if found := _of_folder(name, texts, misnamed):
            return found
        known.update(match for text in texts.values() for match in _DEFINED.findall(text))
    for other in misnamed:
        assert other.name is not None
        raise problem(
            other, f"The file {name} holds the operation {other.name.value}.", "Run it by that name, or rename either."
        )
    places = " or ".join(str(folder) for folder in searched)
    raise UnknownNameError("stored operation", name, sorted(known), where=f"in {places}")


def _of_folder(name: str, texts: Mapping[Path, str], misnamed: list[OperationDefinitionNode]) -> StoredOperation | None:
    candidates = [p for p, text in texts.items() if p.stem == name or name in _DEFINED.findall(text)]
    found: dict[str, StoredOperation] = {}
    for path in candidates:
        file = _read(path, texts[path])
        only = _only_operation(file)
        if only is not None and only.name is not None and only.name.value == name:
            _add(found, _operation(file, _with_fragments(file, texts)))
        elif only is not None and path.stem == name:
            misnamed.append(only)
    return found.get(name)


def _add(found: dict[str, StoredOperation], operation: StoredOperation) -> None:
    other = found.setdefault(operation.name, operation)
    if other is not operation:
        raise problem(
            operation.document.definitions[0],
            f"{other.path} defines the operation {operation.name} too.",
            "Rename one.",
        )


def _paths(folder: Path) -> list[Path]:
    """The folder's files by name; hidden ones, as editors leave them behind, are none."""
    found = (path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    return sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(folder).parts))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{path} cannot be read: {error}", advice="Stored operations are UTF-8 text.") from error


def _read(path: PurePath, text: str) -> _File:
    if not _has_definition(text):
        return _File(path, text, DocumentNode(definitions=()))
    try:
        return _File(path, text, parse(Source(text, str(path))))
    except GraphQLSyntaxError as error:
        raise syntax_error(error) from error


def _has_definition(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())


def syntax_error(error: GraphQLSyntaxError) -> QueryError:
    """The QueryError for a text that is no GraphQL: file, line and column, and what is wrong there."""
    where = error.source.name if error.source else "the query"
    line, column = (error.locations[0].line, error.locations[0].column) if error.locations else (1, 1)
    problem = error.message.removeprefix("Syntax Error: ")
    return QueryError(f"{where}:{line}:{column}: {problem}", advice=_fix(problem))


def _fix(problem: str) -> str:
    if "<EOF>" in problem:
        return "A closing brace is missing."
    if "Expected Name, found ')'" in problem or "Expected '$', found ')'" in problem:
        return "The brackets are empty; remove them."
    if any(sign in problem for sign in _TEMPLATE_SIGNS):
        return "Operations are plain GraphQL: a value goes in as a $variable, an optional part by @include(if: $flag)."
    return "Operations are plain GraphQL; an editor with GraphQL support marks the place."


def _only_operation(file: _File) -> OperationDefinitionNode | None:
    """The file's operation, None if it has fragments only; QueryError if it has several, or one without a name."""
    operations = file.operations
    if len(operations) > 1:
        names = ", ".join(o.name.value if o.name else "one without a name" for o in operations)
        raise problem(
            operations[1], f"The file holds {len(operations)} operations: {names}.", "Give each its own file."
        )
    if operations and operations[0].name is None:
        stem = re.sub(r"\W", "", file.path.stem, flags=re.ASCII) or "MyOperation"
        keyword = operations[0].operation.value
        raise problem(operations[0], "The operation has no name.", f"Begin it with `{keyword} {stem}`.")
    return operations[0] if operations else None


def _operation(file: _File, files: Sequence[_File]) -> StoredOperation:
    operation = _only_operation(file)
    assert operation is not None
    assert operation.name is not None
    document = DocumentNode(definitions=(operation, *_used(operation, file, files)))
    variables = {v.variable.name.value: print_ast(v.type) for v in operation.variable_definitions or ()}
    return StoredOperation(operation.name.value, file.path, file.text, document, variables)


def _with_fragments(file: _File, texts: Mapping[Path, str]) -> list[_File]:
    """The file, and the others of its folder that fragments may come from; none if it spreads none."""
    wanted = [text for path, text in texts.items() if path != file.path and re.search(r"\bfragment\b", text)]
    if not wanted or not any(True for _ in _spreads(file.document)):
        return [file]
    return [file, *(_read(path, text) for path, text in texts.items() if text in wanted and path != file.path)]


def _used(operation: OperationDefinitionNode, file: _File, files: Sequence[_File]) -> list[FragmentDefinitionNode]:
    """The fragments that ``operation`` reaches, each once. An unknown one is left for validation to name."""
    found: dict[str, FragmentDefinitionNode] = {}
    waiting = list(_spreads(operation))
    while waiting:
        name = waiting.pop()
        fragment = None if name in found else _fragment(name, file, files)
        if fragment is not None:
            found[name] = fragment
            waiting += _spreads(fragment)
    return [found[name] for name in sorted(found)]


def _fragment(name: str, file: _File, files: Sequence[_File]) -> FragmentDefinitionNode | None:
    """The file's own fragment, else the one of its folder; QueryError if several files there define it."""
    if name in file.fragments:
        return file.fragments[name]
    having = [other for other in files if name in other.fragments]
    if len(having) > 1:
        places = " and ".join(str(other.path) for other in having)
        raise QueryError(f"{file.path} uses the fragment {name}, which {places} define.", advice="Rename one.")
    return having[0].fragments[name] if having else None


class _SpreadNames(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


def _spreads(node: DocumentNode | OperationDefinitionNode | FragmentDefinitionNode) -> Iterator[str]:
    visitor = _SpreadNames()
    visit(node, visitor)
    yield from visitor.names
