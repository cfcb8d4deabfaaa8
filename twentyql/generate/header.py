"""The first line of every generated file: by it, and only by it, a file is known as one that may be overwritten.

It holds a hash of the file's path and of everything below the line. A file that was changed, or copied to another
name, no longer agrees with its line and is the user's.
"""

from __future__ import annotations

import hashlib
import re

_LINE = re.compile(r"# twentyql:generated ([0-9a-f]{16})\Z")


def stamp(path: str, body: str) -> str:
    """The file's text: the header line, then ``body``."""
    return f"# twentyql:generated {_digest(path, body)}\n{body}"


def is_ours(path: str, text: str) -> bool:
    """Whether ``text`` is just what was generated for ``path``, by whichever version."""
    line, _, body = plain(text).partition("\n")
    found = _LINE.match(line)
    return found is not None and found[1] == _digest(path, body)


def plain(text: str) -> str:
    """``text`` with the line ends of git on Windows undone, and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _digest(path: str, body: str) -> str:
    return hashlib.sha256(f"{path}\n{body}".encode()).hexdigest()[:16]
