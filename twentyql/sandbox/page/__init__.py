"""The index page of a served sandbox: objects, counts, the ledger and a box for queries, all in one answer."""
