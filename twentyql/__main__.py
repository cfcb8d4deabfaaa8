"""``python -m twentyql`` is the ``twentyql`` command."""

from twentyql.cli import main

main()
