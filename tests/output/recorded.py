"""Where the recorded workspace lies, if it does."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).parents[2].parent / "shared" / "twenty"
