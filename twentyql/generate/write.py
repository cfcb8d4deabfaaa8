"""{path: text} -> files in a folder: the only input and output of this stage.

Nothing outside the folder is touched, nothing that the user wrote or changed is overwritten or removed, and a file
that is already right is not touched at all, so a second run changes no byte.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from twentyql.errors import GenerateError
from twentyql.generate.header import is_ours, plain

SUFFIXES = (".py", ".graphql", ".typed")


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What was done, or with ``check`` what would be done; paths are relative to the folder.

    ``conflicts`` are files that the user wrote or changed where a generated file belongs. They were left as they are.
    """

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether the folder is just as generated."""
        return not (self.written or self.removed or self.conflicts)

    def raise_for_conflicts(self) -> None:
        """GenerateError that names the conflicts, if there are any."""
        if self.conflicts:
            raise GenerateError(
                f"These files are yours and were left as they are: {', '.join(self.conflicts)}.",
                advice="Move or delete them and generate again, or generate into another folder.",
            )


def write(files: Mapping[str, str], folder: Path, check: bool = False) -> WriteReport:
    """Make the generated files of ``folder`` be ``files``; with ``check``, only say what would be done.

    Raises GenerateError, before anything is written, if a path would leave the folder.
    """
    places = {path: _place(folder, path) for path in sorted(files)}
    _check_case(places)
    told: dict[str, list[str]] = {"written": [], "unchanged": [], "conflicts": []}
    for path, place in places.items():
        told[_verdict(path, place, files[path])].append(path)
    stale = sorted(path for path in _generated(folder) if path not in files)
    if not check:
        for path in told["written"]:
            _replace(places[path], files[path])
        for path in stale:
            _remove(folder, path)
    return WriteReport(tuple(told["written"]), tuple(told["unchanged"]), tuple(stale), tuple(told["conflicts"]))


def _place(folder: Path, path: str) -> Path:
    """Where the file goes; GenerateError if that is not inside the folder."""
    parts = PurePosixPath(path).parts
    odd = not parts or path.startswith("/") or any(p in ("..", ".") or set(p) & set('\\:*?"<>|\0') for p in parts)
    if odd or str(PurePosixPath(path)) != path:
        raise GenerateError(f"{path!r} is no path inside {folder}.", advice="Nothing was written.")
    place = folder.joinpath(*parts)
    if not place.parent.resolve().is_relative_to(folder.resolve()):
        raise GenerateError(
            f"{place.parent} is a link that leads out of {folder}.", advice="Remove the link; nothing was written."
        )
    return place


def _check_case(places: Mapping[str, Path]) -> None:
    """Two paths that differ only in case are one file on macOS and Windows."""
    seen: dict[str, str] = {}
    for path in places:
        if other := seen.get(path.casefold()):
            raise GenerateError(f"{other} and {path} would be one file where case does not count.")
        seen[path.casefold()] = path


def _verdict(path: str, place: Path, text: str) -> str:
    if not place.is_symlink() and not place.exists():
        return "conflicts" if _blocked(place) else "written"
    if place.is_symlink() or not place.is_file():
        return "conflicts"
    there = _read(place)
    if there is None:
        return "conflicts"
    if plain(there) == text:
        return "unchanged"
    return "written" if is_ours(path, there) else "conflicts"


def _blocked(place: Path) -> bool:
    """Whether a file stands where a folder is needed."""
    nearest = next(parent for parent in place.parents if parent.exists())
    return not nearest.is_dir()


def _read(place: Path) -> str | None:
    """The file's text, or None if it is no text: then it is not ours."""
    try:
        return place.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise GenerateError(f"{place} cannot be read: {error}") from error


def _generated(folder: Path) -> Iterator[str]:
    """The files below ``folder`` that are just as some run generated them; links are not followed."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not (Path(root) / f).is_symlink())
        for name in sorted(names):
            place = Path(root, name)
            if place.suffix not in SUFFIXES or place.is_symlink() or not place.is_file():
                continue
            path = place.relative_to(folder).as_posix()
            text = _read(place)
            if text is not None and is_ours(path, text):
                yield path


def _replace(place: Path, text: str) -> None:
    """Write beside the file, then put it in its place in one step; it is never seen half written."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".twentyql-", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8"))
            Path(name).chmod(0o644)
            Path(name).replace(place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise GenerateError(f"{place} cannot be written: {error}") from error


def _remove(folder: Path, path: str) -> None:
    """Remove a stale file, and its folder if that is empty now."""
    place = folder / path
    try:
        place.unlink()
        if place.parent != folder and not any(place.parent.iterdir()):
            place.parent.rmdir()
    except OSError as error:
        raise GenerateError(f"{place} cannot be removed: {error}") from error
