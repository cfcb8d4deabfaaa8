"""The records of the sandbox on SQLite: reads with the real server's traps, and writes."""
