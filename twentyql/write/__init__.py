"""Records in: simple forms -> wire form -> batches -> a receipt; imports from files; the data model; files."""
