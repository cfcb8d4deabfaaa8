"""The command line: thin modules that parse arguments, call the client and print.

Data goes to stdout, everything else to stderr. Exit codes: 0 complete, 1 failed or incomplete, 2 wrong usage,
3 done but the server withheld rows.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The ``twentyql`` command."""
    from twentyql.cli.app import run

    sys.exit(run(sys.argv[1:]))
