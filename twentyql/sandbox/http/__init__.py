"""The sandbox over HTTP: direct execution, limits, faults, the ledger, ``/metadata`` and REST."""
